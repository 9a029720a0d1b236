/**
 * The trace as a Mermaid sequence diagram, which GitHub draws in summaries and comments.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { Names } from "./names.ts";
import { livesOf, type Row, rowsOf } from "./rows.ts";
import { cut, plain, plural } from "./text.ts";

/** More messages than this nobody can read, and GitHub draws slowly. */
const MOST_MESSAGES = 60;
const NAME_WIDTH = 30;
/** What Mermaid takes for its own; "#" begins its own escapes. */
const SPECIAL = /[^\p{L}\p{N} .,:()[\]/_=*+→…'?!$@|-]/gu;

/** mermaid writes a schedule as `sequenceDiagram`: at most 60 messages, the last ones. */
export function mermaid(record: ScheduleRecord, _context: ReportContext): string {
  const names = new Names(record);
  const all = rowsOf(record).flat();
  const rows = fitting(all);
  const seen = new Set(rows.flatMap((row) => [row.goroutine, ...targetsOf(row)]));
  const lanes = [...livesOf(record).keys()].filter((id) => seen.has(id));
  const left = all.length - rows.length;
  const note = left > 0 && lanes.length > 0
    ? [`  Note over g${lanes[0]}: ${plural(left, "operation")} before left out`]
    : [];
  const lines = [
    "sequenceDiagram",
    ...lanes.map((id) =>
      `  participant g${id} as ${escapeMermaid(cut(names.title(id), NAME_WIDTH))}`
    ),
    ...note,
    ...rows.filter(({ goroutine }) => lanes.includes(goroutine)).flatMap((row) =>
      messagesOf(row, lanes)
    ),
  ];
  return lines.join("\n") + "\n";
}

/** escapeMermaid returns `text` so that Mermaid shows it and takes nothing of it for its own. */
export function escapeMermaid(text: string): string {
  const escaped = plain(text).replace(SPECIAL, (it) => `#${it.codePointAt(0)};`);
  // The word alone would close a block.
  return escaped.replace(/\bend\b/gi, (it) => `#${it.codePointAt(0)};${it.slice(1)}`);
}

function targetsOf({ event }: Row): number[] {
  return [...event?.wakes ?? [], ...event?.started === undefined ? [] : [event.started]];
}

/** The last rows whose messages are few enough. */
function fitting(rows: readonly Row[]): Row[] {
  let room = MOST_MESSAGES;
  let first = rows.length;
  while (first > 0) {
    room -= Math.max(1, targetsOf(rows[first - 1]!).length);
    if (room < 0) break;
    first--;
  }
  return rows.slice(first);
}

function messagesOf(row: Row, lanes: readonly number[]): string[] {
  const { goroutine, label, waits, step, isFirst, ends, throws } = row;
  const mark = isFirst && step.isPreemption ? "(switch) " : "";
  const ending = ends && !throws && label !== "ends" ? ", ends" : "";
  const text = escapeMermaid(`${mark}${step.step}: ${label}${waits ? " waits" : ""}${ending}`);
  const targets = targetsOf(row).filter((id) => lanes.includes(id)).slice(0, MOST_MESSAGES);
  if (targets.length > 0) return targets.map((id) => `  g${goroutine}->>g${id}: ${text}`);
  return [waits ? `  g${goroutine}-xg${goroutine}: ${text}` : `  Note over g${goroutine}: ${text}`];
}
