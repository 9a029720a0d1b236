// Resources that were made outside a schedule, or in an earlier one, and are used inside.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  Channel,
  go,
  Mutex,
  RWMutex,
  select,
  Semaphore,
  Sometimes,
  WaitGroup,
  yieldNow,
} from "../mod.ts";
import { explore } from "./explore.ts";
import { ScheduleError } from "./schedule_error.ts";

Deno.test("explore refuses what is in use outside: a lock, a permit, a counter above zero", async () => {
  const mu = new Mutex(), rw = new RWMutex(), permits = new Semaphore(2), wg = new WaitGroup();
  mu.tryLock();
  rw.tryRLock();
  permits.tryAcquire(1);
  wg.add(1);
  const uses: [() => unknown, string][] = [
    [
      () => mu.lock(),
      "Cannot lock: the Mutex was made outside the run and is in use there (locked)",
    ],
    [
      () => mu.unlock(),
      "Cannot unlock: the Mutex was made outside the run and is in use there (locked)",
    ],
    [
      () => rw.rLock(),
      "Cannot rLock: the RWMutex was made outside the run and is in use there (locked by 1 reader)",
    ],
    [
      () => permits.acquire(1),
      "Cannot acquire: the Semaphore was made outside the run and is in use there (1 of 2 held)",
    ],
    [
      () => wg.wait(),
      "Cannot wait: the WaitGroup was made outside the run and is in use there (counter 1)",
    ],
    [
      () => wg.done(),
      "Cannot done: the WaitGroup was made outside the run and is in use there (counter 1)",
    ],
  ];
  for (const [use, message] of uses) await assertRejects(() => explore(use), Error, message);
  // Nothing has changed outside.
  assertEquals([mu.state(), wg.state()], ["locked", "counter 1"]);
});

Deno.test("explore lets idle ones be used, and a channel with values in it", async () => {
  const mu = new Mutex(), wg = new WaitGroup(), ch = new Channel<number>(1);
  await ch.send(7);
  const { complete } = await explore(async () => {
    wg.go(() => mu.withLock(() => yieldNow()));
    assertEquals(await ch.receive(), 7);
    await ch.send(7);
    await wg.wait();
  }, { strategy: "exhaustive" });
  assert(complete);
});

Deno.test("explore refuses to hand anything to a goroutine that an earlier schedule has left waiting", async () => {
  let kept: Channel<number> | undefined;
  const error = await assertRejects(() =>
    explore(async () => {
      if (kept !== undefined) return await kept.send(1);
      const ch = kept = new Channel<number>();
      go(async function worker() {
        await ch.receive();
      });
      go(() => {});
    }, { allowLeaks: ["worker"], strategy: "exhaustive" })
  );
  assertStringIncludes(
    String(error),
    "Cannot hand over: a goroutine of an earlier schedule still waits for chan receive at this Channel; " +
      "make it anew in each schedule",
  );
});

Deno.test("explore refuses a select outside on what is in use inside", async () => {
  const ch = new Channel<number>(1);
  const errors: unknown[] = [];
  let outside: (() => void) | undefined;
  const turn = new Promise<void>((resolve) => outside = resolve);
  const asks = turn.then(async () => {
    try {
      await select({ got: ch.receiving() });
    } catch (error) {
      errors.push(error);
    }
  });
  await explore(async () => {
    await ch.send(1);
    outside?.();
    await asks;
    await ch.receive();
  }, { schedules: 1 });
  assertEquals(errors.map(String), [
    "Error: Cannot select: Channel.select() from outside the run on a resource that is in use inside it",
  ]);
});

Deno.test("explore refuses to join a select outside that waits for what is used inside", async () => {
  const ch = new Channel<number>(), quit = new Channel<never>();
  const waiting = select({ got: ch.receiving(), quit: quit.receiving() });
  await assertRejects(
    () => explore(() => ch.send(1)),
    Error,
    "would join a waiter inside the run with one outside",
  );
  quit.close();
  assertEquals((await waiting).key, "quit");
  // It waits no more.
  const { schedules } = await explore(async () => {
    go(() => ch.send(1));
    await ch.receive();
  });
  assert(schedules >= 1);
});

Deno.test("explore does not list goroutines that may outlive the body among those that leak", async () => {
  const error = await assertRejects(() =>
    explore(() => {
      const ch = new Channel<number>();
      go(async function daemon() {
        await ch.receive();
      });
      go(async function worker() {
        await ch.receive();
      });
    }, { allowLeaks: ["daemon"] }), ScheduleError);
  assertEquals(error.goroutines.map(({ mayOutlive }) => mayOutlive === true), [false, true, false]);
  assertStringIncludes(error.message, "\n  g3 worker  waits for chan receive ch\n");
  assert(!error.message.includes("g2 daemon  waits"), error.message);
});

Deno.test("explore says how long it waited for the outside", async () => {
  const error = await assertRejects(
    () => explore(() => new Promise(() => {}), { externalTimeoutMs: 5 }),
    ScheduleError,
  );
  assertEquals(error.kind, "foreign");
  assertStringIncludes(error.message, "and 5 ms of real time brought nothing.");
});

Deno.test("explore names the switch that matters also if a later step asked nothing", async () => {
  const error = await assertRejects(() =>
    explore(async () => {
      let isReady = false;
      const wg = new WaitGroup();
      wg.go(async function checks() {
        const before = isReady;
        await yieldNow();
        if (before !== isReady) throw new Error("changed");
        for (let i = 0; i < 3; i++) await yieldNow();
      });
      wg.go(function sets() {
        isReady = true;
      });
      await wg.wait();
    }), ScheduleError);
  assertEquals(error.kind, "panic");
  assertStringIncludes(error.message, "Passes if g2 goes on at step 3");
});

Deno.test("explore puts a Sometimes of a whole module back after each schedule, without a word", async () => {
  const logging = new Sometimes({ every: 2 });
  logging.do(() => {});
  const acted: boolean[] = [];
  const { schedules } = await explore(async () => {
    go(() => {});
    await yieldNow();
    acted.push(logging.do(() => true) === true);
    acted.push(logging.do(() => true) === true);
  });
  assert(schedules > 1);
  assertEquals(acted, Array.from({ length: 2 * schedules }, (_, i) => i % 2 === 1));
  assertEquals(logging.do(() => "acts"), undefined, "as after the first call");
});
