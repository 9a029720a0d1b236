/**
 * Locks that are taken in orders that do not agree.
 *
 * @module
 */

import type { LockEdgeRecord, ScheduleRecord, Site } from "../record.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { longest, pad, wrap } from "./text.ts";

/** explainLocks returns, in blocks, who locks what while holding what, and what to do about it. */
export function explainLocks(record: ScheduleRecord, width: number): string[][] {
  const { locks = [] } = record;
  const lines = describeLocks(record);
  const advice = locks.length === 1
    ? "No schedule that was run deadlocked. One does in which a writer comes in between: it waits for the first lock, and " +
      "bars the second. Lock once, and pass on that it is locked."
    : "No schedule that was run deadlocked. One does in which each of them has its first lock and waits for its second. " +
      "Take the locks in one order everywhere, or behind a lock of their own.";
  return [lines, wrap(advice, width)];
}

/** describeLocks returns a line for each goroutine of the ring. */
export function describeLocks(record: ScheduleRecord): string[] {
  const { locks = [] } = record;
  const names = new Names(record), places = new Places(record);
  const width = longest(locks.map(({ goroutine }) => names.title(goroutine))) + 2;
  const nameOf = (lock: number, at: Site | undefined): string =>
    `${names.resource(lock)?.name}${at === undefined ? "" : ` (${places.short(at)})`}`;
  const text = ({ held, heldAt, taken, takenAt }: LockEdgeRecord): string =>
    `locks ${nameOf(held, heldAt)}, then ${nameOf(taken, takenAt)}${
      held === taken ? " again" : ""
    }`;
  return locks.map((edge) => `${pad(names.title(edge.goroutine), width)}${text(edge)}`);
}
