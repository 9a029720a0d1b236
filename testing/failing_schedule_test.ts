import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { go, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { crossedLocks, lostUpdate } from "./programs_test.ts";
import { ScheduleError } from "./schedule_error.ts";

async function failureOf(body: () => unknown, options = {}): Promise<ScheduleError> {
  return await assertRejects(() => explore(body, options), ScheduleError);
}

Deno.test("FailingSchedule names the switch without which the schedule passes", async () => {
  const error = await failureOf(lostUpdate, { seed: 1 });
  assertStringIncludes(error.message, "Passes if g2 goes on at step ");
  const step = Number(/goes on at step (\d+)/.exec(error.message)?.[1]);
  assertEquals(error.trace.steps[step - 1]?.isPreemption, true);
});

Deno.test("FailingSchedule names no switch where the schedule fails without any", async () => {
  const error = await failureOf(() => {
    go(() => {
      throw new Error("always");
    });
  });
  assert(!error.message.includes("Passes if"), error.message);
});

Deno.test("FailingSchedule reports a program that does not fail the same way twice as not deterministic", async () => {
  // The first run of all fails; whatever runs again does not.
  let runs = 0;
  const error = await failureOf(() => {
    runs++;
    go(() => {
      if (runs === 1) throw new Error("only once");
    });
  });
  assertEquals([error.kind, error.name], ["nondeterminism", "NondeterminismError"]);
  assertStringIncludes(error.message, "the same schedule ran differently the second time");
  assertStringIncludes(error.message, "only once");
  assert((await explore(() => {})).complete);
});

Deno.test("FailingSchedule is none the worse for a program that asks different questions each time", async () => {
  let runs = 0;
  const error = await failureOf(async () => {
    const goroutines = 2 + runs++ % 3;
    const wg = new WaitGroup();
    let count = 0;
    for (let i = 0; i < goroutines; i++) {
      wg.go(async () => {
        const before = count;
        await yieldNow();
        count = before + 1;
      });
    }
    await wg.wait();
    if (count !== goroutines) throw new Error("lost");
  }, { strategy: "random", seed: 1 });
  assert(["race", "nondeterminism"].includes(error.kind), error.kind);
  assert((await explore(() => {})).complete);
});

Deno.test("FailingSchedule keeps its token under 32 characters for small programs, however it was found", async () => {
  for (const strategy of ["random", "pct", "portfolio"] as const) {
    for (let seed = 0; seed < 5; seed++) {
      const { schedule } = await failureOf(crossedLocks, { strategy, seed });
      assert(schedule.length <= 32, schedule);
    }
  }
});

Deno.test("FailingSchedule's error says how it was found: seed, schedule, steps", async () => {
  const { message } = await failureOf(crossedLocks, {
    seed: 77,
    schedules: 50,
    strategy: "random",
  });
  assert(
    /Found: {2}seed 77, schedule \d+ of at most 50, [\d,]+ steps, \d+ ms/.test(message),
    message,
  );
});
