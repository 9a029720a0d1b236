/**
 * What to do about a goroutine that awaits something the scheduler knows nothing of.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
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
    `Wrap what is remote, wrap(${remoteOf(record)}), or pass a fake; ` +
    `or raise externalTimeoutMs if it is only slow.`,
  ];
}

/** The object whose method is awaited, as the source names it. */
function remoteOf({ goroutines }: ScheduleRecord): string {
  for (const { status, at } of goroutines) {
    const source = status === "foreign" ? at[0]?.source ?? "" : "";
    const name = /\bawait\s+([A-Za-z_$][\w$]*)\.[A-Za-z_$][\w$.]*\(/.exec(source)?.[1];
    if (name !== undefined && !NOT_REMOTE.has(name)) return name;
  }
  return "client";
}
