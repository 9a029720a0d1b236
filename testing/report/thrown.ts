/**
 * What user code threw, as text.
 *
 * @module
 */

import { plain, plural, withoutCodes } from "./text.ts";

/** An assertion's difference may be long; more lines are counted. */
const MOST_LINES = 24;

/** thrownLines returns the name and message of what was thrown, line by line, without colours. Never throws. */
export function thrownLines(thrown: unknown): string[] {
  const lines = withoutCodes(describe(thrown)).trimEnd().split(/\r?\n/)
    .map((line) => plain(line.replaceAll("\t", "    ")).trimEnd());
  const rest = lines.length - MOST_LINES;
  return rest > 0 ? [...lines.slice(0, MOST_LINES), `… ${plural(rest, "more line")}`] : lines;
}

function describe(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) {
      return `throws ${typeof thrown === "string" ? JSON.stringify(thrown) : String(thrown)}`;
    }
    const { name, message } = thrown;
    return message === "" ? String(name) : `${name}: ${message}`;
  } catch {
    return "(an error whose message cannot be read)";
  }
}
