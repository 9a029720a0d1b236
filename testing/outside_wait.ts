/**
 * Waiting for the outside: nobody can run, but something that the scheduler knows nothing of may come and let somebody go on.
 *
 * Invariants:
 * - The platform gets a macrotask, then real time; whatever comes first ends the wait.
 * - A wait belongs to its schedule: once that has ended nothing is heard of it.
 *
 * @module
 */

import { afterMacrotask } from "./drain.ts";
import type { Goroutine } from "./goroutine.ts";
import { clearRealTimeout, realTimeout } from "./real_time.ts";

/** OutsideWait knows whether the schedule that runs waits for the outside, and whether it ever has. */
export class OutsideWait {
  #isWaiting = false;
  #hasWaited = false;
  #hasComeBack = false;
  #hasHogged = false;
  #goroutine: Goroutine | null = null;
  /** Grows with each wait, so that those before can be told. */
  #nth = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether the schedule waits. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }
  /** Whether the schedule that runs, or has run last, has waited. */
  get hasWaited(): boolean {
    return this.#hasWaited;
  }
  /** Whether something has come that nobody waited for by name. */
  get hasComeBack(): boolean {
    return this.#hasComeBack;
  }
  /** Whether the thread was held for so long before the wait that the platform may have ended the schedule. */
  get hasHogged(): boolean {
    return this.#hasHogged;
  }

  /** A schedule begins. */
  begin(): void {
    this.#isWaiting =
      this.#hasWaited =
      this.#hasComeBack =
      this.#hasHogged =
        false;
  }

  /** `goroutine` waits. If nothing comes in `timeoutMs`, which is asked after a macrotask, calls `giveUp`. */
  start(
    goroutine: Goroutine,
    hasHogged: boolean,
    timeoutMs: () => number,
    giveUp: () => void,
  ): void {
    this.#goroutine = goroutine;
    this.#isWaiting = this.#hasWaited = true;
    this.#hasHogged = hasHogged;
    const nth = ++this.#nth;
    const isOver = (): boolean => !this.#isWaiting || nth !== this.#nth;
    afterMacrotask(() => {
      if (isOver()) return;
      this.#timer = realTimeout(() => {
        if (isOver()) return;
        this.#timer = undefined;
        giveUp();
      }, timeoutMs());
    });
  }

  /** Something has come: the wait is over. Returns who has waited. */
  comeBack(): Goroutine | null {
    const goroutine = this.#goroutine;
    this.#hasComeBack = true;
    this.#hasHogged = false;
    this.stop();
    return goroutine;
  }

  /** The wait is over, if there is one. */
  stop(): void {
    this.#isWaiting = false;
    this.#goroutine = null;
    if (this.#timer !== undefined) clearRealTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Whoever held the thread has been told. */
  forgive(): void {
    this.#hasHogged = false;
  }
}
