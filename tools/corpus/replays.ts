/**
 * Part "replays": failing schedules of kernels and random programs, each replayed from its token in a fresh process. What
 * happens there must be the same, byte for byte: who was resumed, operations, values, places, times, and what failed.
 *
 * Every second schedule is as random search has found it, and the others are made short.
 *
 * @module
 */

import type { Part, PartOptions, Row } from "./part.ts";
import { KERNEL_NAMES, longFailure, shortFailure, traceOf } from "./replay_case.ts";

/** So many replays; ten times as many with `--all`. */
const REPLAYS = 1_000;
/** So many from each kernel, at most. */
const OF_EACH = 5;
/** No more random programs than that are looked at. */
const MOST_PROGRAMS = 100_000;
/** Processes at a time. */
const AT_ONCE = 2;
/** Replays of a row. */
const BATCH = 100;

const CHILD = new URL("./replay_case.ts", import.meta.url);

/** A failing schedule, and everything that happened in it. */
export interface Failing {
  readonly name: string;
  readonly token: string;
  readonly trace: string;
}

/** Failing schedules, no two alike: some of each kernel, then of random programs; only those whose name has `filter`. */
export async function* failingSchedules(
  filter = "",
  progress: (text: string) => void = () => {},
): AsyncGenerator<Failing> {
  const seen = new Set<string>();
  for (const [name, seed] of candidates()) {
    if (!name.includes(filter)) continue;
    progress(`looking for a failure of ${name}`);
    const failure = seed % 2 === 0
      ? await shortFailure(name, { seed, schedules: 300 })
      : await longFailure(name, seed);
    if (failure === undefined || seen.has(`${name} ${failure.schedule}`)) continue;
    seen.add(`${name} ${failure.schedule}`);
    yield { name, token: failure.schedule, trace: traceOf(failure) };
  }
}

/** Programs, and the seeds to look for a failure with. */
function* candidates(): Generator<[name: string, seed: number]> {
  for (let round = 1; round <= OF_EACH; round++) {
    for (const name of KERNEL_NAMES) yield [name, round];
  }
  for (let seed = 1; seed <= MOST_PROGRAMS; seed++) yield [`program ${seed}`, seed];
}

/** Replays a failing schedule in a process of its own. Returns what is different, or undefined if nothing is. */
export async function replayElsewhere(
  { name, token, trace }: Failing,
): Promise<string | undefined> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-lock", "--no-check", CHILD.href, name, token],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  const again = decoder.decode(stdout).trimEnd();
  if (again === trace) return undefined;
  if (again === "") return `${name} ${token}: ${decoder.decode(stderr)}`;
  const at = [...trace].findIndex((character, i) => character !== again[i]);
  const excerpt = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
  return `${name} ${token}: ${excerpt(again)} instead of ${excerpt(trace)}`;
}

/** The part. */
export const replays: Part = {
  name: "replays",
  description: "failing schedules replayed in fresh processes, byte for byte",
  async *rows({ all, filter, progress }: PartOptions): AsyncGenerator<Row> {
    const wanted = all ? 10 * REPLAYS : REPLAYS;
    let replayed = 0, identical = 0;
    let batch: Failing[] = [];
    const schedules = failingSchedules(filter, progress);
    for (let isOver = false; !isOver;) {
      const { value, done } = await schedules.next();
      if (value !== undefined) batch.push(value);
      isOver = done === true || replayed + batch.length === wanted;
      if (batch.length === 0 || (batch.length < BATCH && !isOver)) continue;
      const { row, same } = await replayAll(batch, replayed, progress);
      yield row;
      replayed += batch.length;
      identical += same;
      batch = [];
    }
    yield {
      name: `${replayed} replays in fresh processes, ${identical} identical`,
      columns: {},
      ...identical < replayed ? { problem: `${replayed - identical} differ` } : {},
    };
  },
};

async function replayAll(
  batch: readonly Failing[],
  before: number,
  progress: (text: string) => void,
): Promise<{ row: Row; same: number }> {
  const problems: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < batch.length; at = next++) {
      progress(`replay ${before + at + 1}`);
      const problem = await replayElsewhere(batch[at] as Failing);
      if (problem !== undefined) problems.push(problem);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const same = batch.length - problems.length;
  const tokens = batch.map(({ token }) => token.length).sort((a, b) => a - b);
  const columns = {
    programs: new Set(batch.map(({ name }) => name)).size,
    identical: same,
    "token length": tokens[tokens.length >> 1] as number,
    "longest": tokens.at(-1) as number,
    bytes: batch.reduce((sum, { trace }) => sum + trace.length, 0),
  };
  const name = `replays ${before + 1} to ${before + batch.length}`;
  const row = problems.length === 0
    ? { name, columns }
    : { name, columns, problem: problems.join("\n  ") };
  return { row, same };
}
