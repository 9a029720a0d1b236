/**
 * The whole text of a failure: the verdict, why, a picture, the line to paste, numbers.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { explainDeadlock } from "./deadlock.ts";
import { explainNondeterminism, explainReplay } from "./divergence.ts";
import { dumpOf } from "./dump.ts";
import { explainFloating } from "./floating.ts";
import { explainForeign } from "./foreign.ts";
import { type LaneLayout, legendOf, renderLanes } from "./lanes.ts";
import { allowLine, explainLeak } from "./leak.ts";
import { explainLivelock } from "./livelock.ts";
import { explainLocks } from "./locks.ts";
import { pasteLine, traceFlags } from "./paste_line.ts";
import { Places } from "./places.ts";
import { explainRace } from "./race.ts";
import { clean, formatNumber, plural, wrap } from "./text.ts";
import { thrownLines } from "./thrown.ts";
import { leakedGoroutines, verdictOf } from "./verdict.ts";
import { waitTable } from "./wait_table.ts";

/** ReportLayout is how a report is laid out. */
export interface ReportLayout {
  /** The columns of pictures and sentences, in code points. Lines to paste and Go's dump are never broken. */
  readonly width: number;
  /** Whether marks are coloured; the first line never is. */
  readonly color: boolean;
  /** Whether everything is shown, without a limit on lines; false by default. */
  readonly full?: boolean;
}

/** ReportParts is a report in parts; each block is a paragraph, line by line. */
export interface ReportParts {
  /** The first line. */
  readonly verdict: string;
  /** Why, before any picture. */
  readonly why: readonly (readonly string[])[];
  /** Lanes, the switch that matters, Go's dump. */
  readonly picture: readonly (readonly string[])[];
  /** What to paste, and numbers. */
  readonly closing: readonly string[];
}

/**
 * renderReport returns the complete text of a failure. The first line is the verdict, without the error's name in front.
 * No line ends in blanks. Reads nothing and needs no permission.
 */
export function renderReport(
  record: ScheduleRecord,
  context: ReportContext,
  layout: ReportLayout,
): string {
  const { verdict, why, picture, closing } = partsOf(record, context, layout);
  const blocks = [[verdict], ...why, ...picture, closing].filter((block) => block.length > 0);
  return blocks.map((block) => block.map((line) => line.trimEnd()).join("\n")).join("\n\n");
}

/** partsOf returns a report in parts, for those who show only some of them. */
export function partsOf(
  record: ScheduleRecord,
  context: ReportContext,
  layout: ReportLayout,
): ReportParts {
  const data = clean(record), about = clean(context);
  const body = bodyOf(data, about, layout);
  const nonEmpty = (blocks: readonly (readonly string[])[]): (readonly string[])[] =>
    blocks.filter((block) => block.length > 0);
  return {
    verdict: verdictOf(data, about),
    why: nonEmpty([
      about.caveat === undefined ? [] : [`  ${about.caveat}`],
      ...body.why,
      prose(explainFloating(data), layout.width),
    ]),
    picture: nonEmpty([...body.picture, needsSlow(data, about, layout.width)]),
    closing: closingOf(data, about),
  };
}

type Body = Pick<ReportParts, "why" | "picture">;

function bodyOf(record: ScheduleRecord, context: ReportContext, layout: ReportLayout): Body {
  const full = layout.full === true;
  const everything = full ? [...lanesOf(record, context, layout), ...dumpBlocks(record, full)] : [];
  switch (record.failure?.kind) {
    case "race":
    case "panic":
      return {
        why: record.race === undefined
          ? [indent(causeLines(record))]
          : explainRace(record, record.race, layout.width - 2).map(indent),
        picture: [
          ...lanesOf(record, context, layout),
          passesIf(record, context, layout.width),
          ...(full ? dumpBlocks(record, full) : []),
        ],
      };
    case "lockOrder":
      return {
        why: explainLocks(record, layout.width - 2).map(indent),
        picture: lanesOf(record, context, layout),
      };
    case "deadlock":
      return {
        why: [
          indent(waitTable(record, stuck(record))),
          prose([...explainDeadlock(record), ...context.passedHints ?? []], layout.width),
        ],
        picture: [...lanesOf(record, context, layout), ...dumpBlocks(record, full)],
      };
    case "leak":
      return {
        why: [
          indent(waitTable(record, leakedGoroutines(record))),
          prose(explainLeak(record), layout.width),
        ],
        picture: full || leakedGoroutines(record).length > 0
          ? [...(full ? lanesOf(record, context, layout) : []), ...dumpBlocks(record, full)]
          : lanesOf(record, context, layout),
      };
    case "foreign":
      return {
        why: [
          indent(waitTable(record, foreignFirst(record))),
          prose(explainForeign(record, context), layout.width),
        ],
        picture: everything,
      };
    case "livelock":
      return livelockBody(record, context, layout);
    case "nondeterminism":
      return { why: explainNondeterminism(record).map(indent), picture: everything };
    case "replay":
      return { why: explainReplay(record, context).map(indent), picture: everything };
    default:
      return { why: [], picture: full ? everything : lanesOf(record, context, layout) };
  }
}

function livelockBody(record: ScheduleRecord, context: ReportContext, layout: ReportLayout): Body {
  const { sentence, lanes } = explainLivelock(record, context, laneLayout(layout));
  return { why: [prose([sentence], layout.width)], picture: [lanes] };
}

