import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Channel, ClosedError, Mutex, select, trySelect, WaitGroup } from "../mod.ts";
import { EventLoop, eventLoop } from "./event_loop.ts";
import { go, numGoroutine } from "./go.ts";
import type { Access } from "./observer.ts";
import { Operation, type Waiter } from "./operation.ts";
import { Timer } from "./scheduler.ts";
import { sleep, yieldNow } from "./sleep.ts";

/** Longer than a slice. */
const OVER_A_SLICE_MS = 2;
/** More completions than pass between two looks at the clock. */
const MANY_COMPLETIONS = 1000;

/** Keeps the thread, as a computation does. */
function compute(durationMs: number): void {
  const end = performance.now() + durationMs;
  while (performance.now() < end);
}

/** Resolves in a macrotask, so only if goroutines leave room for one. */
function platformTimer(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** Resolves in the platform's next turn. */
function platformTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** An operation that waits until it is told the outcome. */
class Waiting extends Operation<string> {
  readonly kind = "test";
  readonly verb = "wait";
  readonly access: Access = { verb: "wait", bit: 0, mask: 0 };
  readonly resource = this;
  waiter: Waiter | undefined;

  isReady(): boolean {
    return false;
  }
  commit(): never {
    throw new Error("Cannot commit: never ready");
  }
  enqueue(waiter: Waiter): void {
    this.waiter = waiter;
  }
}

// --- order ---

const WAYS = ["wake", "fail", "spawn", "done", "passed", "failed"] as const;

/** Lets somebody go on or start in this way; they call `arrived`. */
function letGo(way: typeof WAYS[number], parked: Waiting, arrived: () => void): void {
  switch (way) {
    case "wake":
      return parked.waiter?.complete("");
    case "fail":
      return parked.waiter?.fail(new Error("expected"));
    case "spawn":
      return eventLoop.spawn(arrived);
    case "done":
      return void eventLoop.done().then(arrived);
    case "passed":
      return void eventLoop.passed(1).then(arrived);
    case "failed":
      return void eventLoop.failed(new Error("expected")).catch(arrived);
  }
}

async function orderOf(ways: readonly (typeof WAYS[number])[], pauses: ReadonlySet<number>) {
  const arrivals: number[] = [];
  const end = new Channel<void>(1);
  const arrived = (index: number) => {
    arrivals.push(index);
    if (arrivals.length === ways.length) end.trySend();
  };
  const parked = ways.map((way, index) => {
    const waiting = new Waiting();
    if (way === "wake" || way === "fail") {
      eventLoop.perform(waiting).then(() => arrived(index), () => arrived(index));
    }
    return waiting;
  });
  for (const [index, way] of ways.entries()) {
    if (pauses.has(index)) compute(OVER_A_SLICE_MS);
    letGo(way, parked[index] as Waiting, () => arrived(index));
  }
  assertEquals(arrivals, [], "somebody went on inside a call");
  if (ways.length > 0) await end.receive();
  return arrivals;
}

Deno.test("EventLoop: who is let go first goes on first, whatever the way, also across slice ends", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...WAYS), { maxLength: 3000, size: "max" }),
      fc.array(fc.nat(3000), { maxLength: 3 }),
      async (ways, pauses) => {
        assertEquals(await orderOf(ways, new Set(pauses)), ways.map((_, index) => index));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("EventLoop: the end of a slice does fall between two who are let go together", async () => {
  let turned = false;
  const timer = platformTimer(0).then(() => turned = true);
  const seen: boolean[] = [];
  const all: Promise<void>[] = [];
  const complete = () => {
    for (let i = 0; i < MANY_COMPLETIONS; i++) {
      all.push(eventLoop.done().then(() => void seen.push(turned)));
    }
  };
  complete(); // a slice has begun
  compute(OVER_A_SLICE_MS);
  complete();
  await Promise.all(all);
  await timer;
  assertEquals([seen[0], seen.at(-1)], [false, true]);
  assertEquals(seen, seen.toSorted((a, b) => Number(a) - Number(b)));
});

Deno.test("Parked goroutines of one channel resume in the order in which they were woken", async () => {
  const ch = new Channel<number>();
  const resumed: number[] = [];
  const wg = new WaitGroup();
  for (let i = 0; i < 3000; i++) {
    wg.go(async () => {
      resumed.push(await ch.receive() as number);
    });
  }
  await yieldNow();
  for (let i = 0; i < 3000; i++) {
    if (i % 1000 === 500) compute(OVER_A_SLICE_MS);
    assert(ch.trySend(i));
  }
  await wg.wait();
  assertEquals(resumed, Array.from({ length: 3000 }, (_, i) => i));
});

Deno.test("EventLoop: a crowd of runnable goroutines goes round in turn", async () => {
  const counts = new Array<number>(5000).fill(0);
  const wg = new WaitGroup();
  let spread = 0;
  for (let i = 0; i < counts.length; i++) {
    wg.go(async () => {
      for (let round = 0; round < 5; round++) {
        counts[i] = round + 1;
        if (i === counts.length - 1) {
          spread = Math.max(spread, Math.max(...counts) - Math.min(...counts));
        }
        await yieldNow();
      }
    });
  }
  await wg.wait();
  assertEquals(spread, 0);
});

// --- fairness to the platform ---

/** Keeps the thread busy with goroutines until stopped. */
type Saturate = (isStopped: () => boolean) => void;

const SATURATIONS: Record<string, Saturate> = {
  "two goroutines ping-pong over unbuffered channels": (isStopped) => {
    const there = new Channel<number>(), back = new Channel<number>();
    go(async () => {
      for await (const n of there) await back.send(n);
    });
    go(async () => {
      while (!isStopped()) {
        await there.send(1);
        await back.receive();
      }
      there.close();
    });
  },
  "two goroutines contend for a Mutex": (isStopped) => {
    const mu = new Mutex();
    for (let i = 0; i < 2; i++) {
      go(async () => {
        while (!isStopped()) {
          await mu.lock();
          await undefined;
          mu.unlock();
        }
      });
    }
  },
  "one goroutine locks and unlocks a free Mutex": (isStopped) => {
    const mu = new Mutex();
    go(async () => {
      while (!isStopped()) {
        await mu.lock();
        mu.unlock();
      }
    });
  },
  "one goroutine yields": (isStopped) => {
    go(async () => {
      while (!isStopped()) await yieldNow();
    });
  },
  "one goroutine polls and yields (runtime/proc_test.go:TestYieldProgress)": (isStopped) => {
    const ch = new Channel<number>();
    go(async () => {
      while (!isStopped()) if (ch.tryReceive() === undefined) await yieldNow();
    });
  },
  "one goroutine fails to send to a closed channel": (isStopped) => {
    const ch = new Channel<number>();
    ch.close();
    go(async () => {
      while (!isStopped()) await assertRejects(() => ch.send(1), ClosedError);
    });
  },
  "one goroutine selects with a default": (isStopped) => {
    const ch = new Channel<number>();
    go(async () => {
      while (!isStopped()) await select({ got: ch.receiving() }, { default: true });
    });
  },
  "one goroutine sleeps for 0 ms": (isStopped) => {
    go(async () => {
      while (!isStopped()) await sleep(0);
    });
  },
  "goroutines spawn goroutines": (isStopped) => {
    const spawn = () => {
      if (!isStopped()) go(spawn);
    };
    go(spawn);
  },
  "10,000 goroutines yield": (isStopped) => {
    for (let i = 0; i < 10_000; i++) {
      go(async () => {
        while (!isStopped()) await yieldNow();
      });
    }
  },
};

for (const [what, saturate] of Object.entries(SATURATIONS)) {
  // Without fairness nothing but this limit would end the test.
  Deno.test(
    `EventLoop: while ${what}, timers fire and a server answers`,
    { timeout: 60_000 },
    async () => {
      const before = numGoroutine();
      const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
      const server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        () => new Response("ok"),
      );
      let stopped = false;
      saturate(() => stopped);
      await platformTimer(5);
      await sleep(5);
      for (let i = 0; i < 2; i++) {
        const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, { client });
        assertEquals(await response.text(), "ok");
      }
      assert(numGoroutine() > before, "nobody kept the thread busy");
      stopped = true;
      await server.shutdown();
      client.close();
      while (numGoroutine() > before) await yieldNow();
    },
  );
}

