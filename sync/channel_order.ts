/**
 * Which send each receive of a channel comes after, and the reverse: kept only while the harness listens.
 *
 * The k-th receive comes after the k-th send, and the k-th send after receive number k - capacity, whose slot it takes
 * (Go's memory model). Whoever is woken by its partner needs no record of that.
 *
 * @module
 */

import { after, moment, since } from "../runtime/observer.ts";
import type { Member, Waiter } from "../runtime/operation.ts";

/** ChannelOrder keeps the moments of what is in a channel's buffer, and of what freed its slots. */
export class ChannelOrder {
  readonly #sentAt: number[];
  readonly #freedAt: number[];
  // Slots that nobody has used yet; they come first.
  #unused: number;
  #closedAt = 0;

  /** Begins with a buffer of which `size` slots are taken. */
  constructor(capacity: number, size: number) {
    this.#sentAt = new Array<number>(size).fill(0);
    this.#freedAt = [];
    this.#unused = capacity - size;
  }

  /** A send meets the receiver that waits. It is as if the value had been buffered, and received from there. */
  sentTo(receiver: Member): void {
    // First this one: without a buffer it is the one that the send comes after.
    this.#freedAt.push(since(receiver));
    this.#useSlot();
  }

  /** A receive meets the sender that waits. */
  receivedFrom(sender: Waiter): void {
    after(since(sender));
  }

  /** A value goes into a free slot. */
  buffered(): void {
    this.#useSlot();
    this.#sentAt.push(moment());
  }

  /** A value leaves the buffer; the slot goes to the sender that waits, if any. */
  unbuffered(sender: Waiter | null): void {
    after(this.#sentAt.shift() ?? 0);
    if (sender === null) this.#freedAt.push(moment());
    else this.#sentAt.push(since(sender));
  }

  /** The channel is closed. */
  closed(): void {
    this.#closedAt = moment();
  }

  /** A receive learns that the channel is closed. */
  foundClosed(): void {
    after(this.#closedAt);
  }

  /** A send takes the slot that has been free for longest. */
  #useSlot(): void {
    if (this.#unused > 0) this.#unused--;
    else after(this.#freedAt.shift() ?? 0);
  }
}
