/**
 * The first line of a report, and the name of the error it stands in.
 *
 * @module
 */

import type { FailureKind, GoroutineRecord, ReportContext, ScheduleRecord } from "../record.ts";
import { Names } from "./names.ts";
import { formatNumber } from "./text.ts";

const NAMES: Readonly<Record<FailureKind, string>> = {
  race: "RaceError",
  panic: "GoroutinePanic",
  deadlock: "DeadlockError",
  leak: "LeakError",
  foreign: "ForeignAwaitError",
  livelock: "LivelockError",
  nondeterminism: "NondeterminismError",
  replay: "ReplayError",
  limit: "LimitError",
};

/** errorName returns the name of the error that carries a failure of that kind: "DeadlockError". */
export function errorName(kind: FailureKind): string {
  return NAMES[kind];
}

/** verdictOf returns the first line of a report: what happened, and in how many schedules. */
export function verdictOf(record: ScheduleRecord, context: ReportContext): string {
  const { failure } = record;
  if (failure === undefined) return "no failure";
  const title = new Names(record).title(failure.goroutine ?? 1);
  switch (failure.kind) {
    case "race":
      return `fails in ${frequency(context)}`;
    case "panic":
      return `${title} panics in ${frequency(context)}`;
    case "deadlock":
      return "all goroutines are asleep - deadlock!";
    case "foreign":
      return failure.goroutine === undefined
        ? failure.message
        : `${title} waits for something outside the scheduler`;
    default:
      return failure.message;
  }
}

/** leakedGoroutines returns those that outlive the test and may not. */
export function leakedGoroutines({ goroutines }: ScheduleRecord): GoroutineRecord[] {
  return goroutines.filter(({ id, status, mayOutlive }) =>
    id !== 1 && status !== "ended" && status !== "panicked" && mayOutlive !== true
  );
}

function frequency({ isReplay, schedulesFailed, schedulesRun }: ReportContext): string {
  if (isReplay) return "this schedule (replayed)";
  const schedules = schedulesRun === 1 ? "schedule" : "schedules";
  return `${formatNumber(schedulesFailed)} of ${formatNumber(schedulesRun)} ${schedules}`;
}
