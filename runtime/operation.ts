/**
 * The seam between primitives and schedulers: what a goroutine can do ({@linkcode Operation}) and who waits until it
 * is done ({@linkcode Waiter}).
 *
 * Invariants:
 * - An operation is a description and changes nothing by existing; it may be performed, selected on and shared freely.
 * - `isReady` changes nothing. `commit` is called only when ready, `enqueue` only when not.
 * - Operations are synchronous inside, know no promise and never call user code.
 * - A waiter is in at most one queue, and exactly while it waits.
 * - A waiter hears exactly one of `complete` and `fail`, after it has left its queue, and when all state is consistent.
 *
 * Rejected: one object that is both description and waiter. It saves an allocation where a case is hoisted out of a
 * loop, but a description could then be used by one goroutine at a time only, and a literal `select({...})` in a loop
 * would allocate a waiter per case even when one of them is ready at once.
 *
 * @module
 */

import type { Access } from "./observer.ts";
import type { WaitQueue } from "./wait_queue.ts";

/** What operations of this copy of the package are known by: one load where `instanceof` walks up the prototypes. */
const OPERATION = Symbol("operation");

/** Whether `value` is an operation of this copy of the package. */
export function isOperation(value: unknown): value is Operation<unknown> {
  return (value as { [OPERATION]?: true } | null)?.[OPERATION] === true;
}

/**
 * Operation describes something a goroutine can do and may have to wait for, such as a receive from a channel.
 *
 * The verb (`ch.receive()`) does it; the participle (`ch.receiving()`) describes it, for `select`.
 *
 * @typeParam R What awaiting the operation gives.
 */
export abstract class Operation<R> {
  static {
    Object.defineProperty(this.prototype, OPERATION, { value: true });
  }

  /** What a goroutine waiting for it is said to be doing, in the words of Go's `runtime2.go`: "chan receive". */
  abstract readonly kind: string;
  /** The verb a trace shows: "receive". */
  abstract readonly verb: string;
  /** What it acts on. Operations on different resources commute. */
  abstract readonly resource: object;
  /** How it touches the resource, for the dependency relation of reduced exploration. */
  abstract readonly access: Access;
  /** What it chooses from, by key, if it is a select; its raw outcome tells the `key` of what was done. */
  declare readonly cases?:
    | Readonly<Record<string, Operation<unknown> | undefined>>
    | readonly (Operation<unknown> | undefined)[];
  /** How it touches the resource as a case of a select, taken or not. */
  get selectAccess(): Access {
    return this.access;
  }
  /** How its caller touches the resource once more when it goes on; undefined, as mostly, if not at all. */
  get resumeAccess(): Access | undefined {
    return undefined;
  }
  /** Whether `commit` could act now. Changes nothing. */
  abstract isReady(): boolean;
  /** Acts, and returns the raw outcome. Only when ready. Throws what the operation fails with. */
  abstract commit(): unknown;
  /** Makes `waiter` wait for the operation. Only when not ready. O(1) per resource it touches. */
  abstract enqueue(waiter: Waiter): void;

  /** Makes `waiter` wait no longer, unsettled. O(1) per resource it touches. */
  dequeue(waiter: Waiter): void {
    waiter.queue?.remove(waiter);
  }

  /** What the caller gets for a raw outcome. */
  result(outcome: unknown): R {
    return outcome as R;
  }

  /** How many permits it takes, if it takes any. */
  get permits(): number {
    return 1;
  }

  /** Whether a raw outcome is what the operation is for: Go's `ok`, false for a receive from a closed channel. */
  isOk(_outcome: unknown): boolean {
    return true;
  }

  /** What reports show: the operation itself, but for one that only adds how to give it up. */
  get described(): Operation<unknown> {
    return this;
  }

  /** Calls `visit` with everything the operation touches. A select touches a resource per case. */
  touches(visit: (resource: object, access: Access) => void): void {
    visit(this.resource, this.access);
  }
}

/**
 * Resume lets a goroutine of the event loop go on that waits for what succeeds in the end, with the value it gets. All that
 * stands in a queue for such a goroutine is the function that resolves its promise: it cannot leave.
 */
export type Resume = (value: unknown) => void;

/** What stands in queues that goroutines of the event loop mostly wait in without being able to leave. */
export type Member = Waiter | Resume;

/**
 * Waiter is whoever waits for an operation: a parked goroutine, or a select that has the operation as a case.
 *
 * It knows its place in a {@linkcode WaitQueue}, so that it can leave in O(1) and nothing dead is ever left behind.
 */
export abstract class Waiter {
  // Declared here and set by the constructor: fields that define themselves cost a channel operation 10 %.

  /** The queue it stands in, if any. */
  declare queue: WaitQueue | null;
  /** Where in it, for the queue. */
  declare place: number;
  /** What the operation keeps with its waiter: the value to send, the weight to acquire, the cases of a select. */
  declare payload: unknown;

  /** Makes a waiter that waits for nothing yet; `operation.enqueue` queues it. */
  constructor() {
    this.queue = null;
    this.place = 0;
    this.payload = undefined;
  }

  /** The waiter it is a part of, such as the select whose case it is. */
  partOf?(): Waiter;

  /** The operation has happened, with this raw outcome. Runs no user code before it returns. */
  abstract complete(outcome: unknown): void;
  /** The operation has failed. Runs no user code before it returns. */
  abstract fail(error: unknown): void;
}
