/**
 * The platform's own clock and timers, taken before they are replaced: inside a schedule they are virtual.
 *
 * Imports nothing that replaces them.
 *
 * @module
 */

import { runOutside } from "./context_pool.ts";

const { setTimeout: set, clearTimeout: clear } = globalThis;

/** Beyond that `setTimeout` fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Real time, in milliseconds since the process began. */
export const realNow: () => number = performance.now.bind(performance);

/** Calls `callback` after a real time, at most the longest the platform can wait, as something that belongs to no goroutine. */
export function realTimeout(callback: () => void, delayMs: number): ReturnType<typeof setTimeout> {
  return runOutside(() => set(callback, Math.min(delayMs, LONGEST_TIMEOUT_MS)));
}

/** Takes a real timeout back. */
export function clearRealTimeout(timeout: ReturnType<typeof setTimeout>): void {
  clear(timeout);
}
