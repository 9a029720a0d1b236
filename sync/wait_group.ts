/**
 * Go's WaitGroup.
 *
 * Invariants:
 * - The counter is never negative.
 * - Somebody waits only while the counter is above zero; when it reaches zero all who wait are let go, in order.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { Crowd } from "../runtime/crowd.ts";
import { eventLoop } from "../runtime/event_loop.ts";
import { isGoexit } from "../runtime/goexit.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, after, misused, moment, Resource, touch } from "../runtime/observer.ts";
import { Operation, type Waiter } from "../runtime/operation.ts";
import type { GoroutineEnd } from "../runtime/scheduler.ts";
import { WaitQueue } from "../runtime/wait_queue.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

/** The raw outcome of a wait that found the counter at zero: adding before its caller resumes is no misuse. */
const NOT_PARKED: unique symbol = Symbol("not parked");

const DONE = 1, ADD = 2, WAIT = 4, SELECT = 8, RETURN = 16;

/**
 * The dependency relation of a WaitGroup, as long as its counter stays above zero and nobody counts in the next round
 * while those who have waited for this one are still to return. Otherwise it matters who counts below zero, and who had to
 * wait: that is told as a misuse when it happens.
 */
export const ACCESS = {
  done: { verb: "done", bit: DONE, mask: ADD | SELECT | RETURN },
  add: { verb: "add", bit: ADD, mask: DONE | WAIT | SELECT | RETURN },
  wait: { verb: "wait", bit: WAIT, mask: ADD },
  // Whoever has waited looks whether the next round has begun: with nobody counting behind its back that is no race.
  return: { verb: "wait", bit: RETURN, mask: DONE | ADD },
  // A wait that may be given up: whether it has been when the counter reaches zero depends on the order.
  select: { verb: "wait", bit: SELECT, mask: DONE | ADD },
} as const satisfies Record<string, Access>;

/** Of a group that nobody has changed while steps were logged. */
const NO_MOMENTS: number[] = [];

/** The end of a goroutine that counts in a group. */
class Counted implements GoroutineEnd {
  readonly #group: WaitGroup;

  constructor(group: WaitGroup) {
    this.#group = group;
  }

  returned(): void {
    this.#group.done();
  }

  threw(error: unknown): boolean {
    if (isGoexit(error)) this.#group.done();
    return false;
  }
}

/**
 * WaitGroup waits until a number of goroutines have finished.
 *
 * Count a goroutine before it is started: `wg.add(1); go(...)`, or `wg.go(...)`, which does both.
 *
 * Follows Go's sync.WaitGroup.
 *
 * @example
 * ```ts
 * import { sleep, WaitGroup } from "@interleave/go";
 *
 * const wg = new WaitGroup();
 * const results: number[] = [];
 * for (let i = 0; i < 3; i++) {
 *   wg.go(async () => {
 *     await sleep(1);
 *     results.push(i);
 *   });
 * }
 * await wg.wait();
 * if (results.length !== 3) throw new Error("somebody is missing");
 * ```
 */
export class WaitGroup extends Resource {
  static #Waiting = class Waiting extends Operation<void> {
    readonly kind = "sync.WaitGroup.Wait";
    readonly verb = "wait";
    readonly access: Access = ACCESS.wait;
    readonly resource: WaitGroup;

    constructor(group: WaitGroup) {
      super();
      this.resource = group;
    }

    override get selectAccess(): Access {
      return ACCESS.select;
    }
    override get resumeAccess(): Access {
      return ACCESS.return;
    }

    isReady(): boolean {
      return this.resource.#count === 0;
    }

    commit(): typeof NOT_PARKED {
      if (outside.observer !== null) this.resource.#afterChanges();
      return NOT_PARKED;
    }

    enqueue(waiter: Waiter): void {
      this.resource.#waiters.push(waiter);
    }

    // Called when the caller resumes under exploration; the event loop, which resumes nobody late, has called it before.
    override result(outcome: unknown): void {
      if (this.resource.#count === 0) return;
      misused(this.resource);
      if (outcome !== NOT_PARKED) {
        throw new Error("Cannot wait: sync: WaitGroup is reused before previous Wait has returned");
      }
    }
  };

  /** "WaitGroup". */
  readonly type = "WaitGroup";
  #count = 0;
  // The moments of all adds and dones, after which a wait comes; kept only while steps are logged.
  #changedAt: number[] = NO_MOMENTS;
  readonly #waiters = new WaitQueue();
  // Who waits for it outside of explorations; made for the first.
  #crowd: Crowd<void> | null = null;
  readonly #waiting: Operation<void> = new WaitGroup.#Waiting(this);
  readonly #end: GoroutineEnd = new Counted(this);

