/**
 * The platform's async context: what `AsyncLocalStorage` gives, and what spans of traces hang on.
 *
 * Promise reactions carry it by themselves. But where one reaction starts several goroutines, or somebody else's timer
 * starts one, it would be that of another. Deno's core has an object for it, the same as long as every storage has the same
 * value, and lets it be set; that is no public interface. Elsewhere nobody can tell whether two contexts are the same: they
 * count as different where there may be any, so that each goroutine is started by a reaction of its own.
 *
 * @module
 */

import { coreWith } from "./deno_core.ts";

/** AsyncFrames is what Deno's core has for async contexts. */
export interface AsyncFrames {
  /** An object that is the same as long as every AsyncLocalStorage has the same value. */
  getAsyncContext(): object | undefined;
  /** Makes such an object that of the running code, until it is set again; promise reactions carry it on. */
  setAsyncContext(frame: object | undefined): void;
}

/** Null on other platforms. */
export const asyncFrames: AsyncFrames | null = coreWith<AsyncFrames>([
  "getAsyncContext",
  "setAsyncContext",
]);

let calls = 0;
function unlikeAll(): unknown {
  return ++calls;
}

function none(): unknown {
  return undefined;
}

/** What stands for the async context of the running code: equal values are the same context. */
export const currentFrame: () => unknown = asyncFrames !== null
  ? asyncFrames.getAsyncContext
  : "process" in globalThis
  ? unlikeAll
  : none;

/** Calls `body` in the async context that `frame` stands for, where that can be done. */
export function inFrame<R>(frame: unknown, body: () => R): R {
  if (asyncFrames === null) return body();
  const before = asyncFrames.getAsyncContext();
  if (before === frame) return body();
  asyncFrames.setAsyncContext(frame as object | undefined);
  try {
    return body();
  } finally {
    asyncFrames.setAsyncContext(before);
  }
}
