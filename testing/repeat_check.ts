/**
 * Whether a schedule that is run twice is the same both times. Otherwise the program depends on something that the explorer
 * does not control, and nothing it says can be repeated.
 *
 * @module
 */

import type { DivergenceRecord, EventRecord, ScheduleRecord, Site } from "./record.ts";
import { signaturesOf } from "./report/cycles.ts";
import { rowsOf } from "./report/rows.ts";

/** One of so many passing schedules is run twice, unless all are; later one of so many. */
const REPEAT_EVERY = 50, REPEAT_LATER = 200;
/** When later begins: a program that was the same for so long hardly ever is another. */
const LATER = 1_000;

/** Whether the `nth` schedule is run once more if it passes, to see whether it is the same. */
export function isToRepeat(nth: number): boolean {
  return nth % (nth <= LATER ? REPEAT_EVERY : REPEAT_LATER) === 0;
}

/** Returns the first step in which two records of one schedule differ; undefined if there is none. */
export function findDifference(
  first: ScheduleRecord,
  second: ScheduleRecord,
): DivergenceRecord | undefined {
  const [expected, found] = [signaturesOf(first), signaturesOf(second)];
  const length = Math.max(expected.length, found.length);
  for (let i = 0; i < length; i++) {
    if (expected[i] === found[i]) continue;
    const step = (first.steps[i] ?? second.steps[i])?.step ?? i + 1;
    const row = firstOther(first, second, i);
    const calls = (second.uncontrolled ?? []).filter((call) => call.step <= step);
    const divergence = {
      step,
      expected: describe(first, i, row),
      found: describe(second, i, row),
    };
    return calls.length === 0 ? divergence : {
      ...divergence,
      uncontrolled: calls.map(({ call, at, isTracked }) =>
        at === undefined ? { call, isTracked } : { call, at, isTracked }
      ),
    };
  }
  return undefined;
}

/** The first operation of a step that is not the same. */
function firstOther(first: ScheduleRecord, second: ScheduleRecord, i: number): number {
  const [a, b] = [first, second].map((record) => rowsOf(record)[i] ?? []);
  const length = Math.max(a?.length ?? 0, b?.length ?? 0);
  for (let row = 0; row < length; row++) {
    if (textOf(a?.[row]) !== textOf(b?.[row])) return row;
  }
  return 0;
}

interface Shown {
  readonly goroutine: number;
  readonly label: string;
  readonly tail: string;
  readonly waits: boolean;
  readonly at?: Site;
  readonly event?: EventRecord;
}

function textOf(row: Shown | undefined): string {
  if (row === undefined) return "";
  const { goroutine, label, tail, waits } = row;
  return `g${goroutine} ${label}${waits ? ", waits" : ""}${tail}`;
}

function describe(record: ScheduleRecord, i: number, at: number): DivergenceRecord["expected"] {
  const rows = rowsOf(record)[i];
  if (rows === undefined) return { text: "nothing: it had ended" };
  const row = rows[at];
  if (row === undefined) return { text: "nothing more in this step" };
  return row.at === undefined ? { text: textOf(row) } : { text: textOf(row), at: row.at };
}
