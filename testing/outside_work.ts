/**
 * Whether the platform still waits for something, so that somebody outside may come.
 *
 * @module
 */

import process from "node:process";
import { clearRealTimeout, realTimeout } from "./real_time.ts";

const deno = (globalThis as { Deno?: { readonly internal?: symbol } }).Deno;

/** What Deno's own modules use. No public interface: it is tried out at each call. */
interface Core {
  /** Whether the event loop waits for anything that keeps the program alive. */
  eventLoopHasMoreWork?(): unknown;
}

const core: Core = Object(Object(Object(deno)[deno?.internal as symbol]).core);

let before: number | undefined;

/** Remembers what the platform waits for when an exploration begins. To be called from a macrotask. */
export function noteOutsideWork(): void {
  before = count();
}

/**
 * Says whether somebody outside may come: "nobody" for sure, "somebody" if the platform waits for more than when the
 * exploration began, or "unknown". To be called from a macrotask.
 */
export function lookOutside(): "nobody" | "somebody" | "unknown" {
  const now = count();
  if (now === undefined) return "unknown";
  // What Node lists is not all there is.
  if (deno !== undefined && now === 0) return "nobody";
  return before !== undefined && now > before ? "somebody" : "unknown";
}

/** How much keeps the program alive, as far as the platform tells: on Deno 0 or 1, on Node a number. */
function count(): number | undefined {
  if (deno === undefined) {
    const { getActiveResourcesInfo } = process as { getActiveResourcesInfo?: () => string[] };
    return getActiveResourcesInfo?.().length;
  }
  const work = core.eventLoopHasMoreWork?.();
  const timer = realTimeout(() => {}, 1_000);
  const isTold = core.eventLoopHasMoreWork?.() === true;
  clearRealTimeout(timer);
  return isTold ? Number(work) : undefined;
}
