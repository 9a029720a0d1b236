/**
 * What is to be done once a context is done.
 *
 * @module
 */

import { currentFrame, inFrame } from "../runtime/async_frame.ts";
import type { CancelListener } from "../runtime/cancel_source.ts";
import { current } from "../runtime/current.ts";
import { type Access, Resource, touch } from "../runtime/observer.ts";
import { checkParent, follow, type Upstream } from "./cancel_tree.ts";
import type { Context } from "./context.ts";

/** How it is touched. */
export const ACCESS = {
  start: { verb: "start", bit: 1, mask: 1 },
  stop: { verb: "stop", bit: 1, mask: 1 },
} as const satisfies Record<string, Access>;

/**
 * afterFunc calls `f` in a goroutine of its own once `ctx` is done, at once if it is already. It returns a function that
 * takes that back, and says whether it did: false if `f` was started or taken back before.
 *
 * Several for one context start in the order in which they were asked for. The goroutine is not waited for.
 *
 * Follows Go's context.AfterFunc.
 *
 * @throws {TypeError} If there is no context, or `f` is no function.
 *
 * @example
 * ```ts
 * import { afterFunc, background, Channel, withCancel } from "@interleave/go";
 *
 * const ctx = withCancel(background());
 * const told = new Channel<string>();
 * const stop = afterFunc(ctx, () => told.send("over"));
 * ctx.cancel();
 * if (await told.receive() !== "over") throw new Error("not told");
 * if (stop()) throw new Error("it was too late to stop it");
 * ```
 */
export function afterFunc(ctx: Context, f: () => unknown): () => boolean {
  checkParent(ctx);
  if (typeof f !== "function") {
    throw new TypeError(`Cannot call after a context: expected a function, got ${String(f)}`);
  }
  const call = new Call(f);
  call.attach(ctx);
  return () => call.stop();
}

class Call extends Resource implements CancelListener {
  readonly type = "afterFunc";
  previousListener: CancelListener | null = null;
  nextListener: CancelListener | null = null;
  readonly #f: () => unknown;
  #isPending = true;
  // The async context of whoever has registered it: who cancels has another.
  readonly #frame = currentFrame();
  #upstream: Upstream | null = null;

  constructor(f: () => unknown) {
    super();
    this.#f = f;
  }

  attach(ctx: Context): void {
    const upstream = follow(ctx, this);
    if (this.#isPending) this.#upstream = upstream;
    else upstream?.unlisten(this);
  }

  canceled(): void {
    touch(this, ACCESS.start);
    if (!this.#isPending) return;
    this.#isPending = false;
    this.#upstream = null;
    inFrame(this.#frame, () => current().spawn(this.#f, this.#f.name || "afterFunc"));
  }

  stop(): boolean {
    touch(this, ACCESS.stop);
    this.#upstream?.touchLink();
    const isPending = this.#isPending;
    this.#isPending = false;
    this.#upstream?.unlisten(this);
    this.#upstream = null;
    return isPending;
  }

  state(): string {
    return this.#isPending ? "pending" : "stopped";
  }

  snapshot(): () => void {
    const isPending = this.#isPending, upstream = this.#upstream;
    return () => {
      this.#isPending = isPending;
      this.#upstream = upstream;
    };
  }
}
