/**
 * What is said on stderr of an exploration all of whose schedules pass. Each schedule that tells of something is run once
 * more, for the places.
 *
 * @module
 */

import type { Exploration } from "./exploration.ts";
import { FailingSchedule } from "./failing_schedule.ts";
import type { Inversion } from "./lock_order.ts";
import { namesRealTimers } from "./node_timers.ts";
import { warn } from "./platform.ts";
import { REAL_TIMER } from "./record.ts";
import { floatingSentences } from "./report/floating.ts";
import { describeLocks } from "./report/locks.ts";
import type { Deviation } from "./schedule_token.ts";

/** A schedule in which locks were taken in an order that may deadlock in another one. */
export interface InvertedSchedule {
  readonly inversion: Inversion;
  readonly deviations: readonly Deviation[];
}

/** What was said to be out of control, or awaited by nobody: each is said once. */
const told = new Set<string>();

/** The explorations that were looked at for operations that nobody awaits. */
const looked = new Set<string>();

/** Those of `texts` that were not said before; from now on they were. */
function newsOf(texts: readonly string[]): string[] {
  const news = [...new Set(texts)].filter((text) => !told.has(text));
  for (const text of news) told.add(text);
  return news;
}

/** Warns of what comes from outside: in one order only, and not the same every time. */
export async function warnOfOutside(
  exploration: Exploration,
  deviations: readonly Deviation[],
): Promise<void> {
  const { uncontrolled = [] } = await new FailingSchedule(exploration).describe(
    { kind: "passed" },
    deviations,
  );
  const news = newsOf(
    uncontrolled.flatMap(({ call, at, isTracked }) =>
      isTracked || (call === REAL_TIMER && namesRealTimers())
        ? []
        : [at === undefined ? call : `${call} at ${at.file}:${at.line}`]
    ),
  );
  if (news.length === 0) return;
  warn(`${exploration.title}: waits for what no schedule controls: ${news.join(", ")}`);
}

/** Warns of operations that are statements of their own, which nobody can await. */
export async function warnOfFloating(
  exploration: Exploration,
  deviations: readonly Deviation[],
): Promise<void> {
  const { site, identity, title } = exploration;
  const key = `${site?.url}:${site?.line} ${identity}`;
  if (looked.has(key)) return;
  looked.add(key);
  const record = await new FailingSchedule(exploration).describe({ kind: "passed" }, deviations);
  const floating = (record.floating ?? []).filter(({ at }) => at.source !== undefined);
  const news = newsOf(floatingSentences(record, floating));
  if (news.length > 0) warn(`${title}: ${news.join("; ")}`);
}

/** Warns of locks that are taken in both orders. */
export async function warnOfLocks(
  exploration: Exploration,
  { inversion, deviations }: InvertedSchedule,
): Promise<void> {
  const verdict = { kind: "lockOrder", inversion } as const;
  const record = await new FailingSchedule(exploration).describe(verdict, deviations);
  warn(`${exploration.title}: ${[record.failure?.message, ...describeLocks(record)].join("; ")}`);
}
