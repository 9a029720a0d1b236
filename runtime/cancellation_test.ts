import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { Channel, go, Mutex, select, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { conforms } from "../sync/conformance/both_schedulers_test.ts";
import { explore } from "../testing/mod.ts";
import type { Cancellation } from "./cancellation.ts";

const ENOUGH = new Error("enough");

/** A signal that knows how many listeners it has. */
class Switch {
  readonly controller = new AbortController();
  listeners = 0;

  get signal(): AbortSignal {
    const { signal } = this.controller;
    const add = signal.addEventListener, remove = signal.removeEventListener;
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.listeners++;
      add.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.listeners--;
      remove.apply(signal, args);
    };
    return signal;
  }
}

/** Every verb that waits, with something to wait for. */
const WAITS: Record<string, (cancellation: Cancellation) => Promise<unknown>> = {
  "Channel.send": (it) => new Channel<number>().send(1, it),
  "Channel.receive": (it) => new Channel<number>().receive(it),
  "Channel.next": (it) => new Channel<number>().next(it),
  "nil Channel.receive": (it) => Channel.nil<number>().receive(it),
  "select": (it) => select({ a: new Channel<number>().receiving() }, it),
  "select of nothing": (it) => select({}, it),
  "sleep": (it) => sleep(1e9, it),
  "Mutex.lock": (it) => {
    const mu = new Mutex();
    mu.tryLock();
    return mu.lock(it);
  },
  "Mutex.withLock": (it) => {
    const mu = new Mutex();
    mu.tryLock();
    return mu.withLock(() => assert(false, "ran without the lock"), it);
  },
  "WaitGroup.wait": (it) => {
    const wg = new WaitGroup();
    wg.add(1);
    return wg.wait(it);
  },
};

/** Every verb that waits, with nothing to wait for. */
const READY: Record<string, (cancellation: Cancellation) => Promise<unknown>> = {
  "Channel.send": (it) => new Channel<number>(1).send(1, it),
  "Channel.receive": (it) => full().receive(it),
  "Channel.next": (it) => full().next(it),
  "select": (it) => select({ a: full().receiving() }, it),
  "select with a default": (it) => select({}, { ...it, default: true }),
  "sleep": (it) => sleep(0, it),
  "Mutex.lock": (it) => new Mutex().lock(it),
  "Mutex.withLock": (it) => new Mutex().withLock(() => {}, it),
  "WaitGroup.wait": (it) => new WaitGroup().wait(it),
};

function full(): Channel<number> {
  const ch = new Channel<number>(1);
  ch.trySend(7);
  return ch;
}

for (const [verb, wait] of Object.entries(WAITS)) {
  conforms(`${verb} gives up once its signal is aborted, and fails with its reason`, async () => {
    const it = new Switch();
    go(() => it.controller.abort(ENOUGH));
    assertStrictEquals(await assertRejects(() => wait({ signal: it.signal })), ENOUGH);
    assertEquals(it.listeners, 0);
  });
}

for (const [verb, act] of Object.entries(READY)) {
  conforms(`${verb} fails at once, without effect, if its signal is aborted already`, async () => {
    const error = await assertRejects(() => act({ signal: AbortSignal.abort(ENOUGH) }));
    assertStrictEquals(error, ENOUGH);
  });

  conforms(`${verb} succeeds if its signal is not aborted, and leaves no listener`, async () => {
    const it = new Switch();
    await act({ signal: it.signal });
    assertEquals(it.listeners, 0);
    await act({});
    await act({ signal: undefined });
  });
}

conforms("a verb that its signal has refused has no effect", async () => {
  const signal = AbortSignal.abort(ENOUGH);
  const ch = full(), mu = new Mutex();
  await assertRejects(() => ch.receive({ signal }));
  await assertRejects(() => new Channel(1).send(1, { signal }));
  await assertRejects(() => select({ job: ch.receiving() }, { signal }));
  await assertRejects(() => mu.lock({ signal }));
  assertEquals([ch.size, mu.tryLock()], [1, true]);
});

conforms("a default is taken at once, whatever the signal", async () => {
  const { signal } = new AbortController();
  const c = await select({ job: new Channel<number>().receiving() }, { default: true, signal });
  assertEquals(c.key, "default");
});

conforms("abandoned waiters leave their queues at once (js:abort-dequeue)", async (count) => {
  const ch = new Channel<number>(), mu = new Mutex(), it = new Switch();
  const { signal } = it;
  await mu.lock();
  const outcomes: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) {
    outcomes.push(
      ch.receive({ signal }),
      select([ch.receiving()], { signal }),
      mu.lock({ signal }),
    );
  }
  assertEquals(it.listeners, 1, "one listener for all who wait");
  it.controller.abort(ENOUGH);
  assertEquals(it.listeners, 0);
  assert(!ch.trySend(1), "nobody receives any more");
  mu.unlock();
  assert(mu.tryLock(), "nobody waits for the lock any more");
  for (const { status } of await Promise.allSettled(outcomes)) assertEquals(status, "rejected");
}, { rounds: [1e4, 3], schedules: 3 });

