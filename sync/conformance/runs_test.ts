// Go's src/internal/synctest/synctest_test.go and src/testing/synctest: a bubble is a run, that is, one schedule of an
// exploration; its main goroutine is the body; what is outside is code that is no part of the run.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Channel, Cond, go, Mutex, now, select, sleep, WaitGroup, yieldNow } from "../../mod.ts";
import { explore } from "../../testing/explore.ts";
import type { ExploreOptions } from "../../testing/options.ts";
import { ScheduleError } from "../../testing/schedule_error.ts";
import { conforms, deadlocks, leaks } from "./both_schedulers_test.ts";

const START = Date.UTC(2000, 0, 1);

/** Registers a test whose body runs in some schedules. */
function inRuns(
  name: string,
  body: () => void | Promise<void>,
  options: ExploreOptions = {},
): void {
  Deno.test(name, async () => {
    const { schedules } = await explore(body, { schedules: 50, seed: 1, ...options });
    assert(schedules > 0);
  });
}

/** The first line of what `run` fails with. */
async function verdictOf(run: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => run, ScheduleError);
  return error.message.split("\n")[0] as string;
}

// --- time ---

inRuns(
  "time starts at 2000-01-01 for all goroutines, and sleep moves it (internal/synctest:TestNow)",
  async () => {
    const wg = new WaitGroup();
    assertEquals(now(), START);
    wg.go(() => assertEquals(now(), START));
    await wg.wait();
    await sleep(1000);
    assertEquals(now(), START + 1000);
    wg.go(() => assertEquals(now(), START + 1000));
    await wg.wait();
  },
);

inRuns("the time is 2000-01-01T00:00:00Z (testing/synctest:TestNow)", () => {
  assertEquals(new Date(now()).toISOString(), "2000-01-01T00:00:00.000Z");
});

inRuns("who sleeps one unit logs before who sleeps two (testing/synctest:TestTime)", async () => {
  const log: string[] = [];
  go(async () => {
    await sleep(1);
    log.push("goroutine");
  });
  await sleep(2);
  log.push("main");
  assertEquals(log, ["goroutine", "main"]);
});

conforms(
  "sleep lasts at least as long as asked, whatever happens meanwhile (time/sleep_test.go:TestSleep)",
  async (delayMs) => {
    const start = now();
    go(async () => {
      for (let i = 0; i < 10; i++) await yieldNow();
    });
    await sleep(delayMs);
    assert(now() - start >= delayMs, `${now() - start} ms`);
  },
  { rounds: [1, 100] },
);

inRuns("sleep lasts exactly as long as asked (time/sleep_test.go:TestSleep)", async () => {
  const start = now();
  await Promise.all([sleep(100), sleep(0.5), sleep(0), sleep(-1)]);
  assertEquals(now() - start, 100);
});

conforms(
  "sleep(0) mixed with buffered channel operations does not hang (time/sleep_test.go:TestSleepZeroDeadlock)",
  async (count) => {
    const ch = new Channel<boolean>(count);
    const wg = new WaitGroup();
    wg.go(async () => {
      for (let i = 0; i < count; i++) {
        await sleep(0);
        await ch.send(true);
      }
    });
    for (let i = 0; i < count; i++) {
      await sleep(0);
      ch.tryReceive();
      await ch.send(true);
      await ch.receive();
    }
    await wg.wait();
  },
  { rounds: [100, 5] },
);

inRuns("a sleep of 2^31 ms and more is not over at once (js:timer-2^31)", async () => {
  for (const delayMs of [2 ** 31 - 1, 2 ** 31, 2 ** 40]) {
    const start = now();
    await sleep(delayMs);
    assertEquals(now() - start, delayMs);
  }
});

// --- how a run ends ---

inRuns("an empty run returns (internal/synctest:TestRunEmpty)", () => {});

inRuns("an empty test passes (testing/synctest:TestSuccess)", () => {});

Deno.test("an assertion that fails in a run fails the test with its message (testing/synctest:TestFatal)", async () => {
  const failing = () => explore(() => assertEquals(1, 2, "not equal"), { schedules: 5, seed: 1 });
  await assertRejects(failing, Error, "not equal");
});

deadlocks("the body parks for ever (internal/synctest:TestDeadlockRoot)", async () => {
  await select({});
}, { waiting: ["main [select (no cases)]"] });

leaks("the body returns, a child is parked for ever (internal/synctest:TestDeadlockChild)", () => {
  go(() => select({}), "child");
}, { waiting: ["child [select (no cases)]"] });

