/**
 * The state machine of a channel, and the operations on it. Follows Go's src/runtime/chan.go.
 *
 * Invariants:
 * - At least one of `senders` and `receivers` is empty, but for a select that both sends and receives on the channel.
 * - Somebody waits in `receivers` only while the buffer is empty, in `senders` only while it is full.
 * - Nobody waits in either once the channel is closed.
 * - A value goes to exactly one receiver, and values of one sender are received in the order sent.
 * - State is consistent before anybody is woken.
 *
 * Rejected: matching sends and receives after an await instead of inside the call. It loses the order of values.
 *
 * @module
 */

import { eventLoop } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, Resource, touch } from "../runtime/observer.ts";
import { type Member, Operation, type Waiter } from "../runtime/operation.ts";
import { WaitQueue } from "../runtime/wait_queue.ts";
import { ChannelOrder } from "./channel_order.ts";
import { ClosedError } from "./errors.ts";
import type { Receiving } from "./participles.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

/** The raw outcome of receiving from a channel that is closed and drained. */
export const CLOSED: unique symbol = Symbol("closed");

// The dependency relation of channel accesses. Send and receive commute: with hand-off in order, "arrive, then be
// served" and "be served at once" end in the same state. A try that failed is a read; one that succeeded, like a
// select, may have changed whom the next partner meets, so it conflicts with everything.
const SEND = 1,
  RECEIVE = 2,
  RECEIVE_PARKED = 4,
  CLOSE = 8,
  CLOSE_PARKED = 16,
  WHOLE = 32,
  FAILED = 64,
  SIZE = 128,
  FIRE = 256,
  STOP = 512;
const RECEIVES = RECEIVE | RECEIVE_PARKED, CLOSES = CLOSE | CLOSE_PARKED;

/** The dependency relation of a Channel. */
export const ACCESS = {
  send: { verb: "send", bit: SEND, mask: SEND | CLOSES | WHOLE | FAILED | SIZE },
  receive: {
    verb: "receive",
    bit: RECEIVE,
    mask: RECEIVES | CLOSE_PARKED | WHOLE | FAILED | SIZE | STOP,
  },
  // While a sender is parked, receive and close compete for it.
  receiveParked: {
    verb: "receive",
    bit: RECEIVE_PARKED,
    mask: RECEIVES | CLOSES | WHOLE | FAILED | SIZE,
  },
  close: { verb: "close", bit: CLOSE, mask: SEND | RECEIVE_PARKED | CLOSES | WHOLE | FAILED },
  closeParked: {
    verb: "close",
    bit: CLOSE_PARKED,
    mask: SEND | RECEIVES | CLOSES | WHOLE | FAILED,
  },
  whole: {
    verb: "select",
    bit: WHOLE,
    mask: SEND | RECEIVES | CLOSES | WHOLE | FAILED | SIZE | FIRE | STOP,
    varies: true,
  },
  trySend: {
    verb: "trySend",
    bit: WHOLE,
    mask: SEND | RECEIVES | CLOSES | WHOLE | FAILED | SIZE | FIRE | STOP,
    varies: true,
  },
  tryReceive: {
    verb: "tryReceive",
    bit: WHOLE,
    mask: SEND | RECEIVES | CLOSES | WHOLE | FAILED | SIZE | FIRE | STOP,
    varies: true,
  },
  trySendFailed: {
    verb: "trySend",
    bit: FAILED,
    mask: SEND | RECEIVES | CLOSES | WHOLE | STOP,
    varies: true,
    isIdle: true,
  },
  tryReceiveFailed: {
    verb: "tryReceive",
    bit: FAILED,
    mask: SEND | RECEIVES | CLOSES | WHOLE | STOP,
    varies: true,
    isIdle: true,
  },
  size: { verb: "size", bit: SIZE, mask: SEND | RECEIVES | WHOLE, isIdle: true },
} as const satisfies Record<string, Access>;

/**
 * The accesses of a timer to its channel, which nobody sends on or closes. It fires for somebody who waits, and while
 * somebody does, tries fail as they do behind that.
 */
export const TIMER_ACCESS = {
  fire: { verb: "fire", bit: FIRE, mask: WHOLE | STOP },
  stop: { verb: "stop", bit: STOP, mask: RECEIVE | WHOLE | FAILED | FIRE | STOP },
  reset: { verb: "reset", bit: STOP, mask: RECEIVE | WHOLE | FAILED | FIRE | STOP },
} as const satisfies Record<string, Access>;

/** The ring of all channels that have buffered nothing yet. */
const EMPTY_RING: unknown[] = [];

/** ChannelState is a channel without promises: it acts, or says that the caller has to wait. */
export class ChannelState<T> extends Resource {
  readonly capacity: number;
  readonly senders: WaitQueue;
  readonly receivers: WaitQueue<Member>;
  closed = false;
  size = 0;
  // A ring that grows to the capacity on demand; its length is 0 or a power of two.
  #ring: unknown[] = EMPTY_RING;
  #head = 0;
  #order: ChannelOrder | null = null;

