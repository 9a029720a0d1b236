/**
 * What of Deno's core runs microtasks and ticks.
 *
 * @module
 */

import { coreWith } from "../runtime/deno_core.ts";

/** What is used of it. */
export interface DenoCore {
  /** Runs all microtasks. */
  runMicrotasks(): void;
  /** Runs all microtasks and ticks, and delivers rejections that nobody has handled. */
  runNextTicks(): void;
  /** Whether there are ticks. */
  hasTickScheduled(): boolean;
}

/** Null on other platforms. */
export const denoCore: DenoCore | null = coreWith<DenoCore>([
  "runMicrotasks",
  "runNextTicks",
  "hasTickScheduled",
]);
