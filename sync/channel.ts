/**
 * Go's channels.
 *
 * Fairness: whoever waits is served first in, first out, at each end. A value that is handed over cannot be stolen.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { eventLoop, ParkedForSure } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import type { WaitQueue } from "../runtime/wait_queue.ts";
import {
  ChannelState,
  CLOSED,
  Iterating,
  NilChannelState,
  ReceiveOperation,
  SendOperation,
  toIteratorResult,
} from "./channel_state.ts";
import { ClosedError } from "./errors.ts";
import type { Receiving, Sending } from "./participles.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

/**
 * SendChannel is the sending end of a channel: Go's `chan<- T`.
 *
 * @typeParam T The values sent.
 *
 * @example
 * ```ts
 * import { Channel, type SendChannel } from "@interleave/go";
 *
 * async function produce(out: SendChannel<number>) {
 *   await out.send(1);
 *   out.close();
 * }
 * const ch = new Channel<number>(1);
 * await produce(ch);
 * if (await ch.receive() !== 1) throw new Error("not received");
 * ```
 */
export interface SendChannel<T> {
  /** Sends `value`; see {@linkcode Channel.send}. */
  send(value: T, cancellation?: Cancellation): Promise<void>;
  /** Describes a send, for `select`; see {@linkcode Channel.sending}. */
  sending(value: T): Sending<T>;
  /** Sends if that needs no waiting; see {@linkcode Channel.trySend}. */
  trySend(value: T): boolean;
  /** Closes the channel; see {@linkcode Channel.close}. */
  close(): void;
  /** How many values the buffer holds at most: Go's `cap`. */
  readonly capacity: number;
  /** How many values the buffer holds: Go's `len`. */
  readonly size: number;
}

/**
 * ReceiveChannel is the receiving end of a channel: Go's `<-chan T`.
 *
 * @typeParam T The values received.
 *
 * @example
 * ```ts
 * import { Channel, type ReceiveChannel } from "@interleave/go";
 *
 * async function sum(numbers: ReceiveChannel<number>) {
 *   let total = 0;
 *   for await (const n of numbers) total += n;
 *   return total;
 * }
 * const ch = new Channel<number>(2);
 * await ch.send(1);
 * await ch.send(2);
 * ch.close();
 * if (await sum(ch) !== 3) throw new Error("wrong sum");
 * ```
 */
export interface ReceiveChannel<T> extends AsyncIterable<T, undefined> {
  /** Receives the next value, undefined once closed and drained; see {@linkcode Channel.receive}. */
  receive(cancellation?: Cancellation): Promise<T | undefined>;
  /** Receives with Go's "comma ok"; see {@linkcode Channel.next}. */
  next(cancellation?: Cancellation): Promise<IteratorResult<T, undefined>>;
  /** Describes a receive, for `select`; see {@linkcode Channel.receiving}. */
  receiving(): Receiving<T>;
  /** Receives if that needs no waiting; see {@linkcode Channel.tryReceive}. */
  tryReceive(): IteratorResult<T, undefined> | undefined;
  /** Receives until the channel is closed and drained: Go's `range`. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>;
  /** How many values the buffer holds at most: Go's `cap`. */
  readonly capacity: number;
  /** How many values the buffer holds: Go's `len`. */
  readonly size: number;
}

/** A goroutine that waits for an iterator result; see ParkedForSure for why it is written out. */
class ParkedNext implements ParkedForSure {
  declare queue: WaitQueue | null;
  declare place: number;
  declare payload: undefined;
  declare resolve: (outcome: unknown) => void;

  constructor() {
    this.queue = null;
    this.place = 0;
    this.payload = undefined;
    this.resolve = neverCalled;
  }

  complete(outcome: unknown): void {
    loop.wake(this.resolve, toIteratorResult(outcome));
  }

  fail(error: unknown): void {
    throw new Error("Cannot fail: a receive never fails", { cause: error });
  }
}

function neverCalled(): void {}

/**
 * Channel passes values between goroutines, as in Go: unbuffered (a send waits for its receive) or with a buffer.
 *
 * Values arrive in the order in which they were sent, each at exactly one receiver. Waiting senders and receivers are
 * served first come, first served. An operation acts when it is called, before its promise is awaited.
 *
 * A channel is async iterable: `for await (const v of ch)` is Go's `for v := range ch`. Leaving the loop neither closes
 * the channel nor loses a value.
 *
 * Follows Go's src/runtime/chan.go. A channel may hold promises; since an async function cannot return a promise,
 * `receive` awaits them, while `next`, `tryReceive`, `for await` and `select` hand them over as they are.
 *
 * @typeParam T The values sent.
 *
 * @example
 * ```ts
 * import { Channel, go } from "@interleave/go";
 *
 * const numbers = new Channel<number>();
 * go(async () => {
 *   for (let i = 1; i <= 3; i++) await numbers.send(i);
 *   numbers.close();
 * });
 * let sum = 0;
 * for await (const n of numbers) sum += n;
 * if (sum !== 6) throw new Error(`wrong sum ${sum}`);
 * ```
 */
