/**
 * What GitHub Actions shows of a failure: an annotation at the line that called explore, and the report in the summary.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";
import { readVariable } from "../platform.ts";
import { errorName } from "./error_name.ts";
import { mermaid } from "./mermaid.ts";
import { pasteLine } from "./paste_line.ts";
import { partsOf, renderReport } from "./report.ts";
import { clean, plain } from "./text.ts";
import { writeIfAllowed } from "./write_trace.ts";

/** GitHub takes 1 MiB for all summaries of a step. */
const MOST_BYTES = 200 * 1024;
const WIDTH = 100;

/** annotation returns the `::error` line for a failure: the text before the lanes, and the line to paste. */
export function annotation(record: ScheduleRecord, context: ReportContext): string {
  const { verdict, why } = partsOf(record, context, { width: WIDTH, color: false });
  const { calledAt } = context;
  const properties = [
    ...(calledAt === undefined
      ? []
      : [`file=${escapeProperty(calledAt.file)}`, `line=${calledAt.line}`]),
    `title=${escapeProperty(plain(titleOf(record, context)))}`,
  ];
  const again = [`  Again:  ${pasteLine(clean(context))}`];
  const text = [[verdict], ...why, again].map((block) => block.join("\n")).join("\n\n");
  return `::error ${properties.join(",")}::${escapeData(text)}`;
}

/** stepSummary returns Markdown for the summary of a step: heading, report, diagram; 200 KB at most. */
export function stepSummary(record: ScheduleRecord, context: ReportContext): string {
  const heading = `### ${escapeMarkdown(plain(titleOf(record, context)))}\n\n`;
  const report = `${
    fenced(renderReport(record, context, { width: WIDTH, color: false }), "text")
  }\n`;
  const diagram = `${fenced(mermaid(record, context).trimEnd(), "mermaid")}\n`;
  const whole = heading + report + diagram;
  if (bytesOf(whole) <= MOST_BYTES) return whole;
  const note = "The rest is left out: it is longer than 200 KB.\n";
  return bytesOf(heading + report) + bytesOf(note) <= MOST_BYTES
    ? heading + report + note
    : heading + note;
}

/**
 * reportToGitHub adds the report to the summary of the step, if GITHUB_ACTIONS and GITHUB_STEP_SUMMARY may be read and
 * the file written, and returns the annotation to print on stderr; undefined outside GitHub Actions. `read` gives the
 * variables of the environment.
 */
export function reportToGitHub(
  record: ScheduleRecord,
  context: ReportContext,
  read: (name: string) => string | undefined = readVariable,
): string | undefined {
  if (read("GITHUB_ACTIONS") !== "true") return undefined;
  const path = read("GITHUB_STEP_SUMMARY");
  const problem = path === undefined
    ? undefined
    : writeIfAllowed(path, () => stepSummary(record, context), { append: true });
  const notice = problem === undefined
    ? ""
    : `\n::notice::${escapeData(`no step summary: ${plain(problem)}`)}`;
  return annotation(record, context) + notice;
}

/** escapeData returns `text` as the message of a workflow command. */
export function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** escapeProperty returns `text` as the value of a property of a workflow command. */
export function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function titleOf({ failure }: ScheduleRecord, { testName }: ReportContext): string {
  const name = failure === undefined ? "Schedule" : errorName(failure.kind);
  return testName === undefined ? name : `${name} in "${testName}"`;
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>&#|~]/g, "\\$&");
}

/** A fence longer than any run of backticks in the text. */
function fenced(text: string, language: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
  return `${fence}${language}\n${text}\n${fence}\n`;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
