/**
 * Who waits for what: one line per goroutine, with what it holds and who holds what it waits for.
 *
 * @module
 */

import type { GoroutineRecord, ResourceRecord, ScheduleRecord, Site } from "../record.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { formatDuration, listed, longest, pad, plural } from "./text.ts";

/** More goroutines are counted. */
const MOST_LINES = 12;
const NAME_WIDTH = 11;
/** More places where one goroutine awaits are counted. */
const MOST_ALSO = 5;

/** waitTable returns a line per goroutine, 12 at most; those that wait for something foreign show where. */
export function waitTable(
  record: ScheduleRecord,
  goroutines: readonly GoroutineRecord[],
): string[] {
  const names = new Names(record), places = new Places(record);
  const shown = goroutines.slice(0, MOST_LINES);
  const entries = shown.map((it) => ({
    title: names.title(it.id),
    lines: it.status === "foreign"
      ? foreignLines(it, places)
      : [waitLine(it, record, names, places), ...alsoLines(it, places)],
  }));
  const nameWidth = Math.max(NAME_WIDTH, longest(entries.map(({ title }) => title)) + 2);
  const isNoted = (line: readonly string[]): boolean => line.length > 1 && line[1] !== "";
  const all = entries.flatMap(({ lines }) => lines);
  const hasForeign = goroutines.some(({ status, alsoAt }) => status === "foreign" || alsoAt);
  const gap = hasForeign ? 5 : 4;
  const textWidth = longest((hasForeign ? all.filter(isNoted) : all).map(([text]) => text!)) + gap;
  const lines = entries.flatMap(({ title, lines }) =>
    lines.map(([text, note = ""], index) =>
      (pad(index === 0 ? title : "", nameWidth) + pad(text!, textWidth) + note).trimEnd()
    )
  );
  const rest = goroutines.length - shown.length;
  return rest > 0 ? [...lines, `… ${plural(rest, "more goroutine")}`] : lines;
}

/** waitsFor says what a goroutine does at the end: "waits for chan send log", "sleeps until 50ms", "can run". */
export function waitsFor(goroutine: GoroutineRecord, names: Names): string {
  const { status, waitReason, detail, until } = goroutine;
  if (status === "runnable") return "can run";
  if (status === "ended" || status === "panicked") {
    return status === "ended" ? "has ended" : "has panicked";
  }
  if (waitReason === "sleep") {
    return until === undefined ? "sleeps" : `sleeps until ${formatDuration(until)}`;
  }
  if (waitReason === "IO wait" && detail !== undefined) return `waits for ${detail}`;
  if (until !== undefined) return `waits for ${waitReason}, due at ${formatDuration(until)}`;
  const more = waitReason === "select" && detail !== undefined ? ` ${detail}` : "";
  return `waits for ${names.waiting(goroutine)}${more}`;
}

function waitLine(
  goroutine: GoroutineRecord,
  record: ScheduleRecord,
  names: Names,
  places: Places,
): string[] {
  const holders = names.resource(goroutine.resource)?.holders ?? [];
  const blockers = [...new Set(holders.map((it) => it.goroutine))]
    .map((id) => id === goroutine.id ? "itself" : `g${id}`);
  const held = record.resources.flatMap((resource) => {
    const hold = resource.holders.find((it) => it.goroutine === goroutine.id);
    return hold === undefined ? [] : [holdText(resource, hold, places)];
  });
  const notes = [];
  if (blockers.length > 0) notes.push(`locked by ${listed(blockers)}`);
  if (held.length > 0) notes.push(`${blockers.length > 0 ? "has " : ""}locked ${listed(held)}`);
  return [waitsFor(goroutine, names), notes.join("; ")];
}

function holdText(
  resource: ResourceRecord,
  hold: { step: number; at?: Site },
  places: Places,
): string {
  const place = hold.at === undefined ? "" : ` (${places.short(hold.at)})`;
  return `${resource.name} at step ${hold.step}${place}`;
}

function foreignLines(goroutine: GoroutineRecord, places: Places): string[][] {
  const { at, after } = goroutine;
  if (at.length === 0) {
    const behind = after === undefined
      ? "at a place that could not be found"
      : `after ${places.exact(after)}`;
    return [[`awaits something ${behind}`, after?.source ?? ""]];
  }
  return [...awaitLines(at, places), ...alsoLines(goroutine, places)];
}

function awaitLines(at: readonly Site[], places: Places): string[][] {
  return at.map((site, index) => [
    `${index === 0 ? "awaits at" : "called from"} ${places.exact(site)}`,
    site.source ?? "",
  ]);
}

/** Where else it awaits, 5 places at most. */
function alsoLines({ alsoAt = [] }: GoroutineRecord, places: Places): string[][] {
  const rest = alsoAt.length - MOST_ALSO;
  return [
    ...alsoAt.slice(0, MOST_ALSO).flatMap((at) =>
      awaitLines(at.slice(0, 1), places).map(([text, source]) => [`and ${text}`, source ?? ""])
    ),
    ...rest > 0 ? [[`and at ${plural(rest, "more place")}`]] : [],
  ];
}
