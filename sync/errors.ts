/**
 * The errors that callers of primitives catch.
 *
 * @module
 */

/**
 * ClosedError is what sending to a closed channel, and closing a channel twice, fail with.
 *
 * @example
 * ```ts
 * import { Channel, ClosedError } from "@interleave/go";
 *
 * const ch = new Channel<number>(1);
 * ch.close();
 * try {
 *   ch.trySend(1);
 * } catch (error) {
 *   if (!(error instanceof ClosedError)) throw error;
 * }
 * ```
 */
export class ClosedError extends Error {
  /** Makes the error; `message` says what could not be done. */
  constructor(message: string) {
    super(message);
    this.name = "ClosedError";
  }
}

/**
 * CanceledError says that something was given up because its Context was canceled: Go's `context.Canceled`. Its `cause`,
 * if any, is why.
 *
 * It corresponds to the platform's AbortError and carries that name, so that code which looks for `"AbortError"` knows
 * it.
 *
 * @example
 * ```ts
 * import { background, CanceledError, Channel, withCancel } from "@interleave/go";
 *
 * const ctx = withCancel(background());
 * ctx.cancel(new Error("the user left"));
 * try {
 *   await new Channel<number>().receive(ctx);
 * } catch (error) {
 *   if (!(error instanceof CanceledError)) throw error;
 *   if ((error.cause as Error).message !== "the user left") throw error;
 * }
 * ```
 */
export class CanceledError extends Error {
  /** Makes the error: "context canceled". */
  constructor(message = "context canceled", options?: ErrorOptions) {
    super(message, options);
    this.name = "AbortError";
  }
}

/**
 * DeadlineExceededError says that something was given up because the deadline of its Context had passed: Go's
 * `context.DeadlineExceeded`. Its `cause`, if any, is why.
 *
 * It corresponds to the platform's TimeoutError and carries that name.
 *
 * @example
 * ```ts
 * import { background, DeadlineExceededError, sleep, withTimeout } from "@interleave/go";
 *
 * const ctx = withTimeout(background(), 1);
 * try {
 *   await sleep(1000, ctx);
 * } catch (error) {
 *   if (!(error instanceof DeadlineExceededError)) throw error;
 * }
 * ```
 */
export class DeadlineExceededError extends Error {
  /** True, as Go's `Timeout()`. */
  readonly timeout = true;
  /** True, as Go's `Temporary()`. */
  readonly temporary = true;

  /** Makes the error: "context deadline exceeded". */
  constructor(message = "context deadline exceeded", options?: ErrorOptions) {
    super(message, options);
    this.name = "TimeoutError";
  }
}

// Made here and not where they are used: an error that is made while a module loads has V8 parse that module once more, for
// the places on its stack.

/** What `err` is once a context was canceled. One object, as in Go. */
export const CANCELED: CanceledError = new CanceledError();
/** What `err` is once a deadline has passed. One object, as in Go. */
export const DEADLINE_EXCEEDED: DeadlineExceededError = new DeadlineExceededError();
