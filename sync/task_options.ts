/**
 * What bounds a crowd of tasks: how many run at a time, and what tells them to stop.
 *
 * @module
 */

import type { Cancellation } from "../runtime/cancellation.ts";
import { background, type CancelContext, cause, type Context } from "./context.ts";
import { withCancel } from "./with_cancel.ts";
import { withSignal } from "./with_signal.ts";

/**
 * TaskOptions bound a crowd of tasks. All are optional.
 *
 * @example
 * ```ts
 * import { background, forEach, type TaskOptions, withTimeout } from "@interleave/go";
 *
 * using ctx = withTimeout(background(), 1_000);
 * const options: TaskOptions = { limit: 4, context: ctx };
 * await forEach([1, 2, 3], () => {}, options);
 * ```
 */
export interface TaskOptions extends Cancellation {
  /** How many tasks run at a time: any number by default. */
  readonly limit?: number;
  /** The parent of the context that every task is given; `background()` by default. */
  readonly context?: Context | undefined;
}

/**
 * Returns `limit` if tasks can be limited to it; Infinity if there is none.
 *
 * @throws {TypeError} If it is neither a whole number nor Infinity.
 * @throws {RangeError} If it is below 1.
 */
export function checkLimit(limit: number | undefined): number {
  if (limit === undefined || limit === Infinity) return Infinity;
  if (!Number.isSafeInteger(limit)) {
    throw new TypeError(`Cannot limit tasks to ${String(limit)}: expected a whole number`);
  }
  if (limit < 1) {
    throw new RangeError(
      `Cannot limit tasks to ${limit}: max goroutines in a pool must be greater than zero`,
    );
  }
  return limit;
}

/** Derives the context of the tasks. It is to be canceled when they have ended. */
export function contextOf({ context = background(), signal }: TaskOptions): CancelContext {
  return signal === undefined ? withCancel(context) : withSignal(context, signal);
}

/** What to throw for `error`: the signal's reason, as every verb that gives up, if that is what has ended `ctx`. */
export function errorFor(error: unknown, ctx: Context, { signal }: TaskOptions): unknown {
  return signal?.aborted && cause(ctx) === signal.reason ? signal.reason : error;
}
