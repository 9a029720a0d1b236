/**
 * What primitives tell the harness besides their operations. In production nobody listens, and each report is one
 * comparison with null.
 *
 * @module
 */

import { hooks } from "./hooks.ts";
import type { Member } from "./operation.ts";

// A constant of this module is compiled in; see hooks.ts.
const outside = hooks;

/**
 * Access is a way of touching a resource. Two accesses `a` and `b` of different goroutines to the same resource
 * conflict, that is, their order matters, if and only if `(a.mask & b.bit) !== 0`; the relation is symmetric.
 *
 * Every primitive owns the table of its accesses.
 */
export interface Access {
  /** The verb a trace shows: "unlock". */
  readonly verb: string;
  /** The bit of this access in the masks of its primitive. */
  readonly bit: number;
  /** The bits of the accesses it conflicts with. */
  readonly mask: number;
  /** Whether the same call may be another access of the same resource in another state, as a try that fails. */
  readonly varies?: true;
  /** Whether it wakes nobody, in whatever state. */
  readonly wakesNobody?: true;
  /** Whether it changes nothing, as a try that fails: whoever does nothing else gets nowhere. */
  readonly isIdle?: true;
  /** Whether traces leave it out, because another event says the same. */
  readonly isSilent?: true;
  /** 1 if the goroutine holds the resource from then on, as after lock; -1 if it lets go of it, as with unlock. */
  readonly hold?: 1 | -1;
  /** The same for permits, of which several goroutines may have some. */
  readonly permits?: 1 | -1;
}

/** Observer is the harness's side of what primitives report. */
export interface Observer {
  /** A resource was made; what is returned becomes its mark. Called from its constructor. */
  created(resource: Resource): unknown;
  /**
   * The running goroutine touched a resource without waiting: a synchronous method such as unlock, close or trySend.
   * Called before the effect, so that whatever it wakes is known to be its doing.
   */
  touched(resource: object, access: Access, detail?: unknown): void;
  /** The present moment, for {@linkcode Observer.after}: everything that the running goroutine has done so far. */
  moment(): number;
  /**
   * What the running goroutine does next comes after `moment`, whatever the order in which goroutines are resumed: it
   * goes on because of what was released then. With a `waiter` that holds for whoever waits.
   */
  after(moment: number, waiter?: Member): void;
  /** The moment at which `waiter` began to wait. */
  since(waiter: Member): number;
  /** The running goroutine did what Go cannot recover from: the schedule has failed even if somebody catches it. */
  fatal(error: Error): void;
  /**
   * What the table of accesses takes for granted does not hold of `resource`: nobody misuses it. From now on each access
   * to it conflicts with every other.
   */
  misused(resource: object): void;
}

/** Makes `listener` hear of everything from now on; null for nobody. For schedulers only. */
export function observe(listener: Observer | null): void {
  outside.observer = listener;
}

/**
 * Reports that the running goroutine is about to touch `resource` without waiting.
 *
 * @param detail What a trace shows behind the verb, such as the value of a trySend.
 */
export function touch(resource: object, access: Access, detail?: unknown): void {
  if (outside.observer !== null) outside.observer.touched(resource, access, detail);
}

/**
 * The present moment, to be kept with what is released now, such as a buffered value, a lock or a permit; 0 in
 * production. Whoever takes it calls {@linkcode after}.
 */
export function moment(): number {
  return outside.observer === null ? 0 : outside.observer.moment();
}

/**
 * Reports that the running goroutine, or `waiter`, goes on because of what was released at `released`: the completion
 * edges of the happens-before relation. Not needed for whoever is woken by the release itself.
 */
export function after(released: number, waiter?: Member): void {
  if (outside.observer !== null && released > 0) outside.observer.after(released, waiter);
}

/** The moment at which `waiter` began to wait; 0 in production. */
export function since(waiter: Member): number {
  return outside.observer === null ? 0 : outside.observer.since(waiter);
}

/**
 * Returns `error` for throwing, having told the harness that it is one of Go's fatal errors, which no recover stops:
 * `throw fatal(new Error("..."))`.
 */
export function fatal(error: Error): Error {
  if (outside.observer !== null) outside.observer.fatal(error);
  return error;
}

/** Reports that `resource` is used in a way in which accesses do not commute that otherwise do. */
export function misused(resource: object): void {
  if (outside.observer !== null) outside.observer.misused(resource);
}

/** Resource is the base of everything goroutines share: it carries the harness's mark and tells its state in words. */
export abstract class Resource {
  /** What the harness remembers of this resource: id, name, where and in which schedule it was made. */
  // Declared here and set by the constructor; see Timer.
  declare readonly mark: unknown;

  /** Tells the harness that there is one more. */
  constructor() {
    this.mark = outside.observer === null ? undefined : outside.observer.created(this);
  }

  /** The type's name, for reports: "Mutex". */
  abstract readonly type: string;

  /**
   * The state in words, for reports: "locked", "2 buffered". Two calls give the same text exactly if nothing that
   * outlives the goroutines using the resource has changed in between.
   */
  abstract state(): string;

  /** Whether nobody holds or counts on anything in it, so that a schedule may use it though it was made outside. */
  get isIdle(): boolean {
    return true;
  }

  /**
   * Returns a function that puts the resource back into the state it has now, with nobody waiting. The harness uses it
   * on what was made outside a schedule, so that no schedule sees what another has left behind.
   */
  abstract snapshot(): () => void;
}