Deno.test("after runs that leave sleepers and waiters behind, nothing of the platform's is left (js:structured-end)", async () => {
  // The sanitizers of the test runner are what fails here.
  await explore(() => {
    go(() => sleep(60_000));
    go(() => new Channel<number>().receive());
    go(async () => void await select({ never: new Channel<number>().receiving() }));
  }, { schedules: 20, seed: 1, leaks: "ignore" });
  await verdictOf(explore(() => go(() => sleep(60_000)), { schedules: 1, seed: 1 }));
});

inRuns(
  "an iterator whose steps sleep gives its values at +0, +1 and +2 s (internal/synctest:TestIteratorPull)",
  async () => {
    async function* times() {
      for (;;) {
        yield now();
        await sleep(1000);
      }
    }
    const iterator = times();
    for (const seconds of [0, 1, 2]) {
      assertEquals((await iterator.next()).value, START + seconds * 1000);
    }
  },
);

// --- WaitGroups ---

inRuns(
  "wait lasts exactly as long as the other goroutine sleeps (internal/synctest:TestWaitGroupInBubble)",
  async () => {
    const wg = new WaitGroup();
    wg.add(1);
    const start = now();
    go(async () => {
      await sleep(1000);
      wg.done();
    });
    await wg.wait();
    assertEquals(now() - start, 1000);
  },
);

inRuns(
  "100 goroutines race to count themselves (internal/synctest:TestWaitGroupRacingAdds)",
  async () => {
    const wg = new WaitGroup();
    let ran = 0;
    for (let i = 0; i < 100; i++) {
      wg.go(() => {
        ran++;
      });
    }
    await wg.wait();
    assertEquals(ran, 100);
  },
  { schedules: 10 },
);

const idleGroup = new WaitGroup();

inRuns(
  "a WaitGroup of the module can be used in one run after the other (internal/synctest:TestWaitGroupHeapAllocated)",
  async () => {
    idleGroup.add(1);
    go(() => idleGroup.done());
    await idleGroup.wait();
  },
);

Deno.test("the done that lets the waiters go makes the group idle, for the next run and for the outside (internal/synctest:TestWaitGroupDisassociateInAdd)", async () => {
  const wg = new WaitGroup();
  const use = async () => {
    wg.add(1);
    go(async () => {
      await sleep(1);
      wg.done();
    });
    await wg.wait();
  };
  await explore(use, { schedules: 5, seed: 1 });
  await explore(use, { schedules: 5, seed: 1 });
  wg.add(1);
  wg.done();
  await wg.wait();
});

Deno.test("a run that leaves the counter of an outside group at 1 fails (internal/synctest:TestWaitGroupMovedBetweenBubblesWithNonZeroCount)", async () => {
  const wg = new WaitGroup();
  const verdict = await verdictOf(explore(() => wg.add(1), { schedules: 2, seed: 1 }));
  assertStringIncludes(verdict, "state leaked from one schedule into the next");
  assertStringIncludes(verdict, "WaitGroup");
  assertEquals(wg.state(), "counter 0", "the next run must not see it");
});

Deno.test("a group whose counter stands outside cannot be used inside (internal/synctest:TestWaitGroupMovedIntoBubble)", async () => {
  const wg = new WaitGroup();
  wg.add(1);
  const uses: (() => unknown)[] = [
    () => wg.add(1),
    () => wg.done(),
    () => wg.wait(),
    () => wg.go(() => {}),
  ];
  for (const use of uses) {
    const run = () => explore(use, { schedules: 1, seed: 1 });
    const error = await assertRejects(run, Error, "was made outside the run and is in use there");
    assertStringIncludes(error.message, "the WaitGroup ");
    assertStringIncludes(error.message, "counter 1");
  }
  wg.done();
  assertEquals(wg.state(), "counter 0");
  await explore(() => wg.add(0), { schedules: 1, seed: 1 });
});

Deno.test("an unlock inside a run that would let somebody outside go is an error at that call", async () => {
  const mu = new Mutex();
  await mu.lock();
  const outside = mu.lock();
  const inside = () => explore(() => mu.unlock(), { schedules: 1, seed: 1 });
  await assertRejects(inside, Error, "would join a waiter inside the run with one outside");
  mu.unlock();
  await outside;
});

// --- outside and inside ---

/** What code outside throws that acts while `inside` is parked in a run. The run goes on, and `inside` stays parked. */
async function thrownOutside(
  inside: () => Promise<unknown>,
  outside: () => unknown,
): Promise<Error> {
  const parked = Promise.withResolvers<void>(), acted = Promise.withResolvers<void>();
  let isParked = false;
  const run = explore(async () => {
    go(async () => {
      isParked = true;
      await inside();
      isParked = false;
    }, "inside");
    await sleep(1);
    parked.resolve();
    await acted.promise;
  }, { schedules: 1, seed: 1, leaks: "ignore" });
  await parked.promise;
  // Code outside runs when the run waits for the platform, not in the middle of its steps.
  await new Promise((resolve) => setTimeout(resolve, 0));
  try {
    return await assertRejects(async () => await outside(), Error, "outside the run");
  } finally {
    acted.resolve();
    await run;
    assertEquals(isParked, true, "whoever was parked inside must stay so");
  }
}

