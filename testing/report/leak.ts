/**
 * Why something outlives the test.
 *
 * @module
 */

import type { GoroutineRecord, PendingRecord, ScheduleRecord } from "../record.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { formatDuration, listed, plural } from "./text.ts";
import { leakedGoroutines } from "./verdict.ts";

/** More goroutines or operations are counted. */
const MOST_LISTED = 6;

/** explainLeak returns sentences: when main returned, why nobody wakes the goroutines, what else is left. */
export function explainLeak(record: ScheduleRecord): string[] {
  const leaked = leakedGoroutines(record);
  const main = record.mainEndedAt === undefined
    ? ""
    : `main returned at step ${record.mainEndedAt}.`;
  const first = [main, ...stuckSentences(leaked, record)].filter(Boolean).join(" ");
  return [first, ...pendingSentences(record), timerSentence(record, leaked.length > 0)].filter(
    Boolean,
  );
}

/** allowLine returns the line that shows how to let them stay; "" if no goroutine is left. */
export function allowLine(record: ScheduleRecord): string {
  const names = [...new Set(leakedGoroutines(record).map(({ name }) => name))];
  if (names.length === 0) return "";
  return `Meant to stay?  explore(body, { allowLeaks: ${
    JSON.stringify(names.slice(0, MOST_LISTED)).replaceAll(",", ", ")
  } })`;
}

/** Certain only if all who are left wait for one another's side of things that no timer touches. */
function stuckSentences(leaked: readonly GoroutineRecord[], record: ScheduleRecord): string[] {
  const names = new Names(record), places = new Places(record);
  const alive = record.goroutines.filter(({ status }) =>
    status !== "ended" && status !== "panicked"
  );
  if (leaked.length === 0 || !alive.every((it) => isStuck(it, names))) return [];
  const ids = leaked.slice(0, MOST_LISTED).map(({ id }) => `g${id}`);
  const rest = leaked.length - ids.length;
  const who = listed([...ids, ...rest > 0 ? [`${rest} more`] : []]);
  const unclosed = [...new Set(leaked.map(({ resource }) => resource))].flatMap((id) => {
    const channel = names.resource(id);
    const receives = leaked.some((it) => it.resource === id && it.waitReason === "chan receive");
    const isClosed = record.events.some(({ verb, resource }) =>
      resource === id && verb === "close"
    );
    if (channel === undefined || !receives || isClosed) return [];
    const at = channel.createdAt;
    return [`${channel.name} was never closed${at === undefined ? "" : ` (${places.short(at)})`}`];
  });
  return [`Nothing can wake ${who} any more${unclosed.length > 0 ? `: ${listed(unclosed)}` : ""}.`];
}

/** Whether only another goroutine could wake it: it waits for a resource that belongs to no timer. */
function isStuck(
  { status, waitReason = "", until, resource }: GoroutineRecord,
  names: Names,
): boolean {
  if (status !== "waiting" || until !== undefined) return false;
  if (!/^(chan|sync\.|semacquire)/.test(waitReason)) return false;
  return !/timer|ticker|context|after/i.test(names.resource(resource)?.type ?? "");
}

function pendingSentences(record: ScheduleRecord): string[] {
  const names = new Names(record), places = new Places(record);
  const all = record.goroutines.flatMap(({ id, pending = [] }) =>
    pending.map((it) => pendingSentence(id, it, names, places))
  );
  const rest = all.length - MOST_LISTED;
  return rest > 0
    ? [...all.slice(0, MOST_LISTED), `… ${plural(rest, "more operation")} like these`]
    : all;
}

/** An operation whose goroutine ended before it was done. */
function pendingSentence(id: number, pending: PendingRecord, names: Names, places: Places): string {
  const at = pending.at === undefined ? "" : ` (${places.short(pending.at)})`;
  const why = pending.lostRace === true
    ? " a race leaves the loser waiting, and it will take a value later: use select"
    : "";
  return `g${id} ended while its ${names.waiting(pending)}${at} was pending: missing await?${why}`;
}

/** While main runs a timer is nothing left over. */
function timerSentence({ timers, mainEndedAt }: ScheduleRecord, also: boolean): string {
  if (timers.length === 0 || mainEndedAt === undefined) return "";
  const places = new Places({ goroutines: [], resources: [], steps: [], events: [], timers });
  const shown = timers.slice(0, MOST_LISTED).map(({ due, at }) =>
    `due at ${formatDuration(due)}${at === undefined ? "" : ` (set at ${places.short(at)})`}`
  );
  const rest = timers.length - shown.length;
  return `${also ? "Also left" : "Left"}: ${plural(timers.length, "timer")}, ${
    listed([...shown, ...rest > 0 ? [`${rest} more`] : []])
  }`;
}