  constructor(
    capacity: number,
    senders: WaitQueue = new WaitQueue(),
    receivers: WaitQueue<Member> = new WaitQueue<Member>(),
  ) {
    super();
    this.capacity = capacity;
    this.senders = senders;
    this.receivers = receivers;
  }

  get type(): string {
    return "Channel";
  }

  /** Hands `value` over or buffers it. Returns false if the sender has to wait. Throws if the channel is closed. */
  offer(value: T): boolean {
    if (this.closed) throw new ClosedError("Cannot send: send on closed channel");
    const receiver = this.receivers.shift();
    if (receiver !== null) {
      if (outside.observer !== null) this.#ordered().sentTo(receiver);
      loop.complete(receiver, value);
      return true;
    }
    return this.buffer(value);
  }

  /** Buffers `value` if there is room. Only while nobody waits to receive. */
  buffer(value: T): boolean {
    if (this.size === this.capacity) return false;
    if (outside.observer !== null) this.#ordered().buffered();
    this.#push(value);
    return true;
  }

  /** Whether a send would not wait; a send that fails does not wait. */
  canSend(): boolean {
    return this.closed || this.size < this.capacity || this.receivers.first !== null;
  }

  /** Whether a receive would not wait. */
  canReceive(): boolean {
    return this.size > 0 || this.closed || this.senders.first !== null;
  }

  /** Takes the next value, or gives {@linkcode CLOSED}. Only when {@linkcode canReceive}. */
  take(): T | typeof CLOSED {
    if (this.size > 0) {
      const value = this.#shift();
      // The freed slot goes to the sender that has waited longest, in the same step.
      const sender = this.senders.shift();
      if (outside.observer !== null) this.#ordered().unbuffered(sender);
      if (sender !== null) {
        this.#push(sender.payload as T);
        sender.complete(undefined);
      }
      return value;
    }
    const sender = this.senders.shift();
    if (sender === null) {
      if (outside.observer !== null) this.#ordered().foundClosed();
      return CLOSED;
    }
    if (outside.observer !== null) this.#ordered().receivedFrom(sender);
    const value = sender.payload as T;
    sender.complete(undefined);
    return value;
  }

  /** Closes the channel: receivers get {@linkcode CLOSED}, senders fail. Throws if it is closed. */
  close(): void {
    touch(this, this.senders.first === null ? ACCESS.close : ACCESS.closeParked);
    if (this.closed) throw new ClosedError("Cannot close: close of closed channel");
    this.closed = true;
    if (outside.observer !== null) this.#ordered().closed();
    for (let waiter = this.receivers.shift(); waiter !== null; waiter = this.receivers.shift()) {
      // Who is but a function waits for a value, and has no result made of the outcome: there is none.
      if (typeof waiter === "function") loop.wake(waiter, undefined);
      else waiter.complete(CLOSED);
    }
    for (let waiter = this.senders.shift(); waiter !== null; waiter = this.senders.shift()) {
      waiter.fail(new ClosedError("Cannot send: send on closed channel"));
    }
  }

  trySend(value: T): boolean {
    if (outside.observer !== null) {
      touch(this, this.canSend() ? ACCESS.trySend : ACCESS.trySendFailed, value);
    }
    return this.offer(value);
  }

  /** Like take, but gives undefined if it would wait; so a received value is wrapped. */
  tryReceive(): IteratorResult<T, undefined> | undefined {
    const isReady = this.canReceive();
    if (outside.observer !== null) {
      if (isReady) touch(this, ACCESS.tryReceive, this.peek());
      else touch(this, ACCESS.tryReceiveFailed);
    }
    return isReady ? toIteratorResult(this.take()) : undefined;
  }

  /** What take would give, for reports. */
  peek(): unknown {
    if (this.size > 0) return this.#ring[this.#head];
    return this.senders.first === null ? CLOSED : this.senders.first.payload;
  }

  touchSize(): void {
    touch(this, ACCESS.size);
  }

  state(): string {
    return `${this.closed ? "closed, " : ""}${this.size} of ${this.capacity} buffered`;
  }

  snapshot(): () => void {
    const { closed, size } = this;
    const ring = this.#ring.slice();
    const head = this.#head;
    return () => {
      this.closed = closed;
      this.size = size;
      this.#ring = ring.slice();
      this.#head = head;
      this.#order = null;
      this.senders.clear();
      this.receivers.clear();
    };
  }

  #ordered(): ChannelOrder {
    this.#order ??= new ChannelOrder(this.capacity, this.size);
    return this.#order;
  }

  #push(value: T): void {
    const ring = this.#ring;
    if (this.size === ring.length) this.#grow();
    this.#ring[(this.#head + this.size++) & (this.#ring.length - 1)] = value;
  }

  #shift(): T {
    const value = this.#ring[this.#head] as T;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.size--;
    return value;
  }

  #grow(): void {
    const old = this.#ring;
    const ring: unknown[] = new Array(Math.max(4, old.length * 2)).fill(undefined);
    for (let i = 0; i < old.length; i++) ring[i] = old[(this.#head + i) & (old.length - 1)];
    this.#ring = ring;
    this.#head = 0;
  }
}

