/**
 * The formats of a trace, by the ending of the file.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { chromeTrace } from "./chrome_trace.ts";
import { html } from "./html.ts";
import { jsonLines } from "./json_lines.ts";
import { mermaid } from "./mermaid.ts";
import { renderReport } from "./report.ts";
import { svg } from "./svg.ts";
import { longest } from "./text.ts";

/** TraceFormat writes a schedule as the text of a file. */
export type TraceFormat = (record: ScheduleRecord, context: ReportContext) => string;

const FORMATS: Readonly<Record<string, TraceFormat>> = {
  ".html": html,
  ".json": chromeTrace,
  ".jsonl": jsonLines,
  ".svg": svg,
  ".mmd": mermaid,
  ".txt": textReport,
};

/**
 * formatFor returns the format that the ending of `path` asks for: `.html`, `.json` (Chrome, Perfetto), `.jsonl`,
 * `.svg`, `.mmd` (Mermaid) or `.txt`.
 *
 * @throws {RangeError} If the ending is none of these.
 */
export function formatFor(path: string): TraceFormat {
  const ending = /\.[^./\\]+$/.exec(path)?.[0] ?? "";
  const key = ending.toLowerCase();
  if (Object.hasOwn(FORMATS, key)) return FORMATS[key]!;
  const found = ending === "" ? "it has no ending" : `"${ending}" is no format`;
  throw new RangeError(
    `Cannot write a trace to "${path}": ${found}; there are ${Object.keys(FORMATS).join(", ")}`,
  );
}

/** The report with everything in it, as wide as it likes. */
function textReport(record: ScheduleRecord, context: ReportContext): string {
  const sources = record.events.map(({ at }) => at?.source ?? "");
  const width = 40 + record.goroutines.length * 26 + 32 + longest(sources);
  return renderReport(record, context, { width: Math.max(100, width), color: false, full: true }) +
    "\n";
}
