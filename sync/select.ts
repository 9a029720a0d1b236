/**
 * Go's select.
 *
 * Invariants:
 * - Exactly one case happens. When it does, the waiters of the others leave their queues at once.
 * - Cases that are not taken leave no trace.
 * - Among the cases that are ready, each is equally likely.
 *
 * Rejected: `Promise.race` over the verbs. The losers still take values, and each race against a long-lived promise
 * leaks.
 *
 * @module
 */

import { type Cancellation, performCancellable } from "../runtime/cancellation.ts";
import { current } from "../runtime/current.ts";
import { eventLoop, Parked } from "../runtime/event_loop.ts";
import { hooks } from "../runtime/hooks.ts";
import { type Access, touch } from "../runtime/observer.ts";
import { isOperation, Operation, type Waiter } from "../runtime/operation.ts";
import type { WaitQueue } from "../runtime/wait_queue.ts";
import type { Receiving } from "./participles.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

/**
 * SelectCases are the cases of a select: operations by key, or a list of them. A case that is undefined is ignored, as
 * Go ignores nil channels.
 *
 * @example
 * ```ts
 * import { Channel, type SelectCases } from "@interleave/go";
 *
 * const cases: SelectCases = [new Channel<number>().receiving(), undefined];
 * if (cases.length !== 2) throw new Error("two cases");
 * ```
 */
export type SelectCases =
  | { readonly [key: string]: Operation<unknown> | undefined }
  | readonly (Operation<unknown> | undefined)[];

/**
 * Selected is what a select gives: the key of the case that was taken, its value, and `ok`, which is false only for a
 * receive from a channel that is closed and drained. A `switch` on `key` narrows `value`. With a list of cases `key` is
 * the index.
 *
 * @typeParam C The cases.
 *
 * @example
 * ```ts
 * import { Channel, type Receiving, type Selected } from "@interleave/go";
 *
 * const taken: Selected<{ job: Receiving<number> }> = { key: "job", value: 1, ok: true };
 * if (taken.key !== "job") throw new Error("one key only");
 * ```
 */
export type Selected<C extends SelectCases> = C extends readonly (infer O)[]
  ? SelectedCase<number, O>
  : { [K in keyof C & (string | number)]: SelectedCase<`${K}`, C[K]> }[keyof C & (string | number)];

/**
 * SelectedCase is what one case of a select gives: part of {@linkcode Selected}.
 *
 * @typeParam K Its key.
 * @typeParam O The operation.
 *
 * @example
 * ```ts
 * import type { Receiving, SelectedCase } from "@interleave/go";
 *
 * const closed: SelectedCase<"job", Receiving<number>> = { key: "job", value: undefined, ok: false };
 * if (closed.ok) throw new Error("nothing was received");
 * ```
 */
export type SelectedCase<K, O> = O extends Receiving<infer T>
  ? { readonly key: K; readonly value: T; readonly ok: true } | {
    readonly key: K;
    readonly value: undefined;
    readonly ok: false;
  }
  : O extends Operation<infer R> ? { readonly key: K; readonly value: R; readonly ok: true }
  : never;

/**
 * SelectDefault is what a select with a default gives when no case is ready.
 *
 * @example
 * ```ts
 * import { Channel, select, type SelectDefault } from "@interleave/go";
 *
 * const c = await select({ job: new Channel<number>().receiving() }, { default: true });
 * const expected: SelectDefault = { key: "default", value: undefined, ok: false };
 * if (c.key !== expected.key) throw new Error("nothing was ready");
 * ```
 */
export interface SelectDefault {
  /** "default". */
  readonly key: "default";
  /** Nothing. */
  readonly value: undefined;
  /** False: no case was taken. */
  readonly ok: false;
}

interface AnySelected {
  readonly key: string | number;
  readonly value: unknown;
  readonly ok: boolean;
}

const TOOK_DEFAULT: SelectDefault = Object.freeze({ key: "default", value: undefined, ok: false });
const SELECT: Access = { verb: "select", bit: 1, mask: 1 };

/**
 * select waits until one of `cases` can happen, does it, and says which. If several are ready, each is equally likely.
 * If none ever is (no cases, or only undefined ones), it waits for ever.
 *
 * The cases are operations not yet done, such as `jobs.receiving()` and `results.sending(value)`: exactly one of them
 * happens, and those not taken have no effect. With `{ default: true }` it never waits: if nothing is ready its key is
 * "default". With `{ signal }` or a Context it can be given up, and then no case happens. Code waiting in several selects and plain operations on one channel is served first come, first served.
 *
 * Follows Go's select statement (src/runtime/select.go), with reflect.Select's dynamic form.
 *
 * @typeParam C The cases.
 * @param cases Operations by key, or a list of operations.
 * @param options A default, a signal, or a Context; see {@linkcode Cancellation}.
 * @throws {TypeError} At the call, if a case is neither an operation nor undefined, or a key "default" meets the option
 * of that name.
 * @throws {ClosedError} If the case that is taken sends on a closed channel. The returned promise rejects.
 *
 * @example
 * ```ts
 * import { Channel, go, select } from "@interleave/go";
 *
 * const jobs = new Channel<number>(), quit = new Channel<never>();
 * go(async () => {
 *   await jobs.send(7);
 *   quit.close();
 * });
 * const seen: number[] = [];
 * loop: for (;;) {
 *   const c = await select({ job: jobs.receiving(), quit: quit.receiving() });
 *   switch (c.key) {
 *     case "job":
 *       if (c.ok) seen.push(c.value);
 *       break;
 *     case "quit":
 *       break loop;
 *   }
 * }
 * if (seen.join() !== "7") throw new Error("job not seen");
 * ```
 */
