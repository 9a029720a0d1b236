/**
 * Waiting that can be given up: the last, optional parameter of every verb that waits.
 *
 * Invariants:
 * - If it is canceled already when the verb is called, the verb fails and has no effect, even if it need not wait: the
 *   platform's rule for signals, and that of Go's semaphores. (A Go select over both would take either.)
 * - After that, what happens first counts: the operation happens, or its waiter leaves the queue, in O(1), and it has no
 *   effect. A value is never lost and never delivered twice.
 * - A verb that has happened succeeds, even if it is canceled before its caller resumes.
 *
 * Rejected: composing it from `select`. It costs a case object and a list more per wait, and the trace would show a
 * select nobody wrote.
 *
 * @module
 */

import {
  CANCEL_ACCESS,
  CANCEL_SOURCE,
  type CancelListener,
  type CancelSource,
} from "./cancel_source.ts";
import { current } from "./current.ts";
import type { Access } from "./observer.ts";
import { Operation, Waiter } from "./operation.ts";
import { isAbortSignal, signalSource } from "./signal_source.ts";

/**
 * Cancellation makes a verb give up waiting: `{ signal }`, or a Context as it is. It is the last parameter of every verb
 * that waits.
 *
 * Once the signal is aborted the verb rejects with the signal's reason; with a Context it rejects with a CanceledError
 * or DeadlineExceededError. A verb that gave up has had no effect, and one that has happened succeeds. If it is canceled
 * already at the call, the verb does nothing and fails, even if it could have gone on at once.
 *
 * @example
 * ```ts
 * import { type Cancellation, Channel, sleep } from "@interleave/go";
 *
 * const ch = new Channel<number>();
 * const cancellation: Cancellation = { signal: AbortSignal.abort(new Error("enough")) };
 * const outcome = await ch.receive(cancellation).catch((error) => error.message);
 * if (outcome !== "enough") throw new Error("not given up");
 * await sleep(0, { signal: new AbortController().signal });
 * ```
 */
export interface Cancellation {
  /** Gives up once this is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does `operation` for the calling goroutine like `scheduler.perform`, unless `cancellation` comes first.
 *
 * @throws {TypeError} If `cancellation` is neither a Context nor an object whose signal is an AbortSignal.
 */
export function performCancellable<R>(
  operation: Operation<R>,
  cancellation: Cancellation,
): Promise<R> {
  const source = cancelSourceOf(cancellation, operation.verb);
  return current().perform(source === null ? operation : new Cancellable(operation, source));
}

/**
 * The source of `cancellation`, or null if it never cancels.
 *
 * @throws {TypeError} If it is neither a Context nor an object whose signal is an AbortSignal.
 */
export function cancelSourceOf(cancellation: Cancellation, action: string): CancelSource | null {
  if (typeof cancellation === "object" && cancellation !== null) {
    const own = (cancellation as { [CANCEL_SOURCE]?: CancelSource | null })[CANCEL_SOURCE];
    if (own !== undefined) return own;
    const { signal } = cancellation;
    if (isAbortSignal(signal)) return signalSource(signal);
    if (signal === undefined && !isAbortSignal(cancellation)) return null;
  }
  throw new TypeError(
    `Cannot ${action}: expected a context or an object with a signal, got ${
      describe(cancellation)
    }`,
  );
}

function describe(cancellation: unknown): string {
  if (isAbortSignal(cancellation)) return "an AbortSignal: write { signal }";
  if (typeof cancellation !== "object" || cancellation === null) return String(cancellation);
  return `a signal that is ${String((cancellation as Cancellation).signal)}`;
}

/** An operation that fails instead once `source` is canceled. */
class Cancellable<R> extends Operation<R> {
  readonly operation: Operation<R>;
  readonly source: CancelSource;

  constructor(operation: Operation<R>, source: CancelSource) {
    super();
    this.operation = operation;
    this.source = source;
  }

  get kind(): string {
    return this.operation.kind;
  }
  get verb(): string {
    return this.operation.verb;
  }
  get resource(): object {
    return this.operation.resource;
  }
  get access(): Access {
    return this.operation.access;
  }
  override get resumeAccess(): Access | undefined {
    return this.operation.resumeAccess;
  }

  isReady(): boolean {
    return this.source.isCanceled() || this.operation.isReady();
  }

  commit(): unknown {
    if (this.source.isCanceled()) throw this.source.reason();
    return this.operation.commit();
  }

  enqueue(waiter: Waiter): void {
    const inner = new CancellableWaiter(this.operation, this.source, waiter);
    waiter.payload = inner;
    this.source.listen(inner);
    this.operation.enqueue(inner);
  }

  override dequeue(waiter: Waiter): void {
    const inner = waiter.payload as CancellableWaiter;
    this.source.unlisten(inner);
    this.operation.dequeue(inner);
  }

  override result(outcome: unknown): R {
    return this.operation.result(outcome);
  }

  override get permits(): number {
    return this.operation.permits;
  }

  override isOk(outcome: unknown): boolean {
    return this.operation.isOk(outcome);
  }

  /** It may leave the queue, so it counts as a case of a select does. */
  override touches(visit: (resource: object, access: Access) => void): void {
    this.operation.touches(visit);
    visit(this.operation.resource, this.operation.selectAccess);
    visit(this.source.resource, CANCEL_ACCESS.listen);
  }

  override get described(): Operation<unknown> {
    return this.operation;
  }
}

/** Waits for an operation and for its cancellation at once; whichever comes first takes it out of the other's list. */
class CancellableWaiter extends Waiter implements CancelListener {
  previousListener: CancelListener | null = null;
  nextListener: CancelListener | null = null;
  readonly operation: Operation<unknown>;
  readonly #source: CancelSource;
  readonly #waiter: Waiter;

  constructor(operation: Operation<unknown>, source: CancelSource, waiter: Waiter) {
    super();
    this.operation = operation;
    this.#source = source;
    this.#waiter = waiter;
  }

  override partOf(): Waiter {
    return this.#waiter;
  }

  override complete(outcome: unknown): void {
    this.#source.unlisten(this);
    this.#waiter.complete(outcome);
  }

  override fail(error: unknown): void {
    this.#source.unlisten(this);
    this.#waiter.fail(error);
  }

  canceled(): void {
    this.operation.dequeue(this);
    this.#waiter.fail(this.#source.reason());
  }
}
