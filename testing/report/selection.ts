/**
 * Which lanes and steps a picture has room for.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { fold, type Folded, signaturesOf } from "./cycles.ts";
import { INVOLVED, weigh } from "./importance.ts";
import { livesOf, type Row, rowsOf } from "./rows.ts";

/** With more goroutines or steps than this, only those involved in the failure are shown. */
const MOST_GOROUTINES = 6, MOST_STEPS = 40;
/** Lines for operations: with head, folded blocks and the count of what is left out the lanes have 60 at most. */
const MOST_ROWS = 57;
/** Lines for one step. */
const MOST_ROWS_OF_STEP = 12;

/** Selection is what is shown of a schedule. */
export interface Selection {
  /** The goroutines that have a lane, in order. */
  readonly lanes: readonly number[];
  /** Rows, and blocks of steps that come again. */
  readonly lines: readonly SelectedLine[];
  /** How many steps are not shown, and how many goroutines without a lane they belong to. */
  readonly leftOut: {
    readonly steps: number;
    readonly otherSteps: number;
    readonly others: number;
  };
}

/** SelectedLine is one line of a picture: an operation, a number of operations cut out of a step, or a block again. */
export type SelectedLine =
  | { readonly row: Row }
  | { readonly cutRows: number; readonly goroutine: number }
  | { readonly again: number; readonly period: number };

/** select chooses what to show; `fits` tells whether that many lanes have room. With `full` every step is shown. */
export function select(
  record: ScheduleRecord,
  context: ReportContext,
  fits: (lanes: readonly number[]) => boolean,
  full: boolean,
): Selection {
  const weights = weigh(record, context);
  const lanes = chooseLanes(record, weights.goroutines, fits, full);
  const rows = rowsOf(record);
  const items = full ? rows.map((_, index) => ({ index })) : foldSteps(record, context);
  const shown = items.filter((it) => "index" in it);
  const isLarge = !full &&
    (record.goroutines.length > MOST_GOROUTINES || shown.length > MOST_STEPS);
  const visible = rows.map((it) => it.filter(({ goroutine }) => lanes.includes(goroutine)));
  const weightOf = (index: number): number => weights.steps.get(record.steps[index]!.step) ?? 0;
  const candidates = shown.map(({ index }) => index)
    .filter((index) => visible[index]!.length > 0 && (!isLarge || weightOf(index) >= INVOLVED));
  const chosen = full ? new Set(candidates) : chooseSteps(candidates, visible, weightOf);
  const { lines, covered } = linesOf(items, chosen, visible, full);
  return { lanes, lines, leftOut: countLeftOut(record, covered, lanes) };
}

/** All goroutines in order while there is room; else the most important ones. */
function chooseLanes(
  record: ScheduleRecord,
  weights: ReadonlyMap<number, number>,
  fits: (lanes: readonly number[]) => boolean,
  full: boolean,
): number[] {
  const all = [...livesOf(record).keys()];
  const weightOf = (id: number): number => weights.get(id) ?? 0;
  const ranked = all.toSorted((a, b) => weightOf(b) - weightOf(a) || a - b);
  if (!full && all.length > MOST_GOROUTINES) {
    const involved = ranked.filter((id) => weightOf(id) >= INVOLVED);
    ranked.length = Math.min(MOST_GOROUTINES, involved.length || MOST_GOROUTINES);
  }
  while (ranked.length > 1 && !fits(ranked)) ranked.pop();
  return ranked.sort((a, b) => a - b);
}

/** The switch that matters is never folded into a block. */
function foldSteps(record: ScheduleRecord, { criticalSwitch }: ReportContext): Folded[] {
  const signatures = signaturesOf(record);
  const critical = record.steps.findIndex(({ step }) => step === criticalSwitch?.step);
  if (critical >= 0) signatures[critical] = "the critical switch";
  return fold(signatures);
}

/** The most important steps, the latest first, as many as there are lines for. */
function chooseSteps(
  candidates: readonly number[],
  rows: readonly (readonly Row[])[],
  weightOf: (index: number) => number,
): Set<number> {
  const chosen = new Set<number>();
  let room = MOST_ROWS;
  for (const index of candidates.toSorted((a, b) => weightOf(b) - weightOf(a) || b - a)) {
    const cost = Math.min(rows[index]!.length, MOST_ROWS_OF_STEP);
    if (cost > room) break;
    room -= cost;
    chosen.add(index);
  }
  return chosen;
}

/** The lines of the chosen steps, and which steps they stand for. */
function linesOf(
  items: readonly Folded[],
  chosen: ReadonlySet<number>,
  rows: readonly (readonly Row[])[],
  full: boolean,
): { lines: SelectedLine[]; covered: Set<number> } {
  const lines: SelectedLine[] = [];
  const covered = new Set<number>();
  let room = MOST_ROWS -
    [...chosen].reduce((sum, it) => sum + stepLines(rows[it]!, full).length, 0);
  let last = -1;
  for (const item of items) {
    if ("index" in item) {
      last = item.index;
      if (!chosen.has(last)) continue;
      lines.push(...stepLines(rows[last]!, full));
      covered.add(last);
      continue;
    }
    const { again, period } = item;
    const end = last + 1 + again * period;
    const isShown = rows.slice(last + 1 - period, last + 1).every((_, i) => chosen.has(last - i));
    if (isShown && room > 0) {
      room--;
      lines.push(item);
      for (let index = last + 1; index < end; index++) covered.add(index);
    }
    last = end - 1;
  }
  return { lines, covered };
}

function stepLines(rows: readonly Row[], full: boolean): SelectedLine[] {
  const lines = rows.map((row) => ({ row }));
  if (full || lines.length <= MOST_ROWS_OF_STEP) return lines;
  const tail = Math.floor(MOST_ROWS_OF_STEP / 2), head = MOST_ROWS_OF_STEP - tail - 1;
  const cutRows = lines.length - head - tail;
  return [
    ...lines.slice(0, head),
    { cutRows, goroutine: rows[0]!.goroutine },
    ...lines.slice(-tail),
  ];
}

function countLeftOut(
  { steps }: ScheduleRecord,
  covered: ReadonlySet<number>,
  lanes: readonly number[],
): Selection["leftOut"] {
  const left = steps.filter((_, index) => !covered.has(index));
  const other = left.filter(({ goroutine }) => !lanes.includes(goroutine));
  const others = new Set(other.map(({ goroutine }) => goroutine)).size;
  return { steps: left.length, otherSteps: other.length, others };
}