/** A queue that keeps nobody. */
class Nowhere extends WaitQueue<never> {
  override push(_member: never): void {}
}

/** Where nobody waits, or nobody is woken if they do. */
export const NOWHERE: WaitQueue<never> = new Nowhere();

/** The state of the nil channel: never ready, and it keeps nobody who waits, since nothing will ever wake them. */
export class NilChannelState<T> extends ChannelState<T> {
  constructor() {
    super(0, NOWHERE, NOWHERE);
  }
  override canSend(): boolean {
    return false;
  }
  override canReceive(): boolean {
    return false;
  }
  override offer(_value: T): boolean {
    return false;
  }
  override close(): void {
    throw new TypeError("Cannot close: close of nil channel");
  }
  override state(): string {
    return "nil";
  }
}

/** The iterator result for a raw outcome of receiving. */
export function toIteratorResult<T>(outcome: T | typeof CLOSED): IteratorResult<T, undefined> {
  return outcome === CLOSED ? { value: undefined, done: true } : { value: outcome, done: false };
}

/** A send, as an operation. */
export class SendOperation<T> extends Operation<void> {
  /** The channel. */
  readonly resource: ChannelState<T>;
  /** What is sent. */
  readonly value: T;

  /** Describes sending `value`; use {@linkcode Channel.sending}. */
  constructor(state: ChannelState<T>, value: T) {
    super();
    this.resource = state;
    this.value = value;
  }

  /** "chan send", as Go says. */
  get kind(): string {
    return this.resource instanceof NilChannelState ? "chan send (nil chan)" : "chan send";
  }

  /** "send". */
  get verb(): string {
    return "send";
  }

  /** Sends conflict with sends, not with receives. */
  get access(): Access {
    return ACCESS.send;
  }

  /** A select conflicts with everything: taken or not, it may have changed whom the next partner meets. */
  override get selectAccess(): Access {
    return ACCESS.whole;
  }

  /** Whether there is a receiver or room, or the send would fail. */
  isReady(): boolean {
    return this.resource.canSend();
  }

  /** Sends. */
  commit(): void {
    this.resource.offer(this.value);
  }

  /** Waits for a receiver or room, behind whoever waits. */
  enqueue(waiter: Waiter): void {
    waiter.payload = this.value;
    this.resource.senders.push(waiter);
  }
}

/** A receive, as an operation. */
export class ReceiveOperation<T> extends Operation<T | undefined> implements Receiving<T> {
  /** The channel. */
  readonly resource: ChannelState<T>;

  /** Describes receiving; use {@linkcode ReceiveChannel.receiving}. */
  constructor(state: ChannelState<T>) {
    super();
    this.resource = state;
  }

  /** "chan receive", as Go says. */
  get kind(): string {
    return this.resource instanceof NilChannelState ? "chan receive (nil chan)" : "chan receive";
  }

  /** "receive". */
  get verb(): string {
    return "receive";
  }

  /** Receives conflict with receives, not with sends. */
  get access(): Access {
    return this.resource.senders.first === null ? ACCESS.receive : ACCESS.receiveParked;
  }

  /** A select conflicts with everything: taken or not, it may have changed whom the next partner meets. */
  override get selectAccess(): Access {
    return ACCESS.whole;
  }

  /** Whether there is a value, or the channel is closed. */
  isReady(): boolean {
    return this.resource.canReceive();
  }

  /** Receives. */
  commit(): T | typeof CLOSED {
    return this.resource.take();
  }

  /** Waits for a value, behind whoever waits. */
  enqueue(waiter: Waiter): void {
    this.resource.receivers.push(waiter);
  }

  /** The value, or undefined if the channel is closed and drained. */
  override result(outcome: unknown): T | undefined {
    return outcome === CLOSED ? undefined : outcome as T;
  }

  /** Whether a value was received. */
  override isOk(outcome: unknown): boolean {
    return outcome !== CLOSED;
  }

  /** The same as an iterator result: what `next` gives. */
  toIteratorResult(outcome: unknown): IteratorResult<T, undefined> {
    return toIteratorResult(outcome as T | typeof CLOSED);
  }
}

/** A receive that gives an iterator result: `ch.next()`. */
export class Iterating<T> extends Operation<IteratorResult<T, undefined>> {
  readonly receiving: ReceiveOperation<T>;
  readonly verb = "receive";

  constructor(receiving: ReceiveOperation<T>) {
    super();
    this.receiving = receiving;
  }
  get kind(): string {
    return this.receiving.kind;
  }
  get resource(): ChannelState<T> {
    return this.receiving.resource;
  }
  get access(): Access {
    return this.receiving.access;
  }
  isReady(): boolean {
    return this.receiving.isReady();
  }
  commit(): unknown {
    return this.receiving.commit();
  }
  enqueue(waiter: Waiter): void {
    this.receiving.enqueue(waiter);
  }
  override dequeue(waiter: Waiter): void {
    this.receiving.dequeue(waiter);
  }
  override result(outcome: unknown): IteratorResult<T, undefined> {
    return this.receiving.toIteratorResult(outcome);
  }
  override isOk(outcome: unknown): boolean {
    return this.receiving.isOk(outcome);
  }
}
