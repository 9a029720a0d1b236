/**
 * Part "strategies": how often each search strategy finds the bug of each program, and after how many schedules the
 * default does.
 *
 * @module
 */

import { Bounded } from "../../testing/bounded.ts";
import { Deviations } from "../../testing/deviations.ts";
import { Pct } from "../../testing/pct.ts";
import { Portfolio } from "../../testing/portfolio.ts";
import { PartialOrderSampling } from "../../testing/pos.ts";
import { PreemptionSampler } from "../../testing/preemption_sampler.ts";
import { RandomWalk } from "../../testing/random.ts";
import { Reduced } from "../../testing/reduced.ts";
import type { Strategy } from "../../testing/strategy.ts";
import { SwitchCoverage } from "../../testing/switch_coverage.ts";
import { UniformWalk } from "../../testing/uniform.ts";
import type { Part, PartOptions, Row } from "./part.ts";
import {
  countFailures,
  firstFailure,
  STRATEGY_PROGRAMS,
  type StrategyProgram,
} from "./strategy_programs.ts";

const SEED = 2026;
/** The budget of the default, and of how many seeds it may miss one. */
const BUDGET = 1_000;
export const SEEDS = 100;
/** The searches that find the bug after a fixed number of schedules look at no more than that. */
const SEARCHED = 20_000;

const SAMPLING: Readonly<Record<string, (seed: number) => Strategy>> = {
  random: (seed) => new RandomWalk(seed),
  urw: (seed) => new UniformWalk(seed),
  pos: (seed) => new PartialOrderSampling(seed),
  "pct 1": (seed) => new Pct(seed, 1),
  "pct 2": (seed) => new Pct(seed, 2),
  "pct 3": (seed) => new Pct(seed, 3),
  pct: (seed) => new Pct(seed),
  preemptions: (seed) => new PreemptionSampler(seed),
};

/** The schedule at which the default finds the bug, for each seed; undefined if not within its budget. */
export async function foundByDefault(program: StrategyProgram): Promise<(number | undefined)[]> {
  const found: (number | undefined)[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    found.push(await firstFailure(program, new Portfolio(seed), BUDGET));
  }
  return found;
}

/** The part. */
export const strategies: Part = {
  name: "strategies",
  description: "how often each strategy finds the bugs that strategies are compared by",
  async *rows({ all, filter, progress }: PartOptions): AsyncGenerator<Row> {
    for (const program of STRATEGY_PROGRAMS) {
      if (!program.name.includes(filter)) continue;
      progress(program.name);
      yield await toRow(program, all ? 4_000 : 1_000);
    }
  },
};

async function toRow(program: StrategyProgram, schedules: number): Promise<Row> {
  const columns: Record<string, string | number> = {};
  for (const [name, strategy] of Object.entries(SAMPLING)) {
    const failures = await countFailures(program, strategy(SEED), schedules);
    columns[`${name} %`] = Math.round(1_000 * failures / schedules) / 10;
  }
  columns.deviations = await firstFailure(program, new Deviations(SEED), SEARCHED) ?? "-";
  columns.coverage = await firstFailure(program, new SwitchCoverage(SEED), SEARCHED) ?? "-";
  columns.bounded = await firstFailure(program, new Bounded(), SEARCHED) ?? "-";
  columns.reduced = await firstFailure(program, new Reduced(), SEARCHED) ?? "-";
  const found = await foundByDefault(program);
  const hits = found.filter((schedule) => schedule !== undefined).sort((a, b) => a - b);
  columns[`default of ${SEEDS}`] = hits.length;
  columns.median = hits[hits.length >> 1] ?? "-";
  columns.worst = hits.at(-1) ?? "-";
  const isMissed = hits.length < SEEDS - 1;
  return {
    name: program.name,
    columns,
    ...(isMissed ? { problem: `missed by the default on ${SEEDS - hits.length} seeds` } : {}),
  };
}
