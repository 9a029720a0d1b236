/**
 * Go's Context: cancellation, deadlines and values that travel with a request.
 *
 * Contexts form a tree: whoever derives one hears of the end of its parent. `background()` is the root; `withCancel`,
 * `withTimeout`, `withDeadline`, `withSignal`, `withValue` and `withoutCancel` derive.
 *
 * @module
 */

import type { Cancellation } from "../runtime/cancellation.ts";
import { causeOf } from "./cancel_tree.ts";
import type { ReceiveChannel } from "./channel.ts";
import { NeverDone } from "./never_done.ts";

/**
 * Context tells those who work for somebody when to stop, by when to be done, and what belongs to the request.
 *
 * A context can be passed as it is wherever a verb takes a {@linkcode Cancellation}: `ch.receive(ctx)`, `sleep(5, ctx)`.
 * In a `select`, `ctx.done.receiving()` is a case like any other.
 *
 * Follows Go's context.Context. You may implement it yourself; an implementation that also has a method
 * `afterFunc(f: () => void): () => boolean` is asked to tell of its end by that.
 *
 * @example
 * ```ts
 * import { background, type Context, select, sleep, withTimeout } from "@interleave/go";
 *
 * async function work(ctx: Context): Promise<string> {
 *   while (ctx.err === undefined) await sleep(1);
 *   return ctx.err.message;
 * }
 * const ctx = withTimeout(background(), 5);
 * if (await work(ctx) !== "context deadline exceeded") throw new Error("did not stop");
 * ```
 */
export interface Context extends Cancellation {
  /** When it ends at the latest, in milliseconds since the epoch as `now()` counts; undefined if no time is set. */
  readonly deadline: number | undefined;
  /** Closed once the context is done; never ready if it cannot be. Nothing is ever sent. */
  readonly done: ReceiveChannel<never>;
  /** Why it is done: a CanceledError or DeadlineExceededError, always the same; undefined until it is. */
  readonly err: Error | undefined;
  /** The value that belongs to `key`, undefined if there is none; keys are compared by identity. */
  value(key: unknown): unknown;
  /** Aborted once the context is done, with the context's cause as reason; made when first asked for. */
  readonly signal: AbortSignal;
}

/**
 * CancelContext is a context that can be canceled. Whoever derives one cancels it when the work is done, at the latest;
 * `using ctx = withCancel(parent)` does so at the end of the block.
 *
 * @example
 * ```ts
 * import { background, type CancelContext, withCancel } from "@interleave/go";
 *
 * let kept: CancelContext;
 * {
 *   using ctx = withCancel(background());
 *   kept = ctx;
 * }
 * if (kept.err?.message !== "context canceled") throw new Error("not canceled");
 * ```
 */
export interface CancelContext extends Context, Disposable {
  /**
   * Cancels the context and all derived from it: `done` closes, and whoever waits with one of them gives up, in the
   * order in which they came; they resume later. The first call counts, later ones do nothing. Synchronous. O(derived).
   *
   * @param cause What `cause(ctx)` gives from then on; the CanceledError itself by default.
   */
  cancel(cause?: unknown): void;
  /** Cancels the context. */
  [Symbol.dispose](): void;
}

/** A context without a parent and without values. */
class EmptyContext extends NeverDone {
  readonly #name: string;

  constructor(name: string) {
    super(null);
    this.#name = name;
  }

  override get ownName(): string {
    return this.#name;
  }
}

const BACKGROUND: Context = new EmptyContext("context.Background");
const TODO: Context = new EmptyContext("context.TODO");

/**
 * background returns the root of all contexts: never done, no deadline, no values. Always the same.
 *
 * Follows Go's context.Background.
 *
 * @example
 * ```ts
 * import { background } from "@interleave/go";
 *
 * if (background().err !== undefined) throw new Error("it is never done");
 * ```
 */
export function background(): Context {
  return BACKGROUND;
}

/**
 * todo returns a context like {@linkcode background}, for where it is not clear yet which context to use.
 *
 * Follows Go's context.TODO.
 *
 * @example
 * ```ts
 * import { todo } from "@interleave/go";
 *
 * if (String(todo()) !== "context.TODO") throw new Error("wrong name");
 * ```
 */
export function todo(): Context {
  return TODO;
}

/**
 * cause returns why `ctx` is done: what `cancel` was given, the cause of its deadline, the reason of its signal, or else
 * `ctx.err`. It is undefined until `ctx` is done. The first cancellation counts, in `ctx` or above.
 *
 * Follows Go's context.Cause.
 *
 * @example
 * ```ts
 * import { background, cause, withCancel } from "@interleave/go";
 *
 * const parent = withCancel(background()), child = withCancel(parent);
 * parent.cancel("shutting down");
 * child.cancel("too late");
 * if (cause(child) !== "shutting down") throw new Error("the first one counts");
 * ```
 */
export function cause(ctx: Context): unknown {
  return causeOf(ctx);
}
