/**
 * Part "outcomes": reduced search must see every outcome of random programs that there is.
 *
 * Each program is searched with reduction, completely, in an order of its own. Then all its schedules are run, or random
 * ones if there are too many. Nothing may come out that the reduced search has not seen; and of what it has seen
 * everything must exist if all were run.
 *
 * @module
 */

import { Exhaustive } from "../../testing/exhaustive.ts";
import { RandomWalk } from "../../testing/random.ts";
import { RandomSource } from "../../testing/random_source.ts";
import { Reduced } from "../../testing/reduced.ts";
import type { Relation } from "../../testing/step_log.ts";
import type { Strategy } from "../../testing/strategy.ts";
import { type OutcomeProgram, OutcomeRun, randomProgram } from "./outcome_programs.ts";
import type { Part, PartOptions, Row } from "./part.ts";
import { search } from "./search.ts";

/** How much to run of a program. */
export interface CompareLimits {
  /** A program with more classes is left out. */
  readonly classes: number;
  /** If there are more schedules, so many of them are run. */
  readonly schedules: number;
  /** And so many random ones besides. */
  readonly samples: number;
}

/** What comparing a program has shown. */
export interface Comparison {
  /** Whether the reduced search was completed. */
  readonly isCompared: boolean;
  /** Whether all schedules were run. */
  readonly isExhaustive: boolean;
  readonly classes: number;
  readonly redundant: number;
  readonly schedules: number;
  /** Outcomes that exist, and that the reduced search has not seen. */
  readonly missing: readonly string[];
  /** Outcomes that the reduced search has seen, and that do not exist. */
  readonly extra: readonly string[];
}

/** An outcome after which variants may be missing: somebody has misused something, and that is a failure by itself. */
const MISUSE = /threw (Cannot (send|close|unlock|unlock for reading|release [0-9]+ of [0-9]+)\b)/;

const FATAL = "fatal";

/**
 * All outcomes that a strategy sees. Those with a misuse count as one, the set of what was misused, unless everything is
 * to be told apart.
 */
export async function outcomesOf(
  program: OutcomeProgram,
  strategy: Strategy,
  limit: number,
  isExact = false,
) {
  const outcomes = new Set<string>();
  let run: OutcomeRun | undefined;
  const result = await search(() => void (run = new OutcomeRun(program)), strategy, {
    limit,
    onEnd: ({ kind }) => {
      const { outcome } = run as OutcomeRun;
      if (isExact) outcomes.add(`${kind}: ${outcome}`);
      else if (kind === "fatal") outcomes.add(FATAL);
      else if (kind !== "passed") throw new Error(`Cannot compare: ${kind} after ${outcome}`);
      else outcomes.add(MISUSE.test(outcome) ? `misuse: ${misuses(outcome)}` : outcome);
    },
  });
  return { ...result, outcomes };
}

/** What was misused, whoever did it. */
function misuses(outcome: string): string {
  const all = outcome.match(new RegExp(MISUSE, "g")) ?? [];
  return [...new Set(all)].sort().join();
}

/** A reduced search that takes goroutines in an order of its own. */
export function reducedSearch(seed: number, relation?: Relation): Reduced {
  const random = new RandomSource(seed, 1);
  const first = seed % 3 === 0 ? () => 0 : (count: number) => random.below(count);
  return new Reduced(relation === undefined ? { first } : { first, relation });
}

/** What there is: the outcomes of all schedules, or of some. */
export interface Outcomes {
  readonly outcomes: ReadonlySet<string>;
  readonly schedules: number;
  /** Whether all schedules were run. */
  readonly isExhaustive: boolean;
}

/** Runs all schedules of `program`; some, and random ones, if there are too many. */
export async function allOutcomes(
  program: OutcomeProgram,
  seed: number,
  limits: CompareLimits,
): Promise<Outcomes> {
  const all = await outcomesOf(program, new Exhaustive(), limits.schedules);
  if (all.isComplete) return { ...all, isExhaustive: true };
  const sampled = await outcomesOf(program, new RandomWalk(seed), limits.samples);
  return {
    outcomes: all.outcomes.union(sampled.outcomes),
    schedules: all.schedules + sampled.schedules,
    isExhaustive: false,
  };
}

/** Compares what reduced search sees of `program`, in an order that `seed` decides, with what there is. */
export async function compare(
  program: OutcomeProgram,
  seed: number,
  limits: CompareLimits,
  relation?: Relation,
  all?: Outcomes,
): Promise<Comparison> {
  const nothing = { isExhaustive: false, classes: 0, redundant: 0, schedules: 0, extra: [] };
  let reduced;
  try {
    reduced = await outcomesOf(program, reducedSearch(seed, relation), limits.classes);
  } catch (error) {
    // It has promised a step that could not be run: that is a difference like any other.
    return { isCompared: true, ...nothing, missing: [`all: ${(error as Error).message}`] };
  }
  const { outcomes: seen, schedules: classes, redundant } = reduced;
  if (!reduced.isComplete) {
    return { isCompared: false, ...nothing, classes, redundant, missing: [] };
  }
  const { outcomes: existing, isExhaustive, schedules } = all ??
    await allOutcomes(program, seed, limits);
  // What is fatal ends its schedule, and what the others would have done is not seen: finding it is all that is promised.
  const isFatal = seen.has(FATAL);
  return {
    isCompared: true,
    isExhaustive,
    classes,
    redundant,
    schedules,
    missing: isFatal ? [] : [...existing.difference(seen)],
    extra: isExhaustive && !isFatal ? [...seen.difference(existing)] : [],
  };
}

