import { assert, assertEquals } from "@std/assert";
import { Exploration } from "./exploration.ts";
import { explorer } from "./explorer.ts";
import { resolveOptions } from "./options.ts";
import { PreemptionSampler } from "./preemption_sampler.ts";
import { shuffle } from "./programs_test.ts";
import { chiSquare, criticalValue } from "./statistics_test.ts";

Deno.test("PreemptionSampler preempts exactly 0, 1 and 2 times by turns", async () => {
  const exploration = new Exploration(shuffle([9, 9, 9]), resolveOptions({}), undefined);
  const sampler = new PreemptionSampler(1);
  for (let schedule = 0; schedule < 300; schedule++) {
    sampler.begin(schedule);
    await exploration.execute(sampler);
    // Where the first of two preemptions comes late there may be no point left for the other.
    const expected = schedule % 3 === 2 ? [1, 2] : [schedule % 3];
    assert(expected.includes(explorer.preemptions), `${schedule}: ${explorer.preemptions}`);
  }
});

Deno.test("PreemptionSampler preempts at each point equally often, for each of the others (chi-square, 99.9 %)", async () => {
  // Two goroutines of six steps: the one that goes first can be preempted behind each of its steps but the last.
  const log: number[] = [];
  const exploration = new Exploration(shuffle([6, 6], log), resolveOptions({}), undefined);
  const sampler = new PreemptionSampler(3, 1);
  const seen = new Map<string, number>();
  for (let schedule = 0; schedule < 4_000; schedule++) {
    sampler.begin(schedule);
    await exploration.execute(sampler);
    if (schedule < 2 || explorer.preemptions !== 1) continue;
    seen.set(log.join(""), (seen.get(log.join("")) ?? 0) + 1);
  }
  assertEquals(seen.size, 10);
  const total = [...seen.values()].reduce((a, b) => a + b);
  assertEquals(total, 1_999, "each second schedule, but for those that teach the length");
  const statistic = chiSquare([...seen.values()], new Array(10).fill(total / 10));
  assert(statistic < criticalValue(9), `${[...seen]}`);
});

Deno.test("PreemptionSampler repeats its schedules with its seed", async () => {
  const log: number[] = [];
  const exploration = new Exploration(shuffle([3, 3, 3], log), resolveOptions({}), undefined);
  const run = async (seed: number): Promise<string> => {
    const sampler = new PreemptionSampler(seed);
    const all: string[] = [];
    for (let schedule = 0; schedule < 30; schedule++) {
      sampler.begin(schedule);
      await exploration.execute(sampler);
      all.push(log.join(""));
    }
    return all.join();
  };
  assertEquals(await run(1), await run(1));
  assert(await run(1) !== await run(2));
});
