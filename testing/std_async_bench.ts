/**
 * How much faster the programs over `@std/async` are under the virtual clock: `deno run -A tools/with_std.ts run -A
 * testing/std_async_bench.ts`.
 *
 * @module
 */
import { observe, PROGRAMS } from "./std_async_programs_test.ts";
import { virtualTime } from "./virtual_time.ts";

const UNIT_MS = 5;
let realSum = 0;
let virtualSum = 0;
await virtualTime(() => {}); // loads what is loaded once

for (const [name, program] of Object.entries(PROGRAMS)) {
  const started = performance.now();
  await observe(program, UNIT_MS);
  const realMs = performance.now() - started;
  await virtualTime(() => observe(program, UNIT_MS));
  const virtualMs = performance.now() - started - realMs;
  realSum += realMs;
  virtualSum += virtualMs;
  console.log(
    `${name.padEnd(20)}${realMs.toFixed(1).padStart(9)} ms${virtualMs.toFixed(1).padStart(9)} ms`,
  );
}
console.log(
  `${"sum".padEnd(20)}${realSum.toFixed(1).padStart(9)} ms${virtualSum.toFixed(1).padStart(9)} ms`,
);
console.log(`${(realSum / virtualSum).toFixed(0)} times less`);
Deno.exit(0); // some of @std's timers outlive the abort that made them useless
