/**
 * The trace as Chrome's Trace Event format, for Perfetto and chrome://tracing.
 *
 * A step takes one microsecond, a virtual millisecond a thousand, so that order shows while virtual time stands still.
 *
 * @module
 */

import type { EventRecord, ReportContext, ScheduleRecord } from "../record.ts";
import { eventsByStep } from "./by_step.ts";
import { Names } from "./names.ts";
import { labelOf } from "./rows.ts";

interface TraceEvent {
  readonly ph: "M" | "X" | "s" | "f" | "C";
  readonly name: string;
  readonly pid: 1;
  readonly tid?: number;
  readonly ts?: number;
  readonly [field: string]: unknown;
}

/** An event with the time at which it is drawn: its own part of the microsecond of its step. */
interface Timed {
  readonly event: EventRecord;
  readonly ts: number;
  readonly dur: number;
}

/** chromeTrace writes a schedule as one JSON document: slices for operations and waits, arrows for who let whom go on. */
export function chromeTrace(record: ScheduleRecord, context: ReportContext): string {
  const names = new Names(record);
  const timed = timesOf(record);
  const end = (record.steps.at(-1)?.step ?? 0) + (record.steps.at(-1)?.time ?? 0) * 1000 + 1;
  const traceEvents = [
    ...metadata(record, context, names),
    ...timed.map((it) => slice(it, names)),
    ...timed.flatMap((_, index) => waitSlices(timed, index, end, names)),
    ...arrows(timed),
    ...counters(record, timed, names),
  ];
  return JSON.stringify({ traceEvents, displayTimeUnit: "ms" }) + "\n";
}

function timesOf(record: ScheduleRecord): Timed[] {
  const groups = eventsByStep(record.events);
  return record.steps.flatMap(({ step, time }) => {
    const events = groups.get(step) ?? [];
    const dur = 1 / (events.length + 1);
    return events.map((event, index) => ({ event, ts: time * 1000 + step + index * dur, dur }));
  });
}

function metadata(record: ScheduleRecord, context: ReportContext, names: Names): TraceEvent[] {
  const title = `${context.testName ?? "interleave"} ${context.token}`;
  return [
    { ph: "M", name: "process_name", pid: 1, args: { name: title } },
    ...record.goroutines.flatMap(({ id }): TraceEvent[] => [
      { ph: "M", name: "thread_name", pid: 1, tid: id, args: { name: names.title(id) } },
      { ph: "M", name: "thread_sort_index", pid: 1, tid: id, args: { sort_index: id } },
    ]),
  ];
}

function slice({ event, ts, dur }: Timed, names: Names): TraceEvent {
  const { goroutine, step, at, value } = event;
  const place = at === undefined ? {} : { at: `${at.file}:${at.line}:${at.column}` };
  const args = { step, ...place, ...(value === undefined ? {} : { value }) };
  return { ph: "X", name: labelOf(event, names), cat: "op", pid: 1, tid: goroutine, ts, dur, args };
}

/**
 * From the end of the operation that waits until somebody wakes the goroutine, or it does anything; nothing if that is at
 * once, as with operations that were started together.
 */
function waitSlices(
  timed: readonly Timed[],
  index: number,
  end: number,
  names: Names,
): TraceEvent[] {
  const { event, ts, dur } = timed[index]!;
  const { goroutine } = event;
  const start = ts + dur;
  const next = following(
    timed,
    index,
    (it) => it.goroutine === goroutine || it.wakes.includes(goroutine),
  );
  const length = (next?.ts ?? end) - start;
  if (!event.waits || length < 1e-3) return [];
  const name = `waits: ${labelOf(event, names)}`;
  return [{ ph: "X", name, cat: "wait", pid: 1, tid: goroutine, ts: start, dur: length }];
}

/** The first event behind `index` that fulfils `condition`. */
function following(
  timed: readonly Timed[],
  index: number,
  condition: (event: EventRecord) => boolean,
): Timed | undefined {
  for (let at = index + 1; at < timed.length; at++) {
    if (condition(timed[at]!.event)) return timed[at];
  }
  return undefined;
}

/** From whoever starts or wakes a goroutine to the first thing that goroutine does then. */
function arrows(timed: readonly Timed[]): TraceEvent[] {
  let id = 0;
  return timed.flatMap(({ event, ts, dur }, index) => {
    const targets = event.started === undefined ? event.wakes : [...event.wakes, event.started];
    return targets.flatMap((goroutine): TraceEvent[] => {
      const next = following(timed, index, (it) => it.goroutine === goroutine);
      if (next === undefined) return [];
      const name = event.started === goroutine ? "starts" : "wakes";
      const flow = { name, cat: "flow", id: ++id, pid: 1 } as const;
      return [
        { ph: "s", ...flow, tid: event.goroutine, ts: ts + dur / 2 },
        { ph: "f", bp: "e", ...flow, tid: goroutine, ts: next.ts },
      ];
    });
  });
}

/** How many goroutines wait, and how full channels are where operations tell (they do not once a select took part). */
function counters(record: ScheduleRecord, timed: readonly Timed[], names: Names): TraceEvent[] {
  const waiting = new Set<number>(), alive = new Set<number>([1]);
  const sizes = new Map<string, number>();
  const hasSelect = record.events.some(({ verb }) => verb === "select");
  return timed.flatMap(({ event, ts }) => {
    const { goroutine, verb, started, waits, wakes } = event;
    waiting.delete(goroutine);
    for (const id of wakes) waiting.delete(id);
    if (waits) waiting.add(goroutine);
    if (started !== undefined) alive.add(started);
    if (verb === "ends" || verb === "throws") alive.delete(goroutine);
    const args = { runnable: Math.max(0, alive.size - waiting.size), waiting: waiting.size };
    const counts: TraceEvent[] = [{ ph: "C", name: "goroutines", pid: 1, ts, args }];
    const channel = names.resource(event.resource);
    if (channel?.type === "Channel" && !hasSelect) {
      const size = (sizes.get(channel.name) ?? 0) + change(event);
      sizes.set(channel.name, Math.max(0, size));
      counts.push({
        ph: "C",
        name: `size of ${channel.name}`,
        pid: 1,
        ts,
        args: { size: Math.max(0, size) },
      });
    }
    return counts;
  });
}

/** A value handed to or taken from a goroutine that waits does not change the buffer. */
function change({ verb, waits, wakes, value }: EventRecord): number {
  if (waits || wakes.length > 0 || value === "closed") return 0;
  if (verb === "send") return 1;
  return verb === "receive" ? -1 : 0;
}
