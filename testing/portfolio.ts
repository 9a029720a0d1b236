/**
 * The default search: complete enumeration and a rotation of sampling strategies share the budget.
 *
 * @module
 */

import { Exhaustive } from "./exhaustive.ts";
import { Pct } from "./pct.ts";
import { RandomWalk } from "./random.ts";
import type { Candidates, Question, Strategy } from "./strategy.ts";

/** How many schedules in a row one side of the portfolio gets. */
const TURN = 32;

/** First in, first out: the order that the event loop has. */
class FirstInFirstOut implements Strategy {
  readonly name = "first in, first out";
  begin(): boolean {
    return true;
  }
  pick(candidates: Candidates): number {
    return candidates.count - 1;
  }
  choose(): number {
    return 0;
  }
}

/**
 * Portfolio begins with the schedule without preemptions, then spends half of the schedules on enumerating them all and
 * half on strategies that find what enumeration reaches late. No strategy wins everywhere.
 */
export class Portfolio implements Strategy {
  readonly #exhaustive = new Exhaustive();
  readonly #rotation: readonly Strategy[];
  #present: Strategy = this.#exhaustive;
  #count = 0;
  #sampled = 0;

  constructor(seed: number) {
    this.#rotation = [
      new FirstInFirstOut(),
      new RandomWalk(seed),
      new Pct(seed, 2),
      new RandomWalk(seed + 1),
      new Pct(seed, 3),
      new Pct(seed, 1),
    ];
  }

  /** The strategy whose turn it is. */
  get name(): string {
    return this.#present.name;
  }

  get isComplete(): boolean {
    return this.#exhaustive.isComplete;
  }

  estimate(): number {
    return this.#exhaustive.estimate();
  }

  begin(schedule: number): boolean {
    if (this.isComplete) return false;
    const isSampling = this.#count > 0 &&
      (this.#count < 8 || Math.floor(this.#count / TURN) % 2 === 1);
    this.#count++;
    if (!isSampling) {
      this.#present = this.#exhaustive;
      return this.#exhaustive.begin();
    }
    const { length } = this.#rotation;
    const at = this.#sampled < length ? this.#sampled : 1 + this.#sampled % (length - 1);
    this.#sampled++;
    this.#present = this.#rotation[at] as Strategy;
    return this.#present.begin(schedule);
  }

  pick(candidates: Candidates): number {
    return this.#present.pick(candidates);
  }

  choose(count: number, question: Question): number {
    return this.#present.choose(count, question);
  }

  end(steps: number): void {
    this.#present.end?.(steps);
  }
}
