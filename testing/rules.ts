/**
 * What a schedule is to keep to, and who hears of it while it runs.
 *
 * @module
 */

import type { AwaitWatch } from "./await_watch.ts";
import type { LeakFilter } from "./options.ts";
import type { LockOrder } from "./lock_order.ts";
import type { SelectWatch } from "./select_watch.ts";
import type { StepLog } from "./step_log.ts";
import type { Again } from "./oracle.ts";
import type { Verdict } from "./verdict.ts";

/** The limits and rules of a schedule. */
export interface Rules {
  /** Steps before the schedule is made fair; ten times as many fair steps later it is a livelock. */
  readonly maxSteps: number;
  /** How many deadlines may come early in a schedule, unless the strategy says; 0 by default. */
  readonly earlyTimers?: number;
  /** Steps in a row in which nobody does anything but yield or fail a try, before that is a livelock; 1,000 by default. */
  readonly maxSpins?: number;
  /** Steps in a row for which anybody who can run may be passed over; any number by default. */
  readonly starvationBound?: number;
  /** Real time to wait for something outside the scheduler, in milliseconds. */
  readonly externalTimeoutMs: number;
  /**
   * How long time stands still for a call to the outside, in milliseconds of real time: 0 not at all, Infinity until it
   * has settled, or has taken too long.
   */
  readonly externalGraceMs?: number;
  /** Which goroutines may outlive main. */
  readonly allowLeaks: readonly LeakFilter[];
  /** Whether leaks are no failure at all. */
  readonly ignoreLeaks: boolean;
  /** Whether timers that nobody waits for may be set when the body has returned; they may by default. */
  readonly failsOnTimers?: boolean;
  /** "stop": once main has returned time stands still, as in Go's synctest. "run": the others go on till nothing moves. */
  readonly afterMain: "stop" | "run";
  /** The time at the start, in milliseconds since the epoch. */
  readonly start: number;
}

/** Condition is what must become true, or must not, in a schedule. */
export interface Condition {
  readonly condition: () => boolean;
  readonly message: string;
  /** Whether it must become true; otherwise it must not. */
  readonly isEventual: boolean;
}

/** Watches hear of what each step of a schedule does. */
export interface Watches {
  /** A schedule that is run once more: nobody is asked. */
  readonly again?: Again | null;
  /** For data races. */
  readonly log?: StepLog | null;
  /** For the order in which locks are taken. */
  readonly locks?: LockOrder | null;
  /** For the cases of selects that are never taken. */
  readonly selects?: SelectWatch | null;
  /** Whether stacks of errors are for somebody to read, and show nothing of the scheduler; that takes time. */
  readonly hasPlainStacks?: boolean;
  /** For what goroutines await. */
  readonly awaits?: AwaitWatch | null;
  /**
   * How long the outside is waited for, in milliseconds of real time, before anybody is called stuck; longer, as for any
   * foreign await, if there is a sign that something may come. By default not at all. Takes `awaits`.
   */
  readonly patienceMs?: number | undefined;
}

/**
 * Hears how a schedule has ended, and who has watched its locks. Says who watches the next; null if there is none. Where nobody
 * watches and it gives the same object again, that is not looked at again.
 */
export type NextSchedule = (verdict: Verdict, locks: LockOrder | null) => Watches | null;
