import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Channel, go, Mutex, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { eventually, never, sometimes } from "./properties.ts";
import { ScheduleError } from "./schedule_error.ts";
import { Shared } from "./shared.ts";

const STRATEGIES = ["portfolio", "random", "exhaustive"] as const;

Deno.test("never fails the schedule at the first step that makes it true", async () => {
  const body = async (isGuarded: boolean): Promise<void> => {
    let inside = 0;
    never(() => inside > 1, "two are inside");
    const mu = new Mutex();
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        if (isGuarded) await mu.lock();
        inside++;
        await yieldNow();
        inside--;
        if (isGuarded) mu.unlock();
      });
    }
    await wg.wait();
  };
  const { complete } = await explore(() => body(true), { strategy: "exhaustive" });
  assert(complete);
  const error = await assertRejects(() => explore(() => body(false)), ScheduleError);
  assertEquals(error.kind, "race");
  assertStringIncludes(error.message, "\n  Error: must never be true: two are inside\n");
  // Nobody has had a step since: main, one, and the other that came in between.
  assertEquals(error.steps, 3);
});

Deno.test("never sees what reduced search must tell apart: two cells that are set at one time", async () => {
  const body = async (): Promise<void> => {
    const [a, b] = [new Shared(false), new Shared(false)];
    never(() => a.get() && !b.get(), "a is set alone");
    const wg = new WaitGroup();
    wg.go(() => b.set(true));
    wg.go(() => a.set(true));
    await wg.wait();
  };
  for (const strategy of STRATEGIES) {
    const error = await assertRejects(() => explore(body, { strategy }), ScheduleError);
    assertStringIncludes(error.message, "must never be true: a is set alone");
  }
});

Deno.test("eventually is content once it was true, and fails when nobody can go on", async () => {
  const { complete } = await explore(async () => {
    let state = 0;
    eventually(() => state === 1, "one");
    eventually(() => state === 2, "two");
    go(async () => {
      for (state = 1; state < 4; state++) await sleep(5);
    });
    await sleep(20);
  }, { strategy: "exhaustive" });
  assert(complete);
  const lost = async (): Promise<void> => {
    let done = 0;
    eventually(() => done === 2, "both are done");
    for (let i = 0; i < 2; i++) {
      go(async () => {
        const before = done;
        await yieldNow();
        done = before + 1;
      });
    }
    await yieldNow();
  };
  const error = await assertRejects(() => explore(lost), ScheduleError);
  assertEquals(error.kind, "race");
  assertStringIncludes(error.message, "\n  Error: never became true: both are done\n");
});

Deno.test("eventually waits for the fair part of a long schedule", async () => {
  const { schedules } = await explore(async () => {
    let isSet = false;
    eventually(() => isSet, "set");
    const busy = new Channel<number>(1);
    go(() => {
      isSet = true;
    });
    while (!isSet) {
      await busy.send(1);
      await busy.receive();
    }
  }, {
    maxSteps: 50,
    strategy: { name: "0", begin: (n) => n < 1, pick: () => 0, choose: () => 0 },
  });
  assertEquals(schedules, 1);
});

Deno.test("eventually and never may look at primitives and cells; that is no race and no step", async () => {
  const { steps, schedules } = await explore(async () => {
    const ch = new Channel<number>(1);
    const x = new Shared(0);
    never(() => ch.size > 1 || x.get() > 1, "too many");
    eventually(() => x.get() === 1, "one");
    const mu = new Mutex();
    const wg = new WaitGroup();
    wg.go(() => mu.withLock(() => x.set(1)));
    await ch.send(1);
    await wg.wait();
  }, { strategy: "exhaustive" });
  assertEquals(steps > schedules, true);
});

Deno.test("eventually and never report what the condition throws, and one that is no condition", async () => {
  const broken = new RangeError("broken");
  const thrown = await assertRejects(() =>
    explore(() => {
      never(() => {
        throw broken;
      }, "m");
    })
  );
  assertEquals(thrown, broken);
  await assertRejects(
    // deno-lint-ignore no-explicit-any
    () => explore(() => eventually((() => Promise.resolve(true)) as any, "it is")),
    TypeError,
    'Cannot judge "it is": expected true or false, got [object Promise]',
  );
  await assertRejects(
    // deno-lint-ignore no-explicit-any
    () => explore(() => never(true as any, "it is")),
    TypeError,
    "Cannot ask never(): expected a function, got true",
  );
});

Deno.test("a deadlock comes before an eventually that is not met", async () => {
  const error = await assertRejects(() =>
    explore(async () => {
      eventually(() => false, "never");
      await new Channel<number>().receive();
    }), ScheduleError);
  assertEquals(error.kind, "deadlock");
});

Deno.test("sometimes fails an exploration in which it is true in no schedule, naming it", async () => {
  const body = async (): Promise<void> => {
    let isDone = false;
    go(() => {
      isDone = true;
    });
    await yieldNow();
    sometimes("the other is faster", isDone);
    sometimes("the other is slower", () => !isDone);
    sometimes("pigs fly", false);
  };
  const error = await assertRejects(
    () => explore(body, { seed: 7, strategy: "exhaustive" }),
    ScheduleError,
  );
  assertEquals([error.kind, error.name], ["sometimes", "SometimesError"]);
  assertEquals(
    error.message,
    `"pigs fly" was never true (complete: 2 schedules)

  The body does not reach what it is meant to test: change it, or run more schedules.
  Again:  seed 7`,
  );
});

Deno.test("sometimes is content with one schedule, and forgets everything before the next exploration", async () => {
  const body = async (): Promise<void> => {
    let isDone = false;
    go(() => {
      isDone = true;
    });
    await yieldNow();
    sometimes("the other is faster", isDone);
    sometimes("the other is slower", !isDone);
  };
  await explore(body);
  const first = await assertRejects(() => explore(body, { schedules: 1 }), ScheduleError);
  assertStringIncludes(first.message, '"the other is faster" was never true (1 schedule');
  await explore(() => {});
});

Deno.test("properties belong into the body of explore", () => {
  assertThrows(
    () => never(() => false, "x"),
    Error,
    "Cannot ask never() here: it belongs into the body of explore()",
  );
  assertThrows(() => eventually(() => true, "x"), Error, "Cannot ask eventually() here");
  assertThrows(() => sometimes("x", true), Error, "Cannot ask sometimes() here");
});
