/**
 * What a search strategy is: an oracle of three methods.
 *
 * @module
 */

import type { StepLog } from "./step_log.ts";

/** What `pick` returns, from a strategy with a log, to end a schedule that leads nowhere new. */
export const REDUNDANT = -1;

/** Question says what a choice is about: which goroutine goes on, which ready case a select takes, ... */
export type Question = "schedule" | "select" | "choose";

/**
 * Candidates are those who can be resumed next. The goroutine that ran last comes first if it can go on, so 0 is "no
 * preemption"; the others follow in the order of their creation.
 */
export interface Candidates {
  /** How many there are: at least 2, since a question with one answer is not asked. */
  readonly count: number;
  /** The goroutine of candidate `k`: a small number that stays the same from schedule to schedule. */
  goroutine(k: number): number;
  /** What candidate `k` is: a number that is the same in schedules that differ only in the order of what commutes. */
  event(k: number): number;
  /** The code that candidate `k` runs: a small number, the same for goroutines that were started with the same function. */
  code(k: number): number;
  /** How many operations the goroutine of candidate `k` had called when it called the one that is resumed; 0 at its start. */
  operations(k: number): number;
  /** Whether candidate 0 is the goroutine that ran last, so that any other choice is a preemption. */
  readonly canContinue: boolean;
}

/**
 * Strategy decides everything that is not determined by the program. It sees goroutines as numbers and knows no
 * primitive.
 */
export interface Strategy {
  /** What reports call it. */
  readonly name: string;
  /** A schedule begins. Returns false if there is nothing left to try. */
  begin(schedule: number): boolean;
  /** Who is resumed next: a number below `candidates.count`. */
  pick(candidates: Candidates): number;
  /** Any other choice: a number below `count`. */
  choose(count: number, question: Question): number;
  /** A schedule has ended after `steps` steps. */
  end?(steps: number): void;
  /** About how many schedules there are, as far as it can tell. */
  estimate?(): number;
  /**
   * How many times in a schedule the next deadline may come although somebody can run: that is the last candidate then,
   * of goroutine, event and code -1. By default what the exploration's options say.
   */
  readonly earlyTimers?: number | undefined;
  /** Whether `pick` is asked at every step, even if only one can go on. So it is for whoever has a log. */
  readonly seesEveryStep?: boolean;
  /** The bounds within which all schedules were run, each with how many these are, in rising order. */
  readonly covered?: readonly {
    readonly most: number;
    readonly of: "preemptions" | "deviations";
    readonly schedules: number;
  }[];
  /** Whether every schedule has been tried once `begin` returns false. */
  readonly isComplete?: boolean;
}

/** NotDeterministic says that a program asks something else than before, although it was given the same answers. */
export class NotDeterministic extends Error {
  override readonly name = "NotDeterministic";

  /** What is different. */
  readonly difference: string;

  constructor(difference: string) {
    super(`${difference}; the program is not deterministic`);
    this.difference = difference;
  }
}

/** LoggingStrategy is a strategy of the harness itself, which wants to know what each step touches. */
export interface LoggingStrategy extends Strategy {
  /** Where the explorer writes it. */
  readonly log?: StepLog | undefined;
}
