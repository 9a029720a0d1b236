/**
 * Sending what an iterable or a stream gives.
 *
 * Invariants:
 * - At most one value is on its way: the next one is asked for when the one before has been received or buffered.
 * - Whoever stops before the source has ended tells it so, as a loop does that is left: by `return`, or by `cancel` if it
 *   is a stream.
 *
 * @module
 */

import { type Cancellation, cancelSourceOf } from "../runtime/cancellation.ts";
import { go } from "../runtime/go.ts";
import { Channel, type ReceiveChannel } from "./channel.ts";
import { checkSource, openSource } from "./source_reader.ts";

/**
 * Source is what values can be taken from one by one: an array, a generator, an async generator, a stream, a channel,
 * also one of `@std/async`.
 *
 * @typeParam T The values.
 *
 * @example
 * ```ts
 * import { channelFrom, type Source } from "@interleave/go";
 *
 * const sources: Source<number>[] = [[1], new Set([1]), ReadableStream.from([1]), channelFrom([1])];
 * for (const source of sources) {
 *   if (await channelFrom(source).receive() !== 1) throw new Error("nothing came");
 * }
 * ```
 */
export type Source<T> = Iterable<T> | AsyncIterable<T> | ReadableStream<T>;

/**
 * SendTarget is what can be sent to: a channel of ours, or one of `@std/async`.
 *
 * @typeParam T The values.
 *
 * @example
 * ```ts
 * import { Channel, type SendTarget } from "@interleave/go";
 *
 * const target: SendTarget<number> = new Channel<number>(1);
 * await target.send(1);
 * ```
 */
export interface SendTarget<T> {
  /** Sends `value`; gives up once `cancellation` says so. */
  send(value: T, cancellation?: Cancellation): Promise<void>;
}

/**
 * sendAll sends everything that `source` gives, in its order, and returns when the source has ended. It does not close
 * the channel: the same channel may be fed by several.
 *
 * It waits for the source and for those who receive, and asks for a value when the one before has gone. If it fails before
 * the source has ended, it stops the source, as leaving a `for await` does.
 *
 * Promises that a synchronous source gives are sent as they are.
 *
 * @typeParam T The values.
 * @param target Where the values go: a channel of ours, or one of `@std/async`.
 * @param source Where they come from.
 * @param cancellation Gives up, at once also if the source does not answer; see {@linkcode Cancellation}. What the source
 * gives or throws after that is dropped, and so is the value that was being sent.
 * @throws {TypeError} If `source` is neither iterable nor a stream.
 * @throws {ClosedError} If somebody closes the channel meanwhile.
 * @throws What the source throws.
 *
 * @example
 * ```ts
 * import { Channel, ErrGroup, sendAll } from "@interleave/go";
 *
 * async function* lines() {
 *   yield "first";
 *   throw new Error("connection lost");
 * }
 * const group = new ErrGroup();
 * const out = new Channel<string>();
 * await group.go(async () => {
 *   try {
 *     await sendAll(out, lines());
 *   } finally {
 *     out.close();
 *   }
 * });
 * const seen: string[] = [];
 * for await (const line of out) seen.push(line);
 * const outcome = await group.wait().catch((error) => error.message);
 * if (seen.join() !== "first" || outcome !== "connection lost") throw new Error("something was lost");
 * ```
 */
export async function sendAll<T>(
  target: SendTarget<T>,
  source: Source<T>,
  cancellation?: Cancellation,
): Promise<void> {
  const canceler = cancellation === undefined ? null : cancelSourceOf(cancellation, "send all");
  const reader = openSource(source);
  let isAsking = false;
  try {
    for (;;) {
      if (canceler?.isCanceled()) throw canceler.reason();
      isAsking = true;
      const next = reader.next(cancellation, canceler);
      const step = next instanceof Promise ? await next : next;
      isAsking = false;
      if (step.done) return reader.ended();
      if (cancellation === undefined) await target.send(step.value);
      else await target.send(step.value, cancellation);
    }
  } catch (error) {
    if (isAsking && !canceler?.isCanceled()) reader.ended(); // it failed by itself
    else await reader.abandon(error, isAsking);
    throw error;
  }
}

/**
 * ChannelFromOptions say how {@linkcode channelFrom} makes its channel, and when it stops. A Context can be given as it is.
 *
 * @example
 * ```ts
 * import { channelFrom, type ChannelFromOptions } from "@interleave/go";
 *
 * const options: ChannelFromOptions = { capacity: 8 };
 * if (channelFrom([1, 2], options).capacity !== 8) throw new Error("wrong capacity");
 * ```
 */
export interface ChannelFromOptions extends Cancellation {
  /** How many values the channel buffers: 0 by default. */
  readonly capacity?: number;
}

/**
 * channelFrom returns a channel that gives what `source` gives, and is closed when the source has ended. A goroutine sends;
 * it holds one value at most, beside those that the channel buffers.
 *
 * If nobody receives any more, that goroutine waits for ever, unless it is told to stop by a signal or a Context: then the
 * channel is closed and the source is stopped. An error of the source is a panic of the goroutine, so that it cannot be
 * overlooked; to handle it, use {@linkcode sendAll} in an ErrGroup.
 *
 * @typeParam T The values.
 * @param source Where the values come from: an iterable, an async iterable or a stream.
 * @param options The capacity, a signal, or a Context; see {@linkcode ChannelFromOptions}.
 * @throws {TypeError} If `source` is neither iterable nor a stream.
 * @throws {RangeError} If the capacity is none.
 *
 * @example
 * ```ts
 * import { channelFrom, select } from "@interleave/go";
 *
 * const letters = channelFrom("abc"), numbers = channelFrom([1, 2, 3]);
 * const taken = await select({ letter: letters.receiving(), number: numbers.receiving() });
 * if (!taken.ok) throw new Error("both have something");
 * ```
 */
export function channelFrom<T>(
  source: Source<T>,
  options: ChannelFromOptions = {},
): ReceiveChannel<T> {
  checkSource(source);
  const canceler = cancelSourceOf(options, "make a channel");
  const channel = new Channel<T>(options.capacity ?? 0);
  go(async () => {
    try {
      await sendAll(channel, source, options);
    } catch (error) {
      if (!canceler?.isCanceled()) throw error;
    } finally {
      channel.close();
    }
  }, "channelFrom");
  return channel;
}
