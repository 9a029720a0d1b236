/**
 * Runs programs whose concurrency bugs, schedules or outcomes are known, and says whether that is what comes out.
 *
 * `deno task corpus [PART ...] [--filter=NAME] [--seeds=N] [--all] [--json]`: all parts by default; `--seeds` is 20 by
 * default; `--all` also runs what takes minutes; `--json` prints one object per line instead of a table. The exit status
 * is 1 if anything is not as expected.
 *
 * @module
 */

import type { Row } from "./corpus/part.ts";
import { PARTS } from "./corpus/parts.ts";

const FLAGS = /^--(all|json|filter=.*|seeds=[1-9][0-9]*)$/;

/** Prints a line on stderr over the one before. */
function progress(text: string): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(encode(`\r\x1b[K${text}`));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Rows as a table: columns as wide as they need to be, numbers to the right. */
function toTable(rows: readonly Row[]): string {
  const columns = ["name", ...new Set(rows.flatMap(({ columns }) => Object.keys(columns)))];
  const lines = rows.map(({ name, columns: values, problem }) => [
    problem === undefined ? "" : "!",
    ...columns.map((column) => column === "name" ? name : values[column] ?? ""),
    problem ?? "",
  ]);
  const all = [["", ...columns, ""], ...lines];
  const widths = (all[0] as unknown[]).map((_, at) =>
    Math.max(...all.map((line) => String(line[at]).length))
  );
  return all.map((line) =>
    line.map((cell, at) => {
      const width = widths[at] as number;
      return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd()
  ).join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith("--"));
  const names = args.filter((arg) => !arg.startsWith("--"));
  for (const flag of flags) {
    if (!FLAGS.test(flag)) throw new TypeError(`Cannot run the corpus: unknown flag ${flag}`);
  }
  for (const name of names) {
    if (!PARTS.some((part) => part.name === name)) {
      const known = PARTS.map((part) => part.name).join(", ");
      throw new TypeError(`Cannot run the corpus: unknown part "${name}"; the parts are ${known}`);
    }
  }
  const isJson = flags.includes("--json");
  const filter = flags.find((flag) => flag.startsWith("--filter="))?.slice("--filter=".length) ??
    "";
  const seeds = flags.find((flag) => flag.startsWith("--seeds="))?.slice("--seeds=".length) ?? "20";
  let count = 0, problems = 0;
  for (const part of PARTS) {
    if (names.length > 0 && !names.includes(part.name)) continue;
    const rows: Row[] = [];
    const options = {
      all: flags.includes("--all"),
      filter,
      seeds: Number(seeds),
      progress: (text: string) => progress(`${part.name}: ${text}`),
    };
    for await (const row of part.rows(options)) {
      rows.push(row);
      if (row.problem !== undefined) problems++;
      if (isJson) console.log(JSON.stringify({ part: part.name, ...row }));
    }
    progress("");
    count += rows.length;
    if (!isJson && rows.length > 0) {
      console.log(`${part.name}: ${part.description}\n${toTable(rows)}\n`);
    }
  }
  if (count === 0) throw new TypeError(`Cannot run the corpus: nothing is called "${filter}"`);
  if (!isJson) console.log(`${count - problems} of ${count} as expected`);
  return problems === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
