/**
 * A schedule as rows: one per operation, in order, as the lanes, the pictures and the diagram show it.
 *
 * @module
 */

import { eventsByStep } from "./by_step.ts";
import type { EventRecord, ScheduleRecord, Site, StepRecord } from "../record.ts";
import { Names, TIMERS } from "./names.ts";
import { cut } from "./text.ts";

/** Values longer than this are cut. */
const VALUE_WIDTH = 12;
/** Of more goroutines woken at once two are named. */
const WAKES_NAMED = 3;
/** What a try, a receive or a resumption gave stands behind a colon; what a send or a sleep was given does not. */
const RESULT = /^(try|receive|next|recv|get$)/;

/** Row is one operation of a step. */
export interface Row {
  /** The step it belongs to. */
  readonly step: StepRecord;
  /** Whether it is the first of its step. */
  readonly isFirst: boolean;
  /** Who did it. */
  readonly goroutine: number;
  /** What it did: "mu.unlock". */
  readonly label: string;
  /** Whom it let go on: " → g3"; and ", ends". */
  readonly tail: string;
  /** Whether it had to wait. */
  readonly waits: boolean;
  /** Whether it is the end of its goroutine by what it threw. */
  readonly throws: boolean;
  /** Whether its goroutine ends with it. */
  readonly ends: boolean;
  /** The event it shows; undefined for a step in which nothing could be seen. */
  readonly event?: EventRecord;
  /** Where. */
  readonly at?: Site;
}

/** rowsOf returns the rows of every step, in order. */
export function rowsOf(record: ScheduleRecord): Row[][] {
  const names = new Names(record);
  const events = eventsByStep(record.events);
  return record.steps.map((step) => rowsOfStep(step, events.get(step.step) ?? [], names));
}

function rowsOfStep(step: StepRecord, events: readonly EventRecord[], names: Names): Row[] {
  const rows: Row[] = [];
  for (const event of events) {
    if (event.verb === "resume" && event.value === undefined) continue;
    const last = rows.at(-1);
    if (event.verb === "ends" && last?.goroutine === event.goroutine && !last.waits) {
      rows[rows.length - 1] = { ...last, tail: `${last.tail}, ends`, ends: true };
    } else rows.push(rowOf(step, event, rows.length === 0, names));
  }
  if (rows.length > 0) return rows;
  const at = events[0]?.at;
  const { goroutine } = step;
  const silent = { label: "goes on", tail: "", waits: false, throws: false, ends: false };
  return [{ step, isFirst: true, goroutine, ...silent, ...(at === undefined ? {} : { at }) }];
}

function rowOf(step: StepRecord, event: EventRecord, isFirst: boolean, names: Names): Row {
  return {
    step,
    isFirst,
    goroutine: event.goroutine,
    label: labelOf(event, names),
    tail: tailOf(event.wakes),
    waits: event.waits,
    throws: event.verb === "throws",
    ends: event.verb === "ends" || event.verb === "throws",
    event,
    ...(event.at === undefined ? {} : { at: event.at }),
  };
}

/** labelOf returns what an event did, in a few words: "mu.lock", "log.send 5", "b.tryLock: false", "go g2". */
export function labelOf(event: EventRecord, names: Names): string {
  const { verb, started } = event;
  if (started !== undefined) return `${verb} g${started}`;
  if (verb === "throws" || verb === "ends") return verb;
  const value = event.value === undefined ? undefined : cut(event.value, VALUE_WIDTH);
  if (verb === "resume") return value === undefined ? "goes on" : `got ${value}`;
  const resource = names.resource(event.resource)?.name ?? "";
  const action = resource === ""
    ? verb
    : resource.includes(" ")
    ? `${verb} ${resource}`
    : `${resource}.${verb}`;
  if (value === undefined) return action;
  return `${action}${RESULT.test(verb) ? ":" : ""} ${value}`;
}

function tailOf(wakes: readonly number[]): string {
  if (wakes.length === 0) return "";
  const named = wakes.length > WAKES_NAMED ? wakes.slice(0, 2) : wakes;
  const rest = wakes.length - named.length;
  return ` → ${[...named.map((id) => `g${id}`), ...rest > 0 ? [`${rest} more`] : []].join(", ")}`;
}

/** Life is the span of steps in which a goroutine has a lane. */
export interface Life {
  /** The step in which it was started. */
  readonly from: number;
  /** The step in which it ended; Infinity if it has not. */
  readonly to: number;
}

/** livesOf returns the life of every goroutine, and of the timers where one acted. */
export function livesOf(record: ScheduleRecord): Map<number, Life> {
  const from = new Map<number, number>();
  const to = new Map<number, number>();
  for (const event of record.events) {
    if (event.started !== undefined) from.set(event.started, event.step);
    if (event.verb === "ends" || event.verb === "throws") to.set(event.goroutine, event.step);
    if (event.goroutine === TIMERS) from.set(TIMERS, 1);
  }
  const ids = [...from.has(TIMERS) ? [TIMERS] : [], ...record.goroutines.map(({ id }) => id)];
  return new Map(ids.map((id) => [id, { from: from.get(id) ?? 1, to: to.get(id) ?? Infinity }]));
}
