/**
 * Promises that are rejected and handled by nobody belong to the schedule that caused them. Left to the platform, one
 * of them would cancel the remaining tests of the file.
 *
 * @module
 */

import process from "node:process";

interface RejectionEvent {
  readonly reason: unknown;
  preventDefault(): void;
}

/** RejectionWatch takes unhandled rejections while it is on. */
export class RejectionWatch {
  #errors: unknown[] = [];

  readonly #onEvent = (event: unknown): void => {
    const { reason } = event as RejectionEvent;
    (event as RejectionEvent).preventDefault();
    this.#errors.push(reason);
  };

  readonly #onRejection = (reason: unknown): void => {
    this.#errors.push(reason);
  };

  /** Begins to take rejections. */
  start(): void {
    if ("Deno" in globalThis) globalThis.addEventListener("unhandledrejection", this.#onEvent);
    else process.on("unhandledRejection", this.#onRejection);
  }

  /** Leaves them to the platform again. */
  stop(): void {
    if ("Deno" in globalThis) globalThis.removeEventListener("unhandledrejection", this.#onEvent);
    else process.off("unhandledRejection", this.#onRejection);
  }

  /** What was taken since the last call. */
  take(): unknown[] {
    if (this.#errors.length === 0) return this.#errors;
    const errors = this.#errors;
    this.#errors = [];
    return errors;
  }
}

/** The one that explorations use. */
export const rejections: RejectionWatch = new RejectionWatch();
