/**
 * Operations on a channel that are described and not yet done: the cases of a select.
 *
 * @module
 */

import type { Operation } from "../runtime/operation.ts";

/**
 * Sending describes a send, for `select`; made by {@linkcode Channel.sending}. Its result is undefined.
 *
 * @typeParam T What is sent.
 *
 * @example
 * ```ts
 * import { Channel, select, type Sending } from "@interleave/go";
 *
 * const ch = new Channel<number>(1);
 * const sending: Sending<number> = ch.sending(7);
 * await select({ sent: sending });
 * if (await ch.receive() !== 7) throw new Error("not sent");
 * ```
 */
export interface Sending<T> extends Operation<void> {
  /** What is sent if the case is taken. */
  readonly value: T;
}

/**
 * Receiving describes a receive, for `select`; made by {@linkcode ReceiveChannel.receiving}. Its result is the value, or
 * undefined once the channel is closed and drained; a select says which with `ok`.
 *
 * @typeParam T What is received.
 *
 * @example
 * ```ts
 * import { Channel, type Receiving, select } from "@interleave/go";
 *
 * const ch = new Channel<number>(1);
 * const receiving: Receiving<number> = ch.receiving();
 * await ch.send(7);
 * const got = await select({ job: receiving });
 * if (!got.ok || got.value !== 7) throw new Error("not received");
 * ```
 */
export interface Receiving<T> extends Operation<T | undefined> {
  /** What `next` gives for a raw outcome. */
  toIteratorResult(outcome: unknown): IteratorResult<T, undefined>;
}
