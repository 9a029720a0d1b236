/**
 * What the program demands of its own states: conditions that are judged after every step of the schedule that runs, and
 * what must be true in some schedule of the exploration.
 *
 * @module
 */

import type { Goroutine } from "./goroutine.ts";
import type { Condition } from "./rules.ts";

/** Conditions are those of the schedule that runs. */
export class Conditions {
  #conditions: (Condition & { readonly goroutine: Goroutine })[] = [];
  /** Whether they are judged at the moment: looking at a cell is no data race then. */
  isJudging = false;

  /** Whether there are any. */
  get areThere(): boolean {
    return this.#conditions.length > 0;
  }

  /** What never became true, of all that must in the end; the first. */
  get unmet(): string | undefined {
    if (this.#conditions.length === 0) return undefined;
    return this.#conditions.find(({ isEventual }) => isEventual)?.message;
  }

  /** A schedule begins. */
  begin(): void {
    if (this.#conditions.length > 0) this.#conditions.length = 0;
    this.isJudging = false;
  }

  /** From now on asks a condition of `goroutine` after every step. */
  add(condition: Condition, goroutine: Goroutine): void {
    this.#conditions.push({ ...condition, goroutine });
  }

  /**
   * Asks every condition, each after `speakFor` was told whose it is.
   *
   * @throws What a condition throws.
   * @throws {Error} If one is true that must not be.
   * @throws {TypeError} If one gives neither true nor false.
   */
  judge(speakFor: (goroutine: Goroutine) => void): void {
    this.isJudging = true;
    try {
      this.#conditions = this.#conditions.filter(
        ({ condition, message, isEventual, goroutine }) => {
          speakFor(goroutine);
          const isTrue: unknown = condition();
          if (typeof isTrue !== "boolean") {
            throw new TypeError(`Cannot judge "${message}": expected true or false, got ${isTrue}`);
          }
          if (isTrue && !isEventual) throw new Error(`must never be true: ${message}`);
          return !isTrue;
        },
      );
    } finally {
      this.isJudging = false;
    }
  }
}
