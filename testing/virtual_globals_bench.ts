/**
 * What the replaced globals cost outside of a schedule, beside the platform's own: measured in one process, in turns, the
 * harness being loaded after the originals were taken. `deno run -A testing/virtual_globals_bench.ts` prints ratios.
 *
 * @module
 */

const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout, Date: RealDate } = globalThis;
const realNow = Date.now;
const realPerformanceNow = performance.now.bind(performance);
const realRandom = Math.random;
await import("./mod.ts");

/** Each pair: the platform's function, and what takes its place. */
const PAIRS: Readonly<Record<string, readonly [() => unknown, () => unknown]>> = {
  "Date.now()": [() => realNow(), () => Date.now()],
  "new Date()": [() => new RealDate(), () => new Date()],
  "performance.now()": [() => realPerformanceNow(), () => performance.now()],
  "Math.random()": [() => realRandom(), () => Math.random()],
  "set and clear a timeout": [
    () => realClearTimeout(realSetTimeout(() => {}, 1_000)),
    () => clearTimeout(setTimeout(() => {}, 1_000)),
  ],
};

const ROUNDS = 15, CALLS = 20_000;

/** Nanoseconds per call. */
function measure(call: () => unknown): number {
  const started = realPerformanceNow();
  for (let i = 0; i < CALLS; i++) call();
  return (realPerformanceNow() - started) * 1e6 / CALLS;
}

for (const [name, [real, replaced]] of Object.entries(PAIRS)) {
  const best: [number, number] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    best[0] = Math.min(best[0], measure(real));
    best[1] = Math.min(best[1], measure(replaced));
  }
  console.log(
    `${name.padEnd(26)}${best[0].toFixed(0).padStart(7)} ns${
      best[1].toFixed(0).padStart(7)
    } ns   ` +
      `${(best[1] / best[0]).toFixed(2)}`,
  );
}

export {};