type Act = (ch: Channel<number>) => Promise<unknown> | void;

const FROM_OUTSIDE: readonly [
  id: string,
  inside: (ch: Channel<number>) => Promise<unknown>,
  outside: Act,
][] = [
  [
    "internal/synctest:TestChannelFromOutsideBubble/read closed",
    (ch) => ch.receive(),
    (ch) => ch.close(),
  ],
  [
    "internal/synctest:TestChannelFromOutsideBubble/read value",
    (ch) => ch.receive(),
    (ch) => ch.send(1),
  ],
  [
    "internal/synctest:TestChannelFromOutsideBubble/write value",
    (ch) => ch.send(1),
    (ch) => ch.receive(),
  ],
  [
    "internal/synctest:TestChannelFromOutsideBubble/select outside only",
    (ch) => select({ a: ch.receiving(), b: new Channel<number>().receiving() }),
    (ch) => ch.send(1),
  ],
];

for (const [id, inside, outside] of FROM_OUTSIDE) {
  Deno.test(`a channel from outside on which somebody inside waits is not used outside (${id})`, async () => {
    const ch = new Channel<number>();
    await thrownOutside(() => inside(ch), () => outside(ch));
    // It is as it was: open, and nobody waits.
    assertEquals([ch.trySend(1), ch.tryReceive()], [false, undefined]);
  });
}

const MOVED_OUT: readonly [id: string, verb: string, outside: Act][] = [
  ["internal/synctest:TestChannelMovedOutOfBubble/send", "send", (ch) => ch.send(1)],
  ["internal/synctest:TestChannelMovedOutOfBubble/send", "trySend", (ch) => void ch.trySend(1)],
  ["internal/synctest:TestChannelMovedOutOfBubble/close", "close", (ch) => ch.close()],
];

for (const [id, verb, outside] of MOVED_OUT) {
  Deno.test(`${verb} outside on a channel made inside, where somebody waits (${id})`, async () => {
    let made: Channel<number> | undefined;
    const inside = () => {
      made = new Channel<number>();
      return made.receive();
    };
    const error = await thrownOutside(inside, () => outside(made as Channel<number>));
    assertStringIncludes(error.message, `Channel.${verb}() from outside the run`);
  });
}

for (const verb of ["signal", "broadcast"] as const) {
  Deno.test(`${verb} from outside on a Cond where somebody waits inside (runtime/crash_test.go:TestSynctestCondSignalFromNoBubble)`, async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const inside = async () => {
      await mu.lock();
      await cond.wait();
      mu.unlock();
    };
    const error = await thrownOutside(inside, () => cond[verb]());
    assertStringIncludes(error.message, `Cond.${verb}() from outside the run`);
  });

  Deno.test(`${verb} from another run on a Cond where somebody waits inside (runtime/crash_test.go:TestSynctestCondSignalFromNoBubble)`, async () => {
    let left: Cond | undefined;
    await explore(() => {
      const mu = new Mutex();
      const cond = left = new Cond(mu);
      go(async () => {
        await mu.lock();
        await cond.wait();
      });
    }, { schedules: 1, seed: 1, leaks: "ignore" });
    const another = () => explore(() => left?.[verb](), { schedules: 1, seed: 1 });
    await assertRejects(
      another,
      Error,
      "a goroutine of an earlier schedule still waits for sync.Cond.Wait at this Cond",
    );
  });
}

// --- testing.T ---

Deno.test("an error that is recorded fails the run, which goes on to its end (testing/synctest:TestError)", async () => {
  let ended = 0;
  const run = explore(async () => {
    // What t.Error is to Go, a rejection that nobody handles is to JavaScript.
    void Promise.reject(new Error("recorded"));
    await sleep(1_000);
    ended++;
  }, { schedules: 1, seed: 1 });
  await assertRejects(() => run, ScheduleError, "Error: recorded");
  assert(ended > 0, "it was not stopped");
});

Deno.test("a step that is ignored inside a run is skipped, and the run goes on (testing/synctest:TestSkip)", async (test) => {
  let ended = 0;
  await explore(async () => {
    const hasPassed = await test.step({
      name: "skipped",
      ignore: true,
      fn() {
        throw new Error("must not run");
      },
    });
    assertEquals(hasPassed, false);
    ended++;
  }, { schedules: 1, seed: 1 });
  assertEquals(ended, 1);
});
