/**
 * The receiving end of a channel that only the package itself sends on or closes: a context's `done`, a timer's channel.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { Crowd } from "../runtime/crowd.ts";
import { current } from "../runtime/current.ts";
import { hooks } from "../runtime/hooks.ts";
import type { Operation } from "../runtime/operation.ts";
import type { ReceiveChannel } from "./channel.ts";
import { Iterating, NilChannelState, ReceiveOperation } from "./channel_state.ts";

// Constants of this module are compiled in; see hooks.ts.
const outside = hooks;

/** ReceiveEnd is a {@linkcode ReceiveChannel} over a channel state that the package keeps to itself. */
export class ReceiveEnd<T> implements ReceiveChannel<T> {
  readonly #receiving: ReceiveOperation<T>;

  constructor(receiving: ReceiveOperation<T>) {
    this.#receiving = receiving;
  }

  get capacity(): number {
    return this.#receiving.resource.capacity;
  }

  get size(): number {
    const state = this.#receiving.resource;
    state.touchSize();
    return state.size;
  }

  receive(cancellation?: Cancellation): Promise<T | undefined> {
    if (cancellation !== undefined) return performCancellable(this.#receiving, cancellation);
    return current().perform(this.#receiving);
  }

  next(cancellation?: Cancellation): Promise<IteratorResult<T, undefined>> {
    const iterating = new Iterating(this.#receiving);
    if (cancellation !== undefined) return performCancellable(iterating, cancellation);
    return current().perform(iterating);
  }

  receiving(): ReceiveOperation<T> {
    return this.#receiving;
  }

  tryReceive(): IteratorResult<T, undefined> | undefined {
    return this.#receiving.resource.tryReceive();
  }

  /** No `return`: leaving a loop leaves the channel as it is. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.next() };
  }
}

/** The receiving end of a channel that is only ever closed, so that all who wait get the same. */
export class ClosingEnd extends ReceiveEnd<never> {
  readonly #receiving: ReceiveOperation<never>;
  readonly #crowd = new Crowd<undefined>();

  constructor(receiving: ReceiveOperation<never>) {
    super(receiving);
    this.#receiving = receiving;
  }

  override receive(cancellation?: Cancellation): Promise<undefined> {
    const receiving = this.#receiving;
    if (cancellation !== undefined || outside.scheduler !== null || receiving.isReady()) {
      return super.receive(cancellation) as Promise<undefined>;
    }
    return this.#crowd.park(receiving.resource.receivers, receiving as Operation<undefined>);
  }
}

/** A channel that is never ready: what `done` of a context is that never ends, and the tick of no time. */
export const NEVER: ReceiveChannel<never> = new ReceiveEnd(
  new ReceiveOperation(new NilChannelState<never>()),
);