  /**
   * Adds `delta`, which may be negative, to the counter. At zero everybody who waits is let go, in the order in which
   * they came; they resume later. Synchronous.
   *
   * @throws {RangeError} If the counter would go below zero: "sync: negative WaitGroup counter".
   * @throws {TypeError} If `delta` is not a whole number.
   *
   * @example
   * ```ts
   * import { go, WaitGroup } from "@interleave/go";
   *
   * const wg = new WaitGroup();
   * wg.add(2);
   * for (let i = 0; i < 2; i++) go(() => wg.done());
   * await wg.wait();
   * ```
   */
  add(delta: number): void {
    if (!Number.isSafeInteger(delta)) {
      throw new TypeError(`Cannot add ${String(delta)} to a WaitGroup: expected a whole number`);
    }
    if (outside.observer !== null) touch(this, delta > 0 ? ACCESS.add : ACCESS.done, delta);
    this.#add(delta);
  }

  /**
   * Takes one off the counter: `add(-1)`.
   *
   * @throws {RangeError} If the counter would go below zero: "sync: negative WaitGroup counter".
   *
   * @example
   * ```ts
   * import { WaitGroup } from "@interleave/go";
   *
   * const wg = new WaitGroup();
   * wg.add(1);
   * wg.done();
   * await wg.wait();
   * ```
   */
  done(): void {
    if (outside.observer !== null) touch(this, ACCESS.done);
    this.#add(-1);
  }

  /**
   * Starts `body` as a goroutine that counts until it returns or calls `goexit`. If it throws, that is a panic as with `go`, and it goes on
   * counting, as in Go.
   *
   * @param body What the goroutine does.
   * @param name What reports call it; the function's own name by default.
   * @throws {TypeError} If `body` is not a function.
   *
   * @example
   * ```ts
   * import { WaitGroup } from "@interleave/go";
   *
   * const wg = new WaitGroup();
   * let ran = false;
   * wg.go(() => { ran = true; });
   * await wg.wait();
   * if (!ran) throw new Error("did not run");
   * ```
   */
  go(body: () => unknown, name?: string): void {
    if (typeof body !== "function") {
      throw new TypeError(`Cannot start a goroutine: go of nil func value (got ${String(body)})`);
    }
    this.add(1);
    (outside.scheduler ?? loop).spawn(body, name, this.#end);
  }

  /**
   * Waits until the counter is zero. Everybody who waits is let go together, in the order in which they came.
   *
   * @param cancellation Gives up waiting; see {@linkcode Cancellation}.
   * @throws {Error} Under exploration, if the group is used for the next round before everybody of this one has
   * returned: "sync: WaitGroup is reused before previous Wait has returned".
   *
   * @example
   * ```ts
   * import { WaitGroup } from "@interleave/go";
   *
   * await new WaitGroup().wait(); // nothing to wait for
   * ```
   */
  wait(cancellation?: Cancellation): Promise<void> {
    if (cancellation !== undefined) return performCancellable(this.#waiting, cancellation);
    if (outside.scheduler !== null) return outside.scheduler.perform(this.#waiting);
    if (this.#count === 0) return loop.done();
    this.#crowd ??= new Crowd();
    return this.#crowd.park(this.#waiters, this.#waiting);
  }

  /**
   * Describes waiting, for `select`.
   *
   * @example
   * ```ts
   * import { trySelect, WaitGroup } from "@interleave/go";
   *
   * const wg = new WaitGroup();
   * if (!trySelect({ idle: wg.waiting() })) throw new Error("nothing to wait for");
   * ```
   */
  waiting(): Operation<void> {
    return this.#waiting;
  }

  /** Whether the counter is zero. */
  override get isIdle(): boolean {
    return this.#count === 0;
  }

  /** The counter, in words. */
  state(): string {
    return `counter ${this.#count}`;
  }

  /** Returns a function that restores the present state, with nobody waiting. */
  snapshot(): () => void {
    const count = this.#count;
    return () => {
      this.#count = count;
      this.#changedAt = NO_MOMENTS;
      this.#waiters.clear();
    };
  }

  #noteChange(): void {
    const now = moment();
    if (now === 0) return;
    if (this.#changedAt === NO_MOMENTS) this.#changedAt = [now];
    else this.#changedAt.push(now);
  }

  #afterChanges(waiter?: Waiter): void {
    for (const changed of this.#changedAt) after(changed, waiter);
  }

  #add(delta: number): void {
    const count = this.#count + delta;
    if (count < 0) {
      misused(this);
      throw new RangeError("Cannot count down: sync: negative WaitGroup counter");
    }
    this.#count = count;
    if (outside.observer !== null) this.#noteChange();
    if (count > 0) return;
    for (let waiter = this.#waiters.shift(); waiter !== null; waiter = this.#waiters.shift()) {
      if (outside.observer !== null) this.#afterChanges(waiter);
      waiter.complete(undefined);
    }
  }
}