export function select<const C extends SelectCases>(
  cases: C,
  options?: Cancellation & { readonly default?: false },
): Promise<Selected<C>>;
/** The form with a default, which never waits. */
export function select<const C extends SelectCases>(
  cases: C,
  options: Cancellation & { readonly default: true },
): Promise<Selected<C> | SelectDefault>;
export function select(
  cases: SelectCases,
  options?: Cancellation & { readonly default?: boolean },
): Promise<AnySelected> {
  const hasDefault = checkDefault(cases, options);
  if (options !== undefined && canCancel(options)) {
    return performCancellable(new Selecting(cases, hasDefault), options);
  }
  if (outside.scheduler !== null) {
    return outside.scheduler.perform(new Selecting(cases, hasDefault));
  }
  const ready = readyKey(cases);
  if (ready !== undefined) {
    try {
      return loop.passed(take(cases, ready));
    } catch (error) {
      return loop.failed(error);
    }
  }
  if (hasDefault) return loop.passed(TOOK_DEFAULT);
  const selecting = new Selecting(cases, false);
  const waiter = new Parked(selecting);
  selecting.enqueue(waiter);
  return loop.park(waiter);
}

/**
 * trySelect does one of `cases` if one is ready, without waiting, and says which; it gives undefined if none is. It is
 * Go's select with a default as a synchronous call; unlike `await select(cases, { default: true })` it lets nobody else
 * run.
 *
 * @typeParam C The cases.
 * @param cases Operations by key, or a list of operations.
 * @throws {TypeError} If a case is neither an operation nor undefined.
 * @throws {ClosedError} If the case that is taken sends on a closed channel.
 *
 * @example
 * ```ts
 * import { Channel, trySelect } from "@interleave/go";
 *
 * const jobs = new Channel<number>(1);
 * if (trySelect({ job: jobs.receiving() })) throw new Error("nothing was ready");
 * jobs.trySend(7);
 * if (trySelect({ job: jobs.receiving() })?.value !== 7) throw new Error("a job was ready");
 * ```
 */
export function trySelect<const C extends SelectCases>(cases: C): Selected<C> | undefined {
  checkCases(cases);
  const ready = readyKey(cases);
  if (outside.observer !== null) touchCases(cases, ready);
  return ready === undefined ? undefined : take(cases, ready) as Selected<C>;
}

/** Tells the harness what a select without waiting touches, and which case it takes. */
function touchCases(cases: SelectCases, taken: string | number | undefined): void {
  new Selecting(cases, true).touches((resource, access) => {
    if (taken !== undefined) touch(resource, access, taken);
    else touch(resource, { ...access, isIdle: true }, "default");
  });
}

/** The key of one of the ready cases, or undefined. Allocates nothing. */
function readyKey(cases: SelectCases): string | number | undefined {
  if (Array.isArray(cases)) return readyIndex(cases);
  let ready = 0;
  let only: string | undefined;
  const byKey = cases as { readonly [key: string]: Operation<unknown> | undefined };
  for (const key in byKey) {
    const operation = byKey[key];
    if (operation === undefined) continue;
    if (!isOperation(operation)) throw notAnOperation(key, operation);
    if (operation.isReady()) {
      ready++;
      only = key;
    }
  }
  if (ready === 0) return undefined;
  if (ready > 1) {
    let skip = current().choose(ready);
    for (const key in byKey) {
      if (byKey[key]?.isReady() && skip-- === 0) {
        only = key;
        break;
      }
    }
  }
  return only;
}

/** The same for a list of cases. Its indices as numbers, since strings are slow. */
function readyIndex(cases: readonly (Operation<unknown> | undefined)[]): number | undefined {
  let ready = 0;
  let only: number | undefined;
  for (let index = 0; index < cases.length; index++) {
    const operation = cases[index];
    if (operation === undefined) continue;
    if (!isOperation(operation)) throw notAnOperation(String(index), operation);
    if (operation.isReady()) {
      ready++;
      only = index;
    }
  }
  if (ready <= 1) return only;
  let skip = current().choose(ready);
  for (let index = 0; index < cases.length; index++) {
    if (cases[index]?.isReady() && skip-- === 0) return index;
  }
  throw new Error("Cannot select: what is ready has changed meanwhile");
}

/** Does the case `key`, which is ready. Throws what it fails with. */
function take(cases: SelectCases, key: string | number): AnySelected {
  const byKey = cases as { readonly [key: string | number]: Operation<unknown> };
  const operation = byKey[key] as Operation<unknown>;
  return toSelected(key, operation, operation.commit());
}