export class Channel<T> implements SendChannel<T>, ReceiveChannel<T> {
  readonly #state: ChannelState<T>;
  readonly #receiving: ReceiveOperation<T>;

  /**
   * Makes a channel with a buffer for `capacity` values; with 0, the default, a send waits for its receive.
   *
   * @throws {RangeError} If `capacity` is not a whole number from 0 to 2^32 - 1: "makechan: size out of range".
   */
  constructor(capacity = 0) {
    if (!Number.isInteger(capacity) || capacity < 0 || capacity > 0xffff_ffff) {
      throw new RangeError(
        `Cannot make a channel of capacity ${String(capacity)}: makechan: size out of range`,
      );
    }
    this.#state = nilRequested ? new NilChannelState<T>() : new ChannelState<T>(capacity);
    this.#receiving = new ReceiveOperation(this.#state);
  }

  /**
   * Returns a channel that is never ready, like Go's nil channel: sending and receiving wait for ever, a select ignores
   * it, and closing it throws.
   *
   * @example
   * ```ts
   * import { Channel, trySelect } from "@interleave/go";
   *
   * const never = Channel.nil<number>();
   * if (trySelect({ got: never.receiving() }) !== undefined) throw new Error("was ready");
   * ```
   */
  static nil<T>(): Channel<T> {
    nilRequested = true;
    try {
      return new Channel<T>();
    } finally {
      nilRequested = false;
    }
  }

  /** How many values the buffer holds at most: Go's `cap`. */
  get capacity(): number {
    return this.#state.capacity;
  }

  /** How many values the buffer holds: Go's `len`. Always 0 for an unbuffered channel. */
  get size(): number {
    this.#state.touchSize();
    return this.#state.size;
  }

  /**
   * Sends `value`: hands it to the receiver that has waited longest, or buffers it, or waits until a receiver takes it.
   * The receiver resumes later, never inside this call.
   *
   * @param cancellation Gives up waiting, and the value stays with the caller; see {@linkcode Cancellation}.
   * @throws {ClosedError} If the channel is closed, or is closed while the send waits: "send on closed channel". The
   * returned promise rejects; the value stays with the caller.
   *
   * @example
   * ```ts
   * import { Channel } from "@interleave/go";
   *
   * const ch = new Channel<string>(1);
   * await ch.send("buffered");
   * if (ch.size !== 1) throw new Error("not buffered");
   * ```
   */
  send(value: T, cancellation?: Cancellation): Promise<void> {
    const state = this.#state;
    if (cancellation !== undefined) {
      return performCancellable(new SendOperation(state, value), cancellation);
    }
    if (outside.scheduler !== null) {
      return outside.scheduler.perform(new SendOperation(state, value));
    }
    // The case that is most frequent and costs most comes first: 5 % of an unbuffered send and receive.
    const receiver = state.receivers.shift();
    if (receiver !== null) {
      loop.complete(receiver, value);
      return loop.done();
    }
    if (state.closed) {
      return loop.failed(new ClosedError("Cannot send: send on closed channel"));
    }
    if (state.buffer(value)) return loop.done();
    const waiter = new ParkedForSure(value);
    state.senders.push(waiter);
    return loop.parkForSure(waiter);
  }

