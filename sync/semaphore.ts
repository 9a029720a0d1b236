/**
 * golang.org/x/sync's weighted semaphore.
 *
 * Invariants:
 * - The permits held are never more than the size, and never fewer than none.
 * - Waiters are served strictly in order: who is first in the queue does not fit, or it would not wait.
 * - Who asks for more than the size is not in the queue, so that it holds up nobody; only its signal can end its wait.
 *
 * A waiter that gives up lets those behind it in, if it was at the head and they fit.
 *
 * Rejected: serving small requests past a big one that does not fit yet. Throughput is better, and the big one starves.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { eventLoop } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, after, moment, Resource, touch } from "../runtime/observer.ts";
import { type Member, Operation, type Waiter } from "../runtime/operation.ts";
import { WaitQueue } from "../runtime/wait_queue.ts";
import { isSameWaiter } from "./same_waiter.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

// Acquiring and releasing commute: whoever arrives goes to the end of the queue, and whoever fits is served from its head.
// Two releases leave the same state, but compete for who wakes whoever waits: who is served comes after the release that
// freed its permits, and not after the other.
const ACQUIRE = 1, RELEASE = 2, TRY = 4, TRY_FAILED = 8, WHOLE = 16;
const ALL = ACQUIRE | RELEASE | TRY | TRY_FAILED | WHOLE;

/** The dependency relation of a Semaphore. */
export const ACCESS = {
  acquire: { verb: "acquire", bit: ACQUIRE, mask: ACQUIRE | TRY | TRY_FAILED | WHOLE, permits: 1 },
  release: { verb: "release", bit: RELEASE, mask: RELEASE | TRY | TRY_FAILED | WHOLE, permits: -1 },
  tryAcquire: { verb: "tryAcquire", bit: TRY, mask: ALL, permits: 1, varies: true },
  tryFailed: {
    verb: "tryAcquire",
    bit: TRY_FAILED,
    mask: ACQUIRE | RELEASE | TRY | WHOLE,
    varies: true,
    isIdle: true,
  },
  // May give up waiting.
  cancellable: { verb: "acquire", bit: WHOLE, mask: ALL, varies: true },
  // Of more than is held.
  misuse: { verb: "release", bit: WHOLE, mask: ALL },
} as const satisfies Record<string, Access>;

/**
 * Semaphore has a number of permits, which goroutines acquire, some at a time, and release.
 *
 * Waiting goroutines are served strictly first come, first served: one that asks for many permits holds up later ones that
 * ask for few, and so does not starve.
 *
 * Permits have no owner: any goroutine may release them.
 *
 * Follows golang.org/x/sync/semaphore.Weighted.
 *
 * @example
 * ```ts
 * import { Semaphore, sleep, WaitGroup } from "@interleave/go";
 *
 * const slots = new Semaphore(2);
 * const wg = new WaitGroup();
 * let active = 0, most = 0;
 * for (let i = 0; i < 5; i++) {
 *   wg.go(() =>
 *     slots.withPermit(async () => {
 *       most = Math.max(most, ++active);
 *       await sleep(1);
 *       active--;
 *     })
 *   );
 * }
 * await wg.wait();
 * if (most !== 2) throw new Error(`${most} at a time`);
 * ```
 */
export class Semaphore extends Resource {
  static #Acquiring = class Acquiring extends Operation<void> {
    readonly kind = "semacquire";
    readonly verb = "acquire";
    readonly access: Access = ACCESS.acquire;
    readonly resource: Semaphore;
    readonly weight: number;

    constructor(semaphore: Semaphore, weight: number) {
      super();
      this.resource = semaphore;
      this.weight = weight;
    }

    override get permits(): number {
      return this.weight;
    }

    override get selectAccess(): Access {
      return ACCESS.cancellable;
    }

    isReady(): boolean {
      return this.resource.#canAcquire(this.weight);
    }

    commit(): void {
      this.resource.#take(this.weight);
    }

    enqueue(waiter: Waiter): void {
      waiter.payload = this.weight;
      if (this.weight <= this.resource.size) this.resource.#waiters.push(waiter);
    }

    override dequeue(waiter: Waiter): void {
      super.dequeue(waiter);
      this.resource.#serve(waiter);
    }

