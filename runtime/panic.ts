/**
 * What happens when nobody catches what a goroutine throws.
 *
 * @module
 */

/**
 * GoroutinePanic is what the platform is told when a goroutine throws and nobody catches it: the program fails, as in
 * Go. Its `cause` is what was thrown.
 *
 * @example
 * ```ts
 * import { GoroutinePanic } from "@interleave/go";
 *
 * const panic = new GoroutinePanic("worker", new Error("disk full"));
 * if (panic.message !== "goroutine worker: disk full") throw panic;
 * ```
 */
export class GoroutinePanic extends Error {
  /** The name given to `go`, else the function's name, else "". */
  readonly goroutine: string;

  /** Makes the panic of the goroutine called `goroutine` ("" if it has no name), which threw `cause`. */
  constructor(goroutine: string, cause: unknown) {
    super(`goroutine${goroutine && ` ${goroutine}`}: ${describe(cause)}`, { cause });
    this.name = "GoroutinePanic";
    this.goroutine = goroutine;
  }
}

/** Tells the platform that a goroutine threw `error`. Never throws. */
export function reportPanic(error: unknown, name = ""): void {
  const panic = new GoroutinePanic(name, error);
  const { reportError } = globalThis as { reportError?: (error: unknown) => void };
  if (reportError !== undefined) reportError(panic);
  else {queueMicrotask(() => {
      throw panic;
    });}
}

/** The message of whatever was thrown, even if asking for it throws. */
function describe(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "(an error whose message cannot be read)";
  }
}
