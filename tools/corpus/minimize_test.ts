import { assert, assertEquals } from "@std/assert";
import { isShort, percent, shorten, shortenRandom } from "./minimize.ts";
import { STRATEGY_PROGRAMS } from "./strategy_programs.ts";

for (const program of STRATEGY_PROGRAMS) {
  Deno.test(`a failing schedule of ${program.name} is made short: ${program.preemptions} preemptions, and it fails alike`, async () => {
    for (const result of await shorten(program, 5, 2026)) {
      assertEquals(result.preemptions, program.preemptions);
      assert(result.failsAlike);
      assert(result.executions <= 200, `${result.executions}`);
      // Eight philosophers have seven choices of who goes on where nobody is preempted; no token can be shorter.
      if (program.name !== "philosophers(8)") assert(isShort(result), result.token);
    }
  });
}

Deno.test("failing schedules of random programs are made short: the optimum, at most 32 characters, in 38 of 40", async () => {
  const { results, optima } = await shortenRandom(40, 50_000);
  assertEquals(results.length, 40);
  assert(percent([...results.keys()], (i) => results[i]?.preemptions === optima[i]) >= 95);
  assert(percent(results, isShort) >= 95);
  assert(results.every(({ failsAlike, executions }) => failsAlike && executions <= 200));
  // They were not short before.
  const before = results.reduce((sum, { preemptionsBefore }) => sum + preemptionsBefore, 0);
  assert(before > 80, `${before}`);
});
