/**
 * Replaying a schedule.
 *
 * @module
 */

import { type Deviation, shortHash } from "./schedule_token.ts";
import type { Candidates, Question, Strategy } from "./strategy.ts";

/** Where a replayed schedule stops fitting the program. */
export interface Divergence {
  /** Which question, from 0. */
  readonly question: number;
  /** Why, in words. */
  readonly reason: string;
}

/**
 * Replay gives recorded answers: the deviations, and 0 everywhere else. Where an answer does not exist, or is about
 * something else than recorded, it notes a divergence and goes on with 0, or with the strategy given for that.
 */
export class Replay implements Strategy {
  readonly name = "replay";
  readonly #deviations: readonly Deviation[];
  readonly #describe: ((k: number) => string) | null;
  readonly #after: Strategy | null;
  #question = 0;
  #next = 0;
  /** The first place where the schedule does not fit. */
  divergence: Divergence | null = null;
  /** What was chosen at each deviation, in one character. */
  readonly checks: string[] = [];

  /** How many deadlines may come early: as many as when it was recorded, or the questions are others. */
  readonly earlyTimers: number;

  /**
   * @param describe What candidate `k` is, in words that are the same in every process; null if nobody checks.
   * @param after What decides once the schedule has diverged; nobody by default.
   */
  constructor(
    deviations: readonly Deviation[],
    describe: ((k: number) => string) | null = null,
    after: Strategy | null = null,
    earlyTimers = 0,
  ) {
    this.earlyTimers = earlyTimers;
    this.#deviations = deviations;
    this.#describe = describe;
    this.#after = after;
  }

  begin(): boolean {
    this.#question = this.#next = 0;
    this.divergence = null;
    this.checks.length = 0;
    this.#after?.begin(0);
    return true;
  }

  pick(candidates: Candidates): number {
    if (this.divergence !== null && this.#after !== null) return this.#after.pick(candidates);
    // Asked by an explorer that logs: that is no question of the schedule.
    if (candidates.count === 1) return 0;
    return this.#answer(candidates.count, this.#describe);
  }

  choose(count: number, question: Question): number {
    if (this.divergence !== null && this.#after !== null) {
      return this.#after.choose(count, question);
    }
    return this.#answer(count, this.#describe && ((k) => `${question} ${k} of ${count}`));
  }

  end(): void {
    const left = this.#deviations.length - this.#next;
    if (left > 0 && this.divergence === null) {
      this.divergence = {
        question: this.#question,
        reason: `it ended with ${left} recorded choice${left === 1 ? "" : "s"} left`,
      };
    }
  }

  #answer(count: number, describe: ((k: number) => string) | null): number {
    const question = this.#question++;
    const deviation = this.#deviations[this.#next];
    if (deviation === undefined || deviation.at !== question) return 0;
    this.#next++;
    const { answer } = deviation;
    if (answer >= count) {
      return this.#diverge(
        question,
        `it chose number ${answer + 1} where there are only ${count} now`,
      );
    }
    if (describe !== null) {
      const check = shortHash(describe(answer), 1);
      this.checks.push(check);
      if (deviation.check !== "" && deviation.check !== check) {
        return this.#diverge(question, `it chose something else than ${describe(answer)}`);
      }
    }
    return answer;
  }

  #diverge(question: number, reason: string): number {
    this.divergence ??= { question, reason };
    return 0;
  }
}
