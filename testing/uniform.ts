/**
 * Uniform random walk: Zhao, Wolff, Mathur, Roychoudhury, "Selectively Uniform Concurrency Testing", ASPLOS 2025.
 *
 * Picking uniformly among goroutines favours schedules in which the long ones come late. Picking each with a probability
 * in proportion to the steps it has left, those of the goroutines it will start included, makes all orders of
 * independent steps equally likely (Knuth's hook length formula for forests: the next step is the root of a tree with a
 * probability in proportion to the size of the tree).
 *
 * @module
 */

import { RandomSource } from "./random_source.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** How many schedules the average of a goroutine's steps goes back. */
const MEMORY = 8;

/** What is known of a goroutine from earlier schedules, and its state in the present one. */
interface Length {
  /** Its own steps, on average over the schedules that had it; 0 if none has ended yet. */
  own: number;
  /** With those of all that it starts. */
  total: number;
  parent: Length | null;
  /** In how many schedules it was. */
  seen: number;
  // The present schedule.
  hasStarted: boolean;
  steps: number;
  left: number;
}

/** UniformWalk picks a goroutine in proportion to the steps it has left, which it learns from schedule to schedule. */
export class UniformWalk implements Strategy {
  readonly name = "urw";
  readonly seesEveryStep = true;
  readonly #seed: number;
  readonly #random: RandomSource;
  // By number of the goroutine, in the order in which they were seen first: parents stand before their children.
  readonly #lengths = new Map<number, Length>();
  readonly #present: Length[] = [];
  readonly #candidates: Length[] = [];
  #last: Length | null = null;
  /** The probability of the present schedule, and what all of them make of how many there are. */
  #probability = 1;
  #estimates = 0;
  #schedules = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new RandomSource(seed);
  }

  begin(schedule: number): boolean {
    this.#random.reseed(this.#seed, schedule);
    this.#present.length = 0;
    this.#last = null;
    this.#probability = 1;
    return true;
  }

  pick(candidates: Candidates): number {
    const { count } = candidates;
    const present = this.#candidates;
    for (let k = 0; k < count; k++) present[k] = this.#lengthOf(candidates.goroutine(k));
    let sum = 0;
    for (let k = 0; k < count; k++) sum += weightOf(present[k] as Length);
    let at = count === 1 ? 0 : this.#random.fraction() * sum;
    let picked = 0;
    while (picked < count - 1 && (at -= weightOf(present[picked] as Length)) >= 0) picked++;
    const length = present[picked] as Length;
    this.#probability *= weightOf(length) / sum;
    length.steps++;
    length.left--;
    this.#last = length;
    return picked;
  }

  choose(count: number): number {
    this.#probability /= count;
    return this.#random.below(count);
  }

  end(): void {
    this.#estimates += 1 / this.#probability;
    this.#schedules++;
    for (const length of this.#present) {
      length.seen++;
      length.own += (length.steps - length.own) / Math.min(length.seen, MEMORY);
      length.hasStarted = false;
    }
    for (const length of this.#lengths.values()) length.total = length.own;
    for (const length of [...this.#lengths.values()].reverse()) {
      if (length.parent !== null) length.parent.total += length.total;
    }
  }

  /**
   * How many schedules there are: on average that is 1 by the probability of the one that is drawn, and the more uniform
   * they are the closer is each. Knuth, "Estimating the efficiency of backtrack programs", 1975.
   */
  estimate(): number {
    return this.#schedules === 0 ? Infinity : Math.round(this.#estimates / this.#schedules);
  }

  #lengthOf(goroutine: number): Length {
    let length = this.#lengths.get(goroutine);
    if (length !== undefined && length.hasStarted) return length;
    if (length === undefined) {
      // Whoever appears has been started by the step before.
      const parent = this.#last;
      length = { own: 0, total: 0, parent, seen: 0, hasStarted: false, steps: 0, left: 0 };
      this.#lengths.set(goroutine, length);
    }
    length.hasStarted = true;
    length.steps = 0;
    length.left = length.total;
    if (length.parent !== null) length.parent.left -= length.total;
    this.#present.push(length);
    return length;
  }
}

/** Who can run has at least one step left, whatever is expected. */
function weightOf({ left }: Length): number {
  return Math.max(1, left);
}
