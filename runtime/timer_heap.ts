/**
 * The pending timers of a scheduler.
 *
 * Invariants:
 * - `timers[timer.index] === timer` exactly for the members; everybody else has index -1.
 * - A parent is due no later than its children; equal times go by sequence.
 *
 * @module
 */

import type { Timer } from "./scheduler.ts";

/** TimerHeap is a binary heap of timers by (due, sequence). add, remove and shift are O(log n), first is O(1). */
export class TimerHeap {
  readonly #timers: Timer[] = [];
  #sequence = 0;

  /** How many timers are pending. */
  get size(): number {
    return this.#timers.length;
  }

  /** The sequence the next timer gets: timers that are members by now have a smaller one. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /** The timer due next, or undefined. */
  get first(): Timer | undefined {
    return this.#timers[0];
  }

  /**
   * Adds `timer` due at `due`, behind those due at the same time.
   *
   * @throws {Error} If it is armed already, here or elsewhere.
   * @throws {RangeError} If `due` is NaN, which has no place in an order.
   */
  add(timer: Timer, due: number): void {
    if (timer.index !== -1) throw new Error("Cannot arm a timer: it is armed already");
    if (Number.isNaN(due)) throw new RangeError("Cannot arm a timer: it is due at NaN");
    timer.due = due;
    timer.sequence = this.#sequence++;
    timer.index = this.#timers.length;
    this.#timers.push(timer);
    this.#up(timer);
  }

  /** Removes `timer`. Returns whether it was a member. */
  remove(timer: Timer): boolean {
    const { index } = timer;
    if (this.#timers[index] !== timer) return false;
    timer.index = -1;
    const last = this.#timers.pop() as Timer;
    if (last !== timer) {
      this.#timers[index] = last;
      last.index = index;
      this.#up(last);
      this.#down(last);
    }
    return true;
  }

  /** Removes and returns the timer due next, or undefined. */
  shift(): Timer | undefined {
    const first = this.#timers[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Removes all timers and starts counting anew. */
  clear(): void {
    this.#sequence = 0;
    if (this.#timers.length === 0) return;
    for (const timer of this.#timers) timer.index = -1;
    this.#timers.length = 0;
  }

  /** All pending timers in no particular order. */
  toArray(): Timer[] {
    return this.#timers.slice();
  }

  #up(timer: Timer): void {
    const timers = this.#timers;
    let { index } = timer;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = timers[above] as Timer;
      if (!isBefore(timer, parent)) break;
      timers[index] = parent;
      parent.index = index;
      index = above;
    }
    timers[index] = timer;
    timer.index = index;
  }

  #down(timer: Timer): void {
    const timers = this.#timers;
    const size = timers.length;
    let { index } = timer;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= size) break;
      if (below + 1 < size && isBefore(timers[below + 1] as Timer, timers[below] as Timer)) below++;
      const child = timers[below] as Timer;
      if (!isBefore(child, timer)) break;
      timers[index] = child;
      child.index = index;
      index = below;
    }
    timers[index] = timer;
    timer.index = index;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence);
}
