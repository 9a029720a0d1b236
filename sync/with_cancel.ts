/**
 * Contexts that are canceled by hand, and those that no longer are.
 *
 * @module
 */

import { CANCEL_NODE, CancelNode, checkParent, ELSEWHERE } from "./cancel_tree.ts";
import type { CancelContext, Context } from "./context.ts";
import { NeverDone } from "./never_done.ts";

/**
 * withCancel derives a context that ends when `cancel` is called, or when `parent` ends. Of a parent that is done it is
 * done at once.
 *
 * Cancel it once its work is done, at the latest: until then its parent knows it. `using ctx = withCancel(parent)` does.
 *
 * Follows Go's context.WithCancel and context.WithCancelCause, which are one here: `ctx.cancel()` and
 * `ctx.cancel(cause)`.
 *
 * @throws {TypeError} If there is no parent: "cannot create context from nil parent".
 *
 * @example
 * ```ts
 * import { background, Channel, go, select, withCancel } from "@interleave/go";
 *
 * using ctx = withCancel(background());
 * const numbers = new Channel<number>();
 * go(async () => {
 *   for (let n = 1;; n++) {
 *     const c = await select({ sent: numbers.sending(n), quit: ctx.done.receiving() });
 *     if (c.key === "quit") return;
 *   }
 * });
 * for await (const n of numbers) if (n === 5) break;
 * ```
 */
export function withCancel(parent: Context): CancelContext {
  checkParent(parent);
  const node = new CancelNode(parent);
  node.attach();
  return node;
}

/**
 * withoutCancel derives a context that has the values of `parent` and nothing else: it is never done and has no deadline.
 * For what must be finished even though the request is over.
 *
 * Follows Go's context.WithoutCancel.
 *
 * @throws {TypeError} If there is no parent: "cannot create context from nil parent".
 *
 * @example
 * ```ts
 * import { background, withCancel, withoutCancel, withValue } from "@interleave/go";
 *
 * const request = withCancel(withValue(background(), "user", "ada"));
 * request.cancel();
 * const audit = withoutCancel(request);
 * if (audit.err !== undefined || audit.value("user") !== "ada") throw new Error("wrong context");
 * ```
 */
export function withoutCancel(parent: Context): Context {
  checkParent(parent);
  return new WithoutCancel(parent);
}

class WithoutCancel extends NeverDone {
  override get ownName(): string {
    return ".WithoutCancel";
  }

  /** Whoever looks for what cancels it does not find its parent. */
  override ownValue(key: unknown): unknown {
    return key === CANCEL_NODE ? undefined : ELSEWHERE;
  }
}
