/**
 * Part "tracked": programs whose state is all tracked must never be taken for others. The guards of tracked state exchange
 * steps that commute and run schedules of one class twice; here nothing may ever differ.
 *
 * @module
 */

import { explore } from "../../testing/explore.ts";
import { RandomSource } from "../../testing/random_source.ts";
import { ScheduleError } from "../../testing/schedule_error.ts";
import { type OutcomeProgram, OutcomeRun, randomProgram } from "./outcome_programs.ts";
import { allOutcomes } from "./outcomes.ts";
import type { Part, PartOptions, Row } from "./part.ts";

/** What the guards said of a number of random programs. */
export interface Guarded {
  /** Programs that were explored. */
  readonly explored: number;
  /** Programs whose search was complete. */
  readonly completed: number;
  /** Programs that were taken for untracked ones although nobody misuses anything, with the report. */
  readonly refused: readonly string[];
  /** Those in which somebody does: of what follows not every variant is looked for, and a guard may miss one. */
  readonly misused: number;
}

/** As the programs of the corpus need it. */
const LOOSE = { leaks: "ignore", afterMain: "run", races: "ignore", lockOrder: "ignore" } as const;

/** Explores the random programs of `count` seeds as tracked ones. */
export async function guard(firstSeed: number, count: number, schedules: number): Promise<Guarded> {
  let explored = 0, completed = 0, misused = 0;
  const refused: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const program = randomProgram(new RandomSource(seed));
    explored++;
    const body = () => void new OutcomeRun(program);
    try {
      const result = await explore(body, { ...LOOSE, state: "tracked", schedules, seed });
      if (result.complete) completed++;
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      const { kind, message } = error;
      if (kind !== "nondeterminism") continue;
      if (await isMisused(program, seed)) misused++;
      else refused.push(`${JSON.stringify(program)}: ${message}`);
    }
  }
  return { explored, completed, refused, misused };
}

/** Whether somebody misuses something in a schedule, as far as a look at some tells. */
async function isMisused(program: OutcomeProgram, seed: number): Promise<boolean> {
  const limits = { classes: 0, schedules: 2_000, samples: 500 };
  const { outcomes } = await allOutcomes(program, seed, limits);
  return [...outcomes].some((outcome) => outcome.startsWith("misuse"));
}

/** Programs of a row. */
const BATCH = 500;

/** The part. */
export const tracked: Part = {
  name: "tracked",
  description: "random programs that share nothing untracked, which no guard may refuse",
  async *rows({ all, filter, progress }: PartOptions): AsyncGenerator<Row> {
    for (let from = 1; from <= (all ? 10_000 : 1_000); from += BATCH) {
      const name = `programs ${from} to ${from + BATCH - 1}`;
      if (!name.includes(filter)) continue;
      progress(name);
      const { explored, completed, refused, misused } = await guard(from, BATCH, 1_000);
      yield {
        name,
        columns: { explored, completed, misused },
        ...(refused.length > 0 ? { problem: refused.join("\n  ") } : {}),
      };
    }
  },
};
