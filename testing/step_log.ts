/**
 * What a schedule did, step by step, for reduction and race detection: flat lists that are reused.
 *
 * A *moment* is a point within a step: it grows with every release, so that what a goroutine does behind a release in the
 * same step is told from what it did before. Moment 0 is before everything.
 *
 * @module
 */

import type { Access } from "../runtime/observer.ts";

/** A touch of a resource. */
export interface Touch {
  /** The step, from 1. */
  readonly step: number;
  /** The moment. */
  readonly moment: number;
  /** The resource: a small number, the same in every schedule. */
  readonly resource: number;
  readonly access: Access;
  /** Whether that was only by waking somebody: in an equivalent schedule nobody may have waited. */
  readonly isWaking: boolean;
}

/** One step. */
export interface Step {
  /** What was resumed: a number that is the same in equivalent schedules. */
  readonly event: number;
  /** Whose step it is. */
  readonly goroutine: number;
  /** The moment at its start. */
  readonly moment: number;
  /** What it touched, in order. */
  readonly touches: Touch[];
  /** The moments it comes after in every order: who called or started it, who woke it, what it took. */
  readonly after: readonly number[];
  /** The steps up to this one come first, because time moved in between. */
  readonly barrier: number;
  /** The answers to the questions asked in the step: which ready case a select took, ... */
  readonly answers: number[];
  /** How many answers each of them had. */
  readonly counts: number[];
  /** Whether a timer acts in it, rather than the goroutine that set the timer. */
  readonly isTimer: boolean;
  /** What it comes after from some point on: it took what was released then, without waiting, as with tryLock. */
  readonly joins: Join[];
}

/** From a point in a step on it comes after an earlier moment. */
export interface Join {
  /** The moment at which it does. */
  readonly moment: number;
  /** How many touches of the step come before. */
  readonly touches: number;
  /** The moment that it comes after. */
  readonly released: number;
}

/** Relation says how touches are taken: which of them conflict. */
export interface Relation {
  /** What a touch counts as. `detail` is what it was about, such as the value written. */
  access(access: Access, detail: unknown): Access;
  /** Whether whoever takes what was released comes after the release, though it was not woken by it. */
  readonly hasCompletions: boolean;
}

/** The relation that the primitives declare in their tables. */
const DECLARED: Relation = { access: (access) => access, hasCompletions: true };

/** StepLog is the log of one schedule. Step numbers count from 1. */
export class StepLog {
  readonly relation: Relation;
  readonly steps: Step[] = [];
  /**
   * How many resources are known to be misused, whose accesses all conflict: logs with other numbers have other relations,
   * and so have the parts of this one before and behind a point at which the number has grown.
   */
  misused = 0;
  /** The number at the start of the schedule. */
  misusedBefore = 0;
  /** The step of each moment. */
  readonly stepOf: number[] = [0];

  constructor(relation: Relation = DECLARED) {
    this.relation = relation;
  }

  /** Begins a schedule, with so many resources known to be misused. */
  reset(misused = 0): void {
    this.misused = this.misusedBefore = misused;
    this.steps.length = 0;
    this.stepOf.length = 1;
  }

  /** The present moment. */
  get moment(): number {
    return this.stepOf.length - 1;
  }

  /** A release: a new moment begins; the one that has ended is returned. */
  release(): number {
    const released = this.moment;
    this.stepOf.push(this.steps.length);
    return released;
  }

  /** A step begins. */
  begin(
    event: number,
    goroutine: number,
    after: readonly number[],
    barrier: number,
    isTimer = false,
  ): void {
    this.stepOf.push(this.steps.length + 1);
    this.steps.push({
      event,
      goroutine,
      moment: this.moment,
      touches: [],
      after,
      barrier,
      answers: [],
      counts: [],
      isTimer,
      joins: [],
    });
  }

  /** From here on the running step comes after `released`. */
  join(released: number): void {
    const step = this.steps.at(-1);
    step?.joins.push({ moment: this.moment, touches: step.touches.length, released });
  }

  /** The running step touches a resource. */
  touch(resource: number, access: Access, detail?: unknown, isWaking = false): void {
    const step = this.steps.length;
    const touch = {
      step,
      moment: this.moment,
      resource,
      access: this.relation.access(access, detail),
      isWaking,
    };
    this.steps[step - 1]?.touches.push(touch);
  }

  /** The running step answers a question. */
  answer(answer: number, count: number): void {
    const step = this.steps.at(-1);
    step?.answers.push(answer);
    step?.counts.push(count);
  }
}
