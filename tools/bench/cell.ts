/**
 * Measures one contestant of one workload, in this process and nothing else in it: `cell.ts FILE WORKLOAD CONTESTANT`.
 * Prints a {@linkcode Sample} as JSON.
 *
 * @module
 */

import type { Run, Workload } from "./workload.ts";

/** What a process has measured: nanoseconds per operation, or bytes. */
export interface Sample {
  readonly figures: readonly number[];
}

/** For how long it runs without being measured, so that it is compiled. */
const WARM_UP_MS = 100;
/** For how long it is measured. */
const MEASURE_MS = 100;
/**
 * For how long runs follow one upon the other. A pause after each would have short runs find caches that others have emptied;
 * the program in Go makes none.
 */
const BURST_MS = 10;
/** Fewer runs than that say nothing, unless they are long. */
const LEAST_RUNS = 3;
/** For how long a contestant is measured at most, once it has run. */
const LONGEST_MS = 500;

async function check(run: Run, { name, expected, unit }: Workload): Promise<number> {
  const given = await run();
  if (unit !== "bytes" && given !== expected) {
    throw new Error(`${name}: did not do the work: expected ${expected}, got ${given}`);
  }
  return given;
}

async function measure(run: Run, workload: Workload): Promise<number[]> {
  if (workload.unit === "bytes") return [await check(run, workload)];
  const warmUpEnd = performance.now() + WARM_UP_MS;
  do await check(run, workload); while (performance.now() < warmUpEnd);
  const figures: number[] = [];
  const begin = performance.now();
  let burstEnd = begin + BURST_MS;
  const isEnough = (elapsedMs: number) =>
    elapsedMs > (figures.length < LEAST_RUNS ? LONGEST_MS : MEASURE_MS);
  while (figures.length === 0 || !isEnough(performance.now() - begin)) {
    const start = performance.now();
    await check(run, workload);
    figures.push((performance.now() - start) * 1e6 / workload.operations);
    if (performance.now() < burstEnd) continue;
    // The platform's turn, as between requests: nobody is charged for timers or garbage of the runs before.
    await new Promise((resolve) => setTimeout(resolve, 0));
    burstEnd = performance.now() + BURST_MS;
  }
  return figures;
}

async function main([file = "", name, contestant = ""]: readonly string[]): Promise<void> {
  const { workloads }: { workloads: readonly Workload[] } = await import(
    new URL(file, import.meta.url).href
  );
  const workload = workloads.find((workload) => workload.name === name);
  const make = workload?.contestants[contestant];
  if (workload === undefined || make === undefined) {
    throw new Error(`There is no ${contestant} of ${name} in ${file}`);
  }
  const run = await make();
  console.log(JSON.stringify({ figures: await measure(run, workload) }));
  Deno.exit(0); // peers may have left timers behind
}

if (import.meta.main) await main(Deno.args);
