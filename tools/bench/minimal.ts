/**
 * The least one can write: a promise channel that starves timers and IO, whose waiters can neither leave nor fail,
 * without close, select, buffer or harness. A line known to be attainable, and no peer.
 *
 * @module
 */

type Settle = (value: unknown) => void;

let captured: Settle;
function capture(resolve: Settle): void {
  captured = resolve;
}
const DONE = Promise.resolve();

class MinimalWaiter {
  next: MinimalWaiter | undefined = undefined;
  readonly value: unknown;
  readonly resolve: Settle;

  constructor(value: unknown, resolve: Settle) {
    this.value = value;
    this.resolve = resolve;
  }
}

/** Intrusive waiters, one static executor, direct hand-off. */
export class MinimalChannel {
  #firstSender: MinimalWaiter | undefined;
  #lastSender: MinimalWaiter | undefined;
  #firstReceiver: MinimalWaiter | undefined;
  #lastReceiver: MinimalWaiter | undefined;

  send(value: number): Promise<void> {
    const receiver = this.#firstReceiver;
    if (receiver !== undefined) {
      this.#firstReceiver = receiver.next;
      if (receiver.next === undefined) this.#lastReceiver = undefined;
      receiver.resolve(value);
      return DONE;
    }
    const promise = new Promise<void>(capture as () => void);
    const waiter = new MinimalWaiter(value, captured);
    if (this.#lastSender === undefined) this.#firstSender = waiter;
    else this.#lastSender.next = waiter;
    this.#lastSender = waiter;
    return promise;
  }

  receive(): Promise<number> {
    const sender = this.#firstSender;
    if (sender !== undefined) {
      this.#firstSender = sender.next;
      if (sender.next === undefined) this.#lastSender = undefined;
      sender.resolve(undefined);
      return Promise.resolve(sender.value as number);
    }
    const promise = new Promise<number>(capture as () => void);
    const waiter = new MinimalWaiter(undefined, captured);
    if (this.#lastReceiver === undefined) this.#firstReceiver = waiter;
    else this.#lastReceiver.next = waiter;
    this.#lastReceiver = waiter;
    return promise;
  }
}
