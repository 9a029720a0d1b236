/**
 * Contexts that end by the clock.
 *
 * @module
 */

import { current } from "../runtime/current.ts";
import { checkDuration } from "../runtime/duration.ts";
import { Timer } from "../runtime/scheduler.ts";
import { CancelNode, checkParent } from "./cancel_tree.ts";
import type { CancelContext, Context } from "./context.ts";
import { DEADLINE_EXCEEDED } from "./errors.ts";
import { withCancel } from "./with_cancel.ts";

/**
 * DeadlineOptions say more about a context with a deadline.
 *
 * @example
 * ```ts
 * import { background, cause, type DeadlineOptions, withTimeout } from "@interleave/go";
 *
 * const options: DeadlineOptions = { cause: new Error("too slow") };
 * const ctx = withTimeout(background(), 0, options);
 * if (cause(ctx) !== options.cause) throw new Error("wrong cause");
 * ```
 */
export interface DeadlineOptions {
  /** What `cause(ctx)` gives if the deadline passes; not if the context is canceled. */
  readonly cause?: unknown;
}

/**
 * withDeadline derives a context that ends at `deadlineMs`, when it is canceled, or when `parent` ends, whichever comes
 * first. If that time has passed already it is done at once. A deadline of the parent that comes first stays.
 *
 * Cancel it once its work is done, which stops its timer: `using ctx = withDeadline(parent, ...)` does.
 *
 * Follows Go's context.WithDeadline and context.WithDeadlineCause.
 *
 * @param deadlineMs When, in milliseconds since the epoch, as `now()` counts.
 * @throws {TypeError} If there is no parent: "cannot create context from nil parent". If the time is no number.
 * @throws {RangeError} If the time is NaN.
 *
 * @example
 * ```ts
 * import { background, now, withDeadline } from "@interleave/go";
 *
 * const ctx = withDeadline(background(), now() + 1);
 * if (!(await ctx.done.next()).done) throw new Error("nothing is ever sent");
 * if (ctx.err?.message !== "context deadline exceeded") throw new Error("wrong end");
 * ```
 */
export function withDeadline(
  parent: Context,
  deadlineMs: number,
  options?: DeadlineOptions,
): CancelContext {
  checkParent(parent);
  checkDuration(deadlineMs, "set a deadline");
  return derive(parent, deadlineMs, deadlineMs - current().now(), options);
}

/**
 * withTimeout derives a context that ends once `delayMs` have passed, when it is canceled, or when `parent` ends,
 * whichever comes first. With 0 or less it is done at once. Infinity sets no deadline.
 *
 * Cancel it once its work is done, which stops its timer: `using ctx = withTimeout(parent, 100)` does.
 *
 * Follows Go's context.WithTimeout and context.WithTimeoutCause.
 *
 * @param delayMs How long, in milliseconds; fractions count.
 * @throws {TypeError} If there is no parent: "cannot create context from nil parent". If the time is no number.
 * @throws {RangeError} If the time is NaN.
 *
 * @example
 * ```ts
 * import { after, background, select, withTimeout } from "@interleave/go";
 *
 * using ctx = withTimeout(background(), 1);
 * const c = await select({ slow: after(1000).receiving(), quit: ctx.done.receiving() });
 * if (c.key !== "quit") throw new Error("overslept");
 * ```
 */
export function withTimeout(
  parent: Context,
  delayMs: number,
  options?: DeadlineOptions,
): CancelContext {
  checkParent(parent);
  checkDuration(delayMs, "set a timeout");
  return derive(parent, current().now() + delayMs, delayMs, options);
}

function derive(
  parent: Context,
  deadline: number,
  delayMs: number,
  options: DeadlineOptions | undefined,
): CancelContext {
  const { deadline: earlier = Infinity } = parent;
  if (earlier < deadline || deadline === Infinity) return withCancel(parent);
  const node = new WithDeadline(parent, deadline, options?.cause);
  node.attach();
  node.start(delayMs);
  return node;
}

class WithDeadline extends CancelNode {
  readonly #deadline: number;
  readonly #timeoutCause: unknown;
  #timer: DeadlineTimer | null = null;

  constructor(parent: Context, deadline: number, timeoutCause: unknown) {
    super(parent);
    this.#deadline = deadline;
    this.#timeoutCause = timeoutCause ?? DEADLINE_EXCEEDED;
  }

  override get deadline(): number {
    return this.#deadline;
  }

  override get ownName(): string {
    return `.WithDeadline(${this.#deadline} [${this.#deadline - current().now()}ms])`;
  }

  /** Arms its timer, unless it is done by now. */
  start(delayMs: number): void {
    if (this.isCanceled()) return;
    if (delayMs <= 0) return this.expire();
    this.#timer = new DeadlineTimer(this);
    current().setTimer(this.#timer, delayMs);
  }

  expire(): void {
    this.end(DEADLINE_EXCEEDED, this.#timeoutCause);
  }

  protected override release(): void {
    this.#timer?.scheduler?.clearTimer(this.#timer);
    this.#timer = null;
  }
}

class DeadlineTimer extends Timer {
  readonly kind = "context deadline";
  readonly #node: WithDeadline;

  constructor(node: WithDeadline) {
    super();
    this.#node = node;
  }

  fire(): void {
    this.#node.expire();
  }
}
