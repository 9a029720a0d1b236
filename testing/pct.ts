/**
 * Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.
 *
 * A bug of depth d is found with probability at least 1 / (n k^(d-1)) per schedule of n goroutines and k steps.
 *
 * @module
 */

import { RandomSource } from "./random_source.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** Choosing the same goroutine so often in a row while others can run means that it spins: it loses its priority. */
const SPIN_LIMIT = 1_000;

/**
 * Pct runs the goroutine with the highest priority. Priorities are random, and at `depth - 1` random steps the running
 * goroutine falls below all others. The length of a schedule is learnt from those before.
 */
export class Pct implements Strategy {
  readonly name: string;
  readonly #seed: number;
  readonly #depth: number;
  readonly #random: RandomSource;
  // By goroutine; positive from the start, negative after a change point.
  readonly #priorities = new Map<number, number>();
  #changePoints: number[] = [];
  #longest = 1;
  #step = 0;
  #lowest = 0;
  #last = -1;
  #inARow = 0;

  constructor(seed: number, depth: number) {
    this.name = `pct(${depth})`;
    this.#seed = seed;
    this.#depth = depth;
    this.#random = new RandomSource(seed);
  }

  begin(schedule: number): boolean {
    this.#random.reseed(this.#seed, schedule);
    this.#priorities.clear();
    this.#step = 0;
    this.#lowest = 0;
    this.#last = -1;
    this.#inARow = 0;
    this.#changePoints = [];
    for (let i = 1; i < this.#depth; i++) {
      this.#changePoints.push(this.#random.below(this.#longest));
    }
    return true;
  }

  pick(candidates: Candidates): number {
    let best = this.#highest(candidates);
    if (this.#changePoints.includes(this.#step++) || this.#isSpinning(candidates.goroutine(best))) {
      this.#priorities.set(candidates.goroutine(best), --this.#lowest);
      best = this.#highest(candidates);
    }
    return best;
  }

  choose(count: number): number {
    return this.#random.below(count);
  }

  end(): void {
    this.#longest = Math.max(this.#longest, this.#step);
  }

  #highest(candidates: Candidates): number {
    let best = 0;
    let bestPriority = -Infinity;
    for (let k = 0; k < candidates.count; k++) {
      const priority = this.#priority(candidates.goroutine(k));
      if (priority > bestPriority) {
        best = k;
        bestPriority = priority;
      }
    }
    return best;
  }

  #priority(goroutine: number): number {
    let priority = this.#priorities.get(goroutine);
    if (priority === undefined) {
      priority = 1 + this.#random.next();
      this.#priorities.set(goroutine, priority);
    }
    return priority;
  }

  #isSpinning(goroutine: number): boolean {
    this.#inARow = goroutine === this.#last ? this.#inARow + 1 : 0;
    this.#last = goroutine;
    if (this.#inARow < SPIN_LIMIT) return false;
    this.#inARow = 0;
    return true;
  }
}
