/**
 * Choices of the program's own that the search makes.
 *
 * @module
 */

import { explorer } from "./explorer.ts";

/**
 * choose picks one of `count` alternatives, as the scheduler picks who goes on: each strategy tries them in its way,
 * exhaustive search tries all, and the token of a failing schedule replays them. Short schedules have 0 where the choice
 * does not matter.
 *
 * @param count How many alternatives there are.
 * @returns A number from 0 to `count` - 1.
 * @throws {RangeError} If `count` is no whole number from 1.
 * @throws {Error} If it is called outside an exploration.
 *
 * @example
 * ```ts
 * import { choose, explore } from "@interleave/go/testing";
 *
 * const seen = new Set<number>();
 * await explore(() => {
 *   seen.add(choose(3));
 * });
 * if (seen.size !== 3) throw new Error("not all were tried");
 * ```
 */
export function choose(count: number): number {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`Cannot choose: expected a whole number from 1, got ${String(count)}`);
  }
  checkInside("choose");
  return explorer.chooseFreely(count);
}

/**
 * random returns a number from 0 up to but not including 1. The sequence is the same in every schedule, so that a token
 * alone replays it: it is for data that just has to differ. To have the search try alternatives use {@linkcode choose}.
 *
 * @throws {Error} If it is called outside an exploration.
 *
 * @example
 * ```ts
 * import { explore, random } from "@interleave/go/testing";
 *
 * const seen = new Set<number>();
 * await explore(() => {
 *   seen.add(random());
 * });
 * if (seen.size !== 1) throw new Error("schedules differ");
 * ```
 */
export function random(): number {
  checkInside("draw a random number");
  return explorer.random.fraction();
}

function checkInside(action: string): void {
  if (!explorer.isInside) throw new Error(`Cannot ${action}: outside an exploration`);
}
