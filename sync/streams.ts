/**
 * Channels and the platform's streams.
 *
 * Both have backpressure, so nothing is read ahead: a channel's value is taken when a reader asks for it, and a writer is
 * let go when its value has been received or buffered. What streams have and channels have not is failure. A channel only
 * ends; so whoever cancels or aborts a stream is passed on by a callback, `ctx.cancel` as a rule.
 *
 * Rejected: closing the channel when its stream is canceled. Closing is the sender's word that nothing more comes; a
 * sender that is at work would fail with ClosedError. Rejected: a stream queue of its own (a high water mark above 0). What
 * is in it when the stream is canceled is lost.
 *
 * @module
 */

import { background } from "./context.ts";
import type { ReceiveChannel, SendChannel } from "./channel.ts";
import { ClosedError } from "./errors.ts";
import { withCancel } from "./with_cancel.ts";

/**
 * ReadableStreamOptions say what becomes of a stream's end that comes from its reader.
 *
 * @typeParam T The values.
 *
 * @example
 * ```ts
 * import { background, Channel, type ReadableStreamOptions, toReadableStream, withCancel } from "@interleave/go";
 *
 * const ctx = withCancel(background());
 * const options: ReadableStreamOptions<number> = { onCancel: (reason) => ctx.cancel(reason) };
 * await toReadableStream(new Channel<number>(), options).cancel();
 * if (ctx.err === undefined) throw new Error("the producer was not told");
 * ```
 */
export interface ReadableStreamOptions<T> {
  /** Called when the stream is canceled, with the reason: tell those who send to stop. */
  readonly onCancel?: (reason: unknown) => void;
  /**
   * Called with the value that a read had received already in the very moment in which the stream was canceled, so that
   * nothing is lost. Without it such a value is dropped.
   */
  readonly onDiscard?: (value: T) => void;
}

/**
 * toReadableStream returns a stream of what is received from `channel`. It ends when the channel is closed and drained.
 *
 * A value is received when a reader asks for it, never before. So several streams, loops and receivers may share the
 * channel, and each value goes to one of them. Canceling the stream takes its waiting read out of the channel's queue and
 * leaves the channel as it is.
 *
 * @typeParam T The values.
 * @param channel Where the values come from.
 * @param options Whom to tell that the stream was canceled; see {@linkcode ReadableStreamOptions}.
 *
 * @example
 * ```ts
 * import { Channel, go, toReadableStream } from "@interleave/go";
 *
 * const lines = new Channel<string>();
 * go(async () => {
 *   for (const line of ["one", "two"]) await lines.send(line);
 *   lines.close();
 * });
 * const body = toReadableStream(lines).pipeThrough(new TextEncoderStream());
 * if (await new Response(body).text() !== "onetwo") throw new Error("lines are missing");
 * ```
 */
export function toReadableStream<T>(
  channel: ReceiveChannel<T>,
  options: ReadableStreamOptions<T> = {},
): ReadableStream<T> {
  const ctx = withCancel(background());
  return new ReadableStream<T>({
    async pull(controller) {
      // Of a stream that is canceled meanwhile the platform drops the rejection.
      const step = await channel.next(ctx);
      if (ctx.err === undefined) {
        if (step.done) controller.close();
        else controller.enqueue(step.value);
      } else if (!step.done) {
        options.onDiscard?.(step.value);
      }
    },
    cancel(reason) {
      ctx.cancel(reason);
      options.onCancel?.(reason);
    },
  }, { highWaterMark: 0 });
}

/**
 * WritableStreamOptions say what becomes of a stream's failure.
 *
 * @example
 * ```ts
 * import { background, cause, Channel, toWritableStream, withCancel } from "@interleave/go";
 * import type { WritableStreamOptions } from "@interleave/go";
 *
 * const ctx = withCancel(background());
 * const options: WritableStreamOptions = { onAbort: (reason) => ctx.cancel(reason) };
 * await toWritableStream(new Channel<number>(), options).abort("disk full");
 * if (cause(ctx) !== "disk full") throw new Error("the receivers were not told");
 * ```
 */
export interface WritableStreamOptions {
  /**
   * Called when the stream is aborted, with the reason, before the channel is closed: those who receive cannot tell that
   * from a good end.
   */
  readonly onAbort?: (reason: unknown) => void;
}

/**
 * toWritableStream returns a stream that sends what is written to it to `channel`, and closes the channel when it is
 * closed or aborted.
 *
 * A write is done when its value has been received or buffered. If somebody else closes the channel the next write fails
 * with ClosedError, and so does what is piped into the stream. Aborting it gives up a write that waits: its value is not
 * sent.
 *
 * To write a channel to a stream that there is already, pipe: `toReadableStream(channel).pipeTo(stream)`.
 *
 * @typeParam T The values.
 * @param channel Where the values go.
 * @param options Whom to tell that the stream was aborted; see {@linkcode WritableStreamOptions}.
 *
 * @example
 * ```ts
 * import { Channel, go, toWritableStream } from "@interleave/go";
 *
 * const words = new Channel<string>();
 * go(() => new Blob(["hello"]).stream().pipeThrough(new TextDecoderStream()).pipeTo(toWritableStream(words)));
 * let text = "";
 * for await (const word of words) text += word;
 * if (text !== "hello") throw new Error(text);
 * ```
 */
export function toWritableStream<T>(
  channel: SendChannel<T>,
  options: WritableStreamOptions = {},
): WritableStream<T> {
  return new WritableStream<T>({
    write(chunk, controller) {
      return channel.send(chunk, { signal: controller.signal });
    },
    close() {
      channel.close();
    },
    abort(reason) {
      try {
        options.onAbort?.(reason);
      } finally {
        closeIfOpen(channel);
      }
    },
  });
}

/** An aborted stream ends the channel, unless somebody has done so: perhaps that is why it was aborted. */
function closeIfOpen(channel: SendChannel<unknown>): void {
  try {
    channel.close();
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
  }
}
