/**
 * Asking the strategy: who is resumed next, and whatever else neither the program nor the scheduler determines.
 *
 * Invariants:
 * - What is asked has at least two answers, and each answer is noted; a strategy that sees every step is asked where there is
 *   one, too, which is not noted.
 * - While the schedule is fair nobody is asked and nothing is noted: a replay comes to the same point and goes on fairly, too,
 *   and the token of a schedule that goes on for ever stays short.
 * - A strategy that throws or is wrong ends the schedule, but not in the middle of somebody's step.
 *
 * @module
 */

import { Answers } from "./answers.ts";
import { CodeTable } from "./code_table.ts";
import type { Entry, Goroutine } from "./goroutine.ts";
import type { RunQueue } from "./run_queue.ts";
import type { StepLog } from "./step_log.ts";
import { type Candidates, type LoggingStrategy, type Question, REDUNDANT } from "./strategy.ts";

/** Stands for the clock among the numbers of goroutines and events. */
const CLOCK = -1;

/** More operations than that in one goroutine would make events ambiguous. */
const MOST_OPERATIONS = 0x100_0000;

/** What is resumed, as a number: the same in equivalent schedules. */
export function eventOf(entry: Entry): number {
  return entry.goroutine.index * MOST_OPERATIONS + entry.nth;
}

/** What the oracle asks of the scheduler, and tells it. */
export interface OracleOwner {
  /** Whether time would go on if nobody could run. */
  hasDeadline(): boolean;
  /** What the strategy threw, or is wrong about: the exploration cannot go on. */
  broken(error: unknown): void;
}

/** Again is a schedule that has ended, to be run once more. */
export interface Again {
  /** The answers given in it. */
  readonly answers: readonly number[];
  /** How many deadlines could come early. */
  readonly early: number;
}

/** Oracle puts the questions of the schedule that runs to its strategy. The strategy sees it as the {@linkcode Candidates}. */
export class Oracle implements Candidates {
  readonly #runnable: RunQueue;
  readonly #owner: OracleOwner;
  readonly #answers = new Answers();
  readonly #codes = new CodeTable();
  #strategy: LoggingStrategy = undefined as unknown as LoggingStrategy;
  #log: StepLog | null = null;
  #again: Again | null = null;
  /** How many deadlines may come early in a schedule. */
  #early = 0;
  /** Whether the strategy is asked even if only one can go on. */
  #asksAlways = false;
  /** Where the goroutine that ran last stands among those who can run; -1 if it cannot. */
  #lastAt = -1;
  /** Whether one of the candidates of the present question, the last, is that the next deadline comes early. */
  #canComeEarly = false;
  #preemptions = 0;
  #isCut = false;
  #isRedundant = false;
  /** Answers to questions inside steps while the schedule is fair. */
  #fairAnswers = 0;
  #isFair = false;
  /** Whether the strategy is asked exactly where several can go on, and nothing else is offered. */
  #isPlain = true;

  constructor(runnable: RunQueue, owner: OracleOwner) {
    this.#runnable = runnable;
    this.#owner = owner;
  }

  /** Forgets which code there is: a new exploration begins. */
  forget(): void {
    this.#codes.forget();
  }

  /**
   * From the next schedule on asks `strategy`. At most `early` deadlines may come early, unless the strategy says. With `again`
   * it is not asked, and every question is answered as it was then.
   */
  follow(
    strategy: LoggingStrategy,
    early: number,
    log: StepLog | null,
    again: Again | null,
  ): void {
    this.#strategy = strategy;
    this.#early = early;
    this.#log = log;
    this.#again = again;
  }

  /** A schedule begins. */
  begin(): void {
    const strategy = this.#strategy;
    const again = this.#again;
    // Whoever is made of several strategies says each time.
    const early = again?.early ?? strategy.earlyTimers ?? this.#early;
    this.#asksAlways = again === null &&
      (strategy.log !== undefined || strategy.seesEveryStep === true);
    this.#preemptions = this.#fairAnswers = 0;
    this.#isFair =
      this.#isCut =
      this.#isRedundant =
      this.#canComeEarly =
        false;
    this.#answers.begin(early);
    this.#isPlain = early === 0 && !this.#asksAlways && again === null;
  }

