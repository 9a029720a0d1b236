/**
 * Sampling schedules with few preemptions. Most bugs need no more than two: Musuvathi, Qadeer, "Iterative Context Bounding
 * for Systematic Testing of Multithreaded Programs", PLDI 2007.
 *
 * @module
 */

import { RandomSource } from "./random_source.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** The most preemptions of a schedule, unless told otherwise. */
const MOST = 2;

/**
 * PreemptionSampler lets a goroutine run on until it waits or ends, and preempts it at exactly c random points. By turns
 * c is 0, 1, ... up to the most. Who goes on where nobody is preempted is random.
 */
export class PreemptionSampler implements Strategy {
  readonly name = "preemptions";
  readonly #seed: number;
  readonly #random: RandomSource;
  readonly #most: number;
  #schedule = 0;
  /** By number of preemptions: at how many points somebody could be preempted, the most seen. */
  readonly #longest: number[];
  #preemptions = 0;
  #at = 0;
  #points: number[] = [];

  constructor(seed: number, most: number = MOST) {
    this.#seed = seed;
    this.#most = most;
    this.#random = new RandomSource(seed);
    this.#longest = new Array<number>(most + 1).fill(0);
  }

  begin(schedule: number): boolean {
    this.#random.reseed(this.#seed, schedule);
    this.#at = 0;
    this.#points.length = 0;
    this.#preemptions = this.#schedule++ % (this.#most + 1);
    while (this.#points.length < this.#preemptions) {
      // Up to its last preemption the schedule is one with one preemption less.
      const { length } = this.#points;
      const longest = this.#longest[length] as number;
      if (longest <= length) break;
      const point = this.#random.below(longest);
      if (!this.#points.includes(point)) this.#points.push(point);
    }
    return true;
  }

  pick(candidates: Candidates): number {
    if (!candidates.canContinue) return this.#random.below(candidates.count);
    const isPoint = this.#points.includes(this.#at++);
    return isPoint ? 1 + this.#random.below(candidates.count - 1) : 0;
  }

  choose(count: number): number {
    return this.#random.below(count);
  }

  end(): void {
    const longest = this.#longest[this.#preemptions] as number;
    this.#longest[this.#preemptions] = Math.max(longest, this.#at);
  }
}
