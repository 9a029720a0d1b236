/**
 * What the tests of random strategies need: Pearson's chi-square, and how rarely a count may be low. All of them run
 * with fixed seeds, so they pass always or never; the confidence says how much the seed was worth.
 *
 * @module
 */
import { assert } from "@std/assert";

/** Pearson's statistic. */
export function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((sum, count, i) => {
    const mean = expected[i] as number;
    return sum + (count - mean) ** 2 / mean;
  }, 0);
}

/** By degrees of freedom, from the tables. */
const CRITICAL: Readonly<Record<number, number>> = {
  1: 10.83,
  2: 13.82,
  4: 18.47,
  5: 20.52,
  6: 22.46,
  9: 27.88,
  20: 45.31,
  29: 58.3,
  34: 65.25,
  35: 66.62,
};

/** What chi-square with `degrees` of freedom exceeds in one of 1,000 cases. */
export function criticalValue(degrees: number): number {
  const value = CRITICAL[degrees];
  assert(value !== undefined, `add the value for ${degrees} degrees of freedom`);
  return value;
}

/** Asserts that `hits` of `trials` contradict no success probability of at least `bound` at 99.9 % confidence. */
export function assertAtLeast(hits: number, trials: number, bound: number, what: string): void {
  const mean = trials * bound;
  const least = mean - 3.0902 * Math.sqrt(mean * (1 - bound));
  assert(mean >= 5, `${what}: ${trials} trials say nothing about ${bound}`);
  assert(hits > 0 && hits >= least, `${what}: ${hits} of ${trials}, expected ${mean.toFixed(1)}`);
}
