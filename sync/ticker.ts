/**
 * Go's Ticker.
 *
 * @module
 */

import { checkDuration } from "../runtime/duration.ts";
import type { ReceiveChannel } from "./channel.ts";
import { NEVER } from "./receive_end.ts";
import { TimerState } from "./timer_state.ts";

/**
 * Ticker sends the time on its channel again and again. It is async iterable: `for await (const time of ticker)`.
 *
 * Ticks are due at multiples of the period after the start. Those that nobody receives in time are one tick, with the
 * time of the first of them. If several wait, each tick goes to the one that has waited longest. A ticker that nobody
 * waits for costs nothing; `stop` does not close the channel.
 *
 * Follows Go's time.Ticker as it is since Go 1.23.
 *
 * @example
 * ```ts
 * import { Ticker } from "@interleave/go";
 *
 * const ticker = new Ticker(1);
 * let ticks = 0;
 * for await (const _time of ticker) if (++ticks === 3) break;
 * ticker.stop();
 * ```
 */
export class Ticker {
  readonly #state = new TimerState("Ticker");

  /**
   * Starts a ticker whose first tick is due after `periodMs`.
   *
   * @throws {RangeError} If `periodMs` is not above 0: "non-positive interval for NewTicker".
   * @throws {TypeError} If `periodMs` is not a number.
   */
  constructor(periodMs: number) {
    checkPeriod(periodMs, "make a ticker", "NewTicker");
    this.#state.start(periodMs, periodMs);
  }

  /** Where the times are received. It is never closed, and its size and capacity are 0. */
  get channel(): ReceiveChannel<number> {
    return this.#state.end;
  }

  /**
   * Stops the ticker: no tick can be received any more. Who waits goes on waiting. Synchronous.
   *
   * @example
   * ```ts
   * import { Ticker } from "@interleave/go";
   *
   * const ticker = new Ticker(1);
   * ticker.stop();
   * if (ticker.channel.tryReceive() !== undefined) throw new Error("it was stopped");
   * ```
   */
  stop(): void {
    this.#state.stop();
  }

  /**
   * Starts the ticker anew with another period: the next tick is due `periodMs` from now. Synchronous.
   *
   * @throws {RangeError} If `periodMs` is not above 0: "non-positive interval for Ticker.Reset".
   * @throws {TypeError} If `periodMs` is not a number.
   *
   * @example
   * ```ts
   * import { Ticker } from "@interleave/go";
   *
   * using ticker = new Ticker(1000);
   * ticker.reset(1);
   * await ticker.channel.receive();
   * ```
   */
  reset(periodMs: number): void {
    checkPeriod(periodMs, "reset a ticker", "Ticker.Reset");
    this.#state.reset(periodMs, periodMs);
  }

  /** Receives tick after tick, for ever. Leaving the loop does not stop the ticker. */
  [Symbol.asyncIterator](): AsyncIterator<number, undefined> {
    return this.channel[Symbol.asyncIterator]();
  }

  /** Stops the ticker. */
  [Symbol.dispose](): void {
    this.stop();
  }
}

/**
 * tick returns the channel of a {@linkcode Ticker} that is never stopped. With 0 or less it is a channel that is never
 * ready, as Go's is nil.
 *
 * Follows Go's time.Tick.
 *
 * @throws {RangeError} If `periodMs` is NaN.
 * @throws {TypeError} If `periodMs` is not a number.
 *
 * @example
 * ```ts
 * import { tick } from "@interleave/go";
 *
 * let ticks = 0;
 * for await (const _time of tick(1)) if (++ticks === 3) break;
 * if (tick(0).tryReceive() !== undefined) throw new Error("never ready");
 * ```
 */
export function tick(periodMs: number): ReceiveChannel<number> {
  return checkDuration(periodMs, "tick") <= 0 ? NEVER : new Ticker(periodMs).channel;
}

function checkPeriod(periodMs: number, action: string, goName: string): void {
  if (checkDuration(periodMs, action) > 0) return;
  throw new RangeError(`Cannot ${action}: non-positive interval for ${goName} (got ${periodMs})`);
}
