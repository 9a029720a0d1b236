/**
 * Measures all contestants of workloads, each in a process of its own, and puts them beside ours.
 *
 * Rounds are interleaved: every contestant has its turn before any has its second, so that a busy minute of the machine
 * falls on all of them. The figures of all rounds are put together. Packages that are far behind after the first round
 * have no second, which would take a third of the time and tell nothing.
 *
 * @module
 */

import { OURS, type Workload } from "./workload.ts";

const HERE = new URL("./", import.meta.url);
const ROUNDS = 2;
/** Whoever took so many times as long as ours in the first round is not measured again. */
const HOPELESS = 3;
/** A contestant that takes longer than that has given up. Most need a second. */
const LIMIT_MS = 10_000;

/** PeerRow is a line of the table. */
export interface PeerRow {
  readonly workload: string;
  readonly name: string;
  /** "ns" per operation, or "bytes". */
  readonly unit: "ns" | "bytes";
  /** What one operation is. */
  readonly of: string;
  /** Undefined if it could not be measured; `why` says why. */
  readonly median?: number;
  readonly min?: number;
  /** How many times as much as ours; undefined for ours. */
  readonly medianRatio?: number;
  readonly minRatio?: number;
  readonly why?: string;
}

/** What the rounds of one contestant gave. */
export interface Measured {
  readonly name: string;
  readonly figures: number[];
  why?: string;
}

/** Puts the contestants of `workload` beside ours. */
export function toPeerRows(workload: Workload, measured: readonly Measured[]): PeerRow[] {
  const { name, of, unit = "ns" } = workload;
  const ours = measured.find((one) => one.name === OURS)?.figures ?? [];
  return measured.map((one): PeerRow => {
    const row = { workload: name, name: one.name, unit, of };
    if (one.why !== undefined) return { ...row, why: one.why };
    const median = medianOf(one.figures), min = Math.min(...one.figures);
    if (one.name === OURS || ours.length === 0) return { ...row, median, min };
    const medianRatio = median / medianOf(ours), minRatio = min / Math.min(...ours);
    return { ...row, median, min, medianRatio, minRatio };
  });
}

