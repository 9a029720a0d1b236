/**
 * Functions that do their work once and remember how it ended.
 *
 * Invariants:
 * - The function is called at most once, by the first caller, and let go of when it ends.
 * - Every caller gets the same value, or has the same thing thrown at it. Only goexit ends the first caller alone; the others
 *   have an error thrown at them.
 *
 * @module
 */

import type { Cancellation } from "../runtime/cancellation.ts";
import { isGoexit } from "../runtime/goexit.ts";
import { Once } from "./once.ts";

/**
 * onceFunc returns a function that calls `body` the first time and waits for it; everybody who calls it meanwhile waits
 * too. What `body` throws is thrown at every call, the same object each time.
 *
 * Follows Go's sync.OnceFunc.
 *
 * @param body What to do; may be async.
 * @throws {TypeError} If `body` is not a function.
 *
 * @example
 * ```ts
 * import { onceFunc } from "@interleave/go";
 *
 * let runs = 0;
 * const setUp = onceFunc(() => { runs++; });
 * await setUp();
 * await setUp();
 * if (runs !== 1) throw new Error(`ran ${runs} times`);
 * ```
 */
export function onceFunc(body: () => unknown): (cancellation?: Cancellation) => Promise<void> {
  const run = checked(body);
  return onceValue(async () => void await run());
}

/**
 * onceValue returns a function that gives what `body` gives, which is called the first time; everybody who calls it
 * meanwhile waits too. What `body` throws is thrown at every call, the same object each time.
 *
 * For several values, Go's OnceValues, let `body` give a tuple.
 *
 * Follows Go's sync.OnceValue and sync.OnceValues.
 *
 * @typeParam T What `body` gives.
 * @param body What to compute; may be async.
 * @throws {TypeError} If `body` is not a function.
 *
 * @example
 * ```ts
 * import { onceValue } from "@interleave/go";
 *
 * const config = onceValue(() => ["localhost", 8080] as const);
 * const [host, port] = await config();
 * if (host !== "localhost" || port !== 8080) throw new Error("wrong config");
 * if (await config() !== await config()) throw new Error("computed twice");
 * ```
 */
export function onceValue<T>(
  body: () => T | PromiseLike<T>,
): (cancellation?: Cancellation) => Promise<T> {
  const once = new Once();
  let compute: (() => T | PromiseLike<T>) | undefined = checked(body);
  let ending: { readonly value: T } | { readonly thrown: unknown } | undefined;
  const run = async (): Promise<void> => {
    try {
      ending = { value: await compute!() };
    } catch (thrown) {
      ending = { thrown };
      if (!isGoexit(thrown)) return;
      // That ends the goroutine of the first caller. The others have not called it.
      ending = { thrown: new Error("Cannot give a result: the function called goexit") };
      throw thrown;
    } finally {
      compute = undefined;
    }
  };
  return async (cancellation) => {
    await once.do(run, cancellation);
    if ("thrown" in ending!) throw ending.thrown;
    return ending!.value;
  };
}

function checked<F>(body: F): F {
  if (typeof body === "function") return body;
  throw new TypeError(`Cannot do once: expected a function, got ${String(body)}`);
}
