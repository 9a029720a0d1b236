/**
 * What Deno's own modules use and no public interface offers. Everything here has a slower public way, which is taken where
 * something is missing or does something else: no result depends on it.
 *
 * @module
 */

/** What is used of it. */
export interface DenoCore {
  /** Runs all microtasks. */
  runMicrotasks(): void;
  /** Runs all microtasks and ticks, and delivers rejections that nobody has handled. */
  runNextTicks(): void;
  /** Whether there are ticks. */
  hasTickScheduled(): boolean;
  /** An object that is the same as long as every AsyncLocalStorage has the same value. */
  getAsyncContext(): object | undefined;
  /** Makes such an object that of the running code, until it is set again; promise reactions carry it on. */
  setAsyncContext(frame: object | undefined): void;
}

const NAMES = [
  "runMicrotasks",
  "runNextTicks",
  "hasTickScheduled",
  "getAsyncContext",
  "setAsyncContext",
];

function find(): DenoCore | null {
  const deno = Object((globalThis as { Deno?: unknown }).Deno) as Record<PropertyKey, unknown>;
  const { core } = Object(deno[deno.internal as symbol]) as { core?: unknown };
  const functions = Object(core) as Record<string, unknown>;
  const isWhole = NAMES.every((name) => typeof functions[name] === "function");
  return isWhole ? core as DenoCore : null;
}

/** Null on other platforms. */
export const denoCore: DenoCore | null = find();
