/**
 * The queue in which a resource keeps who waits for it.
 *
 * Invariants:
 * - First in, first out.
 * - `waiter.queue === this` exactly for the members.
 * - push, shift and remove are O(1); nothing is removed lazily.
 *
 * @module
 */

import type { Waiter } from "./operation.ts";

/** WaitQueue is an intrusive first-in-first-out queue of waiters; any member can leave in O(1). */
export class WaitQueue {
  #first: Waiter | null = null;
  #last: Waiter | null = null;

  /** The waiter that has waited longest, or null. */
  get first(): Waiter | null {
    return this.#first;
  }

  /** The waiter that came last, or null. */
  get last(): Waiter | null {
    return this.#last;
  }

  /** Appends `waiter`, which must not be in a queue. */
  push(waiter: Waiter): void {
    const last = this.#last;
    waiter.queue = this;
    waiter.previous = last;
    if (last === null) this.#first = waiter;
    else last.next = waiter;
    this.#last = waiter;
  }

  /** Removes and returns the waiter that has waited longest, or null if nobody waits. */
  shift(): Waiter | null {
    const first = this.#first;
    if (first === null) return null;
    const next = first.next;
    this.#first = next;
    if (next === null) this.#last = null;
    else next.previous = null;
    first.next = null;
    first.queue = null;
    return first;
  }

  /** Removes `waiter`, which must be a member. */
  remove(waiter: Waiter): void {
    const { previous, next } = waiter;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    waiter.previous = waiter.next = null;
    waiter.queue = null;
  }

  /** Forgets all members, who are not told. For restoring a resource whose waiters can never run again. */
  clear(): void {
    this.#first = this.#last = null;
  }

  /** Calls `visit` with every member, longest waiting first. `visit` must not change the queue. O(n). */
  forEach(visit: (waiter: Waiter) => void): void {
    for (let waiter = this.#first; waiter !== null; waiter = waiter.next) visit(waiter);
  }
}
