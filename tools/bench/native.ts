/**
 * What people write by hand with promises and arrays.
 *
 * @module
 */

/** A channel of arrays and resolve functions. */
export class NativeChannel {
  readonly #capacity: number;
  readonly #buffer: number[] = [];
  readonly #senders: { readonly value: number; readonly resolve: () => void }[] = [];
  readonly #receivers: ((value: number) => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  send(value: number): Promise<void> {
    const receiver = this.#receivers.shift();
    if (receiver !== undefined) {
      receiver(value);
      return Promise.resolve();
    }
    if (this.#buffer.length < this.#capacity) {
      this.#buffer.push(value);
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#senders.push({ value, resolve }));
  }

  receive(): Promise<number> {
    if (this.#buffer.length > 0) {
      const value = this.#buffer.shift() as number;
      const sender = this.#senders.shift();
      if (sender !== undefined) {
        this.#buffer.push(sender.value);
        sender.resolve();
      }
      return Promise.resolve(value);
    }
    const sender = this.#senders.shift();
    if (sender !== undefined) {
      sender.resolve();
      return Promise.resolve(sender.value);
    }
    return new Promise((resolve) => this.#receivers.push(resolve));
  }
}

/** A mutex that is a chain of promises. */
export class ChainMutex {
  #last: Promise<void> = Promise.resolve();

  async lock(): Promise<() => void> {
    const last = this.#last;
    let unlock: () => void = () => {};
    this.#last = new Promise((resolve) => unlock = resolve);
    await last;
    return unlock;
  }
}
