/**
 * Programs for comparing search strategies, each with a bug that some find often and others never.
 *
 * @module
 */

import { exclusively } from "../../testing/exclusive.ts";
import { Exploration } from "../../testing/exploration.ts";
import type { Verdict } from "../../testing/verdict.ts";
import { resolveOptions } from "../../testing/options.ts";
import type { Strategy } from "../../testing/strategy.ts";
import { DPOR_PROGRAMS, type DporProgram, takeBugs } from "./dpor_programs.ts";

/** StrategyProgram is a program with a bug. */
export interface StrategyProgram {
  readonly name: string;
  readonly body: () => void;
  /** The fewest preemptions with which it fails. */
  readonly preemptions: number;
}

function program(
  name: string,
  preemptions: number,
  ...parameters: readonly number[]
): StrategyProgram {
  const body = DPOR_PROGRAMS[name] as DporProgram;
  return {
    name: parameters.length === 0 ? name : `${name}(${parameters.join()})`,
    body: () => body(...parameters),
    preemptions,
  };
}

/** The programs. */
export const STRATEGY_PROGRAMS: readonly StrategyProgram[] = [
  program("philosophers", 1, 3),
  program("philosophers", 1, 5),
  program("philosophers", 1, 8),
  program("fig5", 0, 20),
  program("uneven", 1, 25),
  program("reorder", 1, 3),
  program("reorder", 1, 10),
  program("lost_signal_noise", 1, 10),
  program("abba", 1, 4, 10),
  program("depth3", 1),
];

/** An exploration of such a program: a schedule fails if it reaches the bug or leaves somebody waiting. */
export class ProgramExploration extends Exploration {
  constructor({ body }: StrategyProgram, options: { seed?: number; schedules?: number } = {}) {
    super(body, resolveOptions({ ...options, afterMain: "run", races: "ignore" }), undefined);
  }

  override conclude(verdict: Verdict): Verdict {
    const concluded = super.conclude(verdict);
    const hasBug = takeBugs() > 0;
    if (!hasBug || concluded.kind === "redundant") return concluded;
    return { kind: "race", error: new Error("bug") };
  }
}

/** Runs schedules of `strategy` until one fails; returns its number from 1, or undefined if none of `limit` does. */
export function firstFailure(
  program: StrategyProgram,
  strategy: Strategy,
  limit: number,
): Promise<number | undefined> {
  return exclusively(undefined, async () => {
    const exploration = new ProgramExploration(program);
    for (let schedule = 0; schedule < limit && strategy.begin(schedule); schedule++) {
      const { kind } = await exploration.execute(strategy);
      if (kind !== "passed" && kind !== "redundant") return schedule + 1;
    }
    return undefined;
  });
}

/** How many of `schedules` schedules fail. */
export function countFailures(
  program: StrategyProgram,
  strategy: Strategy,
  schedules: number,
): Promise<number> {
  return exclusively(undefined, async () => {
    const exploration = new ProgramExploration(program);
    let failures = 0;
    for (let schedule = 0; schedule < schedules && strategy.begin(schedule); schedule++) {
      const { kind } = await exploration.execute(strategy);
      if (kind !== "passed" && kind !== "redundant") failures++;
    }
    return failures;
  });
}
