/**
 * The tree of contexts, and how its branches end. Follows Go's src/context/context.go.
 *
 * Invariants:
 * - `err` is undefined until the context is done and then never changes; nor does its cause. The first counts.
 * - `done` is not closed before `err` is set.
 * - A context is in the list of its parent exactly until one of the two is done.
 * - When a context ends, all below it have ended before anybody is told.
 * - Those who wait are told in the order in which they came, parents' before children's. AbortSignals come last, because
 *   they run their listeners at once.
 *
 * A `done` channel and an AbortSignal are made when first asked for: most contexts never need either.
 *
 * Rejected: AbortSignal as the tree. Deriving by AbortSignal.any costs twenty times as much, and a listener per waiter
 * is quadratic.
 *
 * @module
 */

import {
  CANCEL_ACCESS,
  CANCEL_SOURCE,
  type CancelListener,
  CancelListeners,
  type CancelSource,
} from "../runtime/cancel_source.ts";
import { hooks } from "../runtime/hooks.ts";
import { Resource, touch } from "../runtime/observer.ts";
import { type Operation, Waiter } from "../runtime/operation.ts";
import type { ReceiveChannel } from "./channel.ts";
import { ChannelState, ReceiveOperation } from "./channel_state.ts";
import type { CancelContext, Context } from "./context.ts";
import { CANCELED, CanceledError, DEADLINE_EXCEEDED, DeadlineExceededError } from "./errors.ts";
import { ClosingEnd } from "./receive_end.ts";

/** The key under which `value` gives the nearest context that can be canceled, also through others' wrappers. */
export const CANCEL_NODE: unique symbol = Symbol("nearest cancel context");

/** What {@linkcode ContextNode.ownValue} gives if the key is not its own. */
export const ELSEWHERE: unique symbol = Symbol("elsewhere");

/** ContextNode is the base of our own contexts. */
export abstract class ContextNode extends Resource implements Context {
  /** What it was derived from; null for a root. */
  declare readonly parent: Context | null;

  constructor(parent: Context | null) {
    super();
    this.parent = parent;
  }

  /** "Context". */
  get type(): string {
    return "Context";
  }

  /** What cancels it; null if nothing does, undefined if that is for somebody else's implementation to say. */
  abstract get [CANCEL_SOURCE](): CancelNode | null | undefined;
  abstract get deadline(): number | undefined;
  abstract get done(): ReceiveChannel<never>;
  abstract get err(): Error | undefined;
  abstract get signal(): AbortSignal;
  /** Its part of the name, behind that of its parent. */
  abstract get ownName(): string;

  /** What it knows of `key` itself, else {@linkcode ELSEWHERE}. */
  ownValue(_key: unknown): unknown {
    return ELSEWHERE;
  }

  value(key: unknown): unknown {
    // deno-lint-ignore no-this-alias
    let node: Context | null = this;
    while (node instanceof ContextNode) {
      const own = node.ownValue(key);
      if (own !== ELSEWHERE) return own;
      node = node.parent;
    }
    return node === null ? undefined : node.value(key);
  }

  override toString(): string {
    let name = this.ownName;
    let node = this.parent;
    for (; node instanceof ContextNode; node = node.parent) name = node.ownName + name;
    return node === null ? name : foreignName(node) + name;
  }

  state(): string {
    return "live";
  }

  snapshot(): () => void {
    return () => {};
  }
}

/** CancelNode is a context that can be canceled, by itself, from above, or as its subclass sees fit. */
export class CancelNode extends ContextNode implements CancelContext, CancelSource, CancelListener {
  declare readonly parent: Context;
  previousListener: CancelListener | null = null;
  nextListener: CancelListener | null = null;
  #upstream: Upstream | null = null;
  #listeners: CancelListeners | null = null;
  #err: Error | undefined = undefined;
  #cause: unknown = undefined;
  #done: Done | null = null;
  #controller: AbortController | null = null;
  #reason: unknown = undefined;

  constructor(parent: Context) {
    super(parent);
    // Resources are known by their order of creation, which must not depend on who asks first.
    if (hooks.scheduler !== null) this.#done = new Done();
  }

