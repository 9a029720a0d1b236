/**
 * Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.
 *
 * A bug of depth d is found with probability at least 1 / (n k^(d-1)) per schedule of n goroutines and k steps. As in the
 * paper, the change points are drawn independently, and the i-th drawn, not the i-th in time, gives the i-th priority.
 *
 * If no depth is given it is learnt (`depth_learner.ts`). Each depth is tried in a sixth of the schedules at least, so that
 * the bound holds for it up to that factor.
 *
 * @module
 */

import { DepthLearner } from "./depth_learner.ts";
import { RandomSource } from "./random_source.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** Choosing the same goroutine so often in a row while others can run means that it spins: it loses its priority. */
const SPIN_LIMIT = 1_000;

/** The depths that are tried, unless one is given. */
const DEPTHS = [1, 2, 3] as const;

/**
 * Pct runs the goroutine with the highest priority. Priorities are random, and at `depth - 1` random points the running
 * goroutine falls below all that have not fallen; how low is as random as the point. Only points where there is a choice
 * count, since a change elsewhere changes nothing until then: the bound is the better for it. How many there are, the k
 * of the bound, is the most seen in the schedules before.
 */
export class Pct implements Strategy {
  readonly #seed: number;
  readonly #depths: DepthLearner | null;
  readonly #random: RandomSource;
  // By goroutine; 1 or more from the start, below 0 after a change point.
  readonly #priorities = new Map<number, number>();
  readonly #changePoints: number[] = [];
  #depth: number;
  #longest = 1;
  #step = 0;
  #lowest = 0;
  #last = -1;
  #inARow = 0;

  /** @param depth How many orderings the bug needs; 1, 2 or 3, as it turns out to be worth, if it is left out. */
  constructor(seed: number, depth?: number) {
    this.#seed = seed;
    this.#depth = depth ?? DEPTHS[0];
    this.#depths = depth === undefined ? new DepthLearner(DEPTHS) : null;
    this.#random = new RandomSource(seed);
  }

  /** "pct(2)": with the depth of the present schedule. */
  get name(): string {
    return `pct(${this.#depth})`;
  }

  begin(schedule: number): boolean {
    this.#random.reseed(this.#seed, schedule);
    this.#priorities.clear();
    this.#step = 0;
    this.#last = -1;
    this.#inARow = 0;
    this.#changePoints.length = 0;
    const depth = this.#depth = this.#depths?.draw(this.#random) ?? this.#depth;
    // In no order: the goroutine at the first of them in time may fall lowest or not.
    for (let i = 1; i < depth; i++) this.#changePoints.push(this.#random.below(this.#longest));
    this.#lowest = -depth;
    return true;
  }

  pick(candidates: Candidates): number {
    let best = this.#highest(candidates);
    const point = this.#changePoints.indexOf(this.#step++);
    if (point >= 0) best = this.#drop(candidates, best, -1 - point);
    if (this.#isSpinning(candidates.goroutine(best))) {
      best = this.#drop(candidates, best, --this.#lowest);
    }
    this.#depths?.took(candidates.event(best), candidates.goroutine(best));
    return best;
  }

  choose(count: number): number {
    return this.#random.below(count);
  }

  end(): void {
    this.#longest = Math.max(this.#longest, this.#step);
    this.#depths?.end();
  }

  /** Lowers the priority of candidate `best`, and gives the one that is best now. */
  #drop(candidates: Candidates, best: number, priority: number): number {
    this.#priorities.set(candidates.goroutine(best), priority);
    return this.#highest(candidates);
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
