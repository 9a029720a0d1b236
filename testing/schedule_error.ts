/**
 * What a failing exploration throws.
 *
 * @module
 */

import type { FailureKind, GoroutineRecord, ScheduleRecord } from "./record.ts";
import { errorName } from "./report/error_name.ts";

/**
 * ScheduleError is what a failing exploration throws: the message is the whole report, `schedule` the token that
 * replays it.
 *
 * @example
 * ```ts
 * import { Channel } from "@interleave/go";
 * import { explore, ScheduleError } from "@interleave/go/testing";
 *
 * try {
 *   await explore(() => new Channel<number>().receive());
 *   throw new Error("nobody sends");
 * } catch (error) {
 *   if (!(error instanceof ScheduleError) || error.kind !== "deadlock") throw error;
 * }
 * ```
 */
export class ScheduleError extends Error {
  /** What went wrong. */
  readonly kind: FailureKind;
  /** The token that replays the schedule. */
  readonly schedule: string;
  /** The seed of the exploration. */
  readonly seed: number;
  /** Everything that happened in the schedule. */
  readonly trace: ScheduleRecord;

  /** Makes the error with the report as its message. */
  constructor(
    report: string,
    details: {
      readonly kind: FailureKind;
      readonly schedule: string;
      readonly seed: number;
      readonly trace: ScheduleRecord;
      readonly cause?: unknown;
    },
  ) {
    super(report, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = errorName(details.kind);
    this.kind = details.kind;
    this.schedule = details.schedule;
    this.seed = details.seed;
    this.trace = details.trace;
  }

  /** How many steps the schedule has. */
  get steps(): number {
    return this.trace.steps.length;
  }

  /** The goroutines as they were when the schedule ended. */
  get goroutines(): readonly GoroutineRecord[] {
    return this.trace.goroutines;
  }
}
