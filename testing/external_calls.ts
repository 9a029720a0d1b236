/**
 * Calls to the outside that a schedule waits for: until they have settled nobody is resumed, and time stands still.
 *
 * Invariants:
 * - Answers are handed over in the order of the calls, one per turn, whatever the order in which they come; but for one to
 *   a later call that the outside seems to wait for before it answers an earlier one.
 * - What belongs to a schedule that has ended, or that has stopped waiting, comes when it comes.
 *
 * @module
 */

import type { Goroutine } from "./goroutine.ts";
import { clearRealTimeout, realTimeout } from "./real_time.ts";

/** How long, in real milliseconds, an answer waits for those to earlier calls. */
const PATIENCE_MS = 50;

// Taken before anybody makes reactions schedule points.
const { then } = Promise.prototype;

/** A call that is pending. */
interface ExternalCall {
  readonly goroutine: Goroutine;
  readonly label: string;
  /** Hands the answer over, once there is one. */
  deliver: (() => void) | null;
}

/** ExternalCallsHost is who waits for them. */
export interface ExternalCallsHost {
  /** The answer to the first may be handed over, or nobody waits for answers any longer. */
  goOn(): void;
  /** No answer has come for too long to what `goroutine`, or others after it, have called. */
  giveUp(goroutine: Goroutine, labels: readonly string[]): void;
}

/** ExternalCalls are those of the schedule that runs. */
export class ExternalCalls {
  readonly #host: ExternalCallsHost;
  #calls: ExternalCall[] = [];
  #isWaiting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ExternalCallsHost) {
    this.#host = host;
  }

  /** Whether there are any. */
  get arePending(): boolean {
    return this.#calls.length > 0;
  }

  /** Begins to wait for `result`. What is returned settles as that does, once it is its turn. */
  add(goroutine: Goroutine, label: string, result: Promise<unknown>): Promise<unknown> {
    const call: ExternalCall = { goroutine, label, deliver: null };
    const calls = this.#calls;
    calls.push(call);
    return new Promise((resolve, reject) => {
      const settle = (deliver: () => void): void => {
        call.deliver = deliver;
        if (calls !== this.#calls) deliver();
        else if (this.#isWaiting) this.#answered();
      };
      Reflect.apply(then, result, [
        (value: unknown) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      ]);
    });
  }

  /**
   * Takes the first call, if it is answered, and returns whose it is and what hands the answer over. Otherwise waits, after
   * `graceMs` no longer; after `timeoutMs`, if that is sooner, it is given up.
   */
  take(
    graceMs: number,
    timeoutMs: number,
  ): { readonly goroutine: Goroutine; readonly deliver: () => void } | null {
    const { goroutine, deliver } = this.#calls[0] as ExternalCall;
    if (deliver !== null) {
      this.#calls.shift();
      return { goroutine, deliver };
    }
    this.#isWaiting = true;
    this.#timer = realTimeout(() => {
      this.#timer = undefined;
      if (graceMs < timeoutMs) return this.#letGo();
      const calls = this.#calls;
      this.#host.giveUp(goroutine, calls.map(({ label }) => label));
    }, Math.min(graceMs, timeoutMs));
    return null;
  }

  /** The schedule has ended. */
  end(): void {
    this.#stop();
    if (this.#calls.length > 0) this.#calls = [];
  }

  /** An answer has come. It waits for those to earlier calls, unless they wait for what it is the answer to. */
  #answered(): void {
    if (this.#calls[0]?.deliver !== null) return this.#goOn();
    this.#patience ??= realTimeout(() => {
      this.#patience = undefined;
      const at = this.#calls.findIndex(({ deliver }) => deliver !== null);
      if (at < 0) return;
      this.#calls.unshift(...this.#calls.splice(at, 1));
      this.#goOn();
    }, PATIENCE_MS);
  }

  /** Goes on without the answers. */
  #letGo(): void {
    const calls = this.#calls;
    this.#calls = [];
    for (const { deliver } of calls) deliver?.();
    this.#goOn();
  }

  #goOn(): void {
    this.#stop();
    this.#host.goOn();
  }

  #stop(): void {
    this.#isWaiting = false;
    if (this.#timer !== undefined) clearRealTimeout(this.#timer);
    if (this.#patience !== undefined) clearRealTimeout(this.#patience);
    this.#timer = this.#patience = undefined;
  }
}
