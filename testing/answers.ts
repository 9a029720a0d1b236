/**
 * What was asked in a schedule, and what the oracle has answered.
 *
 * Invariants:
 * - Question i has `counts[i]` answers, at least 2, of which `answers[i]` was given.
 * - If no deadline has come early, the answers are those of a schedule in which none can.
 *
 * The lists are overwritten rather than emptied, which would make them anew for each schedule.
 *
 * @module
 */

/** Answers remembers the answers of the schedule that runs. */
export class Answers {
  readonly #answers: number[] = [];
  readonly #counts: number[] = [];
  #size = 0;
  #early = 0;
  #earlyLeft = 0;
  /** The questions to which "the next deadline comes early" was an answer: the last. */
  readonly #earlyQuestions: number[] = [];

  /** How many questions there were. */
  get size(): number {
    return this.#size;
  }

  /** How many deadlines could come early. */
  get early(): number {
    return this.#early;
  }

  /** How many still can. */
  get earlyLeft(): number {
    return this.#earlyLeft;
  }

  /** The answers given, one per question. Reused: copy to keep. */
  get given(): readonly number[] {
    this.#trim();
    return this.#answers;
  }

  /** How many answers each question had. Reused: copy to keep. */
  get counts(): readonly number[] {
    this.#trim();
    return this.#counts;
  }

  /** A schedule begins, in which at most `early` deadlines may come early. */
  begin(early: number): void {
    this.#size = 0;
    this.#early = this.#earlyLeft = early;
    if (this.#earlyQuestions.length > 0) this.#earlyQuestions.length = 0;
  }

  /** Notes an answer. */
  add(answer: number, count: number): void {
    const at = this.#size++;
    this.#answers[at] = answer;
    this.#counts[at] = count;
  }

  /** To the next question the last answer is that the next deadline comes early. */
  offerEarly(): void {
    this.#earlyQuestions.push(this.#size);
  }

  /** That was the answer. */
  takeEarly(): void {
    this.#earlyLeft--;
  }

  /** The schedule has ended. */
  end(): void {
    if (this.#early > 0 && this.#earlyLeft === this.#early) this.#forgetEarly();
  }

  /** No deadline has come early: the schedule is one in which none can, with questions of which that was no answer. */
  #forgetEarly(): void {
    this.#early = this.#earlyLeft = 0;
    this.#trim();
    for (const question of this.#earlyQuestions.reverse()) {
      if (this.#counts[question] === 2) {
        this.#answers.splice(question, 1);
        this.#counts.splice(question, 1);
        this.#size--;
      } else {
        this.#counts[question] = this.#counts[question] as number - 1;
      }
    }
  }

  /** What is left of a longer schedule goes: only now, as most schedules nobody asks, and it is dear. */
  #trim(): void {
    if (this.#answers.length > this.#size) this.#answers.length = this.#counts.length = this.#size;
  }
}
