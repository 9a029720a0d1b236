/**
 * Doing something only now and then.
 *
 * @module
 */

import { current } from "../runtime/current.ts";
import { type Access, Resource, touch } from "../runtime/observer.ts";

/** How it is touched: whether a call acts depends on how many came before. */
export const ACCESS = {
  do: { verb: "do", bit: 1, mask: 1 },
} as const satisfies Record<string, Access>;

/**
 * SometimesOptions say when to act. Whatever holds is enough; with none of them the first call alone acts.
 *
 * @example
 * ```ts
 * import { Sometimes, type SometimesOptions } from "@interleave/go";
 *
 * const options: SometimesOptions = { first: 2, every: 10 };
 * const logging = new Sometimes(options);
 * let lines = 0;
 * for (let i = 0; i < 20; i++) logging.do(() => lines++);
 * if (lines !== 3) throw new Error("calls 1, 2 and 11");
 * ```
 */
export interface SometimesOptions {
  /** The first so many calls act. */
  readonly first?: number;
  /** Every so many calls one acts, beginning with the first. */
  readonly every?: number;
  /** A call acts if so many milliseconds have passed since one has. */
  readonly intervalMs?: number;
}

/**
 * Sometimes calls a function only now and then, such as one that writes a log line. The first call always acts.
 *
 * Follows Sometimes of golang.org/x/time/rate.
 *
 * @example
 * ```ts
 * import { Sometimes } from "@interleave/go";
 *
 * const once = new Sometimes();
 * let calls = 0;
 * for (let i = 0; i < 3; i++) once.do(() => calls++);
 * if (calls !== 1) throw new Error("without options the first alone");
 * ```
 */
export class Sometimes extends Resource {
  /** "Sometimes". */
  readonly type = "Sometimes";
  readonly #first: number;
  readonly #every: number;
  readonly #intervalMs: number;
  #count = 0;
  #last = -Infinity;

  /** Says when to act; what is 0 or less counts as not given. */
  constructor(options: SometimesOptions = {}) {
    super();
    this.#first = options.first ?? 0;
    this.#every = options.every ?? 0;
    this.#intervalMs = options.intervalMs ?? 0;
  }

  /**
   * Calls `f` if it is time, and gives what it gives, else undefined. Synchronous; if `f` is async it is not waited for.
   * If `f` throws, the call does not count.
   *
   * @typeParam R What `f` gives.
   */
  do<R>(f: () => R): R | undefined {
    touch(this, ACCESS.do);
    const isTime = this.#count === 0 || this.#count < this.#first ||
      (this.#every > 0 && this.#count % this.#every === 0) ||
      (this.#intervalMs > 0 && current().now() - this.#last >= this.#intervalMs);
    let result: R | undefined;
    if (isTime) {
      result = f();
      if (this.#intervalMs > 0) this.#last = current().now();
    }
    this.#count++;
    return result;
  }

  /** Nothing: one of a whole module may be used by any schedule, and is put back without a word. */
  state(): string {
    return "";
  }

  /** Returns a function that restores the present state. */
  snapshot(): () => void {
    const count = this.#count, last = this.#last;
    return () => {
      this.#count = count;
      this.#last = last;
    };
  }
}
