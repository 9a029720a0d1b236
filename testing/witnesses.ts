/**
 * Everybody who watches what a schedule does: whoever traces it, logs what its steps touch, looks at the order of its locks or
 * at what is awaited.
 *
 * Most schedules nobody watches. The explorer then has no witnesses, and asks once where it would have to ask for each of them.
 *
 * @module
 */

import type { Access } from "../runtime/observer.ts";
import type { Member } from "../runtime/operation.ts";
import { AccessLog } from "./access_log.ts";
import type { AwaitWatch } from "./await_watch.ts";
import { Entry, type Goroutine } from "./goroutine.ts";
import type { LockOrder } from "./lock_order.ts";
import { eventOf } from "./oracle.ts";
import type { ResourceTable } from "./resource_table.ts";
import type { ScheduleTimers } from "./schedule_timers.ts";
import type { StepLog } from "./step_log.ts";
import type { Tracer } from "./tracer.ts";

/** Witnesses are those of the schedule that runs. */
export class Witnesses {
  readonly #resources: ResourceTable;
  readonly #timers: ScheduleTimers;
  readonly #accesses: AccessLog;
  #tracer: Tracer | null = null;
  #log: StepLog | null = null;
  #locks: LockOrder | null = null;
  #awaits: AwaitWatch | null = null;
  #exempt: ((promise: Promise<unknown>) => void) | null = null;
  /** The operation that is being committed. */
  #committing: Entry | null = null;
  /** How many steps were logged when somebody last had waited for all others. */
  #settledSteps = 0;
  /** The last step before time moved. */
  barrier = 0;

  constructor(resources: ResourceTable, timers: ScheduleTimers) {
    this.#resources = resources;
    this.#timers = timers;
    this.#accesses = new AccessLog(resources);
  }

  /** Where its steps are logged, if they are. */
  get log(): StepLog | null {
    return this.#log;
  }
  /** Who looks at the order of its locks, if anybody does. */
  get locks(): LockOrder | null {
    return this.#locks;
  }
  /** Who looks at what is awaited, if anybody does. */
  get awaits(): AwaitWatch | null {
    return this.#awaits;
  }

  /** A new exploration begins. */
  forget(): void {
    this.#accesses.forget();
  }

  /** A schedule begins. Returns whether there is anybody to tell of it. */
  begin(
    tracer: Tracer | null,
    log: StepLog | null,
    locks: LockOrder | null,
    awaits: AwaitWatch | null,
    exempt: ((promise: Promise<unknown>) => void) | null,
  ): boolean {
    this.#tracer = tracer;
    this.#log = log;
    this.#locks = locks;
    this.#awaits = awaits;
    this.#exempt = exempt;
    this.barrier = 0;
    if (tracer === null && log === null && locks === null && awaits === null && exempt === null) {
      return false;
    }
    locks?.reset();
    this.#committing = null;
    this.#settledSteps = 0;
    this.#accesses.begin(log);
    return true;
  }

  // --- operations ---

