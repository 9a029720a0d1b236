/**
 * Where a schedule went another way than before.
 *
 * @module
 */

import {
  type DivergenceRecord,
  PRELOAD,
  type ReportContext,
  type ScheduleRecord,
  type Site,
} from "../record.ts";
import { Places } from "./places.ts";
import { longest, pad } from "./text.ts";

/** What no watch can see. */
const HELD =
  "Nothing was called that the scheduler does not control, as far as it can see: functions taken from " +
  `globalThis before it was loaded escape it (${PRELOAD}), and so does randomInt of node:crypto.`;

const STATE = "State kept from run to run does this too: a module-level cache, a counter of ids.";

/** explainNondeterminism returns, in blocks, the step that differs and the calls that can cause it. */
export function explainNondeterminism(record: ScheduleRecord): string[][] {
  const { divergence } = record;
  if (divergence === undefined) {
    return record.failure?.kind === "nondeterminism" ? [[HELD, STATE]] : [];
  }
  const places = new Places(record);
  const { step, expected, found, uncontrolled = [] } = divergence;
  const head = `step ${step}  `;
  const width = longest([expected.text, found.text]) + 4;
  const line = (start: string, which: string, side: DivergenceRecord["expected"]): string =>
    `${pad(start, head.length)}${pad(which, 8)}${pad(side.text, width)}${placeOf(side.at, places)}`
      .trimEnd();
  const calls = uncontrolled.length === 0 ? [HELD] : [
    `Called before step ${step} and not under the scheduler's control:`,
    ...callLines(uncontrolled, places),
  ];
  return [[line(head, "first", expected), line("", "second", found)], [...calls, STATE]];
}

/** explainReplay returns, in blocks, what the schedule says, what the program does, and what to do about it. */
export function explainReplay(record: ScheduleRecord, { seed }: ReportContext): string[][] {
  const { divergence } = record;
  if (divergence === undefined) return [];
  const { step, expected, found } = divergence;
  return [
    [`recorded  ${expected.text}`, `here      ${found.text}`],
    [
      'The program has changed since, or it is not deterministic (check: "determinism" tells which).',
      step > 1
        ? `onDivergence: "continue" follows the schedule to step ${
          step - 1
        } and goes on from there with seed ${seed}.`
        : `onDivergence: "continue" goes on with seed ${seed}.`,
    ],
  ];
}

function callLines(calls: NonNullable<DivergenceRecord["uncontrolled"]>, places: Places): string[] {
  const nameWidth = longest(calls.map(({ call }) => call)) + 4;
  const placeWidth = longest(calls.map(({ at }) => placeOf(at, places))) + 4;
  return calls.map(({ call, at, isTracked }) =>
    `  ${pad(call, nameWidth)}${pad(placeOf(at, places), placeWidth)}${
      isTracked ? "(a tracked external)" : ""
    }`
      .trimEnd()
  );
}

function placeOf(at: Site | undefined, places: Places): string {
  return at === undefined ? "" : places.short(at);
}