  /** The schedule has ended, after `steps` steps. */
  end(steps: number): void {
    this.#answers.end();
    if (this.#again !== null) return;
    try {
      this.#strategy.end?.(steps);
    } catch (error) {
      this.#owner.broken(error);
    }
  }

  /** Preemptions in the present schedule, or the last. */
  get preemptions(): number {
    return this.#preemptions;
  }
  /** How many deadlines could come early in it; a replay has the same questions only then. */
  get early(): number {
    return this.#answers.early;
  }
  /** How many did. */
  get cameEarly(): number {
    return this.#answers.early - this.#answers.earlyLeft;
  }
  /** The answers given, one per question. Reused: copy to keep. */
  get answers(): readonly number[] {
    return this.#answers.given;
  }
  /** How many answers each question had. Reused: copy to keep. */
  get counts(): readonly number[] {
    return this.#answers.counts;
  }
  /** Whether it was made fair while there was a choice, so that not all that follows is explored. */
  get isCut(): boolean {
    return this.#isCut;
  }
  /** Whether the strategy has said that the schedule leads nowhere new. */
  get isRedundant(): boolean {
    return this.#isRedundant;
  }

  /** Whether whoever has waited longest is next, and nobody is asked. */
  get isFair(): boolean {
    return this.#isFair;
  }
  set isFair(isFair: boolean) {
    this.#isFair = isFair;
    this.#isPlain = !isFair && this.#answers.early === 0 && !this.#asksAlways &&
      this.#again === null;
  }

  // --- Candidates ---

  get count(): number {
    return this.#runnable.size + (this.#canComeEarly ? 1 : 0);
  }

  get canContinue(): boolean {
    return this.#lastAt >= 0;
  }

  goroutine(k: number): number {
    return k === this.#runnable.size ? CLOCK : this.candidate(k).goroutine.index;
  }

  event(k: number): number {
    return k === this.#runnable.size ? CLOCK : eventOf(this.candidate(k));
  }

  code(k: number): number {
    return k === this.#runnable.size ? CLOCK : this.#codes.of(this.candidate(k).goroutine);
  }

  operations(k: number): number {
    return k === this.#runnable.size ? 0 : this.candidate(k).nth;
  }

  /** Candidate `k`: the goroutine that ran last first, then by path. */
  candidate(k: number): Entry {
    return this.#runnable.at(this.#indexOf(k));
  }

  /** The candidate that became ready first. */
  get oldest(): number {
    const at = this.#runnable.indexOf(this.#runnable.oldest());
    const lastAt = this.#lastAt;
    return lastAt < 0 || at > lastAt ? at : at === lastAt ? 0 : at + 1;
  }

  #indexOf(k: number): number {
    const lastAt = this.#lastAt;
    return lastAt < 0 || k > lastAt ? k : k === 0 ? lastAt : k - 1;
  }

  // --- questions ---

  /**
   * Takes who is resumed next from those who can run, of whom there are some; `last` is who ran last. Gives null if the next
   * deadline comes early instead.
   */
  pick(last: Goroutine | null): Entry | null {
    const runnable = this.#runnable;
    const { size } = runnable;
    const lastAt = last !== null && last.runnable > 0 ? runnable.indexOfGoroutine(last) : -1;
    this.#lastAt = lastAt;
    if (!this.#isPlain) return this.#pickSpecially(last, size);
    let at = 0;
    if (size > 1) {
      const answer = this.#askWhoIsNext(size);
      this.#answers.add(answer, size);
      if (answer !== 0 && lastAt >= 0) this.#preemptions++;
      at = this.#indexOf(answer);
    }
    return runnable.takeAt(at);
  }

  /** The same where the schedule is fair, a deadline may come early, or the strategy sees every step. */
  #pickSpecially(last: Goroutine | null, size: number): Entry | null {
    const runnable = this.#runnable;
    this.#canComeEarly = this.#answers.earlyLeft > 0 && !this.isFair && this.#owner.hasDeadline();
    if (size === 1 && !this.#canComeEarly && (!this.#asksAlways || this.isFair)) {
      return runnable.takeAt(0);
    }
    if (this.isFair) return this.#takeOldest(last);
    if (this.#canComeEarly) this.#answers.offerEarly();
    const { count } = this;
    const answer = this.#again === null
      ? this.#askWhoIsNext(count)
      : this.#sameAs(this.#again, count);
    if (count > 1) this.#answers.add(answer, count);
    if (answer !== 0 && this.#lastAt >= 0) this.#preemptions++;
    if (answer < size) return runnable.takeAt(this.#indexOf(answer));
    this.#answers.takeEarly();
    return null;
  }

  #takeOldest(last: Goroutine | null): Entry {
    this.#isCut = true;
    const oldest = this.#runnable.oldest();
    this.#runnable.take(oldest);
    if (this.#lastAt >= 0 && oldest.goroutine !== last) this.#preemptions++;
    return oldest;
  }

  /** The answer to a question of the program's with `count` answers. */
  ask(count: number, question: Question): number {
    if (count === 1) return 0;
    if (this.isFair) {
      this.#isCut = true;
      return this.#fairAnswers++ % count;
    }
    const answer = this.#again === null
      ? this.#askStrategy(count, question)
      : this.#sameAs(this.#again, count);
    this.#answers.add(answer, count);
    if (this.#log !== null) this.#log.answer(answer, count);
    return answer;
  }

  /** The answer that was given then, if there is such a question now. */
  #sameAs({ answers }: Again, count: number): number {
    const answer = answers[this.#answers.size] ?? 0;
    return answer < count ? answer : 0;
  }

  #askWhoIsNext(count: number): number {
    try {
      const answer = this.#strategy.pick(this);
      return isAnswer(answer, count) ? answer : this.#refuse(answer, count);
    } catch (error) {
      this.#owner.broken(error);
      return 0;
    }
  }

  #askStrategy(count: number, question: Question): number {
    try {
      const answer = this.#strategy.choose(count, question);
      return isAnswer(answer, count) ? answer : this.#refuse(answer, count);
    } catch (error) {
      this.#owner.broken(error);
      return 0;
    }
  }

  /** What is answered is no answer: the schedule is redundant, or the strategy wrong. */
  #refuse(answer: number, count: number): number {
    if (answer === REDUNDANT && this.#strategy.log !== undefined) {
      this.#isRedundant = true;
      return 0;
    }
    throw new RangeError(
      `Cannot take answer ${answer} of ${count}: strategy "${this.#strategy.name}" is wrong`,
    );
  }
}

function isAnswer(answer: number, count: number): boolean {
  return Number.isInteger(answer) && answer >= 0 && answer < count;
}
