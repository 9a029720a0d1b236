/**
 * Naive exhaustive search: every answer to every question, depth first.
 *
 * @module
 */

import { type Candidates, NotDeterministic, type Strategy } from "./strategy.ts";

/**
 * Exhaustive enumerates all schedules by re-executing with a prefix of answers. It needs no knowledge of what commutes,
 * so it is sound for programs with plain variables. Memory is linear in the length of a schedule.
 */
export class Exhaustive implements Strategy {
  readonly name = "exhaustive";
  #answers: number[] = [];
  #counts: number[] = [];
  #depth = 0;
  #isFirst = true;
  #done = 0;

  /** Whether every schedule has been run. */
  get isComplete(): boolean {
    return !this.#isFirst && this.#answers.length === 0;
  }

  begin(): boolean {
    this.#depth = 0;
    if (this.#isFirst) {
      this.#isFirst = false;
      return true;
    }
    return this.#answers.length > 0;
  }

  pick(candidates: Candidates): number {
    return this.choose(candidates.count);
  }

  choose(count: number): number {
    const depth = this.#depth++;
    if (depth < this.#answers.length) {
      if (this.#counts[depth] !== count) {
        throw new NotDeterministic(
          `question ${depth} had ${this.#counts[depth]} answers before and has ${count} now`,
        );
      }
    } else {
      this.#answers.push(0);
      this.#counts.push(count);
    }
    return this.#answers[depth] as number;
  }

  end(): void {
    this.#done++;
    // Forget what was not asked again, then go to the next answer of the deepest question that has one.
    this.#answers.length = this.#counts.length = this.#depth;
    for (;;) {
      const answer = this.#answers.pop();
      const count = this.#counts.pop();
      if (answer === undefined || count === undefined) return;
      if (answer + 1 < count) {
        this.#answers.push(answer + 1);
        this.#counts.push(count);
        return;
      }
    }
  }

  /**
   * How many schedules there are, judged by the branches on the present path: Knuth, "Estimating the efficiency of
   * backtrack programs", 1975, with the part already searched taken for typical.
   */
  estimate(): number {
    let share = 0;
    let weight = 1;
    for (let i = 0; i < this.#answers.length; i++) {
      weight /= this.#counts[i] as number;
      share += weight * (this.#answers[i] as number);
    }
    return share > 0 ? Math.max(this.#done + 1, Math.round(this.#done / share)) : Infinity;
  }
}