  /** Makes it hear of the end of its parent: the second half of making it, since it may end right then. */
  attach(): void {
    const upstream = follow(this.parent, this);
    if (this.#err === undefined) this.#upstream = upstream;
    else upstream?.unlisten(this);
  }

  get [CANCEL_SOURCE](): CancelNode {
    return this;
  }

  get resource(): object {
    return this;
  }

  get deadline(): number | undefined {
    return this.parent.deadline;
  }

  get done(): ReceiveChannel<never> {
    return this.#doneEnd().end;
  }

  get err(): Error | undefined {
    touch(this, CANCEL_ACCESS.look);
    return this.#err;
  }

  /** Why it is done, undefined until it is. */
  get cause(): unknown {
    touch(this, CANCEL_ACCESS.cause);
    return this.#cause;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#err !== undefined) this.#controller.abort(this.#cause);
    }
    return this.#controller.signal;
  }

  get ownName(): string {
    return ".WithCancel";
  }

  /** Who is told of its end, in order. */
  get listeners(): Iterable<CancelListener> {
    return this.#listeners ?? [];
  }

  override ownValue(key: unknown): unknown {
    return key === CANCEL_NODE ? this : ELSEWHERE;
  }

  cancel(cause?: unknown): void {
    this.end(CANCELED, cause ?? CANCELED);
  }

  [Symbol.dispose](): void {
    this.cancel();
  }

  isCanceled(): boolean {
    return this.#err !== undefined;
  }

  reason(): unknown {
    return this.#reason ??= withCause(this.#err as Error, this.#cause);
  }

  listen(listener: CancelListener): void {
    (this.#listeners ??= new CancelListeners()).push(listener);
  }

  unlisten(listener: CancelListener): void {
    this.#listeners?.remove(listener);
  }

  /** Its parent is done. */
  canceled(): void {
    if (this.#err !== undefined) return;
    const { err } = this.parent;
    this.end(err ?? CANCELED, causeOf(this.parent) ?? err ?? CANCELED);
  }

  touchLink(): void {
    touch(this, CANCEL_ACCESS.listen);
  }

  /** Ends this context and all below, unless it is done already. */
  end(err: Error, cause: unknown): void {
    touch(this, CANCEL_ACCESS.cancel);
    if (this.#err !== undefined) return;
    this.#leave();
    this.#mark(err, cause);
    if (this.#listeners === null) {
      this.#done?.close();
      this.#controller?.abort(cause);
      return;
    }
    const ended: CancelNode[] = [this];
    for (let i = 0; i < ended.length; i++) {
      for (const listener of (ended[i] as CancelNode).listeners) {
        if (!(listener instanceof CancelNode) || listener.#err !== undefined) continue;
        touch(listener, CANCEL_ACCESS.cancel);
        listener.#mark(err, cause);
        ended.push(listener);
      }
    }
    for (const node of ended) node.#tell();
    for (const node of ended) node.#controller?.abort(cause);
  }

  /** Lets go of what would end it: timers, signals. */
  protected release(): void {}

  override state(): string {
    return this.#err === undefined ? "live" : this.#err.message;
  }

  override snapshot(): () => void {
    const err = this.#err, cause = this.#cause, listeners = [...this.listeners];
    return () => {
      this.#err = err;
      this.#cause = cause;
      this.#reason = undefined;
      this.#listeners = null;
      for (const listener of listeners) this.listen(listener);
    };
  }

  #mark(err: Error, cause: unknown): void {
    this.#err = err;
    this.#cause = cause;
    this.release();
  }

  #tell(): void {
    this.#done?.close();
    const listeners = this.#listeners;
    if (listeners === null) return;
    for (let it = listeners.shift(); it !== null; it = listeners.shift()) {
      if (it instanceof CancelNode) it.#upstream = null;
      else it.canceled();
    }
  }

  #leave(): void {
    this.#upstream?.touchLink();
    this.#upstream?.unlisten(this);
    this.#upstream = null;
  }

  #doneEnd(): Done {
    if (this.#done === null) {
      this.#done = new Done();
      if (this.#err !== undefined) this.#done.close();
    }
    return this.#done;
  }
}

/** The channel that is closed at the end. */
class Done extends ChannelState<never> {
  readonly end: ReceiveChannel<never> = new ClosingEnd(new ReceiveOperation(this));

