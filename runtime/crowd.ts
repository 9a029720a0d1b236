/**
 * Goroutines that wait for the same thing, and all get the same.
 *
 * Invariants:
 * - They are let go in the order in which they came, also among others that wait in the same queue.
 * - No more than {@linkcode CROWD} are let go at once, so that the event loop can look at the clock in between.
 *
 * Those that come one right behind the other share a waiter and a promise. A promise and a waiter for each, which lie
 * about while all wait, cost them two to three times as much, most of it in the garbage collector.
 *
 * @module
 */

import { eventLoop, Parked } from "./event_loop.ts";
import type { Member, Operation } from "./operation.ts";
import type { WaitQueue } from "./wait_queue.ts";

// A constant of this module is compiled in; see hooks.ts.
const loop = eventLoop;

/** How many share a promise at most. They are let go at once, so it is about as many as pass between two looks at the clock. */
const CROWD = 128;

/** Some goroutines of the event loop that wait for one operation. */
class ParkedCrowd extends Parked {
  size = 1;

  override complete(outcome: unknown): void {
    let result: unknown;
    try {
      result = this.operation.result(outcome);
    } catch (error) {
      return this.fail(error);
    }
    loop.wakeCrowd(this.resolve, result, this.size);
  }

  override fail(error: unknown): void {
    loop.wakeCrowd(this.reject, error, this.size);
  }
}

/** Crowd parks goroutines of the event loop that wait in one queue for the same. */
export class Crowd<R> {
  #last: ParkedCrowd | null = null;
  #promise: Promise<R> | null = null;

  /** Parks the calling goroutine at the end of `queue`, for `operation`, which is not ready. Nobody of it can give up. */
  park(queue: WaitQueue<Member>, operation: Operation<R>): Promise<R> {
    const last = this.#last;
    if (last !== null && queue.last === last && last.size < CROWD) {
      last.size++;
      return this.#promise as Promise<R>;
    }
    const waiter = new ParkedCrowd(operation);
    queue.push(waiter);
    this.#last = waiter;
    return this.#promise = loop.park(waiter);
  }
}
