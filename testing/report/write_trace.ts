/**
 * Writing to files, only where that is allowed already.
 *
 * @module
 */

import { appendFileSync, writeFileSync } from "node:fs";
import type { ReportContext, ScheduleRecord } from "../record.ts";
import { isGranted } from "../platform.ts";
import { quoteWord } from "./paste_line.ts";
import { formatFor } from "./trace_format.ts";

/**
 * writeTrace writes the trace of a schedule in the format of the path's ending, and returns a line that says so, or why
 * not: without permission nothing is written. The second failure of a process has `count` 2 and goes to `NAME-2.ENDING`.
 *
 * @throws {RangeError} If the ending is no format.
 */
export function writeTrace(
  path: string,
  record: ScheduleRecord,
  context: ReportContext,
  count = 1,
): string {
  const format = formatFor(path);
  const file = numberedPath(path, count);
  const problem = writeIfAllowed(file, () => format(record, context));
  return problem === undefined ? `wrote ${file}` : `did not write ${file}: ${problem}`;
}

/** numberedPath returns `path` for the first failure, "cache-2.html" for the second. */
export function numberedPath(path: string, count: number): string {
  return count === 1 ? path : path.replace(/(\.[^./\\]+)?$/, (ending) => `-${count}${ending}`);
}

/** writeIfAllowed writes what `text` gives, at the end of the file if `append`; returns why not, if it could not. */
export function writeIfAllowed(
  path: string,
  text: () => string,
  { append = false }: { readonly append?: boolean } = {},
): string | undefined {
  if (!isGranted({ name: "write", path })) return `needs --allow-write=${quoteWord(path)}`;
  try {
    (append ? appendFileSync : writeFileSync)(path, text());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
