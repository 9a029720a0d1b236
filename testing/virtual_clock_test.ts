import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Channel, go, Mutex, now, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { Timer } from "../runtime/scheduler.ts";
import { explore } from "./explore.ts";
import { multinomial, shuffle, sleepAndSend } from "./programs_test.ts";
import { ScheduleError } from "./schedule_error.ts";
import { DEFAULT_START, VirtualClock } from "./virtual_clock.ts";

const START = Date.UTC(2000, 0, 1);

class Note extends Timer {
  readonly kind = "note";
  fire(): void {}
}

// --- alone ---

Deno.test("VirtualClock moves only from one due time to the next, and never back", () => {
  const clock = new VirtualClock();
  clock.reset(1_000);
  const [late, early, past] = [new Note(), new Note(), new Note()];
  clock.add(late, 30);
  clock.add(early, 10.5);
  assertEquals([clock.now, clock.size, clock.nextDue], [1_000, 2, 1_010.5]);
  assertEquals(clock.takeDue(), undefined, "nothing is due yet");
  clock.advance();
  assertEquals([clock.now, clock.elapsed], [1_010.5, 10.5]);
  assertEquals(clock.takeDue(), early);
  assertEquals(clock.takeDue(), undefined);
  clock.add(past, -50);
  assertEquals(past.due, 1_010.5, "the past is now");
  clock.advance();
  assertEquals(clock.now, 1_010.5);
  assertEquals(clock.takeDue(), past);
  clock.advance();
  assertEquals([clock.now, clock.takeDue(), clock.size], [1_030, late, 0]);
});

Deno.test("VirtualClock gives timers by (due, sequence), whatever was removed in between", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.boolean())), (plan) => {
      const clock = new VirtualClock();
      clock.reset(0);
      const timers = plan.map(([delay]) => {
        const timer = new Note();
        clock.add(timer, delay);
        return timer;
      });
      const left = timers.filter((timer, i) => plan[i]?.[1] || !clock.remove(timer));
      const expected = left.map((timer, i) => ({ timer, i })).sort((a, b) =>
        a.timer.due - b.timer.due || a.i - b.i
      ).map(({ timer }) => timer);
      assertEquals(clock.pending(), expected);
      const taken: Timer[] = [];
      while (clock.size > 0) {
        clock.advance();
        for (let timer = clock.takeDue(); timer; timer = clock.takeDue()) taken.push(timer);
      }
      assertEquals(taken, expected);
    }),
  );
});

Deno.test("VirtualClock forgets timers at the start of a schedule, and they can be armed again", () => {
  const clock = new VirtualClock();
  clock.reset(5);
  const timer = new Note();
  clock.add(timer, 1);
  clock.reset(7);
  assertEquals([clock.size, clock.now, clock.elapsed, clock.remove(timer)], [0, 7, 0, false]);
  clock.add(timer, 1);
  assertEquals(clock.sinceStart(timer.due), 1);
});

// --- in an exploration ---

Deno.test("explore starts the clock at 2000-01-01T00:00:00Z in every schedule (TestNow)", async () => {
  assertEquals(DEFAULT_START, START);
  await explore(async () => {
    assertEquals(now(), START);
    go(() => assertEquals(now(), START));
    await yieldNow();
    assertEquals(now(), START);
    await sleep(1_000);
    assertEquals(now(), START + 1_000);
  });
});

Deno.test("explore starts the clock where start says", async () => {
  for (const start of [0, 1, Date.UTC(2026, 6, 1), -5_000, 0.5]) {
    await explore(async () => {
      assertEquals(now(), start);
      await sleep(10);
      assertEquals(now(), start + 10);
    }, { start });
  }
});

Deno.test("explore sleeps exactly: three chained sleeps of 10 ms log at 10, 20, 30", async () => {
  await explore(async () => {
    const log: number[] = [];
    go(async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(10);
        log.push(now() - START);
      }
    });
    await sleep(31);
    assertEquals(log, [10, 20, 30]);
    await sleep(0.25);
    assertEquals(now() - START, 31.25);
  });
});

Deno.test("explore sleeps 100 years in no time, and longer than the platform's timers can", async () => {
  const century = 100 * 365.25 * 24 * 3_600_000;
  const before = performance.now();
  const { schedules } = await explore(async () => {
    await sleep(century);
    assertEquals(now() - START, century);
  }, { strategy: "random", schedules: 100 });
  assertEquals(schedules, 100);
  assert(performance.now() - before < 60_000, "it took real time");
});

Deno.test("explore moves time only when nobody can do anything", async () => {
  await explore(async () => {
    let isBusy = true;
    const work = new Channel<number>(1);
    go(async () => {
      for (let i = 0; i < 50; i++) {
        // Whoever only yields does not hold up time for ever.
        if (i % 10 === 0 && !work.trySend(i)) work.tryReceive();
        await yieldNow();
        assertEquals(now(), START, "time stands still while somebody runs");
      }
      isBusy = false;
    });
    await sleep(1);
    assertEquals(isBusy, false);
  }, { strategy: "random", schedules: 200, seed: 1 });
});

Deno.test("explore gives goroutines their turns in order of due time (testing/synctest:TestTime)", async () => {
  await explore(async () => {
    const log: string[] = [];
    for (const delay of [30, 10, 20]) {
      go(async () => {
        await sleep(delay);
        log.push(`${delay} at ${now() - START}`);
      });
    }
    await sleep(40);
    assertEquals(log, ["10 at 10", "20 at 20", "30 at 30"]);
  });
});

