/**
 * Making a failing schedule short: fewer deviations from "keep running".
 *
 * First every schedule with one deviation is tried, since most failures need no more: that is a few dozen executions of
 * microseconds each. If none fails alike, delta debugging takes away from the schedule that was found, and what is left
 * is looked for among the schedules with two. Everything here is bounded in executions and in time.
 *
 * Rejected: delta debugging alone. It ends in local minima, such as two switches where one would do elsewhere.
 *
 * @module
 */

import { type Deviation, toDeviations } from "./schedule_token.ts";

/** What an execution of a candidate tells: the answers given, and whether it failed the same way. */
export interface Attempt {
  readonly failsAlike: boolean;
  readonly answers: readonly number[];
  /** How many answers each question had. */
  readonly counts: readonly number[];
}

/** Executes a candidate. */
export type Execute = (deviations: readonly Deviation[]) => Promise<Attempt>;

/** Bounds the search. */
export interface MinimizeBudget {
  readonly executions: number;
  readonly timeMs: number;
}

/** Returns the shortest schedule found that fails like `found`, and how many executions that took. */
export async function minimize(
  found: readonly Deviation[],
  execute: Execute,
  budget: MinimizeBudget,
): Promise<{ deviations: Deviation[]; executions: number }> {
  let best = [...found];
  let executions = 0;
  const deadline = performance.now() + budget.timeMs;
  const isSpent = (): boolean => executions >= budget.executions || performance.now() > deadline;

  const run = async (candidate: readonly Deviation[]): Promise<Attempt> => {
    executions++;
    const result = await execute(candidate);
    if (!result.failsAlike) return result;
    const executed = toDeviations(result.answers);
    if (compare(executed, best) < 0) best = executed;
    return result;
  };

  /** Tries all schedules with `more` deviations behind `prefix`; true if one fails alike. */
  const enumerate = async (prefix: readonly Deviation[], more: number): Promise<boolean> => {
    const { failsAlike, counts } = await run(prefix);
    if (failsAlike) return true;
    if (more === 0) return false;
    const { length } = counts;
    for (let at = (prefix.at(-1)?.at ?? -1) + 1; at < length; at++) {
      const count = counts[at] as number;
      for (let answer = 1; answer < count; answer++) {
        if (isSpent()) return false;
        if (await enumerate([...prefix, { at, answer, check: "" }], more - 1)) return true;
      }
    }
    return false;
  };

  const isFound = await enumerate([], 1);
  if (!isFound) await takeAway();
  if (!isFound && best.length > 2) await enumerate([], 2);
  return { deviations: best, executions };

  /** Delta debugging (Zeller, Hildebrandt 2002) over the deviations. */
  async function takeAway(): Promise<void> {
    for (let size = best.length >> 1; size >= 1 && !isSpent();) {
      const before = best;
      for (let from = 0; from < best.length && !isSpent();) {
        const { length } = best;
        await run([...best.slice(0, from), ...best.slice(from + size)]);
        if (best.length >= length) from += size;
      }
      if (before === best) size >>= 1;
      else size = Math.min(size, best.length);
    }
  }
}

/** Fewer deviations first, then smaller answers. */
function compare(a: readonly Deviation[], b: readonly Deviation[]): number {
  return a.length - b.length || sum(a) - sum(b);
}

function sum(deviations: readonly Deviation[]): number {
  return deviations.reduce((total, { answer }) => total + answer, 0);
}
