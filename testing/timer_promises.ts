/**
 * The functions of `node:timers/promises` over the timers of globalThis, so that they follow the clock of a schedule
 * inside one.
 *
 * @module
 */

/** TimerOptions are what these functions take last. */
export interface TimerOptions {
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal;
  /** Whether the timer keeps the program alive: true by default. */
  readonly ref?: boolean;
}

/** `setTimeout` of node:timers/promises: resolves with `value` after `delayMs`. */
export function waitFor<T = void>(
  delayMs?: number,
  value?: T,
  options?: TimerOptions,
): Promise<T> {
  return wait(value as T, options, (resolve) => {
    const timeout = setTimeout(resolve, delayMs);
    if (options?.ref === false) timeout.unref();
    return () => clearTimeout(timeout);
  });
}

/** `setImmediate` of node:timers/promises: resolves with `value` in a turn of its own. */
export function waitForTurn<T = void>(value?: T, options?: TimerOptions): Promise<T> {
  return wait(value as T, options, (resolve) => {
    const immediate = setImmediate(resolve);
    return () => clearImmediate(immediate);
  });
}

/** `setInterval` of node:timers/promises: yields `value` every `delayMs`. */
export async function* everyTick<T = void>(
  delayMs?: number,
  value?: T,
  options: TimerOptions = {},
): AsyncGenerator<T> {
  const { signal } = options;
  if (signal?.aborted) throw toAbortError(signal);
  let pending = 0;
  let wake: () => void = ignore;
  const interval = setInterval(() => {
    pending++;
    wake();
  }, delayMs);
  if (options.ref === false) interval.unref();
  const onAbort = (): void => wake();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      if (pending === 0 && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      for (; pending > 0; pending--) yield value as T;
      if (signal?.aborted) throw toAbortError(signal);
    }
  } finally {
    clearInterval(interval);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** `scheduler` of node:timers/promises. */
export const scheduler: {
  /** Like {@linkcode waitFor}. */
  readonly wait: (delayMs: number, options?: TimerOptions) => Promise<void>;
  /** Like {@linkcode waitForTurn}. */
  readonly yield: () => Promise<void>;
} = {
  wait: (delayMs, options) => waitFor<void>(delayMs, undefined, options),
  yield: () => waitForTurn<void>(),
};

/** Waits for what `start` arranges; what it returns undoes that. */
function wait<T>(
  value: T,
  { signal }: TimerOptions = {},
  start: (resolve: () => void) => () => void,
): Promise<T> {
  if (signal?.aborted) return Promise.reject(toAbortError(signal));
  return new Promise((resolve, reject) => {
    const stop = start(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve(value);
    });
    function onAbort(): void {
      stop();
      reject(toAbortError(signal as AbortSignal));
    }
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function toAbortError(signal: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: signal.reason });
  error.name = "AbortError";
  return Object.assign(error, { code: "ABORT_ERR" });
}

function ignore(): void {}
