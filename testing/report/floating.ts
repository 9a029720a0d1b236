/**
 * Operations that nobody awaits.
 *
 * @module
 */

import type { FloatingRecord, ScheduleRecord } from "../record.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { plural } from "./text.ts";

/** More operations are counted. */
const MOST_LISTED = 6;

/** explainFloating returns a sentence for each operation that nobody awaits, and of which nothing else is said. */
export function explainFloating(record: ScheduleRecord): string[] {
  const said = new Set(
    record.goroutines.flatMap(({ pending = [] }) => pending.map(({ at }) => at && keyOf(at))),
  );
  const floating = (record.floating ?? []).filter(({ at }) => !said.has(keyOf(at)));
  const sentences = floatingSentences(record, floating);
  const rest = sentences.length - MOST_LISTED;
  return [
    ...sentences.slice(0, MOST_LISTED),
    ...(rest > 0 ? [`… ${plural(rest, "more operation")} like these`] : []),
  ];
}

/** floatingSentences says of each which goroutine does not await it, and where. */
export function floatingSentences(
  record: ScheduleRecord,
  floating: readonly FloatingRecord[],
): string[] {
  const names = new Names(record), places = new Places(record);
  const sentences = floating.map((it) =>
    `g${it.goroutine} does not await its ${names.waiting(it)} (${
      places.short(it.at)
    }): missing await?`
  );
  return [...new Set(sentences)];
}

function keyOf({ file, line, column }: FloatingRecord["at"]): string {
  return `${file}:${line}:${column}`;
}
