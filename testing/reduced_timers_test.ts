import { assertEquals } from "@std/assert";
import { after, callAfter, select, sleep } from "../mod.ts";
import { exclusively } from "./exclusive.ts";
import { Exhaustive } from "./exhaustive.ts";
import { Exploration } from "./exploration.ts";
import { resolveOptions } from "./options.ts";
import { Reduced } from "./reduced.ts";
import type { Strategy } from "./strategy.ts";

type Program = (report: (outcome: string) => void) => Promise<void>;

/** What `program` reports in the schedules of `strategy`. */
async function outcomesOf(program: Program, strategy: Strategy): Promise<string[]> {
  const seen = new Set<string>();
  const options = resolveOptions({ schedules: 10_000, afterMain: "run", leaks: "ignore" });
  await exclusively(undefined, async () => {
    const exploration = new Exploration(
      () => program((outcome) => seen.add(outcome)),
      options,
      undefined,
    );
    while (strategy.begin(0)) await exploration.attempt(strategy);
  });
  return [...seen].sort();
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  "a timer stopped when it is due": async (report) => {
    let calls = 0;
    const timer = callAfter(5, () => void calls++);
    await sleep(5);
    const isStopped = timer.stop();
    await sleep(1);
    report(`${isStopped} ${calls}`);
  },
  "a select over two timers of one instant": async (report) => {
    report((await select({ a: after(5).receiving(), b: after(5).receiving() })).key);
  },
};

// A timer that is disarmed when it is due could be run, and then cannot; reduction counts on it that this never happens.
for (const [name, program] of Object.entries(PROGRAMS)) {
  Deno.test(`reduced search sees both outcomes of ${name}`, async () => {
    const expected = await outcomesOf(program, new Exhaustive());
    assertEquals(expected.length, 2);
    assertEquals(await outcomesOf(program, new Reduced()), expected);
  });
}
