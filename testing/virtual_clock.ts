/**
 * Virtual time.
 *
 * Invariants:
 * - `now` never goes backwards and moves only from one due time to the next.
 * - Timers become due by (due, sequence).
 *
 * @module
 */

import type { Timer } from "../runtime/scheduler.ts";
import { TimerHeap } from "../runtime/timer_heap.ts";

/** 2000-01-01T00:00:00Z, as in Go's testing/synctest. */
export const DEFAULT_START = 946_684_800_000;

/** VirtualClock is the clock of a schedule. */
export class VirtualClock {
  readonly #timers = new TimerHeap();
  #start = DEFAULT_START;
  #now = DEFAULT_START;

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** Milliseconds since the schedule began. */
  get elapsed(): number {
    return this.#now - this.#start;
  }

  /** How many timers are pending. */
  get size(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, or undefined. */
  get nextDue(): number | undefined {
    return this.#timers.first?.due;
  }

  /** Begins a schedule: no timers, time `start`. */
  reset(start: number): void {
    this.#timers.clear();
    this.#start = this.#now = start;
  }

  add(timer: Timer, delayMs: number): void {
    this.#timers.add(timer, this.#now + Math.max(0, delayMs));
  }

  remove(timer: Timer): boolean {
    return this.#timers.remove(timer);
  }

  /** Moves to the next due time. Only if there is one. */
  advance(): void {
    this.#now = Math.max(this.#now, this.nextDue as number);
  }

  /** Removes and returns the next timer that is due by now, or undefined. */
  takeDue(): Timer | undefined {
    const due = this.nextDue;
    return due !== undefined && due <= this.#now ? this.#timers.shift() : undefined;
  }

  /** All pending timers, in the order in which they are due. */
  pending(): Timer[] {
    return this.#timers.toArray().sort((a, b) => a.due - b.due || a.sequence - b.sequence);
  }

  /** Milliseconds since the schedule began, for a time. */
  sinceStart(time: number): number {
    return time - this.#start;
  }
}