  /** An operation is about to act; `waits` tells whether it will have to wait. */
  called(entry: Entry, waits: boolean): void {
    if (this.#log !== null) this.#accesses.called(entry, entry.operation);
    if (this.#locks !== null) this.#noteLock(this.#locks, entry, false);
    if (this.#tracer !== null) this.#tracer.performing(entry, waits);
    if (!waits) this.#committing = entry;
  }

  /** An operation has acted, without waiting. */
  acted(entry: Entry): void {
    this.#committing = null;
    if (this.#locks !== null) this.#noteLock(this.#locks, entry, true);
  }

  /** An operation was called, and what it could do it has done: `promise` is what its caller gets. */
  performed(entry: Entry, promise: Promise<unknown>): void {
    if (this.#exempt !== null) this.#exempt(promise);
    if (this.#awaits !== null) this.#awaits.promised(promise);
    if (this.#tracer === null) return;
    this.#tracer.performed(entry);
    this.#tracer.promised?.(entry, promise);
  }

  /** An operation that has waited has settled; `isDoing` tells whether the running goroutine did it, rather than the clock. */
  ready(entry: Entry, isDoing: boolean): void {
    if (this.#tracer !== null) this.#tracer.ready(entry, isDoing);
    if (this.#log !== null && isDoing) this.#accesses.woken(entry);
    if (this.#locks !== null) this.#noteLock(this.#locks, entry, true);
  }

  /** A goroutine that comes after everything done so far is about to start. */
  started(entry: Entry): void {
    if (this.#log !== null) entry.after = [this.#log.release()];
  }

  /** An entry is resumed. */
  resumed(entry: Entry, isPreemption: boolean): void {
    if (this.#tracer !== null) this.#tracer.resumed(entry, isPreemption);
    const log = this.#log;
    if (log === null) return;
    const { timer, after } = entry;
    if (timer !== null) after.push(this.#timers.setAt(timer));
    log.begin(eventOf(entry), entry.goroutine.index, after, this.barrier, timer !== null);
    entry.after = [];
    if (timer === null && entry.nth > 0 && !entry.hasFailed) this.#accesses.returned(entry);
  }

  // --- accesses ---

  /** The running goroutine touches a resource. */
  touched(
    goroutine: Goroutine,
    resource: object,
    access: Access,
    detail: unknown,
    step: number,
  ): void {
    if (this.#locks !== null && access.hold !== undefined) {
      noteHold(this.#locks, goroutine, this.#resources.idOf(resource), access, step);
    }
    if (this.#log !== null) this.#accesses.touched(goroutine, resource, access, detail);
    if (this.#tracer !== null) this.#tracer.touched(goroutine, resource, access, detail);
  }

  /** A condition looks at a resource. */
  judged(resource: object, access: Access): void {
    // Not as that very access: looking at a cell is no data race.
    if (this.#log !== null) this.#accesses.judged(resource, access);
  }

  /** See {@linkcode Observer.misused}. */
  misused(resource: object): void {
    if (this.#log !== null) this.#accesses.misused(resource);
  }

  // --- what comes after what ---

  /** See {@linkcode Observer.moment}. */
  moment(): number {
    return this.#log === null ? 0 : this.#log.release();
  }

  /** See {@linkcode Observer.after}. */
  after(released: number, waiter?: Member): void {
    if (this.#log === null || !this.#log.relation.hasCompletions) return;
    const entry = waiter === undefined ? this.#committing : entryOf(waiter);
    if (entry !== null) entry.after.push(released);
    else if (waiter === undefined) this.#log.join(released);
  }

  /** See {@linkcode Observer.since}. */
  since(waiter: Member): number {
    return this.#log === null ? 0 : entryOf(waiter)?.since ?? 0;
  }

  /** All others wait: what `waiter` does from now on comes after all that was done. */
  settled(waiter: Member): void {
    if (this.#log === null) return;
    const { steps, moment } = this.#log;
    for (let i = this.#settledSteps; i < steps.length; i++) {
      this.after((steps[i + 1]?.moment ?? moment + 1) - 1, waiter);
    }
    this.#settledSteps = steps.length;
  }

  /** Notes that an operation asks for a lock, or has got it. */
  #noteLock(locks: LockOrder, entry: Entry, hasIt: boolean): void {
    const { goroutine, operation, calledIn } = entry;
    const { hold, verb } = operation.access;
    if (hold !== 1) return;
    const lock = this.#resources.idOf(operation.resource);
    // Who has asked for something else at the same time does not simply wait for this.
    if (!hasIt && goroutine.parked > 0) return;
    if (!hasIt) locks.asks(goroutine.order + 1, lock, isReading(verb), calledIn);
    else if (!entry.hasFailed) locks.takes(goroutine.order + 1, lock, isReading(verb), calledIn);
  }
}

/** Notes that a try has got a lock, or that somebody lets go of one. */
function noteHold(
  locks: LockOrder,
  { order }: Goroutine,
  lock: number,
  { hold, verb }: Access,
  step: number,
): void {
  if (hold === 1) locks.takes(order + 1, lock, isReading(verb), step);
  else locks.letsGo(order + 1, lock);
}

/** The entry that waits, through a select or another wrapper. */
function entryOf(waiter: Member): Entry | null {
  let whole = waiter;
  while (typeof whole !== "function" && whole.partOf !== undefined) whole = whole.partOf();
  return whole instanceof Entry ? whole : null;
}

function isReading(verb: string): boolean {
  return verb === "rLock" || verb === "tryRLock";
}
