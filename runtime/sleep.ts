/**
 * Sleeping.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "./cancellation.ts";
import { current } from "./current.ts";
import { checkDuration } from "./duration.ts";
import { eventLoop } from "./event_loop.ts";
import type { Access } from "./observer.ts";
import { Operation, type Waiter } from "./operation.ts";
import { type Scheduler, Timer } from "./scheduler.ts";

/** Sleeping touches nothing that others can see. */
const SLEEP: Access = { verb: "sleep", bit: 0, mask: 0 };

class Alarm extends Timer {
  readonly waiter: Waiter;
  readonly #onlyWakes: boolean;

  constructor(waiter: Waiter, onlyWakes: boolean) {
    super();
    this.waiter = waiter;
    this.#onlyWakes = onlyWakes;
  }

  get kind(): string {
    return "sleep";
  }

  override get onlyWakes(): boolean {
    return this.#onlyWakes;
  }

  fire(): void {
    this.waiter.complete(undefined);
  }
}

class Sleeping extends Operation<void> {
  readonly kind = "sleep";
  readonly verb = "sleep";
  readonly access = SLEEP;
  readonly resource = this;
  readonly scheduler: Scheduler;
  readonly delayMs: number;
  readonly canBeGivenUp: boolean;

  constructor(scheduler: Scheduler, delayMs: number, canBeGivenUp: boolean) {
    super();
    this.scheduler = scheduler;
    this.delayMs = delayMs;
    this.canBeGivenUp = canBeGivenUp;
  }

  isReady(): boolean {
    return this.delayMs <= 0;
  }

  commit(): void {}

  enqueue(waiter: Waiter): void {
    // If it can be given up, it matters what comes first at one instant: the end of the sleep or of the patience.
    const alarm = new Alarm(waiter, !this.canBeGivenUp);
    waiter.payload = alarm;
    this.scheduler.setTimer(alarm, this.delayMs);
  }

  override dequeue(waiter: Waiter): void {
    const alarm = waiter.payload as Alarm;
    alarm.scheduler?.clearTimer(alarm);
  }

  override toString(): string {
    return `${this.delayMs}ms`;
  }
}

/**
 * sleep pauses the calling goroutine for at least `delayMs` milliseconds, never less. Others run meanwhile. With 0 or
 * less it only yields. Inside an exploration it takes no real time.
 *
 * Goroutines whose time is up resume in the order of their due times; in which order at the same instant is not
 * promised. Delays beyond the platform's limit of 2^31 - 1 ms are fine. Infinity sleeps for ever.
 *
 * Follows Go's time.Sleep.
 *
 * @param delayMs How long, in milliseconds; fractions count.
 * @param cancellation Wakes up before, by failing; see {@linkcode Cancellation}.
 * @throws {RangeError} If `delayMs` is NaN.
 * @throws {TypeError} If `delayMs` is not a number.
 *
 * @example
 * ```ts
 * import { now, sleep } from "@interleave/go";
 *
 * const start = now();
 * await sleep(5);
 * if (now() - start < 5) throw new Error("woke early");
 * ```
 */
export function sleep(delayMs: number, cancellation?: Cancellation): Promise<void> {
  checkDuration(delayMs, "sleep");
  const scheduler = current();
  if (cancellation !== undefined) {
    return performCancellable(new Sleeping(scheduler, delayMs, true), cancellation);
  }
  if (scheduler === eventLoop && delayMs > 0) return eventLoop.sleep(delayMs);
  return scheduler.perform(new Sleeping(scheduler, delayMs, false));
}

/** Yielding touches nothing and is always ready. */
class Yielding extends Operation<void> {
  readonly kind = "runnable";
  readonly verb = "yieldNow";
  readonly access: Access = { verb: "yieldNow", bit: 0, mask: 0 };
  readonly resource = this;

  isReady(): boolean {
    return true;
  }

  commit(): void {}

  enqueue(): void {
    throw new Error("Cannot wait for yieldNow: it is always ready");
  }
}

const yielding = new Yielding();

/**
 * yieldNow lets the other runnable goroutines run, then goes on. A loop that computes for long without awaiting a
 * primitive should call it now and then, so that timers and IO get their turn too.
 *
 * Follows Go's runtime.Gosched: the caller goes to the end of the queue.
 *
 * @example
 * ```ts
 * import { go, yieldNow } from "@interleave/go";
 *
 * let ran = false;
 * go(() => { ran = true; });
 * await yieldNow();
 * if (!ran) throw new Error("the goroutine had its chance");
 * ```
 */
export function yieldNow(): Promise<void> {
  const scheduler = current();
  return scheduler === eventLoop ? eventLoop.done() : scheduler.perform(yielding);
}

/**
 * now returns the time in milliseconds since the epoch, with a fraction. It never goes backwards. Inside an exploration
 * it is virtual: it starts at 2000-01-01T00:00:00Z and moves only when every goroutine waits.
 *
 * @example
 * ```ts
 * import { now } from "@interleave/go";
 *
 * const start = now();
 * if (now() < start) throw new Error("time went backwards");
 * ```
 */
export function now(): number {
  return current().now();
}
