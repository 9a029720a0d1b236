/**
 * Bounded enumeration: all schedules with at most c preemptions, c rising. Musuvathi, Qadeer, "Iterative Context Bounding
 * for Systematic Testing of Multithreaded Programs", PLDI 2007.
 *
 * A preemption is an answer other than "go on" while the goroutine that ran last could. Who goes on where it cannot, and
 * every other choice, is free. So the number of schedules within a bound is polynomial in the length of a schedule, and
 * what was covered can be said: every schedule with at most c preemptions.
 *
 * Nothing is kept between bounds: each enumerates those before once more, which are a small part of it. It needs no
 * knowledge of what commutes. Rejected: bounding the reduced search, which is unsound without further schedules (Coons,
 * Musuvathi, McKinley, "Bounded Partial-Order Reduction", OOPSLA 2013).
 *
 * @module
 */

import { type Candidates, NotDeterministic, type Strategy } from "./strategy.ts";

/** Bound says what was covered: so many schedules with at most so many preemptions, or deviations, and these are all. */
export interface Bound {
  readonly most: number;
  readonly of: "preemptions" | "deviations";
  readonly schedules: number;
}

/** Bounded enumerates depth first, like `Exhaustive`, and begins anew with one preemption more. */
export class Bounded implements Strategy {
  readonly name = "bounded";
  readonly #most: number;
  #bound = 0;
  // One per question of the present path.
  readonly #answers: number[] = [];
  readonly #counts: number[] = [];
  /** The preemptions left before the question; -1 if no answer to it is a preemption. */
  readonly #left: number[] = [];
  #depth = 0;
  #budget = 0;
  #isStarted = false;
  #isOver = false;
  /** Whether the bound has kept anything away. */
  #isCut = false;
  #schedules = 0;
  readonly #covered: Bound[] = [];

  /** @param most Enumerates no schedules with more preemptions than that. */
  constructor(most: number = Infinity) {
    this.#most = most;
  }

  /** The bounds that were covered in full, in rising order. */
  get covered(): readonly Bound[] {
    return this.#covered;
  }

  /** Whether every schedule has been run, whatever its preemptions. */
  get isComplete(): boolean {
    return this.#isOver && !this.#isCut;
  }

  begin(): boolean {
    this.#depth = 0;
    this.#budget = this.#bound;
    if (!this.#isStarted) {
      this.#isStarted = true;
      return true;
    }
    return !this.#isOver;
  }

  pick(candidates: Candidates): number {
    return this.#answer(candidates.count, candidates.canContinue);
  }

  choose(count: number): number {
    return this.#answer(count, false);
  }

  end(): void {
    this.#schedules++;
    this.#answers.length = this.#counts.length = this.#left.length = this.#depth;
    for (let at = this.#depth - 1; at >= 0; at--) {
      const next = (this.#answers[at] as number) + 1;
      if (next < (this.#counts[at] as number)) {
        if (this.#left[at] !== 0) {
          this.#answers[at] = next;
          this.#answers.length = this.#counts.length = this.#left.length = at + 1;
          return;
        }
        this.#isCut = true;
      }
    }
    this.#raise();
  }

  #raise(): void {
    this.#covered.push({ most: this.#bound, of: "preemptions", schedules: this.#schedules });
    this.#answers.length = this.#counts.length = this.#left.length = 0;
    this.#isOver = !this.#isCut || this.#bound >= this.#most;
    if (this.#isOver) return;
    this.#bound++;
    this.#schedules = 0;
    this.#isCut = false;
  }

  #answer(count: number, canContinue: boolean): number {
    const depth = this.#depth++;
    if (depth === this.#answers.length) {
      this.#answers.push(0);
      this.#counts.push(count);
      this.#left.push(canContinue ? this.#budget : -1);
    } else if (this.#counts[depth] !== count) {
      throw new NotDeterministic(
        `question ${depth} had ${this.#counts[depth]} answers before and has ${count} now`,
      );
    }
    const answer = this.#answers[depth] as number;
    if (canContinue && answer !== 0) this.#budget--;
    return answer;
  }
}
