/**
 * The first line of a report.
 *
 * @module
 */

import type { GoroutineRecord, RaceRecord, ReportContext, ScheduleRecord } from "../record.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { formatNumber } from "./text.ts";

/** verdictOf returns the first line of a report: what happened, and in how many schedules. */
export function verdictOf(record: ScheduleRecord, context: ReportContext): string {
  const { failure } = record;
  if (failure === undefined) return "no failure";
  const title = new Names(record).title(failure.goroutine ?? 1);
  switch (failure.kind) {
    case "race":
      if (record.race !== undefined) return raceVerdict(record, record.race);
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

/** "data race on count: g2 add writes at cache.ts:21, g3 add reads at cache.ts:19". */
function raceVerdict(record: ScheduleRecord, { resource, first, second }: RaceRecord): string {
  const names = new Names(record), places = new Places(record);
  const [one, other] = [first, second].map(({ goroutine, isWrite, at }) =>
    `${names.title(goroutine)} ${isWrite ? "writes" : "reads"}${
      at === undefined ? "" : ` at ${places.short(at)}`
    }`
  );
  return `data race on ${names.resource(resource)?.name}: ${one}, ${other}`;
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
