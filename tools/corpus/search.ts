/**
 * Searching a program schedule by schedule, and looking at how each of them ended.
 *
 * @module
 */

import { exclusively } from "../../testing/exclusive.ts";
import { explorer } from "../../testing/explorer.ts";
import type { Rules } from "../../testing/rules.ts";
import type { Tracer } from "../../testing/tracer.ts";
import type { Verdict } from "../../testing/verdict.ts";
import { rejections } from "../../testing/rejections.ts";
import type { Strategy } from "../../testing/strategy.ts";
import { DEFAULT_START } from "../../testing/virtual_clock.ts";

/** Main may end first, and goroutines may be left waiting: that is an outcome, and no failure. */
const RULES: Rules = {
  maxSteps: 100_000,
  externalTimeoutMs: 1_000,
  allowLeaks: [],
  ignoreLeaks: true,
  afterMain: "run",
  start: DEFAULT_START,
};

/** SearchOptions say what to look at. */
export interface SearchOptions {
  /** Hears of everything in every schedule. */
  readonly tracer?: Tracer;
  /** More schedules than that are not run. */
  readonly limit?: number;
  /** Called at the end of each schedule that was not cut off, while its goroutines can still be looked at. */
  readonly onEnd?: (verdict: Verdict) => void;
}

/** SearchResult says what was run. */
export interface SearchResult {
  readonly schedules: number;
  /** Schedules that were cut off because they led nowhere new. */
  readonly redundant: number;
  readonly steps: number;
  /** Whether that was all. */
  readonly isComplete: boolean;
}

/**
 * Runs `body` until `strategy` has nothing left.
 *
 * @throws {Error} If a promise is rejected and nobody handles it, or the strategy fails.
 */
export function search(
  body: () => unknown,
  strategy: Strategy,
  { tracer, limit = Infinity, onEnd }: SearchOptions = {},
): Promise<SearchResult> {
  return exclusively(undefined, async () => {
    let schedules = 0, redundant = 0, steps = 0;
    const begin = () => schedules < limit && strategy.begin(schedules);
    if (begin()) {
      await explorer.run(body, strategy, RULES, tracer ?? null, {}, (verdict) => {
        steps += explorer.steps;
        const [rejection] = rejections.take();
        if (rejection !== undefined) throw rejection;
        if (verdict.kind === "redundant") redundant++;
        else {
          schedules++;
          onEnd?.(verdict);
        }
        return begin() ? {} : null;
      });
    }
    return { schedules, redundant, steps, isComplete: strategy.isComplete === true };
  });
}
