import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Channel, go, select, WaitGroup, yieldNow } from "../mod.ts";
import { exclusively } from "./exclusive.ts";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import { FailingSchedule } from "./failing_schedule.ts";
import { resolveOptions } from "./options.ts";
import { crossedLocks, lostUpdate } from "./programs_test.ts";
import { RandomWalk } from "./random.ts";
import { ScheduleError } from "./schedule_error.ts";
import type { Candidates, Strategy } from "./strategy.ts";

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

/** Looks whether it is to stop, then sends: the stop may come between, and nobody receives. */
async function checkThenSend(): Promise<void> {
  const [stop, events] = [new Channel<never>(), new Channel<number>()];
  const wg = new WaitGroup();
  wg.go(async () => {
    while ((await select({ stop: stop.receiving() }, { default: true })).key !== "stop") {
      await events.send(1);
    }
  });
  wg.go(async () => {
    while ((await select({ event: events.receiving(), stop: stop.receiving() })).key !== "stop");
  });
  await yieldNow();
  stop.close();
  await wg.wait();
}

/** Keeps main from going on for `steps` steps, and then picks at random. */
class Unfair implements Strategy {
  readonly name = "unfair";
  readonly #random = new RandomWalk(1);
  #left = 0;

  constructor(readonly steps: number) {}

  begin(schedule: number): boolean {
    this.#left = this.steps;
    return this.#random.begin(schedule);
  }

  pick(candidates: Candidates): number {
    for (let k = 0; k < candidates.count && this.#left > 0; k++) {
      if (candidates.goroutine(k) === 0) continue;
      this.#left--;
      return k;
    }
    return this.#random.pick(candidates);
  }

  choose(count: number): number {
    return this.#random.choose(count);
  }
}

for (const steps of [100, 3_000]) {
  Deno.test(`FailingSchedule makes one of ${steps} steps as short as any, and shows all that is left`, async () => {
    const exploration = new Exploration(checkThenSend, resolveOptions({}), undefined);
    const strategy = new Unfair(steps);
    const error = await exclusively(undefined, async () => {
      for (let schedule = 0;; schedule++) {
        strategy.begin(schedule);
        const verdict = await exploration.attempt(strategy);
        if (verdict.kind === "passed") continue;
        assert(explorer.steps > steps);
        const failing = new FailingSchedule(exploration);
        failing.found(verdict, strategy.name);
        // By count alone: what comes out must not depend on how busy the machine is.
        await failing.shorten({ executions: 200, timeMs: Infinity });
        return await failing.report();
      }
    });
    assertEquals(error.kind, "deadlock");
    assertEquals(error.trace.steps.filter(({ isPreemption }) => isPreemption).length, 1);
    assertEquals(error.trace.steps.map(({ step }) => step), [1, 2, 3, 4, 5, 6]);
    assert(error.schedule.length <= 16, error.schedule);
    const again = await failureOf(checkThenSend, { replay: error.schedule });
    assertEquals(again.trace.events, error.trace.events);
  });
}

Deno.test("FailingSchedule that stays long shows its end, and says that it is the end", async () => {
  const error = await failureOf(async () => {
    const ch = new Channel<number>(1);
    for (let i = 0; i < 2_500; i++) await (i % 2 === 0 ? ch.send(i) : ch.receive());
    go(() => {
      throw new Error("at the end");
    });
  });
  assertEquals(error.trace.steps.at(-1)?.step, 2_502);
  assert(error.trace.steps.length < 300);
  const { length } = error.trace.steps;
  assertStringIncludes(error.message, `\n  the last ${length} of 2,502 steps\n`);
});
