import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { setTimeout as realSetTimeout } from "node:timers";
import { Channel, go, Mutex, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { crossedLocks, lostSignal, lostUpdate, multinomial, shuffle } from "./programs_test.ts";
import type { FailureKind } from "./record.ts";
import { ScheduleError } from "./schedule_error.ts";

/** Waits in real time, inside a schedule too: nobody can replace the timers of node:timers. */
const realTime = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    realSetTimeout(resolve, ms);
  });

/** Explores `body`, which must fail with `kind`, and checks that the next exploration is none the worse for it. */
async function failing(
  kind: FailureKind,
  body: () => unknown,
  options: ExploreOptions = {},
): Promise<ScheduleError> {
  const error = await assertRejects(() => explore(body, options), ScheduleError);
  assertEquals(error.kind, kind, error.message);
  const { schedules, complete } = await explore(shuffle([2, 2]), { strategy: "exhaustive" });
  assertEquals([schedules, complete], [multinomial([2, 2]), true], "the next exploration");
  return error;
}

/** The line of this file that ends in the comment `mark`. */
function lineOf(mark: string): number {
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  const at = lines.findIndex((line) => line.endsWith(`// ${mark}`));
  assert(at >= 0, mark);
  return at + 1;
}

// --- passing ---

Deno.test("explore runs a body that does nothing once, and says so", async () => {
  for (const body of [() => {}, () => 42, async () => {}, () => Promise.resolve("x"), () => null]) {
    const { schedules, steps, complete, endedBy } = await explore(body);
    assertEquals({ schedules, steps, complete, endedBy }, {
      schedules: 1,
      steps: 1,
      complete: true,
      endedBy: "complete",
    });
  }
});

Deno.test("explore waits for goroutines of a body that returns without waiting for them", async () => {
  let ended = 0;
  const { schedules } = await explore(() => {
    for (let i = 0; i < 2; i++) {
      go(async () => {
        await yieldNow();
        ended++;
      });
    }
  }, { strategy: "exhaustive" });
  assertEquals(schedules, multinomial([2, 2]));
  assertEquals(ended, 2 * schedules);
});

Deno.test("explore does not take a thenable that a synchronous body returns for granted", async () => {
  let steps = 0;
  // deno-lint-ignore no-explicit-any
  const thenable: any = {
    then(resolve: () => void) {
      void yieldNow().then(() => {
        steps++;
        resolve();
      });
    },
  };
  assertEquals((await explore(() => thenable)).steps, 2);
  assertEquals(steps, 1);
});

// --- every verdict ---

Deno.test("explore reports a race: an assertion that fails in some schedules, with the original as cause", async () => {
  const error = await failing("race", lostUpdate);
  assertEquals(error.name, "RaceError");
  assertMatch(error.message, /^fails in 1 of \d+ schedules?\n/);
  assertStringIncludes(error.message, "count is 1, expected 2");
  assertEquals((error.cause as Error).message, "count is 1, expected 2");
  assertEquals(error.goroutines.map(({ status }) => status), ["panicked", "ended", "ended"]);
});