    override toString(): string {
      return String(this.weight);
    }
  };

  /** "Semaphore". */
  readonly type = "Semaphore";
  /** How many permits there are, held or not. */
  readonly size: number;
  #held = 0;
  // Free permits that were held before, in the order of their releases; kept only while the harness listens.
  #freed: Freed[] = [];
  readonly #waiters = new WaitQueue<Member>();
  readonly #acquiringOne: Operation<void> = new Semaphore.#Acquiring(this, 1);

  /**
   * Makes a semaphore with `size` permits, all of them free.
   *
   * @throws {TypeError} If `size` is not a whole number.
   * @throws {RangeError} If it is negative.
   */
  constructor(size: number) {
    super();
    check(size, "make a semaphore of", "permits");
    this.size = size;
  }

  /**
   * Acquires `weight` permits, waiting until that many are free and all who came before have been served.
   *
   * Asking for more than there are waits for ever, or until it is canceled, and holds up nobody.
   *
   * @param weight How many permits: 1 by default.
   * @param cancellation Gives up waiting, with no permit taken; those behind are then served if they fit. See
   * {@linkcode Cancellation}.
   * @throws {TypeError} If `weight` is not a whole number.
   * @throws {RangeError} If it is negative.
   *
   * @example
   * ```ts
   * import { Semaphore } from "@interleave/go";
   *
   * const memory = new Semaphore(100);
   * await memory.acquire(60);
   * try {
   *   // 40 are left for others
   * } finally {
   *   memory.release(60);
   * }
   * ```
   */
  acquire(weight = 1, cancellation?: Cancellation): Promise<void> {
    check(weight, "acquire");
    if (cancellation !== undefined) {
      return performCancellable(this.#acquiring(weight), cancellation);
    }
    if (outside.scheduler !== null) return outside.scheduler.perform(this.#acquiring(weight));
    if (this.#canAcquire(weight)) {
      this.#held += weight;
      return loop.done();
    }
    // Who asks for more than one needs a waiter, with which the weight is kept; who asks for more than there are is in no queue.
    return weight === 1 && this.size > 0
      ? loop.parkIn(this.#waiters)
      : loop.perform(this.#acquiring(weight));
  }

  /**
   * Acquires `weight` permits if that many are free and nobody waits, and returns whether it did. Synchronous.
   *
   * @param weight How many permits: 1 by default.
   * @throws {TypeError} If `weight` is not a whole number.
   * @throws {RangeError} If it is negative.
   *
   * @example
   * ```ts
   * import { Semaphore } from "@interleave/go";
   *
   * const slots = new Semaphore(1);
   * if (!slots.tryAcquire()) throw new Error("one was free");
   * if (slots.tryAcquire()) throw new Error("none was left");
   * ```
   */
  tryAcquire(weight = 1): boolean {
    check(weight, "acquire");
    const isReady = this.#canAcquire(weight);
    touch(this, isReady ? ACCESS.tryAcquire : ACCESS.tryFailed, weight);
    if (isReady) this.#take(weight);
    return isReady;
  }

  /**
   * Releases `weight` permits, and hands them to those who have waited longest, as long as the next one fits. They resume
   * later. Synchronous. O(number of goroutines served).
   *
   * @param weight How many permits: 1 by default.
   * @throws {RangeError} If that is more than are held: "semaphore: released more than held"; nothing is released then.
   * Or if it is negative.
   * @throws {TypeError} If it is not a whole number.
   *
   * @example
   * ```ts
   * import { Semaphore } from "@interleave/go";
   *
   * const slots = new Semaphore(2);
   * await slots.acquire(2);
   * slots.release(2);
   * if (!slots.tryAcquire(2)) throw new Error("both were free");
   * ```
   */
  release(weight = 1): void {
    check(weight, "release");
    const isHeld = weight <= this.#held;
    const isObserved = outside.observer !== null;
    if (isObserved) touch(this, isHeld ? ACCESS.release : ACCESS.misuse, weight);
    if (!isHeld) {
      throw new RangeError(
        `Cannot release ${weight} of ${this.#held} permits: semaphore: released more than held`,
      );
    }
    this.#held -= weight;
    if (isObserved) {
      const now = moment();
      if (now > 0 && weight > 0) this.#freed.push({ at: now, count: weight });
    }
    if (this.#waiters.first !== null) this.#serve();
  }

  /**
   * Runs `body` with one permit held and releases it exactly once, however `body` ends. Gives what `body` gives.
   *
   * @typeParam R What `body` gives.
   * @param body What to do while holding the permit.
   * @param cancellation Gives up waiting for the permit; see {@linkcode Cancellation}.
   *
   * @example
   * ```ts
   * import { Semaphore } from "@interleave/go";
   *
   * const slots = new Semaphore(1);
   * if (await slots.withPermit(() => 42) !== 42) throw new Error("wrong result");
   * ```
   */
  async withPermit<R>(body: () => R | PromiseLike<R>, cancellation?: Cancellation): Promise<R> {
    await this.acquire(1, cancellation);
    try {
      return await body();
    } finally {
      this.release(1);
    }
  }

  /**
   * Describes acquiring `weight` permits, for `select`. While the select waits, it has its place in the queue.
   *
   * @param weight How many permits: 1 by default.
   * @throws {TypeError} If `weight` is not a whole number.
   * @throws {RangeError} If it is negative.
   *
   * @example
   * ```ts
   * import { Semaphore, trySelect } from "@interleave/go";
   *
   * const slots = new Semaphore(1);
   * if (!trySelect({ slot: slots.acquiring() })) throw new Error("one was free");
   * slots.release();
   * ```
   */
  acquiring(weight = 1): Operation<void> {
    check(weight, "acquire");
    return this.#acquiring(weight);
  }

  /** Whether no permit is held. */
  override get isIdle(): boolean {
    return this.#held === 0;
  }

  /** "1 of 3 held". */
  state(): string {
    return `${this.#held} of ${this.size} held`;
  }

  /** Returns a function that restores the present state, with nobody waiting. */
  snapshot(): () => void {
    const held = this.#held;
    return () => {
      this.#held = held;
      this.#freed = [];
      this.#waiters.clear();
    };
  }

  #acquiring(weight: number): Operation<void> {
    return weight === 1 ? this.#acquiringOne : new Semaphore.#Acquiring(this, weight);
  }

  #canAcquire(weight: number): boolean {
    return weight <= this.size - this.#held && this.#waiters.first === null;
  }

  /** Takes `weight` permits that are free. `waiter` is whoever has waited; nobody if the caller has not. */
  #take(weight: number, waiter?: Member): void {
    if (this.#freed.length > 0) this.#takeFreed(weight, waiter);
    this.#held += weight;
  }

  /** Takes permits in the order in which they became free, those that were never held first: as from a channel. */
  #takeFreed(weight: number, waiter: Member | undefined): void {
    const freed = this.#freed;
    let left = weight - (this.size - this.#held - freed.reduce((sum, { count }) => sum + count, 0));
    for (let oldest = freed[0]; oldest !== undefined && left > 0; oldest = freed[0]) {
      after(oldest.at, waiter);
      const taken = Math.min(left, oldest.count);
      left -= taken;
      oldest.count -= taken;
      if (oldest.count === 0) freed.shift();
    }
  }

  /** Serves from the head of the queue as long as the next one fits, and is not the same waiter as `leaving`. */
  #serve(leaving?: Waiter): void {
    const waiters = this.#waiters;
    for (let waiter = waiters.first; waiter !== null; waiter = waiters.first) {
      const weight = typeof waiter === "function" ? 1 : waiter.payload as number;
      if (weight > this.size - this.#held) return;
      if (leaving !== undefined && isSameWaiter(waiter, leaving)) return;
      waiters.shift();
      this.#take(weight, waiter);
      loop.complete(waiter, undefined);
    }
  }
}

/** Permits that became free at a moment of the harness. */
interface Freed {
  readonly at: number;
  count: number;
}

/** Throws unless `count` can be a number of permits. */
function check(count: number, action: string, noun = "permits of a semaphore"): void {
  if (!Number.isSafeInteger(count)) {
    throw new TypeError(`Cannot ${action} ${String(count)} ${noun}: expected a whole number`);
  }
  if (count < 0) throw new RangeError(`Cannot ${action} ${count} ${noun}: expected 0 or more`);
}
