/**
 * golang.org/x/sync's errgroup: goroutines that work on parts of one task.
 *
 * Invariants:
 * - A goroutine of the group has a slot from the call of `go` or `tryGo` until it has ended.
 * - Somebody waits for a slot only while all are taken; slots are handed over in the order in which they were asked for.
 * - Somebody waits for the end only while slots are taken.
 * - The first error stays. It is set, and the group's context is done, before whoever waits for the end is let go.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { current } from "../runtime/current.ts";
import { eventLoop } from "../runtime/event_loop.ts";
import { isGoexit } from "../runtime/goexit.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, after, moment, Resource, touch } from "../runtime/observer.ts";
import { Operation, type Waiter } from "../runtime/operation.ts";
import type { GoroutineEnd } from "../runtime/scheduler.ts";
import { WaitQueue } from "../runtime/wait_queue.ts";
import type { CancelContext, Context } from "./context.ts";
import { withCancel } from "./with_cancel.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

// Slots are asked for in order, and each end may be the last one or have the first error. Waiting for the end commutes
// with ends, as in a WaitGroup, but that of whoever may give up: it has done so before the end, or not.
const GO = 1, END = 2, WAIT = 4, TRY_FAILED = 8, SET_LIMIT = 16, CANCELLABLE = 32;
const ALL = GO | END | WAIT | TRY_FAILED | SET_LIMIT;

/** The dependency relation of an ErrGroup. */
export const ACCESS = {
  go: { verb: "go", bit: GO, mask: ALL },
  tryGo: { verb: "tryGo", bit: GO, mask: ALL, varies: true },
  tryFailed: {
    verb: "tryGo",
    bit: TRY_FAILED,
    mask: GO | END | SET_LIMIT,
    varies: true,
    isIdle: true,
  },
  end: { verb: "end", bit: END, mask: GO | END | TRY_FAILED | SET_LIMIT | CANCELLABLE },
  wait: { verb: "wait", bit: WAIT, mask: GO | SET_LIMIT },
  setLimit: { verb: "setLimit", bit: SET_LIMIT, mask: ALL },
  // Besides waiting.
  cancellable: { verb: "wait", bit: CANCELLABLE, mask: END, varies: true },
} as const satisfies Record<string, Access>;

/** Whether whoever asked for a slot had to wait for it, and so has to start its goroutine itself. */
type HadToWait = boolean;

/** The first error. It may be undefined: anything can be thrown. */
interface Failure {
  readonly error: unknown;
}

/**
 * ErrGroup starts goroutines that work on one task, waits for all of them, and passes on the first error.
 *
 * An error is whatever a goroutine throws or rejects with; JavaScript cannot tell Go's errors from its panics. Later errors
 * are dropped, as in Go; so is the first one if nobody calls `wait`.
 *
 * A goroutine that calls `goexit` ends without an error.
 *
 * A group can be used again after `wait`, but its first error stays.
 *
 * Follows golang.org/x/sync/errgroup.Group.
 *
 * @example
 * ```ts
 * import { ErrGroup, sleep } from "@interleave/go";
 *
 * const group = new ErrGroup();
 * const pages: string[] = [];
 * for (const [i, path] of ["/a", "/b"].entries()) {
 *   await group.go(async () => {
 *     await sleep(1);
 *     pages[i] = `page ${path}`;
 *   });
 * }
 * await group.wait();
 * if (pages.join() !== "page /a,page /b") throw new Error(pages.join());
 * ```
 */
export class ErrGroup extends Resource {
  static #Starting = class Starting extends Operation<HadToWait> {
    readonly kind = "chan send";
    readonly verb = "go";
    readonly access: Access = ACCESS.go;
    readonly resource: ErrGroup;
    readonly #body: () => unknown;
    readonly #name: string | undefined;

    constructor(group: ErrGroup, body: () => unknown, name: string | undefined) {
      super();
      this.resource = group;
      this.#body = body;
      this.#name = name;
    }

    isReady(): boolean {
      return this.resource.#hasSlot();
    }

    commit(): HadToWait {
      this.resource.#active++;
      this.resource.#start(this.#body, this.#name);
      return false;
    }