Deno.test("explore throws an error that has nothing to do with the order as it is", async () => {
  const own = new RangeError("always");
  const body = async (): Promise<void> => {
    go(() => {});
    await yieldNow();
    throw own;
  };
  assertStrictEquals(await assertRejects(() => explore(body)), own);
  // deno-lint-ignore no-explicit-any
  for (const thrown of [undefined, null, 0, "text", Symbol("s")] as any[]) {
    let caught: unknown = "nothing";
    try {
      await explore(() => {
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    assertStrictEquals(caught, thrown);
  }
});

Deno.test("explore reports a race as one if hardly any schedule passes", async () => {
  const body = async (): Promise<void> => {
    let count = 0;
    go(async () => {
      for (let i = 0; i < 6; i++) {
        await yieldNow();
        count++;
      }
    });
    for (let i = 0; i < 3; i++) await yieldNow();
    if (count < 6) throw new Error("looked too early");
  };
  for (let seed = 0; seed < 50; seed++) await failing("race", body, { seed });
});

Deno.test("explore reports a panic with the name of its goroutine and where it was started (testing/synctest:TestFatal)", async () => {
  const error = await failing("panic", async () => {
    go(async function load() { // started here
      await yieldNow();
      throw new TypeError("no such key");
    });
    await sleep(1);
  });
  assertEquals(error.name, "GoroutinePanic");
  assertMatch(error.message, /^g2 load panics in /);
  assertStringIncludes(error.message, "TypeError: no such key");
  assert(error.cause instanceof TypeError);
  assertEquals(error.goroutines[1]?.createdAt?.line, lineOf("started here"));
});

Deno.test("explore reports a deadlock of the body: who waits for what (TestDeadlockRoot)", async () => {
  const error = await failing("deadlock", async () => {
    const replies = new Channel<number>();
    await replies.receive(); // asleep
  });
  assertEquals(error.name, "DeadlockError");
  assertMatch(error.message, /^all goroutines are asleep - deadlock!\n/);
  const [main] = error.goroutines;
  assertEquals([main?.status, main?.waitReason, main?.at[0]?.line], [
    "waiting",
    "chan receive",
    lineOf("asleep"),
  ]);
  assertEquals(error.trace.resources[main?.resource as number]?.name, "replies");
});

Deno.test("explore reports crossed locks at once: who waits for what and who holds it", async () => {
  const error = await failing("deadlock", crossedLocks);
  const [main, left, right] = error.goroutines;
  assertEquals([main?.waitReason, left?.waitReason, right?.waitReason], [
    "sync.WaitGroup.Wait",
    "sync.Mutex.Lock",
    "sync.Mutex.Lock",
  ]);
  const holderOf = (goroutine: typeof left) =>
    error.trace.resources[goroutine?.resource as number]?.holders.map((holder) => holder.goroutine);
  assertEquals([holderOf(left), holderOf(right)], [[3], [2]]);
  assert(left?.resource !== right?.resource);
});

Deno.test("explore reports a deadlock among some goroutines while others live", async () => {
  const error = await failing("deadlock", async () => {
    const wg = new WaitGroup();
    wg.go(async function busy() {
      for (let i = 0; i < 20; i++) await sleep(1);
    });
    await crossedLocks();
    await wg.wait();
  });
  // Time went on as long as anybody could: "busy" has ended, and three are left.
  assertEquals(error.goroutines.map(({ status }) => status), [
    "waiting",
    "ended",
    "waiting",
    "waiting",
  ]);
});

Deno.test("explore finds a lost signal as a deadlock", async () => {
  const error = await failing("deadlock", lostSignal);
  assertStringIncludes(error.message, "waits for chan receive signal");
});

Deno.test("explore calls sleeping for ever a deadlock", async () => {
  await failing("deadlock", () => sleep(Infinity));
});

Deno.test("explore reports a goroutine that outlives the body (TestDeadlockChild, goleak:TestFind/leaked)", async () => {
  const error = await failing("leak", () => {
    const jobs = new Channel<number>();
    go(async function worker() {
      await jobs.receive();
    });
  });
  assertEquals(error.name, "LeakError");
  assertMatch(error.message, /^1 goroutine outlives the test\n/);
  assertStringIncludes(error.message, "g2 worker  waits for chan receive jobs");
});

Deno.test("explore reports nothing left behind if what waited was released (goleak:TestFind/no leaks)", async () => {
  await explore(async () => {
    const jobs = new Channel<number>();
    go(() => jobs.receive());
    await yieldNow();
    jobs.close();
  });
});

Deno.test("explore allows leaks by name, and all of them with leaks: ignore (goleak:TestOptionsIgnoreAnyFunction)", async () => {
  const body = (): void => {
    const jobs = new Channel<number>();
    go(async function worker() {
      await jobs.receive();
    });
    go(() => jobs.receive(), "janitor");
  };
  await explore(body, { allowLeaks: ["worker", "janitor"] });
  await explore(body, { leaks: "ignore" });
  const error = await failing("leak", body, { allowLeaks: ["worker"] });
  assertStringIncludes(error.message, "janitor");
  await failing("leak", body, { allowLeaks: [] });
});

Deno.test("explore stops time once the body has returned, or runs on with afterMain: run", async () => {
  let woken = 0;
  const body = (): void => {
    go(async function sleeper() {
      await sleep(30);
      woken++;
    });
  };
  const error = await failing("leak", body);
  assertStringIncludes(error.message, "sleeper");
  assertEquals(woken, 0);
  await explore(body, { afterMain: "run" });
  assertEquals(woken, 1);
  await failing("leak", () => {
    body();
    go(() => new Channel<number>().receive());
  }, { afterMain: "run" });
});

Deno.test("explore reports an operation that nobody awaited", async () => {
  const error = await failing("leak", async () => {
    const log = new Channel<number>();
    void log.send(1);
    await yieldNow();
  });
  assertStringIncludes(error.message, "ended while its chan send");
  assertStringIncludes(error.message, "missing await?");
});

Deno.test("explore reports the loser of a Promise.race of operations as one that nobody awaits", async () => {
  const error = await failing("leak", async () => {
    const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
    await a.send(1);
    await Promise.race([a.receive(), b.receive()]);
  });
  assertStringIncludes(error.message, "chan receive");
  assertStringIncludes(error.message, "pending");
});

Deno.test("explore fails a schedule with a fatal error even if the program catches it", async () => {
  const error = await failing("panic", async () => {
    try {
      new Mutex().unlock();
    } catch {
      // Go's fatal errors cannot be recovered from
    }
    await yieldNow();
  });
  assertStringIncludes(error.message, "sync: unlock of unlocked mutex");
  await failing("panic", () => {
    go(() => {
      try {
        new Mutex().unlock();
      } catch {
        throw new Error("another error hides it");
      }
    });
  }).then(({ message }) => assertStringIncludes(message, "unlock of unlocked mutex"));
});

Deno.test("explore reports a foreign await with the place of the innermost await", async () => {
  const query = async (): Promise<void> => {
    await new Promise(() => {}); // innermost
  };
  const load = async (): Promise<void> => {
    await null;
    await query(); // caller
  };
  const error = await failing("foreign", async () => {
    const wg = new WaitGroup();
    wg.go(load);
    await wg.wait();
  }, { externalTimeoutMs: 20 });
  assertEquals(error.name, "ForeignAwaitError");
  assertMatch(error.message, /^g2 load waits for something outside the scheduler\n/);
  const goroutine = error.goroutines[1];
  assertEquals(goroutine?.status, "foreign");
  assertEquals(goroutine?.at.slice(0, 2).map(({ line }) => line), [
    lineOf("innermost"),
    lineOf("caller"),
  ]);
  assertMatch(goroutine?.at[0]?.file as string, /explore_test\.ts$/);
  assertStringIncludes(error.message, `explore_test.ts:${lineOf("innermost")}`);
});

Deno.test("explore finds the innermost await however deep it is, and of a function that has waited before", async () => {
  const deep = async (depth: number): Promise<void> => {
    if (depth > 0) return await deep(depth - 1); // passes on
    await new Promise(() => {}); // at the bottom
  };
  const placeOf = async (body: () => Promise<void>): Promise<number | undefined> =>
    (await failing("foreign", body, { externalTimeoutMs: 20 })).goroutines[0]?.at[0]?.line;
  for (const depth of [0, 3, 12]) {
    assertEquals(await placeOf(() => deep(depth)), lineOf("at the bottom"), `${depth}`);
  }
  assertEquals(
    await placeOf(async () => {
      await deepAfter();
    }),
    lineOf("after that"),
  );
});

Deno.test("explore finds the innermost await of a schedule that had come back from outside before", async () => {
  const error = await failing("foreign", async () => {
    await realTime(3);
    await yieldNow();
    await new Promise(() => {}); // the second time
  }, { externalTimeoutMs: 20 });
  assertEquals(error.goroutines[0]?.at[0]?.line, lineOf("the second time"));
});

async function deepAfter(): Promise<void> {
  for (let i = 0; i < 3; i++) await Promise.resolve(i);
  await yieldNow();
  await new Promise(() => {}); // after that
}

Deno.test("explore waits for what is only slow, and gives goroutines that can run their turns meanwhile", async () => {
  const log: string[] = [];
  await explore(async () => {
    log.length = 0;
    go(() => log.push("other"));
    await realTime(3);
    log.push("main");
    await yieldNow();
  }, { externalTimeoutMs: 60_000, schedules: 3 });
  assertEquals(log, ["other", "main"]);
  await explore(() => realTime(3), { externalTimeoutMs: Infinity, schedules: 1 });
});

Deno.test("explore reports what goes on for ever: yieldNow, trySend, ping-pong, a ticker", async () => {
  const limits = { maxSteps: 10, maxSpins: 100 };
  const spinning = await failing("livelock", async () => {
    for (;;) await yieldNow();
  }, limits);
  assertEquals(spinning.name, "LivelockError");
  const trying = await failing("livelock", async () => {
    const ch = new Channel<number>();
    while (!ch.trySend(1)) await yieldNow();
  }, limits);
  assertStringIncludes(trying.message, "main spins");
  const playing = await failing("livelock", async () => {
    const [ping, pong] = [new Channel<number>(), new Channel<number>()];
    go(async () => {
      for (;;) await pong.send(await ping.receive() as number);
    });
    for (;;) {
      await ping.send(1);
      await pong.receive();
    }
  }, limits);
  assert(playing.schedule.length < 60, playing.schedule);
  await failing("livelock", async () => {
    go(async () => {
      for (;;) await sleep(10);
    });
    await new Channel<number>().receive();
  }, limits);
});

Deno.test("explore bounds a schedule by its default limit too", async () => {
  const error = await failing("livelock", async () => {
    for (;;) await sleep(1);
  });
  assert(error.steps <= 1_000, "only the end of a long schedule is recorded");
});

Deno.test("explore calls no long program a livelock if it ends once it is scheduled fairly", async () => {
  // The spinner starves the worker under a strategy that keeps running; the fair steps after maxSteps end it.
  const { schedules } = await explore(async () => {
    let isDone = false;
    go(async () => {
      await yieldNow();
      isDone = true;
    });
    while (!isDone) await yieldNow();
  }, {
    maxSteps: 50,
    strategy: { name: "0", begin: (n) => n < 1, pick: () => 0, choose: () => 0 },
  });
  assertEquals(schedules, 1);
});

Deno.test("explore attributes a rejection that nobody handles to its schedule", async () => {
  let schedule = 0;
  let bad = 0;
  const error = await failing("panic", async () => {
    schedule++;
    let log = "";
    const wg = new WaitGroup();
    for (const name of ["a", "b"]) wg.go(() => void (log += name));
    await wg.wait();
    if (log === "ba") {
      bad = schedule;
      void Promise.reject(new Error("nobody cares"));
    }
  }, { strategy: { ...pickEach([0, 0, 1]), name: "third is bad" } });
  assertStringIncludes(error.message, "nobody cares");
  assertEquals((error.cause as Error).message, "nobody cares");
  assert(bad >= 3, `first in schedule ${bad}`);
  assertStringIncludes(error.message, "schedule 3 ");
});

/** A strategy whose schedule `i` gives `answers[i]` to every question. */
function pickEach(answers: readonly number[]) {
  let answer = 0;
  return {
    name: "each",
    begin(schedule: number) {
      answer = answers[schedule] ?? 0;
      return schedule < answers.length;
    },
    pick: () => answer,
    choose: () => 0,
  };
}

Deno.test("explore reports a rejection in a goroutine that has gone, too", async () => {
  const error = await failing("panic", () => {
    go(() => {
      void (async () => {
        await null;
        throw new Error("detached");
      })();
    });
  });
  assertStringIncludes(error.message, "detached");
});

// --- module-level resources ---

const moduleMutex = new Mutex();
const moduleChannel = new Channel<number>(2);
const moduleGroup = new WaitGroup();

Deno.test("explore lets schedules use what was made at module level, from run to run (TestWaitGroupHeapAllocated)", async () => {
  for (let round = 0; round < 3; round++) {
    const { complete } = await explore(async () => {
      for (let i = 0; i < 2; i++) {
        moduleGroup.go(async () => {
          await moduleMutex.lock();
          await moduleChannel.send(i);
          moduleMutex.unlock();
        });
      }
      await moduleGroup.wait();
      await moduleChannel.receive();
      await moduleChannel.receive();
    });
    assert(complete);
  }
});

Deno.test("explore reports state that a schedule leaves behind, and leaves none itself (TestWaitGroupMovedBetweenBubblesWithNonZeroCount)", async () => {
  const cases: [string, () => unknown][] = [
    ["Mutex", () => moduleMutex.lock()],
    ["Mutex", () => moduleMutex.tryLock()],
    ["Channel", () => moduleChannel.send(1)],
    ["Channel", () => moduleChannel.trySend(1)],
    ["WaitGroup", () => moduleGroup.add(1)],
  ];
  for (const [type, leave] of cases) {
    const error = await failing("leak", async () => {
      await leave();
    });
    assertMatch(error.message, /^state leaked from one schedule into the next/);
    assertStringIncludes(error.message, type);
    assertEquals(moduleMutex.state(), "unlocked");
    assertEquals(moduleChannel.size, 0);
    moduleGroup.add(1);
    moduleGroup.done();
  }
  // Leaving it closed is a change as well; a channel of its own, since that one would stay closed outside.
  const closing = new Channel<number>();
  await failing("leak", () => closing.close());
  assertEquals(closing.trySend(1), false, "it is open again: nobody waits, and nothing throws");
});

Deno.test("explore gives what is left idle on to the next schedule (TestWaitGroupDisassociateInAdd)", async () => {
  await explore(async () => {
    moduleGroup.add(1);
    go(() => moduleGroup.done());
    await moduleGroup.wait();
  });
  await explore(async () => {
    moduleGroup.add(2);
    moduleGroup.done();
    moduleGroup.done();
    await moduleGroup.wait();
  });
});

Deno.test("explore puts back what a failing schedule had changed at module level", async () => {
  await failing("deadlock", async () => {
    await moduleMutex.lock();
    await moduleChannel.send(1);
    await moduleChannel.send(2);
    moduleGroup.add(3);
    await moduleChannel.send(3);
  });
  assertEquals([moduleMutex.tryLock(), moduleChannel.size], [true, 0]);
  moduleMutex.unlock();
  await moduleGroup.wait();
});

Deno.test("explore refuses an operation inside that would join a waiter outside (TestChannelFromOutsideBubble)", async () => {
  const ch = new Channel<number>();
  const outside = ch.receive();
  const error = await assertRejects(() => explore(() => ch.send(1)), Error);
  assertStringIncludes(error.message, "send() would join a waiter inside the run with one outside");
  ch.trySend(5);
  assertEquals(await outside, 5);
  const mu = new Mutex();
  await mu.lock();
  const locking = mu.lock();
  await assertRejects(
    () => explore(() => mu.unlock()),
    Error,
    "would join a waiter inside the run",
  );
  mu.unlock();
  await locking;
  await explore(async () => {
    await ch.send(1);
  }, { leaks: "ignore" }).catch((error) => assertEquals(error.kind, "deadlock"));
});

Deno.test("explore refuses an operation outside that would join a waiter inside (TestChannelMovedOutOfBubble)", async () => {
  const ch = new Channel<number>();
  const messages: string[] = [];
  const { promise: tried, resolve: goOn } = Promise.withResolvers<void>();
  const exploring = explore(async () => {
    go(() => ch.receive());
    await tried; // something outside
    await ch.send(1);
  }, { schedules: 1, externalTimeoutMs: 60_000 });
  await realTime(3);
  for (const attempt of [() => ch.trySend(5), () => ch.send(5), () => ch.close()]) {
    try {
      await attempt();
    } catch (error) {
      messages.push((error as Error).message);
    }
  }
  goOn();
  await exploring;
  assertEquals(
    messages,
    ["trySend", "send", "close"].map((verb) =>
      `Cannot ${verb}: Channel.${verb}() from outside the run on a resource that is in use inside it`
    ),
  );
  assertEquals(ch.trySend(1), false);
});

// --- one at a time ---

Deno.test("explore refuses a nested exploration, naming where the outer one began", async () => {
  const error = await assertRejects(
    () =>
      // the outer one
      explore(() => explore(() => {})), // nested
    Error,
  );
  assertMatch(
    error.message,
    /^Cannot explore: explore\(\) is already running in this isolate \(.*explore_test\.ts:\d+\)/,
  );
  assertStringIncludes(error.message, `explore_test.ts:${lineOf("nested")}`);
  await explore(() => {});
});

Deno.test("explore refuses a second exploration beside the first, which goes on", async () => {
  const first = explore(lostUpdateTolerated, { strategy: "exhaustive" });
  await assertRejects(() => explore(() => {}), Error, "explore() is already running");
  const { schedules, complete } = await first;
  assert(complete);
  assertEquals(
    (await explore(lostUpdateTolerated, { strategy: "exhaustive" })).schedules,
    schedules,
  );
});

async function lostUpdateTolerated(): Promise<void> {
  await lostUpdate().catch(() => {});
}

Deno.test("explore may be called several times in one test, in a subtest, and in a hook", async (t) => {
  await explore(() => {});
  await t.step("subtest", async () => {
    await explore(() => {});
  });
  await explore(() => {});
});

// --- the error ---

Deno.test("explore throws an error whose stack begins at the call of explore", async () => {
  let stack = "";
  try {
    await explore(() => new Channel<number>().receive()); // the call
  } catch (error) {
    stack = (error as Error).stack as string;
  }
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  assertMatch(frames[0] as string, new RegExp(`explore_test\\.ts:${lineOf("the call")}:`));
});

Deno.test("explore gives the numbers of the failing schedule with the error", async () => {
  const error = await assertRejects(() => explore(lostUpdate, { seed: 5 }), ScheduleError);
  assertEquals(error.seed, 5);
  assertMatch(error.schedule, /^s1:[0-9a-z._]+:[0-9a-z]{6}$/);
  assertEquals(error.steps, error.trace.steps.length);
  assertEquals(error.trace.steps.map(({ step }) => step), error.trace.steps.map((_, i) => i + 1));
  assertEquals(error.trace.failure?.kind, "race");
});