  constructor() {
    super(0);
  }

  override get type(): string {
    return "Context.done";
  }
}

/** What tells a context of the end of its parent. */
export interface Upstream {
  /** Tells `listener`, which has not been told yet, no more. */
  unlisten(listener: CancelListener): void;
  /** Reports that somebody who comes or leaves has done so in time: whoever leaves is not touched by the end. */
  touchLink(): void;
}

/** A context that is somebody else's, and may have a way of its own to tell of its end. */
type ForeignContext = Context & { afterFunc?(f: () => void): () => boolean };

/**
 * Makes `listener` be told of the end of `parent`: at once if it is done. Gives what it has to leave when it wants to
 * hear no more, or null if there is nothing to leave.
 */
export function follow(parent: Context, listener: CancelListener): Upstream | null {
  const source = sourceOf(parent);
  if (source === null) return null;
  if (source !== undefined) {
    source.touchLink();
    if (!source.isCanceled()) {
      source.listen(listener);
      return source;
    }
    listener.canceled();
    return null;
  }
  const foreign: ForeignContext = parent;
  if (foreign.err !== undefined) {
    listener.canceled();
    return null;
  }
  if (typeof foreign.afterFunc === "function") {
    const stop = foreign.afterFunc(() => listener.canceled());
    return { unlisten: () => void stop(), touchLink: () => {} };
  }
  return DoneWatch.start(foreign.done, listener);
}

/** What cancels `ctx`, if that is one of ours, perhaps wrapped by somebody else: null if never, undefined if unknown. */
function sourceOf(ctx: Context): CancelNode | null | undefined {
  if (ctx instanceof ContextNode) return ctx[CANCEL_SOURCE];
  const node = ctx.value(CANCEL_NODE);
  // A wrapper with a done of its own ends in its own way.
  return node instanceof CancelNode && node.done === ctx.done ? node : undefined;
}

/** Waits for somebody else's `done`, without a goroutine. */
class DoneWatch extends Waiter implements Upstream {
  readonly operation: Operation<unknown>;
  readonly #listener: CancelListener;

  constructor(operation: Operation<unknown>, listener: CancelListener) {
    super();
    this.operation = operation;
    this.#listener = listener;
  }

  static start(done: ReceiveChannel<never>, listener: CancelListener): Upstream | null {
    const operation = done.receiving();
    const watch = new DoneWatch(operation, listener);
    watch.touchLink();
    if (operation.isReady()) {
      listener.canceled();
      return null;
    }
    operation.enqueue(watch);
    return watch;
  }

  touchLink(): void {
    touch(this.operation.resource, this.operation.selectAccess);
  }

  unlisten(): void {
    // Once the channel has told it, it stands in no queue.
    this.operation.dequeue(this);
  }

  override complete(): void {
    this.#listener.canceled();
  }

  override fail(): void {
    this.#listener.canceled();
  }
}

/** Refuses what is no context, to derive one from. */
export function checkParent(parent: Context): void {
  if (parent instanceof ContextNode) return;
  const { value, done } = Object(parent) as Partial<Context>;
  if (typeof value === "function" && done !== undefined) return;
  throw new TypeError(
    `Cannot derive a context: cannot create context from nil parent (got ${String(parent)})`,
  );
}

/** Why `ctx` is done: Go's Cause. */
export function causeOf(ctx: Context): unknown {
  const node = ctx.value(CANCEL_NODE);
  // If that one is not done, whatever ended `ctx` was somebody else's implementation.
  return (node instanceof CancelNode ? node.cause : undefined) ?? ctx.err;
}

/** What a verb fails with: the error of the context, carrying the cause if that is something else. */
function withCause(err: Error, cause: unknown): Error {
  if (cause === err) return err;
  if (err === CANCELED) return new CanceledError(undefined, { cause });
  if (err === DEADLINE_EXCEEDED) return new DeadlineExceededError(undefined, { cause });
  return err;
}

function foreignName(ctx: Context): string {
  return Object.prototype.toString === ctx.toString ? ctx.constructor.name : String(ctx);
}
