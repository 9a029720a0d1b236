/**
 * Contexts that end with an AbortSignal.
 *
 * @module
 */

import type { CancelListener, CancelSource } from "../runtime/cancel_source.ts";
import { isAbortSignal, signalSource } from "../runtime/signal_source.ts";
import { CancelNode, checkParent } from "./cancel_tree.ts";
import type { CancelContext, Context } from "./context.ts";
import { CANCELED, DEADLINE_EXCEEDED } from "./errors.ts";

/**
 * withSignal derives a context that ends when `signal` is aborted, when it is canceled, or when `parent` ends, whichever
 * comes first. If the signal is aborted already it is done at once.
 *
 * Its cause is then the signal's reason. Its `err` is a CanceledError; a DeadlineExceededError if that reason is called
 * "TimeoutError", as that of `AbortSignal.timeout` is.
 *
 * Cancel it once its work is done, at the latest: until then it listens to the signal. `using ctx = withSignal(...)` does.
 *
 * @throws {TypeError} If there is no parent: "cannot create context from nil parent". If `signal` is no AbortSignal.
 *
 * @example
 * ```ts
 * import { background, cause, withSignal } from "@interleave/go";
 *
 * const controller = new AbortController();
 * using ctx = withSignal(background(), controller.signal);
 * controller.abort("the user left");
 * if (cause(ctx) !== "the user left") throw new Error("wrong cause");
 * ```
 */
export function withSignal(parent: Context, signal: AbortSignal): CancelContext {
  checkParent(parent);
  if (!isAbortSignal(signal)) {
    throw new TypeError(`Cannot derive a context: expected an AbortSignal, got ${String(signal)}`);
  }
  const node = new WithSignal(parent);
  node.attach();
  node.start(signal);
  return node;
}

class WithSignal extends CancelNode {
  #link: SignalLink | null = null;

  override get ownName(): string {
    return ".WithSignal";
  }

  /** Listens to `signal`, unless it is done by now. */
  start(signal: AbortSignal): void {
    if (this.isCanceled()) return;
    const source = signalSource(signal);
    if (source.isCanceled()) return this.abort(source);
    this.#link = new SignalLink(this, source);
    source.listen(this.#link);
  }

  abort(source: CancelSource): void {
    this.#link = null;
    const reason = source.reason();
    const err = isTimeout(reason) ? DEADLINE_EXCEEDED : CANCELED;
    this.end(err, reason ?? err);
  }

  protected override release(): void {
    if (this.#link !== null) this.#link.source.unlisten(this.#link);
    this.#link = null;
  }
}

/** Stands for a context in the list of a signal; in the list of its parent it stands itself. */
class SignalLink implements CancelListener {
  previousListener: CancelListener | null = null;
  nextListener: CancelListener | null = null;
  readonly source: CancelSource;
  readonly #node: WithSignal;

  constructor(node: WithSignal, source: CancelSource) {
    this.#node = node;
    this.source = source;
  }

  canceled(): void {
    this.#node.abort(this.source);
  }
}

function isTimeout(reason: unknown): boolean {
  return (Object(reason) as { name?: unknown }).name === "TimeoutError";
}
