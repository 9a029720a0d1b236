/**
 * Go's Timer.
 *
 * @module
 */

import { checkDuration } from "../runtime/duration.ts";
import type { ReceiveChannel } from "./channel.ts";
import { TimerState } from "./timer_state.ts";

/**
 * Timer sends the time on its channel, once.
 *
 * The value is the time at which it was due, in milliseconds since the epoch, however late it is received. If several
 * wait, the one that has waited longest gets it. After `stop` or `reset` nothing of before can be received. A timer that
 * nobody waits for costs nothing: it need not be stopped.
 *
 * Follows Go's time.Timer as it is since Go 1.23.
 *
 * @example
 * ```ts
 * import { Channel, select, Timer } from "@interleave/go";
 *
 * const answer = new Channel<string>();
 * const timer = new Timer(1);
 * const c = await select({ answer: answer.receiving(), late: timer.channel.receiving() });
 * if (c.key !== "late") throw new Error("there was no answer");
 * ```
 */
export class Timer {
  readonly #state = new TimerState("Timer");

  /**
   * Starts a timer that is due after `delayMs`; with 0 or less at once, with Infinity never.
   *
   * @throws {RangeError} If `delayMs` is NaN.
   * @throws {TypeError} If `delayMs` is not a number.
   */
  constructor(delayMs: number) {
    this.#state.start(checkDuration(delayMs, "make a timer"), 0);
  }

  /** Where the time is received. It is never closed, and its size and capacity are 0. */
  get channel(): ReceiveChannel<number> {
    return this.#state.end;
  }

  /**
   * Stops the timer, and returns whether that prevented it from sending: true if it was not due, or due and not received.
   * Who waits goes on waiting. Synchronous.
   *
   * @example
   * ```ts
   * import { Timer } from "@interleave/go";
   *
   * const timer = new Timer(1000);
   * if (!timer.stop()) throw new Error("it was running");
   * if (timer.stop()) throw new Error("it was stopped");
   * ```
   */
  stop(): boolean {
    return this.#state.stop();
  }

  /**
   * Makes the timer due `delayMs` from now, and returns what `stop` would have. Who waits waits for that. Synchronous.
   *
   * @throws {RangeError} If `delayMs` is NaN.
   * @throws {TypeError} If `delayMs` is not a number.
   *
   * @example
   * ```ts
   * import { Timer } from "@interleave/go";
   *
   * const timer = new Timer(1000);
   * if (!timer.reset(1)) throw new Error("it was running");
   * await timer.channel.receive();
   * if (timer.reset(1)) throw new Error("its time was received");
   * ```
   */
  reset(delayMs: number): boolean {
    return this.#state.reset(checkDuration(delayMs, "reset a timer"), 0);
  }

  /** Stops the timer. */
  [Symbol.dispose](): void {
    this.stop();
  }
}

/**
 * after returns a channel on which the time can be received, once, when `delayMs` have passed: the channel of a
 * {@linkcode Timer}. If nobody waits for it, it costs nothing.
 *
 * Follows Go's time.After.
 *
 * @throws {RangeError} If `delayMs` is NaN.
 * @throws {TypeError} If `delayMs` is not a number.
 *
 * @example
 * ```ts
 * import { after, now } from "@interleave/go";
 *
 * const start = now();
 * const due = await after(1).receive();
 * if (due === undefined || due < start + 1) throw new Error("too early");
 * ```
 */
export function after(delayMs: number): ReceiveChannel<number> {
  const state = new TimerState("Timer");
  state.start(checkDuration(delayMs, "make a timer"), 0);
  return state.end;
}
