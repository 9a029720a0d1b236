// Go's src/time/sleep_test.go and the timers of src/internal/synctest/synctest_test.go.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  after,
  callAfter,
  type CallTimer,
  Channel,
  go,
  Mutex,
  now,
  select,
  sleep,
  Ticker,
  Timer,
  WaitGroup,
  yieldNow,
} from "../../mod.ts";
import { explore } from "../../testing/explore.ts";
import { conforms } from "./both_schedulers_test.ts";

/** Whether time is exact. On the event loop it is real: tests keep it short, and nothing may be early. */
const isVirtual = () => now() < Date.UTC(2001);

/** Under exploration time is exact; on the event loop it may be late. */
function assertElapsed(start: number, expected: number): void {
  const elapsed = now() - start;
  assert(elapsed >= expected - 0.001, `${elapsed} ms, expected ${expected}`);
  if (isVirtual()) assertEquals(elapsed, expected);
}

conforms(
  "callAfter: each call has a goroutine of its own (time/sleep_test.go:TestAfterFunc)",
  async (rounds) => {
    const start = now(), done = new Channel<void>();
    let i = rounds;
    const sleepers = new WaitGroup();
    const next = async (): Promise<void> => {
      if (--i >= 0) {
        callAfter(0, next);
        sleepers.add(1);
        await sleep(5); // must not delay the chain
        sleepers.done();
      } else {
        await done.send();
      }
    };
    callAfter(0, next);
    await done.receive();
    if (isVirtual()) assertEquals(now(), start);
    await sleepers.wait();
  },
  { rounds: [20, 4], schedules: 50 },
);

conforms(
  "a fast ticker and a fast sleeper side by side (time/sleep_test.go:TestTickerStress)",
  async (ticks) => {
    let isDone = false;
    const sleeper = new WaitGroup();
    sleeper.go(async () => {
      while (!isDone) await sleep(0.001);
    });
    using ticker = new Ticker(0.01);
    for (let i = 0; i < ticks; i++) await ticker.channel.receive();
    isDone = true;
    await sleeper.wait();
  },
  { rounds: [100, 3], schedules: 20 },
);

conforms("after is never early (time/sleep_test.go:TestAfter)", async () => {
  const start = now();
  const end = await after(2).receive() as number;
  assert(end >= start + 2);
  assertElapsed(start, 2);
});

conforms("ten times after in a row (time/sleep_test.go:TestAfterTick)", async () => {
  const start = now();
  for (let i = 0; i < 10; i++) await after(0.5).receive();
  assertElapsed(start, 5);
});

/** Makes something due after `delayMs` that can be stopped and counts how often it was due. */
const DELAYED: Record<string, (delayMs: number) => { stop(): boolean; count(): number }> = {
  "time/sleep_test.go:TestAfterStop/func": (delayMs) => {
    let count = 0;
    const timer = callAfter(delayMs, () => void count++);
    return { stop: () => timer.stop(), count: () => count };
  },
  "time/sleep_test.go:TestAfterStop/chan": (delayMs) => {
    const timer = new Timer(delayMs);
    return {
      stop: () => timer.stop(),
      count: () => timer.channel.tryReceive() === undefined ? 0 : 1,
    };
  },
};
for (const [id, make] of Object.entries(DELAYED)) {
  conforms(`what is stopped never comes (${id})`, async () => {
    const start = now();
    callAfter(3, () => {}); // something else is pending
    const longer = after(2), stopped = make(1);
    assertEquals([stopped.stop(), stopped.stop()], [true, false]);
    await longer.receive();
    assertElapsed(start, 2);
    assertEquals(stopped.count(), 0);
    assertEquals(stopped.stop(), false);
    await sleep(2);
  });
}

conforms(
  "timers fire in the order in which they are due (time/sleep_test.go:TestAfterQueuing/chan)",
  async () => {
    const slots = [5, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0];
    // As in Go, the slots are longer the next time: a busy machine may start the goroutines when some timers are due already.
    for (let slotMs = 2; slotMs <= 512; slotMs *= 4) {
      const results = new Channel<{ slot: number; at: number }>(slots.length), start = now();
      for (const slot of slots) {
        const timer = after(slot * slotMs);
        go(async () => results.send({ slot, at: await timer.receive() as number }));
      }
      const seen: number[] = [];
      for (let i = 0; i < slots.length; i++) {
        const { slot, at } = await results.receive() as { slot: number; at: number };
        assert(at >= start + slot * slotMs);
        if (isVirtual()) assertEquals(at, start + slot * slotMs);
        seen.push(slot);
      }
      if (isVirtual()) assertEquals(seen, slots.toSorted());
      if (seen.join() === slots.toSorted().join()) return;
    }
    throw new Error("out of order, however long the slots");
  },
  { schedules: 20 },
);