function medianOf(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

const WIDTHS = [30, 26, 12, 12, 10, 10];
const HEADINGS = ["workload", "contestant", "median", "min", "of ours", "by minima"];

/** The table, in columns. Each workload can be printed when it is done. */
export function renderPeers(rows: readonly PeerRow[], withHeadings = true): string {
  const lines = withHeadings ? [HEADINGS] : [];
  let last = "";
  for (const row of rows) {
    lines.push([
      row.workload === last ? "" : row.workload,
      row.name,
      ...row.median === undefined || row.min === undefined
        ? ["", row.why ?? ""]
        : [format(row.median, row.unit), format(row.min, row.unit)],
      ratio(row.medianRatio),
      ratio(row.minRatio),
    ]);
    last = row.workload;
  }
  return lines.map((line) =>
    line.map((cell, column) => {
      const width = WIDTHS[column] as number;
      return column < 2 ? cell.padEnd(width) : cell.padStart(width);
    }).join(" ").trimEnd()
  ).join("\n");
}

function ratio(value: number | undefined): string {
  return value === undefined ? "" : `${value.toFixed(2)}x`;
}

function format(value: number, unit: "ns" | "bytes"): string {
  if (unit === "bytes") return `${value.toFixed(0)} B`;
  if (value < 1_000) return `${value.toFixed(1)} ns`;
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} us`;
  return `${(value / 1_000_000).toFixed(1)} ms`;
}

/**
 * Measures the workloads of `files`, which stand in this folder. Tells `onProgress` what it does, and `onRows` of each
 * workload when it is done.
 */
export async function measurePeers(
  files: readonly string[],
  onProgress: (text: string) => void,
  onRows: (rows: readonly PeerRow[]) => void,
): Promise<PeerRow[]> {
  if (!await fetchPackages()) {
    onProgress("The packages of peers do not resolve: only ours, native promises and Go take part");
  }
  const go = await buildGo(onProgress);
  const rows: PeerRow[] = [];
  try {
    for (const file of files) {
      const { workloads }: { workloads: readonly Workload[] } = await import(
        new URL(file, HERE).href
      );
      for (const workload of workloads) {
        onProgress(`${file}: ${workload.name}`);
        const done = toPeerRows(workload, await measureWorkload(file, workload, go));
        rows.push(...done);
        onRows(done);
      }
    }
  } finally {
    await go?.remove();
  }
  return rows;
}

async function measureWorkload(
  file: string,
  workload: Workload,
  go: GoProgram | undefined,
): Promise<Measured[]> {
  const contestants = new Map<Measured, () => Deno.Command>();
  for (const name of Object.keys(workload.contestants)) {
    contestants.set({ name, figures: [] }, () => cell(file, workload.name, name));
  }
  if (workload.inGo && go !== undefined) {
    for (const processors of go.processors) {
      const name = `Go, ${processors} CPU${processors === 1 ? "" : "s"}`;
      contestants.set({ name, figures: [] }, () => go.command(workload.name, processors));
    }
  }
  // Bytes are the same each time.
  const rounds = workload.unit === "bytes" ? 1 : ROUNDS;
  for (let round = 0; round < rounds; round++) {
    const [ours] = contestants.keys();
    const limit = round === 0 ? Infinity : HOPELESS * Math.min(...(ours as Measured).figures);
    for (const [measured, command] of contestants) {
      if (measured.why !== undefined || isHopeless(measured, limit)) continue;
      await measureOnce(measured, command());
    }
  }
  return [...contestants.keys()];
}

/** Go with one processor is always measured again: targets are ratios to it, however far behind it is. */
function isHopeless({ name, figures }: Measured, limit: number): boolean {
  return figures.length > 0 && name !== "Go, 1 CPU" && Math.min(...figures) > limit;
}

async function measureOnce(measured: Measured, command: Deno.Command): Promise<void> {
  const child = command.spawn();
  let isLate = false;
  const timeout = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, LIMIT_MS);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timeout);
  if (isLate) measured.why = `gave up after ${LIMIT_MS / 1000} s`;
  else if (code !== 0) measured.why = reasonOf(new TextDecoder().decode(stderr));
  else measured.figures.push(...JSON.parse(new TextDecoder().decode(stdout)).figures);
}

function reasonOf(stderr: string): string {
  if (
    /not found in npm cache|npm package .* not found|Failed caching npm|no cached/i.test(stderr)
  ) {
    return "does not resolve";
  }
  const line = stderr.split("\n").find((line) => line.includes("rror:")) ?? "failed";
  return `failed: ${line.replace(/^.*?rror:\s*/, "").slice(0, 100)}`;
}

const FLAGS = ["--import-map=import_map.json", "--lock=deno.lock", "--frozen"];

function cell(file: string, workload: string, contestant: string): Deno.Command {
  const flags = ["-A", "--no-check", "--quiet", "--cached-only", "--v8-flags=--expose-gc"];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, ...FLAGS, "cell.ts", `./${file}`, workload, contestant],
    cwd: HERE,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Downloads the packages of the import map, if they are not in the cache. */
async function fetchPackages(): Promise<boolean> {
  const map = JSON.parse(await Deno.readTextFile(new URL("import_map.json", HERE)));
  const packages = (Object.values(map.imports) as string[])
    .filter((address) => address.startsWith("npm:"))
    .map((address) => address.replace("npm:/", "npm:").replace(/\/$/, ""));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...FLAGS, ...packages],
    cwd: HERE,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return (await command.output()).success;
}

interface GoProgram {
  readonly processors: readonly number[];
  command(workload: string, processors: number): Deno.Command;
  remove(): Promise<void>;
}

/** Builds the program in Go, if there is Go. */
async function buildGo(onProgress: (text: string) => void): Promise<GoProgram | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "interleave-bench-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  const program = `${folder}/bench`;
  try {
    const build = new Deno.Command("go", {
      args: ["build", "-o", program, "."],
      cwd: new URL("go/", HERE),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    });
    const { success, stderr } = await build.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    onProgress(isMissing ? "There is no go on PATH: no rows of Go" : `Go does not build: ${error}`);
    await remove();
    return undefined;
  }
  const command = (workload: string, processors: number) =>
    new Deno.Command(program, {
      args: [workload],
      env: { GOMAXPROCS: String(processors) },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  const processors = navigator.hardwareConcurrency > 1 ? [1, navigator.hardwareConcurrency] : [1];
  return { processors, command, remove };
}
