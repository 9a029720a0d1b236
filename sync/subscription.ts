/**
 * What calls back, as a channel: events, OS signals, emitters.
 *
 * Invariants:
 * - It is attached exactly while it is not stopped.
 * - Nothing arrives once `stop` has returned.
 *
 * Rejected: waiting for room. Whoever calls back cannot wait; so what does not fit is dropped, and counted.
 *
 * @module
 */

import type { CancelListener, CancelSource } from "../runtime/cancel_source.ts";
import { type Cancellation, cancelSourceOf } from "../runtime/cancellation.ts";
import { reportPanic } from "../runtime/panic.ts";
import { Channel, type ReceiveChannel } from "./channel.ts";

/**
 * SubscriptionOptions say how much a subscription keeps and when it stops. A Context can be given as it is.
 *
 * @example
 * ```ts
 * import { events, type SubscriptionOptions } from "@interleave/go";
 *
 * const latest: SubscriptionOptions = { capacity: 1, whenFull: "dropOldest" };
 * const target = new EventTarget();
 * using changes = events(target, "change", latest);
 * for (let i = 0; i < 3; i++) target.dispatchEvent(new Event("change"));
 * if (changes.channel.size !== 1 || changes.dropped !== 2) throw new Error("only the last one is kept");
 * ```
 */
export interface SubscriptionOptions extends Cancellation {
  /** How many values are kept for a receiver to come: 16 by default. With 0 only who waits already gets one. */
  readonly capacity?: number;
  /** What is dropped when no more can be kept: what has just come, by default, or what has been kept longest. */
  readonly whenFull?: "dropNewest" | "dropOldest";
}

/**
 * Subscription makes a channel of something that calls back. What comes when the channel is full is dropped, as Go's
 * signal.Notify does, or takes the place of the oldest; `dropped` counts.
 *
 * It ends by `stop`, at the end of the block it was made in with `using`, or by its signal or Context. Then the channel is
 * closed: what it has kept can still be received.
 *
 * @typeParam T The values.
 *
 * @example
 * ```ts
 * import { Subscription } from "@interleave/go";
 *
 * const listeners = new Set<(temperature: number) => void>();
 * using temperatures = new Subscription<number>((deliver) => {
 *   listeners.add(deliver);
 *   return () => listeners.delete(deliver);
 * });
 * for (const listener of listeners) listener(21);
 * if (await temperatures.channel.receive() !== 21) throw new Error("lost");
 * ```
 */
export class Subscription<T> implements AsyncIterable<T, undefined>, Disposable {
  /** Gives what comes; closed once the subscription has stopped. */
  readonly channel: ReceiveChannel<T>;
  readonly #channel: Channel<T>;
  readonly #dropsOldest: boolean;
  #dropped = 0;
  #isStopped = false;
  #detach: (() => unknown) | null = null;
  #unlisten: (() => void) | null = null;

  /**
   * Attaches to something that calls back, unless the signal or Context has ended.
   *
   * @param attach Is called at once with what to call for each value, and returns a function that detaches.
   * @param options What is kept, and when to stop; see {@linkcode SubscriptionOptions}.
   * @throws {RangeError} If the capacity is none, or 0 with "dropOldest".
   * @throws What `attach` throws.
   */
  constructor(
    attach: (deliver: (value: T) => void) => () => unknown,
    options: SubscriptionOptions = {},
  ) {
    const { capacity = 16, whenFull = "dropNewest" } = options;
    this.#dropsOldest = whenFull === "dropOldest";
    if (this.#dropsOldest && capacity === 0) {
      throw new RangeError('Cannot subscribe: "dropOldest" needs a capacity above 0');
    }
    this.channel = this.#channel = new Channel<T>(capacity);
    const source = cancelSourceOf(options, "subscribe");
    if (!source?.isCanceled()) this.#detach = attach((value) => this.#deliver(value));
    if (source?.isCanceled()) this.stop(); // perhaps by `attach`
    else if (source !== null) this.#listen(source);
  }

  /** How many values were dropped because the channel was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Detaches and closes the channel. What has been kept can still be received; nothing more arrives. Doing it again does
   * nothing. Synchronous.
   *
   * @example
   * ```ts
   * import { events } from "@interleave/go";
   *
   * const target = new EventTarget();
   * const pings = events(target, "ping");
   * target.dispatchEvent(new Event("ping"));
   * pings.stop();
   * target.dispatchEvent(new Event("ping"));
   * let count = 0;
   * for await (const _ping of pings) count++;
   * if (count !== 1) throw new Error(`${count} pings`);
   * ```
   */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#unlisten?.();
    this.#unlisten = null;
    try {
      this.#release();
    } finally {
      this.#channel.close();
    }
  }

  /** Receives until the subscription has stopped. Leaving the loop does not stop it. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this.channel[Symbol.asyncIterator]();
  }

  /** Stops the subscription. */
  [Symbol.dispose](): void {
    this.stop();
  }

  #release(): void {
    const detach = this.#detach;
    this.#detach = null;
    detach?.();
  }

  #deliver(value: T): void {
    if (this.#isStopped || this.#channel.trySend(value)) return;
    this.#dropped++;
    if (!this.#dropsOldest) return;
    this.#channel.tryReceive();
    this.#channel.trySend(value);
  }

  #listen(source: CancelSource): void {
    const listener: CancelListener = {
      previousListener: null,
      nextListener: null,
      canceled: () => {
        this.#unlisten = null;
        try {
          this.stop();
        } catch (error) {
          reportPanic(error, "subscription"); // others are still to be told of the end
        }
      },
    };
    source.listen(listener);
    this.#unlisten = () => source.unlisten(listener);
  }
}

/**
 * events makes a channel of the events of `type` that reach `target`. It starts listening at once, and stops with the
 * subscription.
 *
 * Receivers get an event after its dispatch, so it is too late for them to call `preventDefault`.
 *
 * @typeParam E The events.
 * @param target What dispatches the events.
 * @param type Which events.
 * @param options How many events are kept, what is dropped when that is not enough, and when to stop; see
 * {@linkcode SubscriptionOptions}.
 * @throws {TypeError} If `target` is no EventTarget.
 *
 * @example
 * ```ts
 * import { background, events, go, select, withTimeout } from "@interleave/go";
 *
 * const socket = new EventTarget();
 * using messages = events<MessageEvent>(socket, "message");
 * using ctx = withTimeout(background(), 1000);
 * go(() => socket.dispatchEvent(new MessageEvent("message", { data: "hello" })));
 * const c = await select({ message: messages.channel.receiving(), late: ctx.done.receiving() });
 * if (c.key !== "message" || c.value?.data !== "hello") throw new Error("no message");
 * ```
 */
export function events<E extends Event = Event>(
  target: EventTarget,
  type: string,
  options?: SubscriptionOptions,
): Subscription<E> {
  if (typeof (Object(target) as Partial<EventTarget>).addEventListener !== "function") {
    throw new TypeError(`Cannot listen to "${type}": expected an EventTarget, got ${target}`);
  }
  return new Subscription<E>((deliver) => {
    const listener = (event: Event): void => deliver(event as E);
    target.addEventListener(type, listener);
    return () => target.removeEventListener(type, listener);
  }, options);
}
