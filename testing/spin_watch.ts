/**
 * Whether anybody gets anywhere: steps in a row in which nobody did anything but yield or fail a try, and whether all who
 * can run have had theirs.
 *
 * @module
 */

import type { Entry } from "./goroutine.ts";

/** After so many rounds in which everybody who can run did nothing else, time goes on. */
const ROUNDS = 16;

/** SpinWatch counts the steps of a schedule that had no effect. */
export class SpinWatch {
  #steps = 0;
  /** How many of those who can run have had a step in this round, and how many rounds are over. */
  #inRound = 0;
  #rounds = 0;
  #round = 1;

  /** How many in a row there were. */
  get steps(): number {
    return this.#steps;
  }

  /** Whether everybody does nothing else. */
  get isEverybody(): boolean {
    return this.#rounds >= ROUNDS;
  }

  /** The step of `entry` had no effect; so many can run now. */
  add(entry: Entry, runnable: number): void {
    this.#steps++;
    if (entry.round === this.#round) return;
    entry.round = this.#round;
    if (++this.#inRound < runnable) return;
    this.#rounds++;
    this.#round++;
    this.#inRound = 0;
  }

  /** Somebody did something, or time went on, or a schedule begins. */
  stop(): void {
    this.#steps = this.#inRound = this.#rounds = 0;
    this.#round++;
  }
}
