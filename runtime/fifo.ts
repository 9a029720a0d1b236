/**
 * A queue without a limit, for what the event loop has to call later.
 *
 * Two arrays instead of a ring: it gives its memory back after a mass wake-up, and nothing is ever moved.
 *
 * @module
 */

/** Fifo is a first-in-first-out queue. push and shift are O(1). */
export class Fifo<T> {
  #incoming: T[] = [];
  #outgoing: (T | undefined)[] = [];
  #head = 0;

  /** How many are queued. */
  get size(): number {
    return this.#incoming.length + this.#outgoing.length - this.#head;
  }

  /** Appends `item`. */
  push(item: T): void {
    this.#incoming.push(item);
  }

  /** Removes and returns what was queued first, or undefined. */
  shift(): T | undefined {
    if (this.#head === this.#outgoing.length) {
      this.#outgoing = this.#incoming;
      this.#incoming = [];
      this.#head = 0;
      if (this.#outgoing.length === 0) return undefined;
    }
    const item = this.#outgoing[this.#head];
    this.#outgoing[this.#head++] = undefined;
    return item;
  }
}