conforms(
  "calls that are stopped in time are never made (time/sleep_test.go:TestTimerStopStress)",
  async (count) => {
    const wg = new WaitGroup();
    for (let i = 0; i < count; i++) {
      wg.go(async () => {
        const timer = callAfter(200, () => assert(false, `timer ${i} was not stopped`));
        await sleep(1);
        assert(timer.stop());
      });
    }
    await wg.wait();
  },
  { rounds: [100, 4], schedules: 20 },
);

conforms("reset moves a timer (time/sleep_test.go:TestReset)", async () => {
  const start = now(), timer = new Timer(4);
  await sleep(2);
  assertEquals(timer.reset(1000), true);
  await sleep(3);
  assertEquals(timer.channel.tryReceive(), undefined, "nothing at the old time");
  assertEquals(timer.reset(2), true);
  assert(await timer.channel.receive() as number >= start + 7);
  assertEquals(timer.reset(1), false, "its time was received");
  assertEquals(timer.stop(), true);
});

conforms("reset moves a call", async () => {
  let calls = 0;
  const timer = callAfter(1000, () => void calls++);
  assertEquals(timer.reset(1), true);
  while (calls === 0) await sleep(1);
  assertEquals([timer.reset(1), timer.stop()], [false, true]);
  await sleep(2);
  assertEquals(calls, 1);
});

conforms(
  "timers of 0 ms come without delay, again and again (time/sleep_test.go:TestZeroTimer)",
  async (count) => {
    const start = now(), reused = new Timer(1e6), called = new Channel<void>(1);
    const call = callAfter(1e6, () => called.send());
    for (let i = 0; i < count; i++) {
      await new Timer(0).channel.receive();
      reused.reset(0);
      await reused.channel.receive();
      call.reset(0);
      await called.receive();
    }
    if (isVirtual()) assertEquals(now(), start);
  },
  { rounds: [50, 3], schedules: 20 },
);

conforms(
  "timers moved into the past come without delay (time/sleep_test.go:TestTimerModifiedEarlier)",
  async (count) => {
    for (let i = 0; i < count; i++) {
      const start = now(), timer = new Timer(1e9);
      for (let j = 0; j < 10; j++) {
        timer.stop();
        timer.reset(-1);
      }
      const late = after(1e6);
      const c = await select({ timer: timer.channel.receiving(), late: late.receiving() });
      assertEquals(c.key, "timer");
      if (isVirtual()) assertEquals(now(), start);
    }
  },
  { rounds: [1000, 3], schedules: 20 },
);

conforms(
  "many wait for one fast ticker (time/sleep_test.go:TestMultiWakeupTicker)",
  async (goroutines) => {
    using ticker = new Ticker(0.001);
    const wg = new WaitGroup();
    for (let i = 0; i < goroutines; i++) {
      wg.go(async () => {
        const end = after(1);
        for (;;) {
          const c = await select({ tick: ticker.channel.receiving(), end: end.receiving() });
          if (c.key === "end") return;
          await sleep(0.3);
        }
      });
    }
    await wg.wait();
  },
  { rounds: [16, 2], schedules: 20 },
);

conforms(
  "many poll and reset one timer (time/sleep_test.go:TestMultiWakeupTimer)",
  async (rounds) => {
    const timer = new Timer(0.001), wg = new WaitGroup();
    for (let i = 0; i < 8; i++) {
      wg.go(async () => {
        for (let round = 0; round < rounds; round++) {
          await select({ timer: timer.channel.receiving() }, { default: true });
          timer.reset(0.001);
        }
      });
    }
    await wg.wait();
  },
  { rounds: [500, 3], schedules: 20 },
);