/** Ways for many to wait, and for one to let them go: with a promise for each, and with one for some. */
const GATES: Record<string, () => { wait(): Promise<unknown>; open(): void }> = {
  "a channel": () => {
    const ch = new Channel<void>();
    return { wait: () => ch.receive(), open: () => ch.close() };
  },
  "a WaitGroup": () => {
    const gate = new WaitGroup();
    gate.add(1);
    return { wait: () => gate.wait(), open: () => gate.done() };
  },
};

for (const [name, newGate] of Object.entries(GATES)) {
  Deno.test(`EventLoop: a crowd that is woken at once by ${name} leaves room for the platform before all have run`, async () => {
    const crowd = 2000;
    const gate = newGate();
    const wg = new WaitGroup();
    let ran = 0;
    for (let i = 0; i < crowd; i++) {
      wg.go(async () => {
        await gate.wait();
        compute(0.05);
        ran++;
      });
    }
    await platformTimer(OVER_A_SLICE_MS); // so that the slice is fresh
    let ranBeforeTimer = 0;
    const timer = platformTimer(20).then(() => ranBeforeTimer = ran);
    gate.open();
    await wg.wait();
    await timer;
    assertEquals(ran, crowd);
    assert(ranBeforeTimer < crowd, "all ran before the timer, which takes less time than they do");
  });
}

