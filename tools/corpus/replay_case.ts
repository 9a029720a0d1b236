/**
 * Programs that fail, by name, and their failures: what part "replays" runs here and in processes of their own.
 *
 * As a program: `replay_case.ts NAME TOKEN` replays a token and prints what failed, all of it, as JSON.
 *
 * @module
 */

import { KERNELS } from "../../examples/bugs/kernels.ts";
import { exclusively } from "../../testing/exclusive.ts";
import { Exploration } from "../../testing/exploration.ts";
import { explore } from "../../testing/explore.ts";
import { explorer } from "../../testing/explorer.ts";
import { FailingSchedule } from "../../testing/failing_schedule.ts";
import { type ExploreOptions, resolveOptions } from "../../testing/options.ts";
import { RandomSource } from "../../testing/random_source.ts";
import { RandomWalk } from "../../testing/random.ts";
import { ScheduleError } from "../../testing/schedule_error.ts";
import { OutcomeRun, randomProgram } from "./outcome_programs.ts";

/** A program, and how to explore it. */
interface Case {
  readonly body: () => unknown;
  readonly options: ExploreOptions;
}

/** The names of the kernels; those of random programs are "program 1", "program 2", ... */
export const KERNEL_NAMES: readonly string[] = KERNELS.map(({ id }) => id);

/** Schedules in which a random failure is looked for. */
const MOST_SCHEDULES = 300;

function caseOf(name: string): Case {
  const kernel = KERNELS.find(({ id }) => id === name);
  if (kernel !== undefined) return { body: kernel.buggy, options: { ...kernel.options, name } };
  const seed = Number(/^program ([0-9]+)$/.exec(name)?.[1]);
  if (Number.isNaN(seed)) throw new TypeError(`Cannot replay: no program is called "${name}"`);
  const program = randomProgram(new RandomSource(seed));
  return { body: () => void new OutcomeRun(program), options: { name, afterMain: "run" } };
}

/** What a search finds first, as short as it gets; undefined if it is nothing, or the same in every schedule. */
export async function shortFailure(
  name: string,
  options: ExploreOptions,
): Promise<ScheduleError | undefined> {
  const { body, options: own } = caseOf(name);
  try {
    await explore(body, { ...own, ...options });
    return undefined;
  } catch (error) {
    return error instanceof ScheduleError ? error : undefined;
  }
}

/** The first random schedule that fails, at its full length; undefined if there is none. */
export function longFailure(name: string, seed: number): Promise<ScheduleError | undefined> {
  const { body, options } = caseOf(name);
  return exclusively(undefined, async () => {
    const exploration = new Exploration(body, resolveOptions({ ...options, seed }), undefined);
    const random = new RandomWalk(seed);
    for (let schedule = 0; schedule < MOST_SCHEDULES && random.begin(schedule); schedule++) {
      const verdict = await exploration.attempt(random);
      if (verdict.kind === "passed" || explorer.isPerhapsTerminated) continue;
      const failing = new FailingSchedule(exploration);
      failing.found(verdict, random.name);
      return await failing.report();
    }
    return undefined;
  });
}

/** Everything that happened in a failing schedule, in one line. */
export function traceOf({ kind, schedule, trace }: ScheduleError): string {
  return JSON.stringify({ kind, schedule, trace });
}

if (import.meta.main) {
  const [name = "", token = ""] = Deno.args;
  const failure = await shortFailure(name, { replay: token });
  console.log(failure === undefined ? "no failure" : traceOf(failure));
}
