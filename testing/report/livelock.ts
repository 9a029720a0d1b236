/**
 * The cycle in which a livelock goes round.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { type Cycle, finalCycle, signaturesOf } from "./cycles.ts";
import { type LaneLayout, renderLanes } from "./lanes.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { formatNumber, plural } from "./text.ts";

/** explainLivelock returns the sentence about the cycle, and the lanes of one round of it. */
export function explainLivelock(
  record: ScheduleRecord,
  context: ReportContext,
  layout: LaneLayout,
): { sentence: string; lanes: string[] } {
  const cycle = finalCycle(signaturesOf(record));
  if (cycle === undefined) {
    return { sentence: "", lanes: renderLanes(record, context, layout) };
  }
  const round = oneRound(record, cycle);
  const spinner = describeSpinner(record, round, cycle);
  if (spinner !== undefined) return { sentence: spinner, lanes: [] };
  // Of a long schedule only the end is recorded.
  const isWhole = cycle.start > 0 || record.steps[0]?.step === 1;
  const count = `${isWhole ? "" : "at least "}${plural(cycle.count, "time")}`;
  return {
    sentence: `a cycle of ${plural(cycle.period, "step")}, ${count}, ` +
      "in which every goroutine that could run did run:",
    lanes: renderLanes(round, context, { ...layout, time: false }),
  };
}

/** The record cut down to the first round, and to those who take part in it. */
function oneRound(record: ScheduleRecord, { start, period }: Cycle): ScheduleRecord {
  const steps = record.steps.slice(start, start + period);
  const numbers = new Set(steps.map(({ step }) => step));
  const events = record.events.filter(({ step }) => numbers.has(step));
  const takesPart = new Set([...steps, ...events].map(({ goroutine }) => goroutine));
  const goroutines = record.goroutines.filter(({ id }) => takesPart.has(id));
  return { ...record, steps, events, goroutines };
}

/** The sentence about a goroutine that goes round alone and only polls. */
function describeSpinner(
  record: ScheduleRecord,
  round: ScheduleRecord,
  cycle: Cycle,
): string | undefined {
  const { goroutines, events } = round;
  const [spinner, ...others] = goroutines;
  const polls = events.filter(({ verb }) => verb !== "resume");
  if (spinner === undefined || others.length > 0 || polls.length === 0) return undefined;
  if (!polls.every(({ verb }) => verb === "yieldNow" || verb.startsWith("try"))) return undefined;
  const at = polls.find((it) => it.at !== undefined)?.at;
  const place = at === undefined ? "" : ` at ${new Places(record).short(at)}`;
  const { verb } = polls.find((it) => it.verb === "yieldNow") ?? polls[0]!;
  const times = cycle.count * polls.filter((it) => it.verb === verb).length;
  return `${new Names(record).title(spinner.id)} spins${place} (${verb}, ${
    formatNumber(times)
  } times) ` +
    "and waits for nobody: use a channel, a Cond or sleep";
}
