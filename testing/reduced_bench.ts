/**
 * What reduced search costs: an iteration is a whole search, and its name says how many executions that is.
 *
 * @module
 */

import { Exhaustive } from "./exhaustive.ts";
import { Reduced } from "./reduced.ts";
import { DPOR_PROGRAMS } from "../tools/corpus/dpor_programs.ts";
import { search } from "../tools/corpus/search.ts";

const PROGRAMS: readonly (readonly [string, readonly number[], number])[] = [
  ["semaphore", [5, 2], 1_920],
  ["philosophers", [8], 255],
  ["select2", [4, 0], 1_176],
  ["casw", [4], 1_200],
  ["lastzero", [10], 3_328],
];

for (const [name, parameters, executions] of PROGRAMS) {
  Deno.bench({
    name: `${name}(${parameters}): ${executions} executions`,
    group: "reduced search",
    // Each is a thousand executions and more.
    n: 5,
    warmup: 2,
    async fn() {
      const body = () => DPOR_PROGRAMS[name]?.(...parameters);
      const { schedules } = await search(body, new Reduced());
      if (schedules !== executions) throw new Error(`${schedules} executions`);
    },
  });
}

Deno.bench({
  name: "semaphore(3,2): 1500 executions of exhaustive search",
  group: "reduced search",
  // Each is a thousand executions and more.
  n: 5,
  warmup: 2,
  baseline: true,
  async fn() {
    await search(() => DPOR_PROGRAMS.semaphore?.(3, 2), new Exhaustive());
  },
});
