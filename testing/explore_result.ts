/**
 * What a passing exploration gives, and how it is said in a line.
 *
 * @module
 */

import type { UntakenCase } from "./select_watch.ts";

/**
 * ExploreResult says what a passing exploration has covered.
 *
 * @example
 * ```ts
 * import { explore, type ExploreResult } from "@interleave/go/testing";
 *
 * const result: ExploreResult = await explore(() => {});
 * if (!result.complete || result.schedules !== 1) throw new Error("there is one schedule of nothing");
 * ```
 */
export interface ExploreResult {
  /** How many schedules were run. */
  readonly schedules: number;
  /** How many steps they had together. */
  readonly steps: number;
  /**
   * Whether that was all of them. It was not if a schedule was made fair, because it was longer than maxSteps or because
   * nobody did anything but poll, nor if one waited for something outside that no schedule controls.
   */
  readonly complete: boolean;
  /**
   * How many classes of schedules there were among them, if all state is tracked: then `complete` means that every class
   * was run.
   */
  readonly traces?: number;
  /** How many pairs of steps that commute were exchanged to see whether they do, if all state is tracked. */
  readonly swaps?: number;
  /** The seed, which repeats the exploration. */
  readonly seed: number;
  /** About how many schedules there are, if that was not all of them and can be told: more than were run. */
  readonly estimate?: number;
  /**
   * The highest bound that was covered: there are so many schedules with at most so many preemptions, or deviations from
   * the first schedule, and all were run.
   */
  readonly covered?: {
    readonly most: number;
    readonly of: "preemptions" | "deviations";
    readonly schedules: number;
  };
  /**
   * The largest number of steps for which a goroutine that could run was passed over, in any schedule. Strategies that
   * do not care for fairness make it large; it never grows in the part of a long schedule that is made fair. Option
   * `starvationBound` makes it a failure.
   */
  readonly starvation: number;
  /**
   * The cases of selects that no schedule has taken: what they lead to was not tested. Missing if there are none, and of
   * selects that were not called at all. `trySelect` is not looked at.
   */
  readonly untaken?: readonly UntakenCase[];
  /** What ended the exploration. */
  readonly endedBy: "complete" | "schedules" | "time" | "strategy" | "replay";
}

/** How much was covered: "12 of about 40, not complete". */
export function describeCoverage(result: ExploreResult): string {
  const { schedules, complete, estimate, covered, traces, swaps } = result;
  const count = `${schedules.toLocaleString("en")} schedule${schedules === 1 ? "" : "s"}`;
  if (traces !== undefined) {
    const classes = `${traces.toLocaleString("en")} trace${traces === 1 ? "" : "s"}`;
    const swapped = `${swaps} swap${swaps === 1 ? "" : "s"} checked`;
    return complete
      ? `complete: ${classes}, state tracked, ${swapped}`
      : `${count} of ${classes}, state tracked, ${swapped}, not complete`;
  }
  if (complete) return `complete: ${count}`;
  const all = covered === undefined
    ? ""
    : `; all ${covered.schedules.toLocaleString("en")} with at most ${covered.most} ` +
      `${covered.most === 1 ? covered.of.slice(0, -1) : covered.of} among them`;
  if (estimate === undefined) return `${count}, not complete${all}`;
  return `${count} of about ${estimate.toLocaleString("en")}, not complete${all}`;
}

/** What is to be said of a case of a select that no schedule has taken. */
export function describeCase({ at: { file, line }, key, wasReady }: UntakenCase): string {
  const how = wasReady ? "could be taken, and was in none" : "could not be taken in any";
  return `case ${JSON.stringify(key)} of the select at ${file}:${line} ${how}`;
}
