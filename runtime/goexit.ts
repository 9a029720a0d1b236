/**
 * Ending a goroutine from within.
 *
 * Invariants:
 * - What `goexit` throws ends the goroutine and is no panic, provided that it arrives at its end.
 * - If it does not arrive, somebody is told: an exploration at the end of that goroutine; in production, where nobody
 *   knows which goroutine runs, the platform, once the garbage collector finds what was swallowed.
 *
 * Rejected: parking for ever, which no `catch` could stop, but which runs no `finally` and no `using` either.
 *
 * @module
 */

import { reportPanic } from "./panic.ts";

/** What `goexit` throws. A `catch` that does not know it must throw it on. */
class Goexit extends Error {
  readonly voyage: Voyage;

  constructor(voyage: Voyage) {
    super("goexit ends the goroutine: a catch that meets this must throw it on");
    this.name = "Goexit";
    this.voyage = voyage;
  }
}

/** Whether a Goexit has arrived at the end of its goroutine. */
interface Voyage {
  hasArrived: boolean;
  /** Where it was thrown. */
  from: string;
}

const lost = new FinalizationRegistry<Voyage>(reportIfLost);

let listener: ((error: Error) => boolean) | null = null;

/**
 * goexit ends the calling goroutine, wherever it is: what is in `finally` and `using` on the way runs, nobody is told of
 * a panic, and a WaitGroup counts it as an end. Call it from the goroutine that is to end; it never returns.
 *
 * It throws something, and a `catch` on the way must throw on what it does not know: if it swallows this, the goroutine
 * goes on, and an exploration fails once it has ended. In main of an exploration the others go on; once none is left that
 * is fatal: "no goroutines (main called runtime.Goexit) - deadlock!".
 *
 * Follows Go's runtime.Goexit.
 *
 * @throws {Error} Always; not for catching.
 *
 * @example
 * ```ts
 * import { goexit, WaitGroup } from "@interleave/go";
 *
 * const wg = new WaitGroup();
 * const seen: string[] = [];
 * function deep(): never {
 *   goexit();
 * }
 * wg.go(() => {
 *   try {
 *     deep();
 *   } finally {
 *     seen.push("deferred");
 *   }
 * });
 * await wg.wait();
 * if (seen.join() !== "deferred") throw new Error("the finally has run");
 * ```
 */
export function goexit(): never {
  const voyage: Voyage = { hasArrived: false, from: "" };
  const error = new Goexit(voyage);
  if (listener === null || !listener(error)) {
    voyage.from = error.stack ?? "";
    lost.register(error, voyage);
  }
  throw error;
}

/** Whether a goroutine that ends with `error` has called {@linkcode goexit} rather than panicked. */
export function isGoexit(error: unknown): boolean {
  return error instanceof Goexit;
}

/**
 * Whether a goroutine that has ended with `error` called {@linkcode goexit}. Called once, where goroutines end: what is
 * not asked about was swallowed.
 */
export function hasExited(error: unknown): boolean {
  if (!(error instanceof Goexit)) return false;
  error.voyage.hasArrived = true;
  return true;
}

/**
 * Makes `onGoexit` hear of every call of goexit; it returns whether it watches over that goroutine. For schedulers only.
 */
export function watchGoexit(onGoexit: (error: Error) => boolean): void {
  listener = onGoexit;
}

/** What to say of a goexit that never arrived at the end of its goroutine. */
export function swallowed(): Error {
  return new Error("Cannot end the goroutine: what goexit threw was caught and not thrown on");
}

/** Called once the garbage collector has found a Goexit. */
function reportIfLost(voyage: Voyage): void {
  if (voyage.hasArrived) return;
  const error = swallowed();
  error.stack = `${error.name}: ${error.message}\n${voyage.from}`;
  reportPanic(error);
}
