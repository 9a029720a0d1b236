/**
 * Running a strategy by hand, for the tests of strategies. There is no test in it.
 *
 * @module
 */
import { Exploration } from "./exploration.ts";
import { explorer } from "./explorer.ts";
import { resolveOptions } from "./options.ts";
import type { Strategy } from "./strategy.ts";

/** What a schedule was: its answers, and how many of them were preemptions. */
export interface TakenSchedule {
  readonly answers: readonly number[];
  readonly preemptions: number;
}

/** The schedules of `body` that `strategy` runs, in order, `limit` of them at most. */
export async function schedulesOf(
  body: () => unknown,
  strategy: Strategy,
  limit = Infinity,
): Promise<TakenSchedule[]> {
  const exploration = new Exploration(body, resolveOptions({}), undefined);
  const schedules: TakenSchedule[] = [];
  while (schedules.length < limit && strategy.begin(schedules.length)) {
    await exploration.execute(strategy);
    schedules.push({ answers: [...explorer.answers], preemptions: explorer.preemptions });
  }
  return schedules;
}
