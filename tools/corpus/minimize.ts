/**
 * Part "minimize": random failing schedules of programs with a known bug are made short. What counts is whether the
 * fewest preemptions are reached, how many executions that takes, and how long the token is.
 *
 * @module
 */

import { exclusively } from "../../testing/exclusive.ts";
import { Bounded } from "../../testing/bounded.ts";
import { explorer } from "../../testing/explorer.ts";
import { FailingSchedule } from "../../testing/failing_schedule.ts";
import { signatureOf } from "../../testing/failure_signature.ts";
import { PartialOrderSampling } from "../../testing/pos.ts";
import { RandomWalk } from "../../testing/random.ts";
import { Replay } from "../../testing/replay.ts";
import { encodeToken } from "../../testing/schedule_token.ts";
import type { Strategy } from "../../testing/strategy.ts";
import { UniformWalk } from "../../testing/uniform.ts";
import type { Part, PartOptions, Row } from "./part.ts";
import { randomProgram } from "./random_programs.ts";
import {
  firstFailure,
  ProgramExploration,
  STRATEGY_PROGRAMS,
  type StrategyProgram,
} from "./strategy_programs.ts";

/** The longest token that is called short. */
const SHORT = 32;

/** What came of one failing schedule. */
export interface Shortened {
  readonly preemptionsBefore: number;
  readonly preemptions: number;
  readonly deviations: number;
  readonly executions: number;
  readonly ms: number;
  readonly token: string;
  /** What failed. */
  readonly signature: string;
  /** Whether the token's schedule fails as the one that was found did. */
  readonly failsAlike: boolean;
}

/** Who finds the schedules to be made short: strategies that do not care for preemptions. */
function strategies(seed: number): Strategy[] {
  return [new RandomWalk(seed), new UniformWalk(seed), new PartialOrderSampling(seed)];
}

/** Makes `count` random failing schedules of a program short. */
export function shorten(
  program: StrategyProgram,
  count: number,
  seed: number,
  limit = Infinity,
): Promise<Shortened[]> {
  return exclusively(undefined, async () => {
    const exploration = new ProgramExploration(program, { seed });
    const all = strategies(seed);
    const results: Shortened[] = [];
    for (let schedule = 0; results.length < count && schedule < limit; schedule++) {
      const strategy = all[schedule % all.length] as Strategy;
      strategy.begin(schedule);
      const verdict = await exploration.execute(strategy);
      if (verdict.kind === "passed") continue;
      const failing = new FailingSchedule(exploration);
      failing.found(verdict, strategy.name);
      const preemptionsBefore = explorer.preemptions;
      const started = performance.now();
      // By count alone: what comes out must not depend on how busy the machine is.
      const executions = await failing.shorten({ executions: 200, timeMs: Infinity });
      const ms = performance.now() - started;
      const replay = new Replay(failing.deviations);
      replay.begin();
      const again = new FailingSchedule(exploration);
      again.found(await exploration.execute(replay), "replay");
      const { identity } = exploration;
      results.push({
        preemptionsBefore,
        preemptions: explorer.preemptions,
        deviations: failing.deviations.length,
        executions,
        ms,
        token: encodeToken({ deviations: failing.deviations, exploration: identity }),
        failsAlike: again.signature === failing.signature,
        signature: failing.signature,
      });
    }
    return results;
  });
}

/** More schedules than that are not enumerated to know the fewest preemptions. */
const MOST_ENUMERATED = 5_000;

/** The fewest preemptions with which a program fails in this way; undefined if that takes too long to find out. */
export function fewestPreemptions(
  program: StrategyProgram,
  signature: string,
): Promise<number | undefined> {
  return exclusively(undefined, async () => {
    const exploration = new ProgramExploration(program);
    const bounded = new Bounded();
    for (let schedule = 0; schedule < MOST_ENUMERATED && bounded.begin(); schedule++) {
      const preemptions = bounded.covered.length;
      if (signatureOf(await exploration.execute(bounded)) === signature) return preemptions;
    }
    return undefined;
  });
}

/** Makes one failing schedule of each of `count` random programs short, and finds the fewest preemptions of each. */
export async function shortenRandom(
  count: number,
  firstSeed: number,
): Promise<{ results: Shortened[]; optima: number[] }> {
  const results: Shortened[] = [], optima: number[] = [];
  for (let seed = firstSeed; results.length < count; seed++) {
    const program = randomProgram(seed);
    // Programs that need no particular order to fail say nothing.
    if (await firstFailure(program, new Bounded(0), 1) !== undefined) continue;
    const [result] = await shorten(program, 1, seed, 200);
    if (result === undefined) continue;
    const optimum = await fewestPreemptions(program, result.signature);
    if (optimum === undefined) continue;
    results.push(result);
    optima.push(optimum);
  }
  return { results, optima };
}

/** The share of `all` that `isGood`, in percent. */
export function percent<T>(all: readonly T[], isGood: (item: T) => boolean): number {
  return Math.round(1_000 * all.filter(isGood).length / all.length) / 10;
}

/** Whether a token is short. */
export function isShort({ token }: Shortened): boolean {
  return token.length <= SHORT;
}

function mean(numbers: readonly number[]): number {
  return Math.round(10 * numbers.reduce((a, b) => a + b, 0) / numbers.length) / 10;
}

function toRow(name: string, results: readonly Shortened[], optimum: (i: number) => number): Row {
  const optimal = percent(
    [...results.keys()],
    (i) => (results[i] as Shortened).preemptions <= optimum(i),
  );
  const short = percent(results, isShort);
  const alike = percent(results, ({ failsAlike }) => failsAlike);
  const problems = [
    ...(optimal < 95 ? ["fewer than 95 % with the fewest preemptions"] : []),
    // Some programs need a long token by themselves.
    ...(name === "all" && short < 95
      ? [`fewer than 95 % of tokens up to ${SHORT} characters`]
      : []),
    ...(alike < 100 ? ["another failure"] : []),
  ];
  return {
    name,
    columns: {
      failures: results.length,
      "preemptions before": mean(results.map(({ preemptionsBefore }) => preemptionsBefore)),
      after: mean(results.map(({ preemptions }) => preemptions)),
      "optimal %": optimal,
      deviations: mean(results.map(({ deviations }) => deviations)),
      "short tokens %": short,
      executions: mean(results.map(({ executions }) => executions)),
      "under 50 ms %": percent(results, ({ ms }) => ms <= 50),
    },
    ...(problems.length > 0 ? { problem: problems.join("; ") } : {}),
  };
}

/** The part. */
export const minimize: Part = {
  name: "minimize",
  description: "random failing schedules made short, against the fewest preemptions possible",
  async *rows({ all, filter, progress }: PartOptions): AsyncGenerator<Row> {
    const everything: Shortened[] = [];
    const optima: number[] = [];
    for (const program of STRATEGY_PROGRAMS) {
      if (!program.name.includes(filter)) continue;
      progress(program.name);
      const results = await shorten(program, all ? 200 : 30, 7);
      everything.push(...results);
      optima.push(...results.map(() => program.preemptions));
      yield toRow(program.name, results, () => program.preemptions);
    }
    if ("random programs".includes(filter)) {
      progress("random programs");
      const random = await shortenRandom(all ? 2_000 : 300, 1);
      everything.push(...random.results);
      optima.push(...random.optima);
      yield toRow("random programs", random.results, (i) => random.optima[i] as number);
    }
    if (everything.length > 0) yield toRow("all", everything, (i) => optima[i] as number);
  },
};
