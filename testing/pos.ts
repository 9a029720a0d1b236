/**
 * Partial order sampling: Yuan, Yang, Gu, "Partial Order Aware Concurrency Sampling", CAV 2018.
 *
 * Every step that could be next has a random priority, and the highest is taken; then those that conflict with it draw
 * new ones. So steps that do not conflict do not dilute the orders of those that do.
 *
 * What a suspended goroutine will touch is not known before it runs. It is predicted to be what the same step of the
 * same goroutine touched in the schedule before; of a step not seen yet nothing is predicted. In programs that share
 * nothing but plain variables there are no conflicts to see, and only the priority of a step that was taken changes.
 *
 * @module
 */

import { areDependent, type Touching } from "./dependency.ts";
import { RandomSource } from "./random_source.ts";
import { StepLog } from "./step_log.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** PartialOrderSampling gives every step a random priority and redraws those that conflict with what was done. */
export class PartialOrderSampling implements Strategy {
  readonly name = "pos";
  readonly log: StepLog = new StepLog();
  readonly #seed: number;
  readonly #random: RandomSource;
  /** By event: what it touched when it was seen last. */
  readonly #known = new Map<number, Touching>();
  /** By event that could be next. */
  readonly #priorities = new Map<number, number>();

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new RandomSource(seed);
  }

  begin(schedule: number): boolean {
    this.#random.reseed(this.#seed, schedule);
    this.#priorities.clear();
    return true;
  }

  pick(candidates: Candidates): number {
    const done = this.log.steps.at(-1);
    if (done !== undefined) this.#redraw(done);
    const { count } = candidates;
    let best = 0;
    let highest = -1;
    for (let k = 0; k < count; k++) {
      const priority = this.#priorityOf(candidates.event(k));
      if (priority > highest) {
        best = k;
        highest = priority;
      }
    }
    this.#priorities.delete(candidates.event(best));
    return best;
  }

  choose(count: number): number {
    return this.#random.below(count);
  }

  end(): void {
    for (const step of this.log.steps) this.#known.set(step.event, step);
  }

  #priorityOf(event: number): number {
    let priority = this.#priorities.get(event);
    if (priority === undefined) {
      priority = this.#random.next();
      this.#priorities.set(event, priority);
    }
    return priority;
  }

  /** Forgets the priorities of all that conflict with the step that was taken. */
  #redraw(done: Touching): void {
    if (done.touches.length === 0) return;
    for (const event of this.#priorities.keys()) {
      const known = this.#known.get(event);
      if (
        known !== undefined && known.goroutine !== done.goroutine && areDependent(known, done)
      ) this.#priorities.delete(event);
    }
  }
}
