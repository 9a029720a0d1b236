/**
 * Runs all benches and prints one table: each contestant beside the baseline of its group, by averages and by minima.
 *
 * Ratios of one run are what counts: machines are noisy, and absolute figures of different runs are not comparable.
 *
 * Files named `_bench.ts` are for `deno bench`. Those named `_peers.ts`, in `bench/`, put ours beside packages of npm and
 * Go, and make a second table; `bench/growth.ts` tells whether costs stay flat; `bench/harness.ts` what the harness costs and
 * how the platform is served; and at the end `bench/targets.ts` puts what was wanted beside what was measured.
 *
 * `deno task bench [--json] [FILE…]`
 *
 * @module
 */

import { measurePeers, type PeerRow, renderPeers } from "./bench/run.ts";
import { OURS } from "./bench/workload.ts";
import { measureGrowth, renderGrowth } from "./bench/growth.ts";
import { measureHarness, renderHarness } from "./bench/harness.ts";
import { judge, renderTargets } from "./bench/targets.ts";

const ROOT = new URL("../", import.meta.url);

/** What `deno bench --json` says of a contestant; nanoseconds per iteration. */
interface Measured {
  readonly group: string | null;
  readonly name: string;
  readonly baseline: boolean;
  readonly results: readonly { readonly ok?: Figures; readonly failed?: unknown }[];
}

interface Figures {
  readonly n: number;
  readonly min: number;
  readonly avg: number;
}

/** BenchRow is a line of the table. */
export interface BenchRow {
  readonly group: string;
  readonly name: string;
  /** Nanoseconds per iteration. */
  readonly avg: number;
  readonly min: number;
  /** Against the baseline of the group; undefined for it. */
  readonly avgRatio?: number;
  readonly minRatio?: number;
}

/**
 * Puts each contestant beside the baseline of its group: the first one that is marked, else the first.
 *
 * @throws {Error} If a bench failed.
 */
export function toRows(benches: readonly Measured[]): BenchRow[] {
  const baselines = new Map<string, Measured>();
  for (const bench of benches) {
    const group = bench.group ?? "";
    const present = baselines.get(group);
    if (present === undefined || (bench.baseline && !present.baseline)) baselines.set(group, bench);
  }
  return benches.map((bench): BenchRow => {
    const group = bench.group ?? "";
    const { avg, min } = figuresOf(bench);
    const baseline = baselines.get(group) as Measured;
    const row = { group, name: bench.name, avg, min };
    if (baseline === bench) return row;
    const against = figuresOf(baseline);
    return { ...row, avgRatio: avg / against.avg, minRatio: min / against.min };
  });
}

function figuresOf({ group, name, results }: Measured): Figures {
  const figures = results[0]?.ok;
  if (figures === undefined) {
    throw new Error(`The bench "${name}" of group "${group}" failed: ${JSON.stringify(results)}`);
  }
  return figures;
}

/** The table, in columns. */
export function renderTable(rows: readonly BenchRow[]): string {
  const lines = [["group", "contestant", "avg", "min", "avg/base", "min/base"]];
  let last = "";
  for (const row of rows) {
    lines.push([
      row.group === last ? "" : row.group,
      row.name,
      formatTime(row.avg),
      formatTime(row.min),
      row.avgRatio === undefined ? "base" : `${row.avgRatio.toFixed(2)}x`,
      row.minRatio === undefined ? "" : `${row.minRatio.toFixed(2)}x`,
    ]);
    last = row.group;
  }
  const widths = (lines[0] as string[]).map((_, column) =>
    Math.max(...lines.map((line) => [...line[column] as string].length))
  );
  return lines.map((line) =>
    line.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number)
    )
      .join("  ").trimEnd()
  ).join("\n");
}

function formatTime(ns: number): string {
  if (ns < 1_000) return `${ns.toFixed(1)} ns`;
  if (ns < 1_000_000) return `${(ns / 1_000).toFixed(1)} us`;
  return `${(ns / 1_000_000).toFixed(1)} ms`;
}

async function findBenches(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
    if (entry.isDirectory) found.push(...await findBenches(new URL(`${entry.name}/`, folder)));
    else if (/_(bench|peers)\.ts$/.test(entry.name) || /^(growth|harness)\.ts$/.test(entry.name)) {
      found.push(new URL(entry.name, folder).href.slice(ROOT.href.length));
    }
  }
  return found.sort();
}

/** Runs one file in a process of its own, so that none disturbs another. */
async function measure(file: string): Promise<Measured[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/with_std.ts", "bench", "-A", "--no-check", "--json", file],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  if (code !== 0) throw new Error(`${file} failed:\n${new TextDecoder().decode(stderr)}`);
  const text = new TextDecoder().decode(stdout);
  // What a bench itself prints comes first; one that prints its own table has no figures for ours.
  const start = text.search(/^\{$/m);
  if (start !== 0) console.error(start < 0 ? text : text.slice(0, start));
  return start < 0 ? [] : JSON.parse(text.slice(start)).benches;
}

async function main(args: readonly string[]): Promise<void> {
  const isJson = args.includes("--json");
  const unknown = args.find((arg) => arg.startsWith("-") && arg !== "--json");
  if (unknown !== undefined) {
    throw new TypeError(`Cannot bench: unknown flag ${unknown}, expected --json or files`);
  }
  const given = args.filter((arg) => !arg.startsWith("-"));
  const files = given.length > 0 ? given : await findBenches(ROOT);
  const benches = files.filter((file) => file.endsWith("_bench.ts"));
  const rows: BenchRow[] = [];
  for (const [i, file] of benches.entries()) {
    console.error(`bench ${i + 1} of ${benches.length}: ${file}`);
    rows.push(...toRows(await measure(file)));
  }
  const peerFiles = files.filter((file) => file.endsWith("_peers.ts"))
    .map((file) => file.slice(file.lastIndexOf("/") + 1));
  const onProgress = (text: string) => console.error(`bench: ${text}`);
  if (!isJson && rows.length > 0) console.log(renderTable(rows));
  let isFirst = true;
  const onRows = (rows: readonly PeerRow[]) => {
    if (!isJson) console.log(renderPeers(rows, isFirst));
    isFirst = false;
  };
  const peers = peerFiles.length > 0 ? await measurePeers(peerFiles, onProgress, onRows) : [];
  // A peer may fail; ours may not.
  if (peers.some(({ name, why }) => name === OURS && why !== undefined)) Deno.exitCode = 1;
  const isGrowthAsked = files.some((file) => file.endsWith("growth.ts"));
  const growth = isGrowthAsked ? await measureGrowth(onProgress) : [];
  if (!isJson && growth.length > 0) console.log(`\n${renderGrowth(growth)}`);
  const isHarnessAsked = files.some((file) => file.endsWith("bench/harness.ts"));
  const harness = isHarnessAsked ? await measureHarness(onProgress) : [];
  const targets = judge(peers, harness).filter(({ measured }) =>
    measured !== undefined || given.length === 0
  );
  if (isJson) {
    console.log(JSON.stringify({ rows, peers, growth, harness, targets }, null, 2));
    return;
  }
  if (harness.length > 0) console.log(`\n${renderHarness(harness)}`);
  if (targets.length > 0) console.log(`\n${renderTargets(targets)}`);
}

if (import.meta.main) await main(Deno.args);
