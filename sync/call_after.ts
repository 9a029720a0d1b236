/**
 * Calling a function later.
 *
 * Invariants:
 * - The function is started at most once per start or reset, and never once stop has returned true.
 *
 * @module
 */

import { currentFrame, inFrame } from "../runtime/async_frame.ts";
import { current } from "../runtime/current.ts";
import { checkDuration } from "../runtime/duration.ts";
import { type Access, Resource, touch } from "../runtime/observer.ts";
import { Timer } from "../runtime/scheduler.ts";

/** How it is touched. */
export const ACCESS = {
  fire: { verb: "fire", bit: 1, mask: 1 },
  stop: { verb: "stop", bit: 1, mask: 1 },
  reset: { verb: "reset", bit: 1, mask: 1 },
} as const satisfies Record<string, Access>;

/**
 * CallTimer is what {@linkcode callAfter} returns: it can be stopped and started anew.
 *
 * @example
 * ```ts
 * import { callAfter, type CallTimer } from "@interleave/go";
 *
 * const timer: CallTimer = callAfter(1000, () => {});
 * if (!timer.stop()) throw new Error("it was pending");
 * ```
 */
export interface CallTimer extends Disposable {
  /** Takes the call back, and returns whether it did: false if the function was started. Synchronous. */
  stop(): boolean;
  /**
   * Makes the function be called `delayMs` from now, again if it was called before, and returns what `stop` would have.
   * Synchronous.
   */
  reset(delayMs: number): boolean;
  /** Takes the call back. */
  [Symbol.dispose](): void;
}

/**
 * callAfter calls `f` in a goroutine of its own once `delayMs` have passed; with 0 or less as soon as may be, with
 * Infinity never. The goroutine is not waited for; what `f` throws is its panic.
 *
 * Follows Go's time.AfterFunc. (`afterFunc` is the context's.)
 *
 * @param delayMs How long, in milliseconds; fractions count.
 * @throws {RangeError} If `delayMs` is NaN.
 * @throws {TypeError} If `delayMs` is not a number, or `f` is no function.
 *
 * @example
 * ```ts
 * import { callAfter, Channel } from "@interleave/go";
 *
 * const called = new Channel<string>();
 * callAfter(1, () => called.send("now"));
 * if (await called.receive() !== "now") throw new Error("not called");
 * ```
 */
export function callAfter(delayMs: number, f: () => unknown): CallTimer {
  checkDuration(delayMs, "call later");
  if (typeof f !== "function") {
    throw new TypeError(`Cannot call later: expected a function, got ${String(f)}`);
  }
  const call = new DelayedCall(f);
  call.start(delayMs);
  return call;
}

class DelayedCall extends Resource implements CallTimer {
  readonly type = "CallTimer";
  readonly #f: () => unknown;
  readonly #alarm: Alarm = new Alarm(this);
  #isPending = false;
  // The async context of whoever has asked for it last: the platform's timer may be another's.
  #frame: unknown = undefined;

  constructor(f: () => unknown) {
    super();
    this.#f = f;
  }

  start(delayMs: number): void {
    this.#isPending = true;
    this.#frame = currentFrame();
    current().setTimer(this.#alarm, delayMs);
  }

  stop(): boolean {
    touch(this, ACCESS.stop);
    return this.#halt();
  }

  reset(delayMs: number): boolean {
    checkDuration(delayMs, "reset a timer");
    touch(this, ACCESS.reset, delayMs);
    const wasPending = this.#halt();
    this.start(delayMs);
    return wasPending;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  fire(): void {
    touch(this, ACCESS.fire);
    this.#isPending = false;
    inFrame(this.#frame, () => current().spawn(this.#f, this.#f.name || "callAfter"));
  }

  state(): string {
    return this.#isPending ? "pending" : "stopped";
  }

  snapshot(): () => void {
    if (this.#isPending) {
      throw new Error(
        "Cannot use a CallTimer inside a run that was started outside: it goes by another clock",
      );
    }
    return () => void this.#halt();
  }

  #halt(): boolean {
    const wasPending = this.#isPending;
    this.#isPending = false;
    this.#alarm.scheduler?.clearTimer(this.#alarm);
    return wasPending;
  }
}

class Alarm extends Timer {
  readonly #call: DelayedCall;

  constructor(call: DelayedCall) {
    super();
    this.#call = call;
  }

  get kind(): string {
    return "callAfter";
  }

  fire(): void {
    this.#call.fire();
  }

  override missed(): void {
    touch(this.#call, ACCESS.fire);
  }
}
