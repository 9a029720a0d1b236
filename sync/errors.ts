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
