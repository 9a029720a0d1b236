/**
 * Part "dpor": programs whose schedules, classes of schedules and outcomes are known exactly. The numbers must come out
 * whatever the order in which goroutines are taken.
 *
 * @module
 */

import { explorer } from "../../testing/explorer.ts";
import type { Tracer } from "../../testing/tracer.ts";
import type { Entry } from "../../testing/goroutine.ts";
import { Exhaustive } from "../../testing/exhaustive.ts";
import { RandomSource } from "../../testing/random_source.ts";
import { Reduced, type ReducedOptions } from "../../testing/reduced.ts";
import type { Strategy } from "../../testing/strategy.ts";
import { DPOR_PROGRAMS, type DporRow, parseDporRows } from "./dpor_programs.ts";
import type { Part, PartOptions, Row } from "./part.ts";
import { OBJECTWISE, SameValue } from "./relations.ts";
import { search } from "./search.ts";

/** Which of several candidates is taken first. */
const ORDERS = {
  inOrder: () => () => 0,
  reversed: () => (count: number) => count - 1,
  shuffled: () => {
    const random = new RandomSource(20171104);
    return (count: number) => random.below(count);
  },
} as const satisfies Record<string, () => (count: number) => number>;

/** Rows that take more than a few seconds. */
const SLOW: ReadonlySet<string> = new Set([
  "big0 -",
  "parlength 400",
  "parlength 600",
  "pipeline:naive 3,2",
  "semaphore:naive 4,2",
]);

/** What came out of a row. */
export interface DporResult {
  readonly counts: readonly number[];
  /** Schedules that were cut off, in all orders together. */
  readonly redundant: number;
  /** Schedules run, the ones cut off included, in all orders together. */
  readonly executions: number;
}

/** The name of a row. */
export function nameOf({ program, counted, parameters }: DporRow): string {
  const suffix = counted === "traces" ? "" : `:${counted}`;
  return `${program}${suffix} ${parameters.length === 0 ? "-" : parameters.join()}`;
}

/** Whether a row is quick enough to be run each time. */
export function isQuick(row: DporRow): boolean {
  return !SLOW.has(nameOf(row));
}

/** Reads the table. */
export async function readDporRows(): Promise<DporRow[]> {
  return parseDporRows(await Deno.readTextFile(new URL("./dpor_counts.tsv", import.meta.url)));
}

/** Counts what the row says, once for each order. */
export async function count(row: DporRow): Promise<DporResult> {
  const program = DPOR_PROGRAMS[row.program];
  if (program === undefined) throw new Error(`Cannot count: unknown program "${row.program}"`);
  const body = () => program(...row.parameters);
  const counts: number[] = [];
  let redundant = 0, executions = 0;
  for (const strategy of strategiesFor(row)) {
    let deadlocks = 0;
    const outcomes = new Outcomes();
    const result = await search(body, strategy, {
      ...(row.counted === "outcomes" ? { tracer: outcomes } : {}),
      onEnd: () => {
        if (explorer.alive.length > 0) deadlocks++;
        outcomes.next();
      },
    });
    if (!result.isComplete) {
      throw new Error(`Cannot count ${nameOf(row)}: the search has ended early`);
    }
    redundant += result.redundant;
    executions += result.schedules + result.redundant;
    counts.push(
      row.counted === "outcomes"
        ? outcomes.size
        : row.counted === "deadlocks"
        ? deadlocks
        : result.schedules,
    );
  }
  return { counts, redundant, executions };
}

/** Whether the program has choices besides who is resumed. */
export function hasDataChoices({ program }: DporRow): boolean {
  return program === "select2" || program === "two_selects";
}

function strategiesFor({ counted }: DporRow): Strategy[] {
  if (counted === "naive") return [new Exhaustive()];
  const options = (): ReducedOptions => {
    if (counted === "objectwise") return { relation: OBJECTWISE };
    return counted === "samevalue" ? { relation: new SameValue() } : {};
  };
  return Object.values(ORDERS).map((order) => new Reduced({ ...options(), first: order() }));
}

/** Collects the outcomes of schedules: what each goroutine was given, in order, and whether it ended. */
class Outcomes implements Tracer {
  readonly #seen = new Set<string>();
  #given: string[][] = [];

  get size(): number {
    return this.#seen.size;
  }

  /** A schedule has ended. */
  next(): void {
    const waiting = explorer.alive.map(({ index }) => index).sort();
    this.#seen.add(JSON.stringify([this.#given, waiting]));
    this.#given = [];
  }

  resumed({ goroutine, hasFailed, outcome }: Entry): void {
    const given = typeof outcome === "object" ? JSON.stringify(outcome) : String(outcome);
    (this.#given[goroutine.index] ??= []).push(hasFailed ? `threw ${outcome}` : given);
  }

  performing(): void {}
  performed(): void {}
  touched(): void {}
  ready(): void {}
  spawned(): void {}
  ended(): void {}
  threw(): void {}
  timerSet(): void {}
  created(): void {}
}

/** The part. */
export const dpor: Part = {
  name: "dpor",
  description: "programs whose schedules and classes of schedules are known exactly",
  async *rows({ all, filter, progress }: PartOptions): AsyncGenerator<Row> {
    for (const row of await readDporRows()) {
      const name = nameOf(row);
      if (!name.includes(filter) || !(all || isQuick(row))) continue;
      progress(name);
      yield await check(row);
    }
  },
};

async function check(row: DporRow): Promise<Row> {
  const started = performance.now();
  const { counts, redundant, executions } = await count(row);
  const ms = performance.now() - started;
  const wrong = counts.some((count) => count !== row.count);
  const wasteful = redundant > 0 && !hasDataChoices(row);
  return {
    name: nameOf(row),
    columns: {
      expected: row.count,
      counted: [...new Set(counts)].join(" / "),
      redundant,
      "per s": Math.round(executions / ms * 1_000),
      source: row.source,
    },
    ...(wrong ? { problem: `expected ${row.count}` } : {}),
    ...(!wrong && wasteful ? { problem: `${redundant} redundant schedules, expected none` } : {}),
  };
}
