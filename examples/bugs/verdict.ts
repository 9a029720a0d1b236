/**
 * Whether an exploration has found the bug that a kernel is about, rather than another.
 *
 * @module
 */

import { ScheduleError } from "@interleave/go/testing";
import type { Kernel } from "./kernel.ts";

/** A goroutine that has not ended. */
interface Stuck {
  readonly name: string;
  /** What it waits for, in the report's words: "chan send events". */
  readonly wait: string;
}

/** What is wrong with what exploring the kernel's buggy form has thrown; undefined if it is what the kernel expects. */
export function problemOf({ id, expected }: Kernel, thrown: unknown): string | undefined {
  if (thrown === undefined) return "not found";
  if (!(thrown instanceof ScheduleError)) return `no schedule: ${String(thrown)}`;
  const { kind, message } = thrown;
  const [headline = ""] = message.split("\n", 1);
  if (!expected.kind.split(" | ").includes(kind)) {
    return `a ${kind}, expected ${expected.kind}: ${headline}`;
  }
  if (expected.message && !expected.message.split(" | ").some((part) => message.includes(part))) {
    return `expected "${expected.message}": ${headline}`;
  }
  const unnamed = expected.names?.find((name) => !new RegExp(`\\bg\\d+ ${name}\\b`).test(headline));
  if (unnamed !== undefined) return `${unnamed} is not named: ${headline}`;
  if (kind === "foreign") return problemWithAwait(id, expected.awaits ?? "", thrown);
  return expected.stuck && problemWith(expected.stuck, stuckIn(thrown), message);
}

/** Whether the one who hangs is the one expected, at the await expected, and the report's text says so. */
function problemWithAwait(id: string, expected: string, thrown: ScheduleError): string | undefined {
  const { trace: { goroutines }, message } = thrown;
  const [goroutine, ...others] = goroutines.filter(({ status }) =>
    status !== "ended" && status !== "panicked"
  );
  const sites = goroutine?.at ?? [];
  const [innermost] = sites;
  if (goroutine?.status !== "foreign" || innermost === undefined || others.length > 0) {
    return `not one that hangs: ${goroutines.map(({ name, status }) => `${name} ${status}`)}`;
  }
  const [name, ...path] = expected.split(": ");
  const code = path.pop() ?? "";
  const functions = sites.map(({ functionName }) => functionName ?? "").toReversed();
  const isThere = path.length > 0 && path.every((part) => functions.includes(part)) &&
    functions.at(-1) === path.at(-1);
  const { file, line, column, source = "" } = innermost;
  const base = file.slice(file.lastIndexOf("/") + 1);
  const isOwn = base.startsWith(`${id.split(" ", 1)[0]?.toLowerCase().replace("-", "_")}_`);
  if (goroutine.name !== name || !isThere || !isOwn || code === "" || !source.includes(code)) {
    return `hangs: ${goroutine.name}: ${functions.join(": ")}: ${source}; expected: ${expected}`;
  }
  const place = `g${goroutine.id} ${name} awaits at ${base}:${line}:${column} ${source}`;
  const says = message.split("\n").some((text) => text.trim().replaceAll(/ +/g, " ") === place);
  return says ? undefined : `not in the report: ${place}`;
}

function stuckIn({ trace }: ScheduleError): Stuck[] {
  const nameOf = (index: number | undefined) =>
    trace.resources.find(({ id }) => id === index)?.name ?? "";
  return trace.goroutines
    .filter(({ status }) => status !== "ended" && status !== "panicked")
    .map(({ name, waitReason, resource }) => {
      const resourceName = nameOf(resource);
      const isNameless = /:[0-9]+$/.test(resourceName); // known by its place only
      return { name: name ?? "", wait: `${waitReason} ${isNameless ? "" : resourceName}`.trim() };
    });
}

function problemWith(
  expected: readonly string[],
  stuck: readonly Stuck[],
  message: string,
): string | undefined {
  const lines = message.split("\n");
  for (const { name, wait } of stuck) {
    const says = (line: string) => /^ *g\d+ /.test(line) && line.includes(`waits for ${wait}`);
    if (
      !lines.some((line) => says(line) && line.split(/ +/).includes(name.split(" ").at(-1) ?? ""))
    ) {
      return `not in the report: ${name}: ${wait}`;
    }
  }
  if (isMatch(expected, stuck)) return undefined;
  const found = stuck.map(({ name, wait }) => `${name}: ${wait}`);
  return `stuck: ${found.join(", ") || "nobody"}; expected: ${expected.join(", ")}`;
}

/** Whether each goroutine is one of those expected, and each of those that must be stuck is one of the goroutines. */
function isMatch(expected: readonly string[], stuck: readonly Stuck[]): boolean {
  const [first, ...others] = expected;
  if (first === undefined) return stuck.length === 0;
  const [name = "", waits = ""] = first.split(/\??: /);
  const isOptional = first.startsWith(`${name}?`);
  return isOptional && isMatch(others, stuck) ||
    stuck.some((one, at) =>
      one.name === name && waits.split(" | ").includes(one.wait) &&
      isMatch(others, stuck.toSpliced(at, 1))
    );
}
