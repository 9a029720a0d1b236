import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  background,
  Channel,
  go,
  Mutex,
  numGoroutine,
  RWMutex,
  select,
  sleep,
  withCancel,
  yieldNow,
} from "../mod.ts";
import { trackGoroutines } from "../platform/mod.ts";
import { production } from "../sync/conformance/both_schedulers_test.ts";
import { explore } from "../testing/explore.ts";
import { explorer } from "../testing/explorer.ts";
import { settled } from "../testing/settled.ts";
import { dump, type GoroutineInfo, goroutines } from "./goroutines.ts";

/** The goroutine called `name`. */
function find(name: string): GoroutineInfo | undefined {
  return goroutines().find((it) => it.name === name);
}

/** Registers a test in production with tracking, and one in an exploration of few schedules, started by few choices. */
function tracked(name: string, body: () => Promise<void>): void {
  production(name, async () => {
    using _ = trackGoroutines();
    await body();
  });
  Deno.test(`${name} [explorer]`, async () => {
    await explore(body, { schedules: 20, seed: 1, leaks: "ignore" });
  });
}

/** Lets all others go on until they wait. */
async function settle(): Promise<void> {
  if (explorer.isInside) return await settled();
  for (let i = 0; i < 20; i++) await yieldNow();
}

tracked("goroutines tells of each what it waits for, and of what", async () => {
  const ch = new Channel<number>(), mu = new Mutex(), rw = new RWMutex();
  await mu.lock();
  await rw.lock();
  go(() => ch.receive(), "receiver");
  go(() => Channel.nil<number>().send(1), "nil sender");
  go(() => mu.lock(), "locker");
  go(() => rw.rLock(), "reader");
  using ctx = withCancel(background());
  go(() => sleep(10_000_000, ctx).catch(() => {}), "sleeper");
  go(() => select({ a: ch.receiving(), b: new Channel<void>(1).receiving() }), "selector");
  go(async function spawner() {
    go(() => ch.next(), "child");
    await yieldNow();
    await mu.withLock(() => {});
  });
  await settle();
  const seen = goroutines().map(({ name, waitReason, resource, createdBy }) =>
    [name, waitReason, resource, createdBy?.name].filter((it) => it !== undefined).join("; ")
  );
  assertEquals(seen, [
    "main; running",
    "receiver; chan receive; Channel (0 of 0 buffered); main",
    "nil sender; chan send (nil chan); Channel (nil); main",
    "locker; sync.Mutex.Lock; Mutex (locked); main",
    "reader; sync.RWMutex.RLock; RWMutex (locked for writing); main",
    "sleeper; sleep; main",
    "selector; select; main",
    "spawner; sync.Mutex.Lock; Mutex (locked); main",
    "child; chan receive; Channel (0 of 0 buffered); spawner",
  ]);
});

tracked("goroutines forgets who has ended, and counts from main in order of creation", async () => {
  const gate = new Channel<void>();
  for (const name of ["a", "b", "c"]) go(() => name === "b" ? undefined : gate.next(), name);
  await settle();
  const ids = goroutines().map(({ id }) => id);
  assertEquals(goroutines().map(({ name }) => name), ["main", "a", "c"]);
  assertEquals(ids, ids.toSorted((a, b) => a - b));
  assertEquals([ids[0], goroutines()[1]?.createdBy], [1, { id: 1, name: "main" }]);
  gate.close();
  await settle();
  assertEquals(goroutines().length, 1);
});

tracked(
  "counting and then listing come to the same number (runtime/runtime_test.go:TestGoroutineProfileTrivial)",
  async () => {
    const gate = new Channel<void>();
    const others = numGoroutine() - goroutines().length; // what ran before this was tracked
    for (let i = 0; i < 5; i++) go(() => gate.next());
    assertEquals(numGoroutine(), goroutines().length + others);
    assertEquals(goroutines().length, 6);
    gate.close();
    while (goroutines().length > 1) await yieldNow();
    assertEquals(numGoroutine(), goroutines().length + others);
  },
);

tracked("a goroutine knows itself, and is runnable before it has begun", async () => {
  let own: GoroutineInfo | undefined;
  const done = new Channel<void>();
  go(function worker() {
    own = find("worker");
    done.close();
  });
  assertEquals(find("worker")?.waitReason, "runnable");
  await done.next();
  assertEquals(own?.waitReason, "running");
});

tracked("a goroutine that failed to wait waits no more", async () => {
  const ch = new Channel<number>();
  const gate = new Channel<void>();
  go(async () => {
    await ch.send(1).catch(() => {});
    await gate.next();
  }, "sender");
  await settle();
  ch.close();
  await settle();
  assertEquals(find("sender")?.resource, "Channel (0 of 0 buffered)");
  assertEquals(find("sender")?.waitReason, "chan receive");
  gate.close();
});

tracked("dump prints them as Go does", async () => {
  const mu = new Mutex();
  await mu.lock();
  go(() => mu.lock(), "evict");
  await settle();
  const [main, evict] = goroutines();
  assertEquals(
    dump(),
    `goroutine ${main?.id} [running]:\nmain\n\n` +
      `goroutine ${evict?.id} [sync.Mutex.Lock]:\nevict\n\tMutex (locked)\n` +
      "created by main in goroutine 1\n",
  );
});

production("dump counts minutes, from the first on", async () => {
  using _ = trackGoroutines();
  go(() => select({}), "stuck");
  await settle();
  const { now } = performance;
  try {
    for (const [minutes, text] of [[0.5, ""], [1, ", 1 minute"], [61.5, ", 61 minutes"]] as const) {
      performance.now = () => now.call(performance) + minutes * 60_000;
      assertMatch(dump(), new RegExp(`\\[select \\(no cases\\)${text}\\]`));
    }
  } finally {
    performance.now = now;
  }
});

Deno.test("in an exploration what awaits something outside is in a foreign await", async () => {
  await explore(async () => {
    let settleIt = (): void => {};
    const foreign = new Promise<void>((resolve) => settleIt = resolve);
    go(() => foreign, "foreigner");
    while (find("foreigner")?.waitReason === "runnable") await yieldNow();
    assertEquals(find("foreigner")?.waitReason, "foreign await");
    settleIt();
  }, { schedules: 20, seed: 1 });
});

production("without tracking there is no list, and it says what to do", () => {
  for (const list of [goroutines, dump]) {
    assertThrows(list, Error, "call trackGoroutines() of @interleave/go/platform first");
  }
});

Deno.test("with a harness loaded there is nothing to track, and outside an exploration no list", () => {
  assertThrows(() => trackGoroutines(), Error, "@interleave/go/testing is loaded");
  assertThrows(goroutines, Error, "nobody keeps track");
});

production("tracking twice is tracking once, and ends with the first", () => {
  {
    using _ = trackGoroutines();
    {
      using _ = trackGoroutines();
    }
    assertEquals(goroutines().length, 1);
  }
  assertThrows(goroutines, Error, "nobody keeps track");
});

production("what was started while it was tracked goes on when it is not", async () => {
  const ch = new Channel<number>();
  {
    using _ = trackGoroutines();
    go(() => ch.send(1));
    await yieldNow();
  }
  assertEquals(await ch.receive(), 1);
});
