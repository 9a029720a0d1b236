/**
 * AbortSignals as sources of cancellation.
 *
 * Invariants:
 * - A signal has one event listener of ours while somebody listens to it through us, and none otherwise.
 *
 * For reduced exploration all signals count as one object: nothing tells where one was made. An abort that nobody waits
 * for is plain JavaScript and not seen at all; contexts are.
 *
 * Rejected: an event listener per waiter. Adding one is O(listeners) in Deno and Node: 24 us each at 10,000.
 *
 * @module
 */

import {
  CANCEL_ACCESS,
  type CancelListener,
  CancelListeners,
  type CancelSource,
} from "./cancel_source.ts";
import { touch } from "./observer.ts";

/** One source a signal, for as long as the signal lives. */
const sources = new WeakMap<AbortSignal, SignalSource>();

/** What all signals together count as. */
const SIGNALS = {};

/** SignalSource is the source that is canceled when its signal is aborted. Its reason is that of the signal. */
class SignalSource implements CancelSource {
  readonly resource = SIGNALS;
  readonly signal: AbortSignal;
  readonly #listeners = new CancelListeners();

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  isCanceled(): boolean {
    return this.signal.aborted;
  }

  reason(): unknown {
    return this.signal.reason;
  }

  listen(listener: CancelListener): void {
    if (this.#listeners.first === null) this.signal.addEventListener("abort", this.#onAbort);
    this.#listeners.push(listener);
  }

  unlisten(listener: CancelListener): void {
    this.#listeners.remove(listener);
    if (this.#listeners.first === null) this.signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.signal.removeEventListener("abort", this.#onAbort);
    touch(SIGNALS, CANCEL_ACCESS.cancel);
    for (let it = this.#listeners.shift(); it !== null; it = this.#listeners.shift()) it.canceled();
  };
}

/** The source of `signal`. */
export function signalSource(signal: AbortSignal): CancelSource {
  let source = sources.get(signal);
  if (source === undefined) sources.set(signal, source = new SignalSource(signal));
  return source;
}

/** Whether `value` is an AbortSignal, of this realm or another. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  if (value instanceof AbortSignal) return true;
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}
