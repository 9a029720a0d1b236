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

interface Frames {
  getAsyncContext(): unknown;
  setAsyncContext(frame: unknown): void;
}

function find(): Frames | null {
  const deno = Object((globalThis as { Deno?: unknown }).Deno) as Record<PropertyKey, unknown>;
  const { core } = Object(deno[deno.internal as symbol]) as { core?: unknown };
  const { getAsyncContext, setAsyncContext } = Object(core) as Record<string, unknown>;
  return typeof getAsyncContext === "function" && typeof setAsyncContext === "function"
    ? core as Frames
    : null;
}

const frames = find();

let calls = 0;
function unlikeAll(): unknown {
  return ++calls;
}

function none(): unknown {
  return undefined;
}

/** What stands for the async context of the running code: equal values are the same context. */
export const currentFrame: () => unknown = frames !== null
  ? frames.getAsyncContext
  : "process" in globalThis
  ? unlikeAll
  : none;

/** Calls `body` in the async context that {@linkcode currentFrame} has given `frame` for, where that can be done. */
export function inFrame(frame: unknown, body: () => void): void {
  if (frames === null) return body();
  const before = frames.getAsyncContext();
  if (before === frame) return body();
  frames.setAsyncContext(frame);
  try {
    body();
  } finally {
    frames.setAsyncContext(before);
  }
}
