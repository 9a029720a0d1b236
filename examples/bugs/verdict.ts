/**
 * Whether an exploration has found the bug that a kernel is about, rather than another.
 *
 * @module
 */

import { ScheduleError } from "@interleave/go/testing";
import type { Kernel } from "./kernel.ts";

/** What is wrong with what exploring the kernel's buggy form has thrown; undefined if it is what the kernel expects. */
export function problemOf({ expected }: Kernel, thrown: unknown): string | undefined {
  if (thrown === undefined) return "not found";
  // A failure that has nothing to do with the order is thrown as it is.
  const kind = thrown instanceof ScheduleError ? thrown.kind : "race";
  if (!expected.kind.split(" | ").includes(kind)) {
    return `a ${kind}, expected ${expected.kind}: ${firstLine(thrown)}`;
  }
  const text = String((thrown as Error).message);
  if (expected.message && !expected.message.split(" | ").some((part) => text.includes(part))) {
    return `expected "${expected.message}": ${firstLine(thrown)}`;
  }
  if (expected.stuck === undefined || !(thrown instanceof ScheduleError)) return undefined;
  return problemWith(expected.stuck, stuckIn(thrown), text);
}

/** Who is stuck, and waits for what: "ask: chan send status". */
function stuckIn({ trace }: ScheduleError): string[] {
  const nameOf = (index: number | undefined) =>
    trace.resources.find(({ id }) => id === index)?.name ?? "";
  return trace.goroutines
    .filter(({ status }) => status !== "ended" && status !== "panicked")
    .map(({ name, waitReason, resource }) => {
      const resourceName = nameOf(resource);
      const isNameless = /:[0-9]+$/.test(resourceName); // known by its place only
      return `${name}: ${waitReason} ${isNameless ? "" : resourceName}`.trim();
    });
}

function problemWith(
  expected: readonly string[],
  stuck: readonly string[],
  text: string,
): string | undefined {
  const patterns = expected.map((line) => {
    const [name = "", waits = ""] = line.split(/\??: /);
    const lines = waits.split(" | ").map((wait) => `${name}: ${wait}`);
    return { line, lines, isOptional: line.includes("?: ") };
  });
  for (const line of stuck) {
    if (!patterns.some(({ lines }) => lines.includes(line))) return `not expected: ${line}`;
    if (!text.includes(line.slice(line.indexOf(": ") + 2))) return `not in the report: ${line}`;
  }
  for (const { line, lines, isOptional } of patterns) {
    if (!isOptional && !lines.some((it) => stuck.includes(it))) return `missing: ${line}`;
  }
  return undefined;
}

function firstLine(thrown: unknown): string {
  return String((thrown as Error).message).split("\n", 1)[0] as string;
}