Deno.test("explore tries equal deadlines in every order", async () => {
  const orders = new Set<string>();
  const { complete } = await explore(async () => {
    const order: number[] = [];
    const wg = new WaitGroup();
    for (let i = 0; i < 4; i++) {
      wg.go(async () => {
        await sleep(5);
        order.push(i);
      });
    }
    await wg.wait();
    orders.add(order.join(""));
  }, { strategy: "exhaustive", mustComplete: true });
  assert(complete);
  assertEquals(orders.size, 24);
});

Deno.test("explore reaches 36 of 36 orders of three that sleep and send twice", async () => {
  const order: number[] = [];
  const seen = new Set<string>();
  const body = sleepAndSend(order);
  await explore(async () => {
    await body();
    seen.add(order.join(""));
  }, { strategy: "random", seed: 1, schedules: 3_000 });
  assertEquals(seen.size, 36);
  // Each has sent once when the second time comes.
  for (const text of seen) assertEquals([...text.slice(0, 3)].sort().join(""), "012");
});

Deno.test("explore reaches 90 of 90 orders of three that send twice to a buffered channel", async () => {
  const seen = new Set<string>();
  await explore(async () => {
    const ch = new Channel<number>(6);
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        await ch.send(i);
        await ch.send(i);
      });
    }
    await wg.wait();
    ch.close();
    let order = "";
    for await (const i of ch) order += i;
    seen.add(order);
  }, { strategy: "random", seed: 1, schedules: 6_000 });
  assertEquals(seen.size, multinomial([2, 2, 2]));
});

Deno.test("explore holds a lock across a sleep under virtual time", async () => {
  await explore(async () => {
    const mu = new Mutex();
    const wg = new WaitGroup();
    const entered: number[] = [];
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        await mu.lock();
        entered.push(now() - START);
        await sleep(10);
        mu.unlock();
      });
    }
    await wg.wait();
    assertEquals(entered, [0, 10, 20]);
    assertEquals(now() - START, 30);
  });
});

Deno.test("explore waits in a WaitGroup for exactly as long as the other sleeps (TestWaitGroupInBubble)", async () => {
  await explore(async () => {
    const wg = new WaitGroup();
    wg.go(() => sleep(1_000));
    await wg.wait();
    assertEquals(now() - START, 1_000);
  });
});

Deno.test("explore lets sleep(0) and negative sleeps yield, and time stand still", async () => {
  for (const delay of [0, -1, -Infinity]) {
    const { schedules } = await explore(async () => {
      go(() => {});
      await sleep(delay);
      assertEquals(now(), START);
    }, { strategy: "exhaustive" });
    assertEquals(schedules, multinomial([1, 1]));
  }
});

Deno.test("explore sleeps less than the clock can show without running anything at once", async () => {
  await explore(async () => {
    let isAsleep = false;
    const sleeping = sleep(1e-9).then(() => assert(isAsleep));
    isAsleep = true;
    await sleeping;
    assertEquals(now(), START);
  });
});

Deno.test("explore counts a sleep as one step more, whoever else sleeps", async () => {
  assertEquals((await explore(() => sleep(1))).steps, 2);
  const { schedules } = await explore(() => {
    go(() => sleep(1));
    go(() => sleep(2));
  }, { strategy: "exhaustive", afterMain: "run" });
  // The two start in either order; their ends come at two instants.
  assertEquals(schedules, multinomial([1, 1]));
  assertEquals((await explore(shuffle([1, 1]), { strategy: "exhaustive" })).schedules, 2);
});

Deno.test("explore stops the clock once the body has returned, and says which timers were left", async () => {
  const error = await assertRejects(
    () =>
      explore(() => {
        go(async function later() {
          await sleep(30);
        });
      }),
    ScheduleError,
  );
  assertEquals(error.kind, "leak");
  assertEquals(error.trace.timers.map(({ kind, due }) => [kind, due]), [["sleep", 30]]);
  assertEquals(error.goroutines[1]?.until, 30);
});

Deno.test("explore leaves the real clock outside alone", async () => {
  const outside: number[] = [];
  const exploring = explore(async () => {
    await sleep(1e12);
  });
  outside.push(now());
  await exploring;
  outside.push(now());
  assert(outside.every((time) => Math.abs(time - Date.now()) < 3_600_000), `${outside}`);
});

Deno.test("times taken inside and outside are on one scale, and compare as start says (internal/synctest:TestMonotonicClock)", async () => {
  const clocks = (): number[] => [
    now(),
    Date.now(),
    new Date().getTime(),
    performance.timeOrigin + performance.now(),
  ];
  const outside = Date.now(), monotonic = performance.now();
  for (const [start, isEarlier] of [[undefined, true], [outside, false]] as const) {
    await explore(async () => {
      assertEquals(clocks(), Array(4).fill(start ?? START), "one clock");
      assertEquals(performance.now(), 0);
      await sleep(3_600_000);
      assertEquals(clocks(), Array(4).fill((start ?? START) + 3_600_000));
      assertEquals(performance.now(), 3_600_000);
      assertEquals(Date.now() < outside, isEarlier);
      assertEquals(Date.now() - outside >= 0, !isEarlier);
    }, start === undefined ? {} : { start });
    const passed = performance.now() - monotonic;
    assert(passed >= 0 && passed < 3_600_000, "the real clock went on by itself");
    assert(Date.now() - outside < 3_600_000);
  }
});
