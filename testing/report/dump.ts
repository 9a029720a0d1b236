/**
 * Go's goroutine dump, as `fatal error: all goroutines are asleep` and SIGQUIT print it.
 *
 * Go's layout: the head with the wait reason, each frame as function, tab, place; then who created it.
 *
 * @module
 */

import type { GoroutineRecord, ScheduleRecord, Site } from "../record.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { formatDuration, plural } from "./text.ts";

/** More goroutines are counted. */
const MOST_GOROUTINES = 20;

/** dumpOf returns the goroutines in Go's layout, line by line, an empty line between two; 20 at most unless `full`. */
export function dumpOf(
  record: ScheduleRecord,
  goroutines: readonly GoroutineRecord[],
  full = false,
): string[] {
  const shown = full ? goroutines : goroutines.slice(0, MOST_GOROUTINES);
  const names = new Names(record), places = new Places(record);
  const lines = shown.flatMap((it, index) => [
    ...(index > 0 ? [""] : []),
    headOf(it, record),
    ...framesOf(it, places),
    ...creatorOf(it, names, places),
  ]);
  const rest = goroutines.length - shown.length;
  return rest > 0 ? [...lines, "", `… ${plural(rest, "more goroutine")}`] : lines;
}

/** reasonOf returns what stands in the brackets of a dump: "chan receive, 6 steps", "IO wait, Deno.readFile". */
export function reasonOf(goroutine: GoroutineRecord, record: ScheduleRecord): string {
  const { status, waitReason, detail, since, until } = goroutine;
  if (status === "runnable") return "runnable";
  const parts = [status === "foreign" ? "foreign await" : waitReason ?? status];
  if (waitReason === "IO wait" && detail !== undefined) parts.push(detail);
  const last = record.steps.at(-1)?.step;
  if (since !== undefined && last !== undefined) {
    parts.push(plural(Math.max(0, last - since + 1), "step"));
  }
  if (until !== undefined) parts.push(`until ${formatDuration(until)}`);
  return parts.join(", ");
}

function headOf(goroutine: GoroutineRecord, record: ScheduleRecord): string {
  return `goroutine ${goroutine.id} [${reasonOf(goroutine, record)}]:`;
}

/** The outermost frame is the body of the goroutine, whose name is better than what V8 infers. */
function framesOf({ at, name }: GoroutineRecord, places: Places): string[] {
  if (at.length === 0) return [name || "func1"];
  return at.flatMap((site, index) => {
    const own = index === at.length - 1 ? name : "";
    return [own || nameOf(site) || "func1", `\t${places.full(site)}`];
  });
}

/** A function given to explore gets its name from V8 all the same: "explore.name". */
function nameOf({ functionName }: Site): string {
  return /^explore(\.|$)/.test(functionName) ? "" : functionName;
}

function creatorOf({ parent, createdAt }: GoroutineRecord, names: Names, places: Places): string[] {
  if (parent === undefined) return [];
  const creator = (createdAt && nameOf(createdAt)) || names.goroutine(parent)?.name || "func1";
  const place = createdAt === undefined ? [] : [`\t${places.full(createdAt)}`];
  return [`created by ${creator} in goroutine ${parent}`, ...place];
}
