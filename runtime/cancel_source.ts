/**
 * What ends waits before their time: the seam between waiting and contexts or signals.
 *
 * Invariants:
 * - A listener is in the list of its source exactly while the source may still have to tell it.
 * - A source tells each of its listeners at most once, in the order in which they came, after all state is consistent.
 * - Coming and leaving are O(1).
 *
 * @module
 */

import type { Access } from "./observer.ts";

// Whether a source is canceled may be looked at in any order; canceling it conflicts with looking and with canceling,
// since the first reason stays.
const LOOK = 1, CANCEL = 2;

/** How a source is touched. */
export const CANCEL_ACCESS = {
  look: { verb: "err", bit: LOOK, mask: CANCEL },
  cause: { verb: "cause", bit: LOOK, mask: CANCEL },
  listen: { verb: "listen", bit: LOOK, mask: CANCEL },
  cancel: { verb: "cancel", bit: CANCEL, mask: LOOK | CANCEL },
} as const satisfies Record<string, Access>;

/**
 * The key under which something that can cancel gives its source without making an AbortSignal for it; null if it never
 * cancels.
 */
export const CANCEL_SOURCE: unique symbol = Symbol("cancel source");

/** CancelSource is something that can be canceled, once and for good. */
export interface CancelSource {
  /** What it counts as in the dependency relation of reduced exploration. */
  readonly resource: object;
  /** Whether it has been canceled. Changes nothing. */
  isCanceled(): boolean;
  /** What waiting fails with once it has been canceled. */
  reason(): unknown;
  /** Makes `listener` be told. Only while it is not canceled. */
  listen(listener: CancelListener): void;
  /** Makes `listener`, which has not been told yet, be told no more. */
  unlisten(listener: CancelListener): void;
}

/** CancelListener is whoever is told that a source was canceled. It is its own node in a {@linkcode CancelListeners}. */
export interface CancelListener {
  /** The listener in front of this one. */
  previousListener: CancelListener | null;
  /** The listener behind this one. */
  nextListener: CancelListener | null;
  /** The source was canceled, and this listener has left it. Runs no user code. */
  canceled(): void;
}

/** CancelListeners is an intrusive first-in-first-out list of listeners; any member can leave in O(1). */
export class CancelListeners {
  #first: CancelListener | null = null;
  #last: CancelListener | null = null;

  /** The listener that came first, or null. */
  get first(): CancelListener | null {
    return this.#first;
  }

  /** Appends `listener`, which must not be in a list. */
  push(listener: CancelListener): void {
    const last = this.#last;
    listener.previousListener = last;
    listener.nextListener = null;
    if (last === null) this.#first = listener;
    else last.nextListener = listener;
    this.#last = listener;
  }

  /** All members, in order. They must not come or go meanwhile. */
  *[Symbol.iterator](): IterableIterator<CancelListener> {
    for (let it = this.#first; it !== null; it = it.nextListener) yield it;
  }

  /** Removes and returns the listener that came first, or null. */
  shift(): CancelListener | null {
    const first = this.#first;
    if (first !== null) this.remove(first);
    return first;
  }

  /** Removes `listener`, which must be a member. */
  remove(listener: CancelListener): void {
    const { previousListener: previous, nextListener: next } = listener;
    if (previous === null) this.#first = next;
    else previous.nextListener = next;
    if (next === null) this.#last = previous;
    else next.previousListener = previous;
    listener.previousListener = listener.nextListener = null;
  }
}