conforms(
  "a timer cannot be made without being started (time/sleep_test.go:TestZeroTimerResetPanics, time/sleep_test.go:TestZeroTimerStopPanics)",
  () => {
    const { reset, stop } = Timer.prototype;
    assertThrows(() => reset.call(Object.create(Timer.prototype), 1), TypeError);
    assertThrows(() => stop.call(Object.create(Timer.prototype)), TypeError);
  },
);

// --- src/internal/synctest/synctest_test.go ---

conforms(
  "receiving a timer takes as long as it (internal/synctest:TestTimerReadBeforeDeadline)",
  async () => {
    const start = now(), ms = isVirtual() ? 5000 : 2;
    const due = await new Timer(ms).channel.receive();
    assertElapsed(start, ms);
    if (isVirtual()) assertEquals(due, start + ms);
  },
);

conforms(
  "a timer that is read late gives the time at which it was due (internal/synctest:TestTimerReadAfterDeadline, time/tick_test.go:TestAfterTimes)",
  async () => {
    const start = now(), timer = new Timer(1), madeBy = now();
    await sleep(4);
    const due = await timer.channel.receive() as number;
    assert(due >= start + 1 && due <= madeBy + 1.001, `${due - start} ms`);
  },
);

conforms(
  "a timer that is reset fires when it is due then (internal/synctest:TestTimerReset)",
  async () => {
    const start = now(), factor = isVirtual() ? 1000 : 0.5, timer = new Timer(factor);
    await timer.channel.receive();
    assertElapsed(start, factor);
    timer.reset(2 * factor);
    await timer.channel.receive();
    assertElapsed(start, 3 * factor);
    timer.reset(3 * factor);
    await sleep(factor);
    timer.reset(3 * factor);
    await timer.channel.receive();
    assertElapsed(start, 7 * factor);
  },
);

conforms(
  "a timer of 0 ms can be received at once (internal/synctest:TestTimerRunsImmediately)",
  () => {
    const start = now();
    const got = new Timer(0).channel.tryReceive();
    assertEquals(got?.done, false);
    assert(got?.value as number >= start);
  },
);

conforms(
  "a timer that was due long ago can be received at once (internal/synctest:TestTimerRanInPast)",
  async () => {
    const start = now(), timer = new Timer(1), madeBy = now();
    await sleep(3);
    const due = timer.channel.tryReceive()?.value as number;
    assert(due >= start + 1 && due <= madeBy + 1.001, `${due - start} ms`);
    assertEquals(timer.channel.tryReceive(), undefined);
  },
);

Deno.test(
  "a timer started outside a run cannot be used inside (internal/synctest:TestTimerFromOutsideBubble)",
  async () => {
    const timer = new Timer(1e6), ticker = new Ticker(1e6), call = callAfter(1e6, () => {});
    for (
      const use of [
        () => timer.channel.receive(),
        () => select({ late: timer.channel.receiving() }),
        () => timer.stop(),
        () => ticker.channel.receive(),
        () => call.stop(),
      ]
    ) {
      await assertRejects(
        () => explore(async () => void await use(), { schedules: 1 }),
        Error,
        "started outside: it goes by another clock",
      );
    }
    assertEquals([timer.stop(), call.stop()], [true, true], "they still run outside");
  },
);

/** What code outside a run is told that does `use` with a timer of a run. */
async function fromOutside(use: (timer: Timer) => unknown): Promise<string> {
  const { promise: made, resolve: make } = Promise.withResolvers<Timer>();
  const { promise: tried, resolve: giveUp } = Promise.withResolvers<void>();
  const exploring = explore(async () => {
    make(new Timer(1000));
    await tried; // a foreign await keeps the run going
  }, { schedules: 1 });
  let message = "nothing";
  try {
    const timer = await made;
    await new Promise((resolve) => setTimeout(resolve, 0)); // out of the step of the run
    await use(timer);
  } catch (error) {
    message = (error as Error).message;
  }
  giveUp();
  await exploring;
  return message;
}

Deno.test("receiving outside from a timer of a run is an error that says so (internal/synctest:TestTimerFromInsideBubble/read channel)", async () => {
  assertStringIncludes(
    await fromOutside((timer) => timer.channel.receive()),
    "from outside the run",
  );
});

Deno.test("resetting a timer of a run outside is an error that says so (internal/synctest:TestTimerFromInsideBubble/Reset)", async () => {
  assertStringIncludes(await fromOutside((timer) => timer.reset(1)), "from outside the run");
});

