/**
 * The queue in which a resource keeps who waits for it: waiters, which can leave, and, for those who never will, the
 * functions that let them go on.
 *
 * Invariants:
 * - First in, first out.
 * - `waiter.queue === this` exactly for the waiters in it; whoever leaves is forgotten at once.
 * - As long as it has no ring, one that is alone is `#only`. Otherwise all stand in the ring, from `#head` to `#tail`, where
 *   `#ring[waiter.place & mask] === waiter`. Whoever leaves makes a gap; the first and the last are none, and there are no
 *   more gaps than members, but for {@linkcode FEW_GAPS}.
 * - push, shift and remove are O(1), amortized: closing the gaps takes as long as making them did.
 *
 * Most queues never hold more than one, who needs no ring.
 *
 * Rejected: a doubly linked list of waiters, which needs no gaps. It is as quick where a hundred contend, and takes two
 * thirds where 10,000 wait for a moment and are let go at once; but the garbage collector goes through it one by one, and
 * where 100,000 wait that costs 1.3 times as much. Blocks of 32 in a list: no better than the list there, nor than the ring.
 *
 * @module
 */

import type { Waiter } from "./operation.ts";

/** Longer rings are given back when nobody is left in them. */
const LONGEST_KEPT = 1024;
/** So many gaps are left open. */
const FEW_GAPS = 16;

/** The ring of queues that never held more than one. */
const NO_RING: never[] = [];

/**
 * WaitQueue is a first-in-first-out queue of waiters, any of which can leave.
 *
 * @typeParam M What stands in it: waiters, or, in the package's own primitives, functions as well.
 */
export class WaitQueue<M extends Waiter | ((value: unknown) => void) = Waiter> {
  #only: M | null = null;
  // Its length is 0 or a power of two.
  #ring: (M | null)[] = NO_RING;
  // Places count on; where in the ring they are is told by their low bits.
  #head = 0;
  #tail = 0;
  #gaps = 0;

  /** The waiter that has waited longest, or null. */
  get first(): M | null {
    if (this.#head === this.#tail) return this.#only;
    return this.#ring[this.#head & (this.#ring.length - 1)] as M;
  }

  /** The waiter that came last, or null. */
  get last(): M | null {
    if (this.#head === this.#tail) return this.#only;
    return this.#ring[(this.#tail - 1) & (this.#ring.length - 1)] as M;
  }

  /** Appends `member`; a waiter must not be in a queue. */
  push(member: M): void {
    if (typeof member !== "function") member.queue = this as unknown as WaitQueue;
    if (this.#ring.length === 0) {
      const only = this.#only;
      if (only === null) {
        this.#only = member;
        return;
      }
      this.#only = null;
      this.#pushToRing(only);
    }
    this.#pushToRing(member);
  }

  /** Removes and returns the waiter that has waited longest, or null if nobody waits. */
  shift(): M | null {
    const head = this.#head, ring = this.#ring;
    if (head === this.#tail) {
      const only = this.#only;
      if (only === null) return null;
      this.#only = null;
      if (typeof only !== "function") only.queue = null;
      return only;
    }
    const index = head & (ring.length - 1);
    const first = ring[index] as M;
    ring[index] = null;
    if (typeof first !== "function") first.queue = null;
    this.#head = head + 1;
    if (this.#gaps > 0) this.#trim();
    if (this.#head === this.#tail) this.#emptied();
    return first;
  }

  /** Removes `waiter`, which must be a member. */
  remove(waiter: M & Waiter): void {
    waiter.queue = null;
    if (waiter === this.#only) {
      this.#only = null;
      return;
    }
    const ring = this.#ring;
    ring[waiter.place & (ring.length - 1)] = null;
    this.#gaps++;
    this.#trim();
    if (this.#head === this.#tail) this.#emptied();
    else if (2 * this.#gaps > this.#tail - this.#head + FEW_GAPS) this.#closeGaps();
  }

  /** Forgets all members, who are not told. For restoring a resource whose waiters can never run again. */
  clear(): void {
    this.#only = null;
    this.#ring = NO_RING;
    this.#head = this.#tail = this.#gaps = 0;
  }

  /** Calls `visit` with every member, longest waiting first. `visit` must not change the queue. O(n). */
  forEach(visit: (member: M) => void): void {
    if (this.#only !== null) visit(this.#only);
    const ring = this.#ring;
    for (let place = this.#head; place < this.#tail; place++) {
      const member = ring[place & (ring.length - 1)] as M | null;
      if (member !== null) visit(member);
    }
  }

  #pushToRing(member: M): void {
    const tail = this.#tail;
    const ring = this.#ring;
    if (tail - this.#head === ring.length) {
      this.#grow();
      return this.#pushToRing(member);
    }
    if (typeof member !== "function") member.place = tail;
    ring[tail & (ring.length - 1)] = member;
    this.#tail = tail + 1;
  }

  /** Leaves out the gaps at both ends. */
  #trim(): void {
    const ring = this.#ring, mask = ring.length - 1;
    while (this.#head < this.#tail && ring[this.#head & mask] === null) {
      this.#head++;
      this.#gaps--;
    }
    while (this.#head < this.#tail && ring[(this.#tail - 1) & mask] === null) {
      this.#tail--;
      this.#gaps--;
    }
  }

  #emptied(): void {
    this.#head = this.#tail = 0;
    if (this.#ring.length > LONGEST_KEPT) this.#ring = NO_RING;
  }

  /** Makes the ring twice as long. The members keep their places, so that none of them is touched. */
  #grow(): void {
    const old = this.#ring, oldMask = old.length - 1;
    const ring: (M | null)[] = old.length === 0
      ? [null, null, null, null, null, null, null, null]
      : new Array(2 * old.length).fill(null);
    const mask = ring.length - 1;
    for (let place = this.#head; place < this.#tail; place++) {
      ring[place & mask] = old[place & oldMask] as M | null;
    }
    this.#ring = ring;
  }

  /** Gives the members new places, one behind the other. */
  #closeGaps(): void {
    const ring = this.#ring, mask = ring.length - 1;
    let end = this.#head;
    for (let place = this.#head; place < this.#tail; place++) {
      const member = ring[place & mask] as M | null;
      if (member === null) continue;
      ring[place & mask] = null;
      ring[end & mask] = member;
      if (typeof member !== "function") member.place = end;
      end++;
    }
    this.#tail = end;
    this.#gaps = 0;
  }
}