/** What the user's code threw; what the judge said where it threw nothing. */
function causeLines({ failure }: ScheduleRecord): string[] {
  if (failure === undefined) return [];
  return failure.cause === undefined ? [failure.message] : thrownLines(failure.cause);
}

function stuck({ goroutines }: ScheduleRecord): ScheduleRecord["goroutines"] {
  return goroutines.filter(({ status }) => status !== "ended" && status !== "panicked");
}

function foreignFirst(record: ScheduleRecord): ScheduleRecord["goroutines"] {
  const alive = stuck(record);
  const isForeign = ({ status }: ScheduleRecord["goroutines"][number]): boolean =>
    status === "foreign";
  return [...alive.filter(isForeign), ...alive.filter((it) => !isForeign(it))];
}

/** The numbers of the schedule, the marks, the picture. */
function lanesOf(record: ScheduleRecord, context: ReportContext, layout: ReportLayout): string[][] {
  const lanes = renderLanes(record, context, laneLayout(layout));
  if (lanes.length === 0) return [];
  const size = sizeLine(record, context);
  const legend = legendOf(record);
  return [indent(legend === "" ? [size] : [size, legend]), lanes];
}

/** How long the schedule is, and was. Of a very long one only the end is recorded: how often it preempts is not known. */
function sizeLine({ steps }: ScheduleRecord, { shrunkFrom }: ReportContext): string {
  const last = steps.at(-1)?.step ?? 0;
  const preemptions = steps.filter(({ isPreemption }) => isPreemption).length;
  const now = last > steps.length
    ? `the last ${steps.length} of ${plural(last, "step")}`
    : sizeOf({ steps: last, preemptions });
  const isShorter = shrunkFrom !== undefined &&
    (shrunkFrom.steps !== last || last === steps.length && shrunkFrom.preemptions !== preemptions);
  return isShorter ? `${now} (shrunk from ${sizeOf(shrunkFrom)})` : now;
}

function sizeOf({ steps, preemptions }: { steps: number; preemptions: number }): string {
  return `${plural(steps, "step")}, ${plural(preemptions, "preemption")}`;
}

function laneLayout({ width, color, full }: ReportLayout): LaneLayout {
  return { width, color, full: full === true };
}

function dumpBlocks(record: ScheduleRecord, full: boolean): string[][] {
  const alive = record.failure?.kind === "leak" && !full ? leakedGoroutines(record) : stuck(record);
  return alive.length === 0 ? [] : [dumpOf(record, alive, full)];
}

/** Where somebody who could run must be slow, because a deadline comes first. */
function needsSlow(
  record: ScheduleRecord,
  { slowSteps = [] }: ReportContext,
  width: number,
): string[] {
  if (slowSteps.length === 0) return [];
  const steps = slowSteps.map((step) => {
    const time = record.steps.find((it) => it.step === step)?.time;
    return time === undefined ? `step ${step}` : `step ${step}, where time goes on to ${time} ms`;
  });
  return prose([`Needs a slow goroutine at ${steps.join(", and at ")}.`], width);
}

/** The one switch without which the schedule passes, and what came in between. */
function passesIf(
  record: ScheduleRecord,
  { criticalSwitch }: ReportContext,
  width: number,
): string[] {
  if (criticalSwitch === undefined) return [];
  const { step, goroutine } = criticalSwitch;
  const other = record.steps.find((it) => it.step === step)?.goroutine;
  const places = new Places(record);
  const own = record.events.filter((it) => it.goroutine === goroutine && it.at !== undefined);
  const before = own.findLast((it) => it.step < step)?.at;
  const from = before === undefined ? "" : places.short(before);
  const to = own.filter((it) => it.step >= step).map(({ at }) => places.short(at!)).find((it) =>
    it !== from
  );
  const between = from !== "" && to !== undefined && other !== undefined && other !== goroutine
    ? `: g${other} came between ${from} and ${to} of g${goroutine}.`
    : other !== undefined && other !== goroutine
    ? ` instead of g${other}.`
    : ".";
  return prose([`Passes if g${goroutine} goes on at step ${step}${between}`], width);
}

function closingOf(record: ScheduleRecord, context: ReportContext): string[] {
  const { isReplay, seed, schedule, scheduleLimit, totalSteps, elapsedMs } = context;
  const kind = record.failure?.kind;
  const again = `Again:  ${pasteLine(context)}`;
  const numbers = `Found:  seed ${seed}, schedule ${formatNumber(schedule)} of at most ` +
    `${formatNumber(scheduleLimit)}, ${plural(totalSteps, "step")}, ${
      formatNumber(Math.round(elapsedMs))
    } ms`;
  const trace = `Trace:  … ${traceFlags(context)}      ` +
    "(.json opens in Perfetto and chrome://tracing; also .svg, .txt)";
  const allow = kind === "leak" ? allowLine(record) : "";
  return indent([
    ...(allow === "" ? [] : [allow]),
    again,
    ...(kind === "replay" || kind === "limit" ? [] : [trace]),
    ...(isReplay ? [] : [numbers]),
  ]);
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => line === "" ? "" : `  ${line}`);
}

function prose(sentences: readonly string[], width: number): string[] {
  return indent(sentences.filter((it) => it !== "").flatMap((it) => wrap(it, width - 2)));
}