// --- ours ---

conforms("Timer: who waits is served first come, first served", async () => {
  const timer = new Timer(1), seen: number[] = [], wg = new WaitGroup();
  const first = timer.channel.receive(), second = timer.channel.receive();
  wg.go(async () => {
    await first;
    seen.push(1);
    timer.reset(1);
  });
  wg.go(async () => {
    await second;
    seen.push(2);
  });
  await wg.wait();
  assertEquals(seen, [1, 2]);
});

conforms("Timer: nothing of before is left by stop and reset", async () => {
  const timer = new Timer(0);
  await sleep(1);
  assertEquals(timer.stop(), true, "due, but not received");
  assertEquals(timer.channel.tryReceive(), undefined);
  timer.reset(0);
  await sleep(1);
  assertEquals(timer.reset(1e6), true, "due, but not received");
  assertEquals([timer.channel.tryReceive(), timer.channel.size, timer.channel.capacity], [
    undefined,
    0,
    0,
  ]);
});

conforms("Timer: delays beyond 2^31 ms do not fire at once (js:timer-2^31)", async () => {
  const c = await select({
    late: after(2 ** 31).receiving(),
    never: after(Infinity).receiving(),
    soon: after(1).receiving(),
  });
  assertEquals(c.key, "soon");
});

conforms("Timer, callAfter: what is no duration is refused", () => {
  const timers: (() => unknown)[] = [
    () => new Timer(NaN),
    () => new Timer(1).reset(NaN),
    () => after(NaN),
    () => callAfter(NaN, () => {}),
  ];
  for (const make of timers) assertThrows(make, RangeError, "NaN");
  assertThrows(() => callAfter(1, undefined as unknown as () => void), TypeError);
});

Deno.test("Timer: stop racing the firing, all schedules", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const timer = new Timer(5), wg = new WaitGroup();
    let received = "nothing", stopped: boolean | undefined;
    wg.go(async () => {
      const c = await select({ time: timer.channel.receiving(), end: after(9).receiving() });
      received = c.key;
    });
    wg.go(async () => {
      await sleep(5);
      stopped = timer.stop();
    });
    await wg.wait();
    outcomes.add(`${received}, stop ${stopped}`);
  }, { strategy: "exhaustive", mustComplete: true });
  assertEquals([...outcomes].sort(), ["end, stop true", "time, stop false"]);
});

Deno.test("callAfter: stop racing the call, all schedules", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    let calls = 0;
    const timer: CallTimer = callAfter(5, () => void calls++);
    await sleep(5);
    const stopped = timer.stop();
    await sleep(5);
    outcomes.add(`stop ${stopped}, ${calls} calls`);
  }, { strategy: "exhaustive", mustComplete: true });
  assertEquals([...outcomes].sort(), ["stop false, 1 calls", "stop true, 0 calls"]);
});

Deno.test("Timer: one nobody waits for hides no deadlock", async () => {
  const error = await assertRejects(() =>
    explore(async () => {
      const ticker = new Ticker(1), timer = new Timer(1);
      const mu = new Mutex();
      await mu.lock();
      await mu.lock();
      ticker.stop();
      timer.stop();
    }, { schedules: 1 })
  ) as Error;
  assertStringIncludes(error.message, "deadlock");
});

conforms("Timer: those that lose a select are armed no more", async () => {
  const timer = new Timer(1), ready = new Channel<number>(1);
  ready.trySend(1);
  await select({ ready: ready.receiving() });
  const racing = select({ time: timer.channel.receiving(), ready: ready.receiving() });
  ready.trySend(2);
  assertEquals((await racing).key, "ready");
  await yieldNow();
});

Deno.test("Timer: a newcomer does not overtake who waits, even if the time has come", async () => {
  await explore(async () => {
    const timer = new Timer(5), wg = new WaitGroup(), seen: string[] = [];
    wg.go(async () => {
      await timer.channel.receive();
      seen.push("first");
      timer.reset(1);
    });
    wg.go(async () => {
      await sleep(5);
      await timer.channel.receive();
      seen.push("newcomer");
    });
    await wg.wait();
    assertEquals(seen, ["first", "newcomer"]);
  }, { strategy: "exhaustive", mustComplete: true });
});
