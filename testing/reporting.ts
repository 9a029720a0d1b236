/**
 * Handing a report over: its text, the trace file and, in GitHub Actions, the annotation.
 *
 * @module
 */

import { warn } from "./platform.ts";
import type { ReportContext, ScheduleRecord } from "./record.ts";
import { wantsColor } from "./report/color.ts";
import { reportToGitHub } from "./report/github.ts";
import { renderReport } from "./report/report.ts";
import { layoutWidth } from "./report/width.ts";
import { writeTrace } from "./report/write_trace.ts";

let failures = 0;

/** Returns the report's text, having written its trace to `path`, if that is given. */
export function report(
  record: ScheduleRecord,
  context: ReportContext,
  path: string | undefined,
): string {
  failures++;
  const text = renderReport(record, context, { width: layoutWidth(), color: wantsColor() });
  const annotation = reportToGitHub(record, context);
  if (annotation !== undefined) warn(annotation);
  return path === undefined ? text : `${text}\n  ${writeTrace(path, record, context, failures)}`;
}