    enqueue(waiter: Waiter): void {
      this.resource.#waitingForSlot.push(waiter);
    }
  };

  static #Waiting = class Waiting extends Operation<void> {
    readonly kind = "sync.WaitGroup.Wait";
    readonly verb = "wait";
    readonly access: Access = ACCESS.wait;
    readonly resource: ErrGroup;

    constructor(group: ErrGroup) {
      super();
      this.resource = group;
    }

    override get selectAccess(): Access {
      return ACCESS.cancellable;
    }

    isReady(): boolean {
      return this.resource.#active === 0;
    }

    commit(): void {
      after(this.resource.#endedAt);
      const failure = this.resource.#failure;
      if (failure !== undefined) throw failure.error;
    }

    enqueue(waiter: Waiter): void {
      this.resource.#waitingForEnd.push(waiter);
    }
  };

  /** "ErrGroup". */
  readonly type = "ErrGroup";
  #limit = Infinity;
  #active = 0;
  #failure: Failure | undefined;
  // The moment of the last end, after which a wait comes. Ends conflict, so it comes after all others.
  #endedAt = 0;
  #context: CancelContext | undefined;
  readonly #waitingForSlot = new WaitQueue();
  readonly #waitingForEnd = new WaitQueue();
  readonly #waiting: Operation<void> = new ErrGroup.#Waiting(this);
  readonly #ofGoroutine: GoroutineEnd = {
    returned: () => this.#end(undefined),
    threw: (error) => {
      // Who calls goexit has ended like any other, and its goroutine is to end too.
      const isExit = isGoexit(error);
      this.#end(isExit ? undefined : { error });
      return !isExit;
    },
  };

  /**
   * Returns a group and a context derived from `parent` that is done once a goroutine of the group has failed or `wait`
   * returns, whichever is first. Its cause is the first error, or, without any, its CanceledError.
   *
   * Follows Go's errgroup.WithContext.
   *
   * @throws {TypeError} If there is no parent: "cannot create context from nil parent".
   *
   * @example
   * ```ts
   * import { background, cause, ErrGroup, sleep } from "@interleave/go";
   *
   * const { group, ctx } = ErrGroup.withContext(background());
   * await group.go(() => sleep(60_000, ctx)); // given up as soon as the other one fails
   * await group.go(() => {
   *   throw new Error("disk full");
   * });
   * const error = await group.wait().catch((error) => error);
   * if (error.message !== "disk full" || cause(ctx) !== error) throw error;
   * ```
   */
  static withContext(parent: Context): { readonly group: ErrGroup; readonly ctx: Context } {
    const ctx = withCancel(parent);
    const group = new ErrGroup();
    group.#context = ctx;
    return { group, ctx };
  }

  /**
   * Starts `body` as a goroutine of the group. At the limit it waits until one of the others has ended; those who wait are
   * served first come, first served.
   *
   * @param body What the goroutine does. The first one that throws decides what `wait` throws.
   * @param name What reports call it; the function's own name by default.
   * @param cancellation Gives up waiting at the limit, and starts nothing then; see {@linkcode Cancellation}. It does not
   * end a goroutine that was started.
   * @throws {TypeError} If `body` is not a function.
   *
   * @example
   * ```ts
   * import { ErrGroup } from "@interleave/go";
   *
   * const group = new ErrGroup();
   * await group.go(() => {
   *   throw new Error("disk full");
   * });
   * const outcome = await group.wait().catch((error) => error.message);
   * if (outcome !== "disk full") throw new Error("error lost");
   * ```
   */
  go(body: () => unknown, name?: string, cancellation?: Cancellation): Promise<void> {
    if (
      outside.scheduler === null && cancellation === undefined && typeof body === "function" &&
      this.#hasSlot()
    ) {
      this.#active++;
      this.#start(body, name);
      return loop.done();
    }
    return this.#goWaiting(body, name, cancellation);
  }

  async #goWaiting(
    body: () => unknown,
    name: string | undefined,
    cancellation: Cancellation | undefined,
  ): Promise<void> {
    checkBody(body);
    const starting = new ErrGroup.#Starting(this, body, name);
    const hadToWait =
      await (cancellation === undefined
        ? current().perform(starting)
        : performCancellable(starting, cancellation));
    if (hadToWait) this.#start(body, name);
  }

  /**
   * Starts `body` as a goroutine of the group unless the limit is reached, and returns whether it did. Synchronous.
   *
   * @param body What the goroutine does.
   * @param name What reports call it; the function's own name by default.
   * @throws {TypeError} If `body` is not a function.
   *
   * @example
   * ```ts
   * import { ErrGroup } from "@interleave/go";
   *
   * const group = new ErrGroup();
   * group.setLimit(1);
   * if (!group.tryGo(() => {})) throw new Error("there was a slot");
   * if (group.tryGo(() => {})) throw new Error("there was none left");
   * await group.wait();
   * ```
   */
  tryGo(body: () => unknown, name?: string): boolean {
    checkBody(body);
    const hasSlot = this.#hasSlot();
    touch(this, hasSlot ? ACCESS.tryGo : ACCESS.tryFailed);
    if (!hasSlot) return false;
    this.#active++;
    this.#start(body, name);
    return true;
  }

  /**
   * Lets at most `limit` goroutines of the group be active at a time; a negative number means any number, 0 none. If
   * somebody waits for a slot, the new ones are handed out at once. Synchronous.
   *
   * @throws {Error} If goroutines of the group are active: "errgroup: modify limit while 2 goroutines in the group are
   * still active".
   * @throws {TypeError} If `limit` is neither a whole number nor Infinity.
   *
   * @example
   * ```ts
   * import { ErrGroup, sleep } from "@interleave/go";
   *
   * const group = new ErrGroup();
   * group.setLimit(2);
   * let active = 0, most = 0;
   * for (let i = 0; i < 5; i++) {
   *   await group.go(async () => {
   *     most = Math.max(most, ++active);
   *     await sleep(1);
   *     active--;
   *   });
   * }
   * await group.wait();
   * if (most !== 2) throw new Error(`${most} at a time`);
   * ```
   */
  setLimit(limit: number): void {
    if (!Number.isSafeInteger(limit) && limit !== Infinity) {
      throw new TypeError(`Cannot set the limit to ${String(limit)}: expected a whole number`);
    }
    touch(this, ACCESS.setLimit, limit);
    if (this.#active > 0) {
      throw new Error(
        "Cannot set the limit: " +
          `errgroup: modify limit while ${this.#active} goroutines in the group are still active`,
      );
    }
    this.#limit = limit < 0 ? Infinity : limit;
    while (this.#hasSlot()) {
      const waiter = this.#waitingForSlot.shift();
      if (waiter === null) return;
      this.#active++;
      waiter.complete(true);
    }
  }

  /**
   * Waits until no goroutine of the group is active, and throws the first error that one of them threw, if any. Everybody
   * who waits is let go together, in the order in which they came.
   *
   * @param cancellation Gives up waiting; see {@linkcode Cancellation}. It does not end the goroutines.
   * @throws What the first goroutine that failed threw, the same object.
   *
   * @example
   * ```ts
   * import { ErrGroup } from "@interleave/go";
   *
   * await new ErrGroup().wait(); // nothing to wait for
   * ```
   */
  wait(cancellation?: Cancellation): Promise<void> {
    if (this.#active === 0) this.#context?.cancel(this.#failure?.error);
    return cancellation === undefined
      ? current().perform(this.#waiting)
      : performCancellable(this.#waiting, cancellation);
  }

  /** "2 active", with the limit if there is one, and whether one has failed. */
  state(): string {
    const limit = this.#limit === Infinity ? "" : ` of at most ${this.#limit}`;
    return `${this.#active}${limit} active${this.#failure === undefined ? "" : ", failed"}`;
  }

  /** Returns a function that restores the present state, with nobody waiting. */
  snapshot(): () => void {
    const limit = this.#limit;
    const active = this.#active;
    const failure = this.#failure;
    return () => {
      this.#limit = limit;
      this.#active = active;
      this.#failure = failure;
      this.#endedAt = 0;
      this.#waitingForSlot.clear();
      this.#waitingForEnd.clear();
    };
  }

  #hasSlot(): boolean {
    return this.#active < this.#limit;
  }

  /** Starts `body` as a goroutine, which has a slot already. */
  #start(body: () => unknown, name: string | undefined): void {
    (outside.scheduler ?? loop).spawn(body, name, this.#ofGoroutine);
  }

  #end(failure: Failure | undefined): void {
    touch(this, ACCESS.end);
    this.#endedAt = moment();
    if (failure !== undefined && this.#failure === undefined) {
      this.#failure = failure;
      this.#context?.cancel(failure.error);
    }
    const next = this.#waitingForSlot.shift();
    if (next !== null) return next.complete(true);
    this.#active--;
    if (this.#active === 0) this.#letGo();
  }

  /** All have ended: lets go of those who wait for that. */
  #letGo(): void {
    const waiters = this.#waitingForEnd;
    if (waiters.first === null) return;
    const failure = this.#failure;
    this.#context?.cancel(failure?.error);
    for (let it = waiters.shift(); it !== null; it = waiters.shift()) {
      if (failure === undefined) it.complete(undefined);
      else it.fail(failure.error);
    }
  }
}

function checkBody(body: unknown): void {
  if (typeof body === "function") return;
  throw new TypeError(`Cannot start a goroutine: go of nil func value (got ${String(body)})`);
}