function toSelected(
  key: string | number,
  operation: Operation<unknown>,
  outcome: unknown,
): AnySelected {
  return { key, value: operation.result(outcome), ok: operation.isOk(outcome) };
}

function checkCases(cases: SelectCases): void {
  if (typeof cases !== "object" || cases === null) {
    throw new TypeError(
      `Cannot select: expected cases by key or a list of cases, got ${String(cases)}`,
    );
  }
}

function checkDefault(
  cases: SelectCases,
  options: Cancellation & { readonly default?: boolean } | undefined,
): boolean {
  checkCases(cases);
  if (options === undefined || isContext(options)) return false;
  for (const name of Object.keys(options)) {
    if (name !== "default" && name !== "signal") {
      throw new TypeError(
        `Cannot select: unknown option "${name}", expected "default" or "signal"`,
      );
    }
  }
  if (options.default && "default" in cases) {
    throw new TypeError(
      'Cannot select: a case is called "default" and the option asks for a default; rename the case',
    );
  }
  return options.default === true;
}

/** A context is no bag of options: what else it has is its own business. */
function isContext(options: object): boolean {
  return "done" in options;
}

function canCancel(options: Cancellation): boolean {
  return isContext(options) || options.signal !== undefined;
}

function notAnOperation(key: string, value: unknown): TypeError {
  let hint = String(value);
  if (value instanceof Promise) {
    hint = "a promise: use the participle, such as ch.receiving(), not ch.receive()";
  } else if (typeof (Object(value) as Partial<Operation<unknown>>).isReady === "function") {
    hint = "one of another copy of @interleave/go";
  }
  return new TypeError(`Cannot select: case "${key}" is not an operation but ${hint}`);
}

/** Calls `visit` with every case that is not undefined, and its key. */
function forEachCase(
  cases: SelectCases,
  visit: (operation: Operation<unknown>, key: string | number) => void,
): void {
  if (Array.isArray(cases)) {
    const list = cases as readonly (Operation<unknown> | undefined)[];
    for (let index = 0; index < list.length; index++) {
      const operation = list[index];
      if (operation !== undefined) visit(operation, index);
    }
  } else {
    const byKey = cases as { readonly [key: string]: Operation<unknown> | undefined };
    for (const key in byKey) {
      const operation = byKey[key];
      if (operation !== undefined) visit(operation, key);
    }
  }
}

/** A select, as an operation made of operations. */
class Selecting extends Operation<AnySelected> {
  readonly kind: string;
  readonly verb = "select";
  readonly access = SELECT;
  readonly resource = this;
  override readonly cases: SelectCases;
  readonly hasDefault: boolean;

  constructor(cases: SelectCases, hasDefault: boolean) {
    super();
    this.cases = cases;
    this.hasDefault = hasDefault;
    let count = 0;
    forEachCase(cases, (operation, key) => {
      if (!isOperation(operation)) throw notAnOperation(String(key), operation);
      count++;
    });
    this.kind = count === 0 ? "select (no cases)" : "select";
  }

  isReady(): boolean {
    if (this.hasDefault) return true;
    for (const operation of Object.values(this.cases)) if (operation?.isReady()) return true;
    return false;
  }

  commit(): AnySelected {
    const ready = readyKey(this.cases);
    return ready === undefined ? TOOK_DEFAULT : take(this.cases, ready);
  }

  enqueue(waiter: Waiter): void {
    const waiting: WaitingCase[] = [];
    waiter.payload = waiting;
    forEachCase(this.cases, (operation, key) => {
      const waitingCase = new WaitingCase(operation, waiter, key);
      waiting.push(waitingCase);
      operation.enqueue(waitingCase);
    });
  }

  override dequeue(waiter: Waiter): void {
    for (const waitingCase of waiter.payload as WaitingCase[]) {
      waitingCase.operation.dequeue(waitingCase);
    }
  }

  override touches(visit: (resource: object, access: Access) => void): void {
    for (const operation of Object.values(this.cases) as (Operation<unknown> | undefined)[]) {
      if (operation !== undefined) visit(operation.resource, operation.selectAccess);
    }
  }
}

/** A case of a select that waits; see ParkedForSure for why it is written out. */
class WaitingCase implements Waiter {
  declare queue: WaitQueue | null;
  declare place: number;
  declare payload: unknown;
  declare operation: Operation<unknown>;
  declare select: Waiter;
  declare key: string | number;

  constructor(operation: Operation<unknown>, select: Waiter, key: string | number) {
    this.queue = null;
    this.place = 0;
    this.payload = undefined;
    this.operation = operation;
    this.select = select;
    this.key = key;
  }

  partOf(): Waiter {
    return this.select;
  }

  complete(outcome: unknown): void {
    this.#withdrawOthers();
    this.select.complete(toSelected(this.key, this.operation, outcome));
  }

  fail(error: unknown): void {
    this.#withdrawOthers();
    this.select.fail(error);
  }

  #withdrawOthers(): void {
    for (const other of this.select.payload as WaitingCase[]) {
      if (other !== this) other.operation.dequeue(other);
    }
  }
}
