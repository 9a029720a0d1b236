/**
 * Go's Cond.
 *
 * Invariants:
 * - A ticket is taken before the locker is unlocked, so a signal sent under the lock after that is not lost.
 * - signal wakes whoever has waited longest, broadcast all; nobody is woken otherwise.
 * - Whoever was woken locks again in a step of its own: it stands behind those that came to the lock before.
 * - wait returns or throws with the locker locked, but for one case: it was not locked in the first place.
 *
 * Rejected: moving whoever is signalled straight to the lock's queue. It saves a step, but needs more of a locker than
 * lock and unlock, and hides orders that Go has.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { current } from "../runtime/current.ts";
import { type Access, Resource, touch } from "../runtime/observer.ts";
import { Operation, type Waiter } from "../runtime/operation.ts";
import { WaitQueue } from "../runtime/wait_queue.ts";
import type { Locker } from "./locker.ts";

// Two broadcasts leave the same state, but compete for who wakes those that wait: whoever is woken comes after one of them
// and not the other.
const WAIT = 1, SIGNAL = 2, BROADCAST = 4;

/** The dependency relation of a Cond. */
export const ACCESS = {
  wait: { verb: "wait", bit: WAIT, mask: WAIT | SIGNAL | BROADCAST },
  signal: { verb: "signal", bit: SIGNAL, mask: WAIT | SIGNAL | BROADCAST },
  broadcast: { verb: "broadcast", bit: BROADCAST, mask: WAIT | SIGNAL | BROADCAST },
} as const satisfies Record<string, Access>;

/**
 * Cond is where goroutines wait until something has become true. Whoever changes the state that others wait for calls
 * `signal` to wake one, in the order in which they came, or `broadcast` to wake all.
 *
 * A channel is often simpler: closing it is a broadcast, sending is a signal.
 *
 * Follows Go's sync.Cond. There is no participle for `select`: a wait begins by unlocking, which could not be undone.
 *
 * @example
 * ```ts
 * import { Cond, go, Mutex } from "@interleave/go";
 *
 * const mu = new Mutex();
 * const filled = new Cond(mu);
 * const queue: string[] = [];
 * go(() =>
 *   mu.withLock(() => {
 *     queue.push("job");
 *     filled.signal();
 *   })
 * );
 * await mu.lock();
 * while (queue.length === 0) await filled.wait();
 * const job = queue.shift();
 * mu.unlock();
 * if (job !== "job") throw new Error("no job");
 * ```
 */
export class Cond extends Resource {
  // One for each wait, and not one for all: a wait that could not unlock must be able to take back its own ticket.
  static #Waiting = class Waiting extends Operation<void> {
    readonly kind = "sync.Cond.Wait";
    readonly verb = "wait";
    readonly access: Access = ACCESS.wait;
    readonly resource: Cond;
    #waiter: Waiter | undefined;

    constructor(cond: Cond) {
      super();
      this.resource = cond;
    }

    isReady(): boolean {
      return false;
    }

    commit(): never {
      throw new Error("Cannot commit: waiting for a Cond is never ready");
    }

    enqueue(waiter: Waiter): void {
      this.#waiter = waiter;
      this.resource.#waiters.push(waiter);
    }

    /** Whether a ticket was taken. */
    get hasTicket(): boolean {
      return this.#waiter !== undefined;
    }

    /** Takes back the ticket. */
    withdraw(): void {
      const waiter = this.#waiter;
      if (waiter === undefined || waiter.queue === null) return;
      waiter.queue.remove(waiter);
      waiter.complete(undefined);
    }
  };

  /** "Cond". */
  readonly type = "Cond";
  /** What whoever waits or signals holds: Go's `L`. */
  readonly locker: Locker;
  readonly #waiters = new WaitQueue();

  /** Makes a Cond whose `wait` unlocks `locker` and locks it again. */
  constructor(locker: Locker) {
    super();
    this.locker = locker;
  }

  /**
   * Unlocks the locker, waits for a signal or a broadcast, and locks it again before it returns. It never returns
   * without one; but since others may lock first, what was signalled need not be true any more: wait in a loop.
   *
   * @param cancellation Gives up waiting for the signal, but never for the lock: it is held also when this throws. See
   * {@linkcode Cancellation}.
   * @throws What unlocking throws; nobody waits then. A Mutex that is not locked: "sync: unlock of unlocked mutex".
   *
   * @example
   * ```ts
   * import { Cond, go, Mutex } from "@interleave/go";
   *
   * const mu = new Mutex();
   * const cond = new Cond(mu);
   * let isReady = false;
   * go(() => {
   *   isReady = true;
   *   cond.broadcast();
   * });
   * await mu.lock();
   * while (!isReady) await cond.wait();
   * mu.unlock();
   * ```
   */
  async wait(cancellation?: Cancellation): Promise<void> {
    const waiting = new Cond.#Waiting(this);
    const woken = cancellation === undefined
      ? current().perform(waiting)
      : performCancellable(waiting, cancellation);
    // Canceled before it began: nothing was done, and nothing is to be undone.
    if (!waiting.hasTicket) return await woken;
    try {
      this.locker.unlock();
    } catch (error) {
      waiting.withdraw();
      await woken;
      throw error;
    }
    try {
      await woken;
    } finally {
      await this.locker.lock();
    }
  }

  /**
   * Wakes the goroutine that has waited longest, if any. It resumes later. Synchronous.
   *
   * Holding the lock is allowed, and not required.
   *
   * @example
   * ```ts
   * import { Cond, Mutex } from "@interleave/go";
   *
   * new Cond(new Mutex()).signal(); // nobody waits: it does nothing, and is not remembered
   * ```
   */
  signal(): void {
    touch(this, ACCESS.signal);
    this.#waiters.shift()?.complete(undefined);
  }

  /**
   * Wakes all goroutines that wait, in the order in which they came. They resume later. Synchronous. O(number of
   * goroutines that wait).
   *
   * @example
   * ```ts
   * import { Cond, Mutex } from "@interleave/go";
   *
   * new Cond(new Mutex()).broadcast(); // nobody waits: it does nothing, and is not remembered
   * ```
   */
  broadcast(): void {
    touch(this, ACCESS.broadcast);
    const waiters = this.#waiters;
    for (let it = waiters.shift(); it !== null; it = waiters.shift()) it.complete(undefined);
  }

  /** Always the same: a Cond has no state but its waiters. */
  state(): string {
    return "";
  }

  /** Returns a function that restores the present state, with nobody waiting. */
  snapshot(): () => void {
    return () => this.#waiters.clear();
  }
}
