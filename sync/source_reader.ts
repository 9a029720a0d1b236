/**
 * Taking values one by one from whatever can be iterated over or read.
 *
 * @module
 */

import { CANCEL_ACCESS, type CancelListener, type CancelSource } from "../runtime/cancel_source.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import { touch } from "../runtime/observer.ts";
import type { ReceiveChannel } from "./channel.ts";
import type { Source } from "./sources.ts";

/** SourceReader takes values from a source. */
export interface SourceReader<T> {
  /** The next value. Fails once `canceler`, which is the source of `cancellation`, is canceled. */
  next(
    cancellation: Cancellation | undefined,
    canceler: CancelSource | null,
  ): IteratorResult<T> | Promise<IteratorResult<T>>;
  /** The source has ended or failed by itself. */
  ended(): void;
  /** Stops the source. `isBusy` tells whether a value was being waited for. */
  abandon(reason: unknown, isBusy: boolean): Promise<void>;
}

/**
 * Checks that `source` is one.
 *
 * @param action What cannot be done otherwise, in words.
 * @throws {TypeError} If it is neither iterable nor a stream.
 */
export function checkSource(source: unknown, action = "send all"): void {
  const { getReader, [Symbol.asyncIterator]: forAwait, [Symbol.iterator]: forOf } = Object(
    source,
  ) as Partial<ReadableStream & AsyncIterable<unknown> & Iterable<unknown>>;
  if ([getReader, forAwait, forOf].some((it) => typeof it === "function")) return;
  throw new TypeError(`Cannot ${action}: expected an iterable or a stream, got ${String(source)}`);
}

/**
 * Starts reading `source`.
 *
 * @throws {TypeError} If it is neither iterable nor a stream, or a stream that somebody reads already.
 */
export function openSource<T>(source: Source<T>): SourceReader<T> {
  checkSource(source);
  if (isChannel(source)) return new ChannelReader(source);
  if ("getReader" in Object(source)) return new StreamReader(source as ReadableStream<T>);
  const { [Symbol.asyncIterator]: forAwait } = source as Partial<AsyncIterable<T>>;
  return typeof forAwait === "function"
    ? new AsyncIteratorReader((source as AsyncIterable<T>)[Symbol.asyncIterator]())
    : new IteratorReader((source as Iterable<T>)[Symbol.iterator]());
}

function isChannel<T>(source: Source<T>): source is ReceiveChannel<T> {
  return typeof (source as Partial<ReceiveChannel<T>>).receiving === "function";
}

/** A channel of ours: giving up takes the receive out of its queue, and leaves the channel as it is. */
class ChannelReader<T> implements SourceReader<T> {
  readonly #channel: ReceiveChannel<T>;

  constructor(channel: ReceiveChannel<T>) {
    this.#channel = channel;
  }

  next(cancellation: Cancellation | undefined): Promise<IteratorResult<T>> {
    return this.#channel.next(cancellation);
  }

  ended(): void {}

  abandon(): Promise<void> {
    return Promise.resolve();
  }
}

class IteratorReader<T> implements SourceReader<T> {
  readonly #iterator: Iterator<T>;

  constructor(iterator: Iterator<T>) {
    this.#iterator = iterator;
  }

  next(): IteratorResult<T> {
    return this.#iterator.next();
  }

  ended(): void {}

  abandon(): Promise<void> {
    return drop(() => this.#iterator.return?.());
  }
}

class AsyncIteratorReader<T> implements SourceReader<T> {
  readonly #iterator: AsyncIterator<T>;

  constructor(iterator: AsyncIterator<T>) {
    this.#iterator = iterator;
  }

  next(
    _cancellation: Cancellation | undefined,
    canceler: CancelSource | null,
  ): Promise<IteratorResult<T>> {
    const next = Promise.resolve(this.#iterator.next());
    return canceler === null ? next : unlessCanceled(next, canceler);
  }

  ended(): void {}

  async abandon(_reason: unknown, isBusy: boolean): Promise<void> {
    const stopped = drop(() => this.#iterator.return?.());
    // A generator hears of it only once it has given what it is busy with, which may be never.
    if (!isBusy) await stopped;
  }
}

class StreamReader<T> implements SourceReader<T> {
  readonly #reader: ReadableStreamDefaultReader<T>;

  constructor(stream: ReadableStream<T>) {
    this.#reader = stream.getReader();
  }

  next(
    _cancellation: Cancellation | undefined,
    canceler: CancelSource | null,
  ): Promise<IteratorResult<T>> {
    const next = this.#reader.read() as Promise<IteratorResult<T>>;
    return canceler === null ? next : unlessCanceled(next, canceler);
  }

  ended(): void {
    this.#reader.releaseLock();
  }

  async abandon(reason: unknown): Promise<void> {
    await drop(() => this.#reader.cancel(reason));
    this.#reader.releaseLock();
  }
}

/** As with a loop that is left by an error: that error counts, and not what the source says to it. */
async function drop(stop: () => unknown): Promise<void> {
  try {
    await stop();
  } catch {
    // The caller throws what made it stop.
  }
}

/** What `promise` gives, unless `canceler` is canceled first. */
function unlessCanceled<T>(promise: Promise<T>, canceler: CancelSource): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let isListening = true;
    const listener: CancelListener = {
      previousListener: null,
      nextListener: null,
      canceled() {
        isListening = false;
        reject(canceler.reason());
      },
    };
    const settle = <V>(how: (value: V) => void) => (value: V): void => {
      if (isListening) canceler.unlisten(listener);
      isListening = false;
      how(value);
    };
    touch(canceler.resource, CANCEL_ACCESS.listen);
    canceler.listen(listener);
    promise.then(settle(resolve), settle(reject));
  });
}
