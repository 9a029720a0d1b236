/**
 * Making a failing schedule short: fewer deviations from "keep running".
 *
 * Delta debugging over the deviations, then over their positions, each candidate executed and kept if it fails the same
 * way. Everything here is bounded in executions and in time.
 *
 * @module
 */

import { type Deviation, toDeviations } from "./schedule_token.ts";

/** What an execution of a candidate tells: the answers given, and whether it failed the same way. */
export interface Attempt {
  readonly failsAlike: boolean;
  readonly answers: readonly number[];
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

  /** Tries a candidate, and takes what was executed if it is shorter. */
  const attempt = async (candidate: readonly Deviation[]): Promise<boolean> => {
    if (isSpent()) return false;
    executions++;
    const result = await execute(candidate);
    if (!result.failsAlike) return false;
    const executed = toDeviations(result.answers);
    if (compare(executed, best) >= 0) return false;
    best = executed;
    return true;
  };

  await attempt([]);
  for (let size = Math.max(1, best.length >> 1); size >= 1 && !isSpent();) {
    let isShorter = false;
    for (let from = 0; from < best.length && !isSpent();) {
      if (await attempt([...best.slice(0, from), ...best.slice(from + size)])) isShorter = true;
      else from += size;
    }
    if (size === 1 && !isShorter) break;
    if (!isShorter || size > best.length) size = Math.max(1, Math.min(size >> 1, best.length));
  }
  // Later switches and smaller answers are easier to read.
  for (let i = 0; i < best.length && !isSpent(); i++) {
    const { at, answer } = best[i] as Deviation;
    for (let smaller = 1; smaller < answer && !isSpent(); smaller++) {
      if (await attempt(best.with(i, { at, answer: smaller, check: "" }))) break;
    }
  }
  return { deviations: best, executions };
}

/** Fewer deviations first, then smaller answers. */
function compare(a: readonly Deviation[], b: readonly Deviation[]): number {
  return a.length - b.length || sum(a) - sum(b);
}

function sum(deviations: readonly Deviation[]): number {
  return deviations.reduce((total, { answer }) => total + answer, 0);
}
