/**
 * The trace as JSON lines, for tools. All other formats show a part of this.
 *
 * @module
 */

import type { EventRecord, ReportContext, ScheduleRecord, Site } from "../record.ts";
import { Names } from "./names.ts";

/**
 * jsonLines writes a schedule as JSON lines: first what it is, then one line per event. `res` is ok, wait, wake, fail,
 * end or throw; whoever is woken has a line of its own behind the event that woke it, `from` the waker.
 */
export function jsonLines(record: ScheduleRecord, context: ReportContext): string {
  const names = new Names(record);
  const head = {
    interleave: 1,
    schedule: context.token,
    seed: context.seed,
    ...(record.failure === undefined ? {} : { failure: record.failure.kind }),
    goroutines: record.goroutines.map(({ id, name, parent, createdAt }) => ({
      g: id,
      name,
      ...(parent === undefined ? {} : { by: parent }),
      ...(createdAt === undefined ? {} : { at: placeOf(createdAt) }),
    })),
  };
  // What a goroutine waits for, so that its waking says what it was.
  const waits = new Map<number, EventRecord>();
  const lines = record.events.flatMap((event) => {
    if (event.waits) waits.set(event.goroutine, event);
    const woken = event.wakes.map((id) => wakeLine(id, event, waits.get(id), names));
    return [eventLine(event, names), ...woken];
  });
  return [head, ...lines].map((it) => JSON.stringify(it) + "\n").join("");
}

function eventLine(event: EventRecord, names: Names): object {
  const { step, time, goroutine, verb, started, value, at } = event;
  return {
    step,
    t: time,
    g: goroutine,
    op: verb,
    ...objectOf(event, names),
    ...(started === undefined ? {} : { started }),
    ...(value === undefined ? {} : { value }),
    res: resultOf(event),
    from: 0,
    ...(at === undefined ? {} : { loc: placeOf(at) }),
  };
}

function wakeLine(
  id: number,
  by: EventRecord,
  wait: EventRecord | undefined,
  names: Names,
): object {
  return {
    step: by.step,
    t: by.time,
    g: id,
    op: wait?.verb ?? "wait",
    ...objectOf(wait ?? by, names),
    res: "wake",
    from: by.goroutine,
  };
}

function resultOf({ verb, waits, value }: EventRecord): string {
  if (verb === "ends") return "end";
  if (verb === "throws") return "throw";
  if (waits) return "wait";
  return verb.startsWith("try") && value === "false" ? "fail" : "ok";
}

function objectOf({ resource }: EventRecord, names: Names): { obj?: string } {
  const name = names.resource(resource)?.name;
  return name === undefined ? {} : { obj: name };
}

function placeOf({ file, line, column }: Site): string {
  return `${file}:${line}:${column}`;
}
