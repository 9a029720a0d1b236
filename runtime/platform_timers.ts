/**
 * The timers of the event loop: a heap of ours, and one timer of the platform to wake up for the first of them.
 *
 * Invariants:
 * - Timers fire by (due, sequence), never early, and never inside the call that arms them.
 * - Once the running job has ended, the platform's timer is set no later than the first of ours is due.
 * - Soon after the last of ours is gone, so is the platform's: nothing keeps a process alive, or is a leak to a test.
 *
 * A platform timer costs about 1 us to set and to clear, so it is set once a job, at its end. A select with a timeout
 * in a loop sets and clears timers all the time: after the first few times the platform's is given back one turn late,
 * when most likely it is in use again.
 *
 * @module
 */

import type { Timer } from "./scheduler.ts";
import { TimerHeap } from "./timer_heap.ts";
import { nextTurn } from "./turns.ts";

/** The longest delay the platform's timers take; longer ones they fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;
/** How often the platform's timer is given back at once. Later it is worth the first touch of setImmediate. */
const PROMPT_RELEASES = 16;

const SOON: Promise<void> = Promise.resolve();

/** PlatformTimers arms, disarms and fires timers. Times are those of `performance.now()`. */
export class PlatformTimers {
  readonly #heap = new TimerHeap();
  #platform: ReturnType<typeof setTimeout> | undefined;
  // When the platform's timer is to fire; Infinity while there is none.
  #platformDue = Infinity;
  #willAdjust = false;
  #willRelease = false;
  #releases = 0;

  /** Arms `timer`, which must not be armed. With an infinite delay it never fires. */
  set(timer: Timer, delayMs: number): void {
    this.setAt(timer, performance.now() + Math.max(0, delayMs));
  }

  /** Arms `timer`, which must not be armed, to fire once it is `due`. That costs no look at the clock. */
  setAt(timer: Timer, due: number): void {
    this.#heap.add(timer, due);
    if (timer.due < this.#platformDue) this.#adjustSoon();
  }

  /** Disarms `timer`. Returns whether it was armed. */
  clear(timer: Timer): boolean {
    const wasArmed = this.#heap.remove(timer);
    if (wasArmed) this.#releaseIfIdle();
    return wasArmed;
  }

  /** Fires what is due. */
  fireDue(): void {
    if (this.#heap.size === 0) return;
    const now = performance.now();
    // A timer that is armed meanwhile waits for the next time, even if the clock has not moved.
    const end = this.#heap.nextSequence;
    try {
      for (let timer = this.#heap.first; timer !== undefined; timer = this.#heap.first) {
        if (timer.due > now || timer.sequence >= end) break;
        this.#heap.remove(timer);
        timer.fire();
      }
    } finally {
      if (this.#nextDue() < this.#platformDue) this.#adjustSoon();
      else this.#releaseIfIdle();
    }
  }

  #nextDue(): number {
    return this.#heap.first?.due ?? Infinity;
  }

  #adjustSoon(): void {
    if (this.#willAdjust) return;
    this.#willAdjust = true;
    SOON.then(this.#adjust);
  }

  readonly #adjust = (): void => {
    this.#willAdjust = false;
    const due = this.#nextDue();
    if (due >= this.#platformDue) return;
    if (this.#platform !== undefined) clearTimeout(this.#platform);
    this.#platformDue = due;
    // Rounded up, so that it rarely fires early and in vain; past due if the job was long; never more than the platform
    // takes.
    const left = Math.ceil(due - performance.now());
    const delayMs = Math.min(Math.max(left, 0), LONGEST_DELAY_MS);
    this.#platform = setTimeout(this.#onPlatform, delayMs);
  };

  readonly #onPlatform = (): void => {
    this.#platform = undefined;
    this.#platformDue = Infinity;
    this.fireDue();
  };

  #releaseIfIdle(): void {
    if (this.#platform === undefined || this.#willRelease || this.#nextDue() < Infinity) return;
    this.#willRelease = true;
    if (this.#releases++ < PROMPT_RELEASES) SOON.then(this.#release);
    else nextTurn(this.#release);
  }

  readonly #release = (): void => {
    this.#willRelease = false;
    if (this.#platform === undefined || this.#nextDue() < Infinity) return;
    clearTimeout(this.#platform);
    this.#platform = undefined;
    this.#platformDue = Infinity;
  };
}
