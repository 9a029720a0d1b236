/**
 * Go's Once.
 *
 * Invariants:
 * - Of all functions given to `do` one is run, that of the first caller.
 * - Somebody waits only while it runs. When it ends, in whatever way, all who wait are let go, in order.
 * - Once it has ended, `do` runs nothing.
 *
 * Rejected: letting the second caller go on while the function of the first still awaits something. That is what a flag
 * does, and what most ports get wrong: the second caller would find things half made.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { current } from "../runtime/current.ts";
import { eventLoop } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, after, moment, Resource, touch } from "../runtime/observer.ts";
import { Operation, type Waiter } from "../runtime/operation.ts";
import { WaitQueue } from "../runtime/wait_queue.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

// Who comes first runs its function. Whether others come before or after its end makes no difference to anybody.
const ARRIVE = 1, END = 2, CANCELLABLE = 4;

/** The dependency relation of a Once. */
export const ACCESS = {
  arrive: { verb: "do", bit: ARRIVE, mask: ARRIVE },
  end: { verb: "end", bit: END, mask: CANCELLABLE },
  // Besides arriving: whoever may give up has done so before the end, or not.
  cancellable: { verb: "do", bit: CANCELLABLE, mask: END, varies: true },
} as const satisfies Record<string, Access>;

/** Whether a caller is the one to run its function. */
type IsFirst = boolean;

/**
 * Once runs one function, once. Whoever calls `do` while it runs waits until it has finished; later callers go on at once.
 *
 * Follows Go's sync.Once.
 *
 * @example
 * ```ts
 * import { Once, sleep } from "@interleave/go";
 *
 * const connected = new Once();
 * let connections = 0;
 * const connect = () =>
 *   connected.do(async () => {
 *     await sleep(1);
 *     connections++;
 *   });
 * await Promise.all([connect(), connect()]);
 * if (connections !== 1) throw new Error(`connected ${connections} times`);
 * ```
 */
export class Once extends Resource {
  static #Arriving = class Arriving extends Operation<IsFirst> {
    readonly kind = "sync.Mutex.Lock";
    readonly verb = "do";
    readonly access: Access = ACCESS.arrive;
    readonly resource: Once;

    constructor(once: Once) {
      super();
      this.resource = once;
    }

    override get selectAccess(): Access {
      return ACCESS.cancellable;
    }

    isReady(): boolean {
      return this.resource.#state !== "running";
    }

    commit(): IsFirst {
      const once = this.resource;
      if (once.#state === "done") {
        after(once.#endedAt);
        return false;
      }
      once.#state = "running";
      return true;
    }

    enqueue(waiter: Waiter): void {
      this.resource.#waiters.push(waiter);
    }
  };

  /** "Once". */
  readonly type = "Once";
  #state: "fresh" | "running" | "done" = "fresh";
  // The moment of the end, after which later callers come.
  #endedAt = 0;
  readonly #waiters = new WaitQueue();
  readonly #arriving: Operation<IsFirst> = new Once.#Arriving(this);

  /**
   * Runs `body` if this is the first call of all, and returns once it has finished. Any other call waits until then, and
   * returns at once later; its `body` is not run. All who wait are let go together, in the order in which they came.
   *
   * If `body` throws, that is the first caller's failure alone, and counts as done. If it calls `do` of the same Once, it
   * waits for itself for ever.
   *
   * @param body What to do; may be async.
   * @param cancellation Gives up waiting for somebody else's `body`; see {@linkcode Cancellation}.
   * @throws What `body` throws, if it is run by this call.
   *
   * @example
   * ```ts
   * import { Once } from "@interleave/go";
   *
   * const once = new Once();
   * const greetings: string[] = [];
   * await once.do(() => { greetings.push("hello"); });
   * await once.do(() => { greetings.push("not said"); });
   * if (greetings.join() !== "hello") throw new Error(greetings.join());
   * ```
   */
  do(body: () => unknown, cancellation?: Cancellation): Promise<void> {
    if (typeof body !== "function") {
      throw new TypeError(`Cannot do once: expected a function, got ${String(body)}`);
    }
    if (outside.scheduler === null && cancellation === undefined && this.#state === "done") {
      return loop.done();
    }
    return this.#arrive(body, cancellation);
  }

  /** "not done", "running" or "done". */
  state(): string {
    return this.#state === "fresh" ? "not done" : this.#state;
  }

  /** Returns a function that restores the present state, with nobody waiting. */
  snapshot(): () => void {
    const state = this.#state;
    return () => {
      this.#state = state;
      this.#endedAt = 0;
      this.#waiters.clear();
    };
  }

  async #arrive(body: () => unknown, cancellation: Cancellation | undefined): Promise<void> {
    const isFirst =
      await (cancellation === undefined
        ? current().perform(this.#arriving)
        : performCancellable(this.#arriving, cancellation));
    if (!isFirst) return;
    try {
      await body();
    } finally {
      this.#end();
    }
  }

  #end(): void {
    touch(this, ACCESS.end);
    this.#state = "done";
    this.#endedAt = moment();
    const waiters = this.#waiters;
    for (let it = waiters.shift(); it !== null; it = waiters.shift()) it.complete(false);
  }
}
