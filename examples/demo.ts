/**
 * Two real bugs: plain runs pass, the explorer finds the interleaving that fails, draws it, replays it, and finds nothing
 * in the fixed version.
 *
 * Run it with `deno task demo`. It ends with status 1 if any of that does not hold.
 *
 * @module
 */

import { numGoroutine, sleep } from "@interleave/go";
import { explore, ScheduleError } from "@interleave/go/testing";
import { kernel as etcd } from "./bugs/goker/k_14_etcd_6857.ts";
import { kernel as limiter } from "./bugs/js/js_04_concurrency_limiter.ts";
import type { Kernel } from "./bugs/kernel.ts";

const PLAIN_RUNS = 200;
const SEED = 20_260_101;

function check(isTrue: boolean, claim: string): void {
  if (!isTrue) throw new Error(`The demo does not hold: ${claim}`);
}

/** Runs the program as any test would. Nobody may be left behind. */
async function runPlainly(kernel: Kernel): Promise<void> {
  const before = numGoroutine();
  for (let i = 0; i < PLAIN_RUNS; i++) await kernel.buggy();
  for (let i = 0; i < 100 && numGoroutine() > before; i++) await sleep(1);
  check(numGoroutine() === before, `plain runs of ${kernel.name} leave nobody behind`);
  console.log(`  ${PLAIN_RUNS} plain runs: all pass.`);
}

/** The failure that the explorer finds. */
async function find(kernel: Kernel): Promise<ScheduleError> {
  const start = performance.now();
  const error = await explore(kernel.buggy, { ...kernel.options, name: kernel.name, seed: SEED })
    .then(() => undefined, (error) => error);
  const elapsedMs = performance.now() - start;
  check(error instanceof ScheduleError, `the explorer finds ${kernel.name} (${error})`);
  check(
    error.kind === kernel.expected.kind,
    `${kernel.name} is a ${kernel.expected.kind}, not a ${error.kind}`,
  );
  check(
    elapsedMs < 1_000,
    `the explorer finds ${kernel.name} within a second, not ${elapsedMs} ms`,
  );
  console.log(`  explore: found and made short in ${elapsedMs.toFixed(0)} ms.\n`);
  console.log(indent(`${error.name}: ${error.message}`));
  return error;
}

/** The same token gives the same schedule. */
async function replay(kernel: Kernel, found: ScheduleError): Promise<void> {
  const options = { ...kernel.options, name: kernel.name, replay: found.schedule };
  const again = await explore(kernel.buggy, options).then(() => undefined, (error) => error);
  check(again instanceof ScheduleError, `${found.schedule} fails again`);
  const same = JSON.stringify(again.trace.events) === JSON.stringify(found.trace.events);
  check(same, `${found.schedule} gives the same trace`);
  console.log(`\n  replay ${found.schedule}: the same schedule, event for event.`);
}

/** The fixed version survives the same search. */
async function control(kernel: Kernel): Promise<void> {
  const options = { ...kernel.options, name: `${kernel.name} fixed`, seed: SEED };
  const { schedules, complete } = await explore(kernel.fixed, options);
  const coverage = complete ? "all of them" : "no failure";
  console.log(`  fixed: ${schedules.toLocaleString("en")} schedules, ${coverage}.\n`);
}

function indent(text: string): string {
  return text.split("\n").map((line) => line === "" ? line : `    ${line}`).join("\n");
}

/** The tests that the printed lines replay: `deno test examples/demo.ts --filter NAME -- --replay=TOKEN`. */
function defineTests(kernels: readonly Kernel[]): void {
  for (const kernel of kernels) {
    Deno.test(kernel.name, async () => {
      await explore(kernel.buggy, { ...kernel.options, name: kernel.name, seed: SEED });
    });
  }
}

const kernels = [limiter, etcd];
if (import.meta.main) {
  for (const kernel of kernels) {
    console.log(`${kernel.name} (${kernel.id}): ${kernel.lesson}`);
    await runPlainly(kernel);
    const found = await find(kernel);
    await replay(kernel, found);
    await control(kernel);
  }
} else {
  defineTests(kernels);
}