  /**
   * Receives the next value, waiting for one if there is none. Gives undefined once the channel is closed and drained;
   * where undefined may be sent, use {@linkcode Channel.next}.
   *
   * If senders wait, the one that has waited longest is let go.
   *
   * @param cancellation Gives up waiting, and takes no value; see {@linkcode Cancellation}.
   * @example
   * ```ts
   * import { Channel } from "@interleave/go";
   *
   * const ch = new Channel<string>(1);
   * await ch.send("last");
   * ch.close();
   * if (await ch.receive() !== "last") throw new Error("lost");
   * if (await ch.receive() !== undefined) throw new Error("not drained");
   * ```
   */
  receive(cancellation?: Cancellation): Promise<T | undefined> {
    const state = this.#state;
    if (cancellation !== undefined) return performCancellable(this.#receiving, cancellation);
    if (outside.scheduler !== null) return outside.scheduler.perform(this.#receiving);
    if (state.size === 0) {
      const sender = state.senders.shift();
      if (sender !== null) {
        const value = sender.payload as T;
        sender.complete(undefined);
        return loop.passed(value);
      }
    }
    if (state.canReceive()) {
      const outcome = state.take();
      return loop.passed(outcome === CLOSED ? undefined : outcome);
    }
    return loop.parkIn(state.receivers);
  }

  /**
   * Receives like {@linkcode Channel.receive}, but tells a value from the end: Go's `v, ok := <-ch`. `done` is false
   * exactly when `value` was sent.
   *
   * @param cancellation Gives up waiting, and takes no value; see {@linkcode Cancellation}.
   * @example
   * ```ts
   * import { Channel } from "@interleave/go";
   *
   * const ch = new Channel<undefined>(1);
   * await ch.send(undefined);
   * ch.close();
   * if ((await ch.next()).done) throw new Error("a value was there");
   * if (!(await ch.next()).done) throw new Error("no more values");
   * ```
   */
  next(cancellation?: Cancellation): Promise<IteratorResult<T, undefined>> {
    const state = this.#state;
    if (cancellation !== undefined) {
      return performCancellable(new Iterating(this.#receiving), cancellation);
    }
    if (outside.scheduler !== null) {
      return outside.scheduler.perform(new Iterating(this.#receiving));
    }
    if (state.canReceive()) return loop.passed(toIteratorResult(state.take()));
    const waiter = new ParkedNext();
    state.receivers.push(waiter);
    return loop.parkForSure(waiter);
  }

  /**
   * Sends `value` if that needs no waiting, and returns whether it did. Synchronous.
   *
   * @throws {ClosedError} If the channel is closed: "send on closed channel".
   *
   * @example
   * ```ts
   * import { Channel } from "@interleave/go";
   *
   * const ch = new Channel<number>(1);
   * if (!ch.trySend(1)) throw new Error("there was room");
   * if (ch.trySend(2)) throw new Error("it was full");
   * ```
   */
  trySend(value: T): boolean {
    return this.#state.trySend(value);
  }

  /**
   * Receives if that needs no waiting. Synchronous. Gives undefined if it would wait, `{ done: false, value }` for a
   * value, and `{ done: true }` if the channel is closed and drained.
   *
   * @example
   * ```ts
   * import { Channel } from "@interleave/go";
   *
   * const ch = new Channel<number>(1);
   * if (ch.tryReceive() !== undefined) throw new Error("it was empty");
   * ch.trySend(1);
   * if (ch.tryReceive()?.value !== 1) throw new Error("there was a value");
   * ch.close();
   * if (!ch.tryReceive()?.done) throw new Error("it was closed");
   * ```
   */
  tryReceive(): IteratorResult<T, undefined> | undefined {
    return this.#state.tryReceive();
  }

  /**
   * Closes the channel: what is buffered can still be received, every waiting receiver is told the end, every waiting
   * sender fails with ClosedError, in the order in which they came. They resume later. Synchronous.
   *
   * @throws {ClosedError} If the channel is closed already: "close of closed channel".
   * @throws {TypeError} If it is {@linkcode Channel.nil}: "close of nil channel".
   *
   * @example
   * ```ts
   * import { Channel } from "@interleave/go";
   *
   * const done = new Channel<never>();
   * const waiting = done.next();
   * done.close();
   * if (!(await waiting).done) throw new Error("close wakes receivers");
   * ```
   */
  close(): void {
    this.#state.close();
  }

  /**
   * Describes sending `value`, for `select`. The value is evaluated now; it is sent only if the case is taken.
   *
   * @example
   * ```ts
   * import { Channel, select } from "@interleave/go";
   *
   * const out = new Channel<number>(1);
   * const c = await select({ sent: out.sending(1) });
   * if (c.key !== "sent") throw new Error("not sent");
   * ```
   */
  sending(value: T): Sending<T> {
    return new SendOperation(this.#state, value);
  }

  /**
   * Describes a receive, for `select`.
   *
   * @example
   * ```ts
   * import { Channel, select } from "@interleave/go";
   *
   * const jobs = new Channel<number>(1);
   * await jobs.send(7);
   * const c = await select({ job: jobs.receiving() });
   * if (c.ok && c.value !== 7) throw new Error("not received");
   * ```
   */
  receiving(): Receiving<T> {
    return this.#receiving;
  }

  /**
   * Receives until the channel is closed and drained: Go's `range`. It never reads ahead, and leaving the loop leaves
   * the channel as it is.
   */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return new ChannelIterator(this);
  }
}

// How Channel.nil asks the constructor for a channel without making that a public parameter.
let nilRequested = false;

/** No `return`: leaving a loop must not close the channel. */
class ChannelIterator<T> implements AsyncIterator<T, undefined> {
  readonly #channel: Channel<T>;

  constructor(channel: Channel<T>) {
    this.#channel = channel;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return this.#channel.next();
  }
}
