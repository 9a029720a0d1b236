/**
 * What to do about a goroutine that awaits something the scheduler knows nothing of.
 *
 * @module
 */

import { PRELOAD, REAL_TIMER, type ReportContext, type ScheduleRecord } from "../record.ts";
import { Places } from "./places.ts";
import { formatNumber, listed } from "./text.ts";

/** Objects that are no use wrapping. */
const NOT_REMOTE = new Set(["this", "Promise", "Deno", "globalThis", "super", "new"]);

/** explainForeign returns what was tried, and what helps. */
export function explainForeign(record: ScheduleRecord, context: ReportContext): string[] {
  const { externalTimeoutMs } = context;
  const { calls } = record.failure ?? {};
  const timers = record.timers.length === 0 ? "no virtual timer is set" : "no virtual timer helps";
  const waited = externalTimeoutMs === undefined
    ? "waiting in real time brought nothing"
    : `${formatNumber(externalTimeoutMs)} ms of real time brought nothing`;
  if (calls !== undefined) {
    return [
      `${listed(calls)} ${
        calls.length === 1 ? "is" : "are"
      } pending. Time stands still meanwhile, and ${waited}.`,
      `If the answer itself waits for virtual time: explore(body, { external: "ignore" }), or { graceMs: 10 }.`,
      `Otherwise wrap what is remote, or pass a fake; or raise externalTimeoutMs if it is only slow.`,
    ];
  }
  return [
    `Nothing can run, ${timers}, and ${waited}.`,
    ...realTimersOf(record),
    `Wrap what is remote, wrap(${remoteOf(record)}), or pass a fake; ` +
    `or raise externalTimeoutMs if it is only slow.`,
  ];
}

/** Where timers were set that may be what is awaited, and how to have them virtual. */
function realTimersOf(record: ScheduleRecord): string[] {
  const places = new Places(record);
  const sites = (record.uncontrolled ?? []).flatMap(({ call, at }) =>
    call === REAL_TIMER && at !== undefined ? [places.short(at)] : []
  );
  if (sites.length === 0) return [];
  return [
    `A real timer was set at ${
      listed([...new Set(sites)])
    }, of node:timers or from before this package was loaded: ${PRELOAD} makes it virtual.`,
  ];
}

/** The object whose method is awaited, as the source names it. */
function remoteOf({ goroutines }: ScheduleRecord): string {
  const stacks = goroutines.flatMap(({ status, at, alsoAt = [] }) =>
    status === "foreign" ? [at, ...alsoAt] : alsoAt
  );
  for (const at of stacks) {
    const source = at[0]?.source ?? "";
    const name = /\bawait\s+([A-Za-z_$][\w$]*)\.[A-Za-z_$][\w$.]*\(/.exec(source)?.[1];
    if (name !== undefined && !NOT_REMOTE.has(name)) return name;
  }
  return "client";
}
