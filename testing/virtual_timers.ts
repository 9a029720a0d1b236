/**
 * The platform's timers under the virtual clock.
 *
 * Follows what Deno and Node do, case by case: delays are truncated, and anything outside 1 … 2^31-1 counts as 1; timers
 * of one instant and equal delay fire in the order in which they were set; a callback runs in the async context in which
 * its timer was set.
 *
 * @module
 */

import { Timer } from "../runtime/scheduler.ts";
import type { Explorer } from "./explorer.ts";

const { then: nativeThen } = Promise.prototype;

const LONGEST_DELAY = 2 ** 31 - 1;
/** Virtual timers have numbers of their own, so that clearTimeout(number) tells them from real ones. */
const FIRST_NUMBER = 0x4000_0000;
/** Immediates keep their order, whatever is due with them. */
const IMMEDIATE = 0;

/** The delay that the platform makes of what it is given. */
export function toDelay(delay: unknown): number {
  const number = Math.trunc(Number(delay ?? 1));
  return number >= 1 && number <= LONGEST_DELAY ? number : 1;
}

class CallbackTimer extends Timer {
  readonly kind: string;
  override readonly inOrder: number;
  /** Whether it keeps a program alive. */
  hasRef = true;
  /** Settles the promise whose reaction runs the callback, in the context in which that was attached. */
  trigger: () => void = ignore;

  constructor(kind: string, inOrder: number) {
    super();
    this.kind = kind;
    this.inOrder = inOrder;
  }

  fire(): void {
    this.trigger();
  }
}

/** Whether a timer is one that nobody is kept waiting for: it was told not to keep the program alive. */
export function isUnreferenced(timer: Timer): boolean {
  return timer instanceof CallbackTimer && !timer.hasRef;
}

/** VirtualTimeout is what setTimeout and its kin return inside a schedule: an object, as Deno and Node return. */
export class VirtualTimeout {
  readonly #explorer: Explorer;
  readonly #timer: CallbackTimer;
  readonly #callback: (...args: unknown[]) => unknown;
  readonly #args: readonly unknown[];
  readonly #delay: number;
  readonly #isRepeated: boolean;
  readonly #number: number;
  #isCleared = false;

  constructor(
    explorer: Explorer,
    kind: string,
    callback: (...args: unknown[]) => unknown,
    args: readonly unknown[],
    delay: number,
  ) {
    this.#explorer = explorer;
    this.#callback = callback;
    this.#args = args;
    this.#delay = delay;
    this.#isRepeated = kind === "setInterval";
    this.#timer = new CallbackTimer(kind, kind === "setImmediate" ? IMMEDIATE : delay);
    this.#number = nextNumber++;
    this.#arm();
  }

  /** Whether it keeps a program alive; inside a schedule that makes no difference. */
  hasRef(): boolean {
    return this.#timer.hasRef;
  }

  /** Makes it keep the program alive again. */
  ref(): this {
    this.#timer.hasRef = true;
    return this;
  }

  /** Makes it not keep the program alive. */
  unref(): this {
    this.#timer.hasRef = false;
    return this;
  }

  /** Starts its time anew, even if it has fired; not if it was cleared. */
  refresh(): this {
    if (this.#isCleared) return this;
    this.#explorer.clearTimer(this.#timer);
    this.#arm();
    return this;
  }

  /** Clears it. */
  close(): this {
    this.#isCleared = true;
    byNumber.delete(this.#number);
    this.#explorer.clearTimer(this.#timer);
    return this;
  }

  /** Its number, for `clearTimeout(Number(timeout))`. */
  [Symbol.toPrimitive](): number {
    return this.#number;
  }

  /** Clears it. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The reaction is attached where the timer is set, so that the callback runs in that context. */
  #arm(): void {
    byNumber.set(this.#number, this);
    const fired = new Promise<void>((resolve) => {
      this.#timer.trigger = resolve;
    });
    Reflect.apply(nativeThen, fired, [this.#onFire]);
    this.#explorer.setTimer(this.#timer, this.#timer.kind === "setImmediate" ? 0 : this.#delay);
  }

  readonly #onFire = (): void => {
    if (this.#isCleared) return;
    if (this.#isRepeated) this.#arm();
    else byNumber.delete(this.#number);
    Reflect.apply(this.#callback, this, this.#args);
  };
}

let nextNumber = FIRST_NUMBER;
const byNumber = new Map<number, VirtualTimeout>();

/** The virtual timer that was given to a function such as clearTimeout, or undefined if it is none. */
export function findTimeout(timeout: unknown): VirtualTimeout | undefined {
  if (timeout instanceof VirtualTimeout) return timeout;
  const number = typeof timeout === "string" ? Number(timeout) : timeout;
  return typeof number === "number" ? byNumber.get(number) : undefined;
}

/** Forgets the numbers of the timers of a schedule that has ended. */
export function forgetTimeouts(): void {
  if (byNumber.size > 0) byNumber.clear();
  nextNumber = FIRST_NUMBER;
}

function ignore(): void {}