Deno.test("EventLoop: who goes on after the platform has had its turns does not wait for them again", async () => {
  // So that the first turn of all is behind us.
  for (const end = performance.now() + OVER_A_SLICE_MS; performance.now() < end;) await yieldNow();
  let turned = false;
  for (let attempt = 0; attempt < 100; attempt++) {
    await platformTimer(10);
    turned = false;
    const turn = platformTurn().then(() => turned = true);
    for (let i = 0; i < MANY_COMPLETIONS; i++) await eventLoop.done();
    if (!turned) return await turn.then(() => {});
    await turn;
  }
  throw new Error("a slice that began before the platform's turns has ended after them, each time");
});

Deno.test(
  "Two goroutines select over send, receive and a timer for ever, and each gets its timer (runtime/proc_test.go:TestTimerFairness2)",
  { timeout: 60_000 },
  async () => {
    const ch = new Channel<number>();
    const wg = new WaitGroup();
    const ended: string[] = [];
    for (const name of ["a", "b"]) {
      const timeout = new Channel<void>(1);
      go(async () => {
        await sleep(20);
        timeout.trySend();
      });
      wg.go(async () => {
        for (;;) {
          const { key } = await select({
            out: ch.sending(1),
            in: ch.receiving(),
            timeout: timeout.receiving(),
          });
          if (key === "timeout") break;
          await undefined;
        }
        ended.push(name);
      });
    }
    await wg.wait();
    assertEquals(ended.sort(), ["a", "b"]);
  },
);

Deno.test("Ten values handed over without a buffer arrive in order (runtime/proc_test.go:TestBlockLocked)", async () => {
  const ch = new Channel<number>();
  go(async () => {
    for (let i = 0; i < 10; i++) await ch.send(i);
    ch.close();
  });
  const got: number[] = [];
  for await (const value of ch) got.push(value);
  assertEquals(got, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

// --- failures ---

Deno.test("EventLoop: a failure that is deferred rejects the promise, and nobody calls it unhandled", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", onUnhandled);
  const ch = new Channel<number>();
  let failed = 0;
  const wg = new WaitGroup();
  for (let i = 0; i < MANY_COMPLETIONS; i++) {
    wg.go(async () => {
      await assertRejects(() => ch.send(i), ClosedError);
      failed++;
    });
  }
  await yieldNow();
  compute(OVER_A_SLICE_MS);
  ch.close();
  await wg.wait();
  await platformTimer(0);
  removeEventListener("unhandledrejection", onUnhandled);
  assertEquals([failed, unhandled], [MANY_COMPLETIONS, []]);
});

// --- time ---

Deno.test("Invariant 6: now never goes backwards", () => {
  let last = eventLoop.now();
  for (let i = 0; i < 10_000; i++) {
    const now = eventLoop.now();
    assert(now >= last);
    last = now;
  }
  assert(Math.abs(last - Date.now()) < 60_000, "not the time since the epoch");
});

Deno.test("Invariant 3: spawn and setTimer run nothing before they return", async () => {
  class Recording extends Timer {
    readonly kind = "test";
    readonly fired: () => void;
    constructor(fired: () => void) {
      super();
      this.fired = fired;
    }
    fire(): void {
      this.fired();
    }
  }
  const ran: string[] = [];
  const fired = new Channel<void>(1);
  eventLoop.spawn(() => ran.push("goroutine"));
  const timer = new Recording(() => {
    ran.push("timer");
    fired.trySend();
  });
  eventLoop.setTimer(timer, -1);
  compute(OVER_A_SLICE_MS);
  assertEquals(ran, []);
  await fired.receive();
  assertEquals(ran, ["goroutine", "timer"]);
  assert(!eventLoop.clearTimer(timer), "it had fired");
});

// --- chance ---

Deno.test("EventLoop.choose gives every index from 0, about equally often", () => {
  const loop = new EventLoop();
  for (const count of [1, 2, 3, 7]) {
    const chosen = new Array<number>(count).fill(0);
    const rounds = 10_000 * count;
    for (let i = 0; i < rounds; i++) {
      const index = loop.choose(count);
      assert(Number.isInteger(index) && index >= 0 && index < count);
      chosen[index] = (chosen[index] as number) + 1;
    }
    // Ten standard deviations.
    for (const times of chosen) assert(Math.abs(times - 10_000) < 1000, `${chosen}`);
  }
});

Deno.test("trySelect takes each of the ready cases in the long run", () => {
  const channels = [new Channel<number>(1), new Channel<number>(1), new Channel<number>(1)];
  const taken = new Set<number>();
  for (let i = 0; i < 200; i++) {
    for (const ch of channels) ch.trySend(1);
    taken.add(trySelect(channels.map((ch) => ch.receiving()))?.key as number);
  }
  assertEquals([...taken].sort(), [0, 1, 2]);
});