/** Whether there is a difference. */
export function differs({ missing, extra }: Comparison): boolean {
  return missing.length > 0 || extra.length > 0;
}

/** Makes a program that shows a difference as small as it goes. */
export async function shrink(
  program: OutcomeProgram,
  seed: number,
  limits: CompareLimits,
): Promise<OutcomeProgram> {
  for (const smaller of smallerThan(program)) {
    if (differs(await compare(smaller, seed, limits))) return shrink(smaller, seed, limits);
  }
  return program;
}

/** Programs that are a little smaller. */
export function* smallerThan(program: OutcomeProgram): Generator<OutcomeProgram> {
  const { goroutines, capacities, count } = program;
  for (const g of goroutines.keys()) {
    yield { ...program, goroutines: goroutines.filter((_, other) => other !== g) };
  }
  for (const [g, actions] of goroutines.entries()) {
    const replaced = (by: readonly string[]) => ({
      ...program,
      goroutines: goroutines.map((other, at) => at === g ? by : other),
    });
    for (const [i, action] of actions.entries()) {
      yield replaced(actions.filter((_, at) => at !== i));
      const [names, glue] = action.split(" &") as [string, string?];
      const simpler = [...names.split(" || ").filter((name) => name !== names)];
      if (glue !== undefined) simpler.push(names);
      for (const by of simpler) yield replaced(actions.with(i, by));
    }
  }
  if (count > 0) yield { ...program, count: count - 1 };
  if (capacities[0] > 0) yield { ...program, capacities: [capacities[0] - 1, capacities[1]] };
  if (capacities[1] > 0) yield { ...program, capacities: [capacities[0], capacities[1] - 1] };
}

/** Programs of a row. */
const BATCH = 500;
const LIMITS: CompareLimits = { classes: 1_000, schedules: 2_000, samples: 200 };

/** So many programs are compared with all their schedules; with `--all`, ten times as many. */
const EXHAUSTIVE = 5_000;
/** A row that is asked for by name is among so many programs. */
const MOST_NAMED = 100_000;

/** The part. */
export const outcomes: Part = {
  name: "outcomes",
  description: "outcomes of random programs under reduced search, and under all schedules",
  async *rows({ all, filter, progress }: PartOptions): AsyncGenerator<Row> {
    const sum = { compared: 0, exhaustive: 0, classes: 0, redundant: 0, schedules: 0, differ: 0 };
    const isEnough = (from: number): boolean =>
      filter === "" ? sum.exhaustive >= (all ? 10 * EXHAUSTIVE : EXHAUSTIVE) : from > MOST_NAMED;
    for (let from = 1; !isEnough(from); from += BATCH) {
      const name = `programs ${from} to ${from + BATCH - 1}`;
      if (!name.includes(filter)) continue;
      const { columns, problems } = await batch(from, progress);
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += columns[key];
      yield row(name, columns, problems);
    }
    const { differ, exhaustive } = sum;
    const problems = differ === 0 ? [] : [`${differ} differ`];
    yield row(`${exhaustive} agree with all their schedules, ${differ} differences`, sum, problems);
  },
};

function row(name: string, columns: Row["columns"], problems: readonly string[]): Row {
  return problems.length === 0
    ? { name, columns }
    : { name, columns, problem: problems.join("\n  ") };
}

async function batch(from: number, progress: (text: string) => void) {
  const columns = { compared: 0, exhaustive: 0, classes: 0, redundant: 0, schedules: 0, differ: 0 };
  const problems: string[] = [];
  for (let seed = from; seed < from + BATCH; seed++) {
    progress(`program ${seed}`);
    const program = randomProgram(new RandomSource(seed));
    const comparison = await compare(program, seed, LIMITS);
    columns.classes += comparison.classes;
    columns.redundant += comparison.redundant;
    columns.schedules += comparison.schedules;
    if (!differs(comparison)) {
      if (comparison.isCompared) columns.compared++;
      if (comparison.isExhaustive) columns.exhaustive++;
      continue;
    }
    columns.differ++;
    const small = await shrink(program, seed, LIMITS);
    const { missing, extra } = await compare(small, seed, LIMITS);
    problems.push(`seed ${seed}: ${JSON.stringify({ ...small, missing, extra })}`);
  }
  return { columns, problems };
}