conforms(
  "those who give up in the middle leave the others in order (js:abort-dequeue)",
  async () => {
    const ch = new Channel<number>(), controllers = [0, 1, 2, 3].map(() => new AbortController());
    const received = controllers.map(({ signal }) => ch.receive({ signal }).catch(() => "gave up"));
    controllers[1]?.abort();
    controllers[2]?.abort();
    for (const value of [10, 20]) assert(ch.trySend(value));
    assert(!ch.trySend(30));
    assertEquals(await Promise.all(received), [10, "gave up", "gave up", 20]);
  },
);

Deno.test("waiting again and again with one signal leaves nothing behind", async () => {
  const it = new Switch(), { signal } = it, ch = new Channel<number>(1);
  for (let i = 0; i < 1000; i++) {
    const received = ch.receive({ signal });
    ch.trySend(i);
    await received;
  }
  assertEquals(it.listeners, 0);
});

Deno.test("abort racing a send: delivered once, or kept (js:send-abort-no-dup)", async () => {
  const outcomes = new Set<string>();
  const { complete } = await explore(async () => {
    const ch = new Channel<number>(), controller = new AbortController(), wg = new WaitGroup();
    let sent = "", received: unknown = "nothing";
    wg.go(async () => {
      sent = await ch.send(1, controller).then(() => "sent", () => "kept");
    }, "sender");
    wg.go(() => controller.abort(), "aborter");
    wg.go(async () => {
      await yieldNow();
      received = ch.tryReceive()?.value ?? "nothing";
    }, "receiver");
    await wg.wait();
    outcomes.add(`${sent}, ${received}`);
  }, { strategy: "exhaustive", mustComplete: true });
  assert(complete);
  assertEquals([...outcomes].sort(), ["kept, nothing", "sent, 1"]);
});

Deno.test("abort racing a receive: taken once, or left (js:send-abort-no-dup)", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const ch = new Channel<number>(), controller = new AbortController(), wg = new WaitGroup();
    let received: unknown;
    wg.go(async () => {
      received = await ch.receive(controller).catch(() => "gave up");
    }, "receiver");
    wg.go(() => controller.abort(), "aborter");
    const sent = ch.trySend(1);
    await yieldNow();
    const sentLater = sent || ch.trySend(1);
    await wg.wait();
    outcomes.add(`${sentLater ? "sent" : "not sent"}, ${received}`);
  }, { strategy: "exhaustive", mustComplete: true });
  assertEquals([...outcomes].sort(), ["not sent, gave up", "sent, 1"]);
});

Deno.test("abort racing an unlock: the lock is had or free, never lost", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const mu = new Mutex(), controller = new AbortController(), wg = new WaitGroup();
    await mu.lock();
    let locked = "";
    wg.go(async () => {
      locked = await mu.lock(controller).then(() => "locked", () => "gave up");
    }, "locker");
    wg.go(() => controller.abort(), "aborter");
    wg.go(() => mu.unlock(), "unlocker");
    await wg.wait();
    assertEquals(mu.tryLock(), locked === "gave up");
    outcomes.add(locked);
  }, { strategy: "exhaustive", mustComplete: true });
  assertEquals([...outcomes].sort(), ["gave up", "locked"]);
});

Deno.test("withLock releases once, whether it locked or gave up (js:using-lock)", async () => {
  await explore(async () => {
    const mu = new Mutex(), controller = new AbortController(), wg = new WaitGroup();
    let inside = 0;
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        await mu.withLock(async () => {
          assertEquals(++inside, 1);
          await yieldNow();
          inside--;
        }, controller).catch((error) => assertEquals(error.name, "AbortError"));
      }, `locker ${i}`);
    }
    wg.go(() => controller.abort(), "aborter");
    await wg.wait();
    assert(mu.tryLock(), "released");
  }, { strategy: "exhaustive", mustComplete: true });
});

Deno.test("what is no cancellation is refused at the call", () => {
  const ch = new Channel<number>();
  for (const wrong of [new AbortController().signal, null, 7, { signal: 7 }, { signal: {} }]) {
    assertThrows(
      () => void ch.receive(wrong as Cancellation),
      TypeError,
      "Cannot receive: expected",
    );
  }
  assertThrows(
    () => void ch.receive(AbortSignal.abort() as Cancellation),
    TypeError,
    "an AbortSignal: write { signal }",
  );
});
