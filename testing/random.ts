/**
 * Random walk.
 *
 * @module
 */

import { RandomSource } from "./random_source.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** RandomWalk picks uniformly among the candidates of each question. */
export class RandomWalk implements Strategy {
  readonly name = "random";
  readonly #seed: number;
  readonly #random: RandomSource;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new RandomSource(seed);
  }

  begin(schedule: number): boolean {
    this.#random.reseed(this.#seed, schedule);
    return true;
  }

  pick(candidates: Candidates): number {
    return this.#random.below(candidates.count);
  }

  choose(count: number): number {
    return this.#random.below(count);
  }
}
