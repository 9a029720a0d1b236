/**
 * Exploring the interleavings of a program.
 *
 * @module
 */

import { exclusively } from "./exclusive.ts";
import { Exploration } from "./exploration.ts";
import type { ExploreResult } from "./explore_result.ts";
import { type ExploreOptions, resolveOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import { Stack } from "./sites.ts";

/**
 * explore runs `body` again and again, each time in another interleaving of its goroutines, under a virtual clock. It
 * returns once the budget is used up or every schedule has been run, and throws at the first schedule that fails: an
 * assertion of the body, a panic, a deadlock, a goroutine left behind, a forgotten await, a wait for something outside.
 *
 * The error's message is the whole report: what happened, a picture of the schedule, and the line that replays it.
 * `deno test FILE -- --replay=TOKEN` runs that schedule again, in any process.
 *
 * `body` must build what it tests anew each time, and must not depend on anything random but through the seed. Sleeping
 * takes no real time. Code between two awaits is atomic, as ever in JavaScript: the explorer chooses who resumes next,
 * which ready case a select takes, and in which order timers of one instant fire, and produces nothing that an event
 * loop could not.
 *
 * A loop that never awaits, or awaits only promises of its own, cannot be interrupted by anybody in JavaScript: give
 * the test a `timeout`.
 *
 * @param body The program: main of every schedule.
 * @param options How to explore; see {@linkcode ExploreOptions}.
 * @throws {ScheduleError} If a schedule fails. If all fail with the same error of the body, whatever the order, that
 * error is thrown as it is.
 * @throws {TypeError} If an option is unknown or a token unreadable.
 * @throws {Error} If an exploration is running already.
 *
 * @example
 * ```ts
 * import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
 * import { explore } from "@interleave/go/testing";
 *
 * const result = await explore(async () => {
 *   const mu = new Mutex();
 *   const wg = new WaitGroup();
 *   let balance = 0;
 *   for (const amount of [1, 2]) {
 *     wg.go(() =>
 *       mu.withLock(async () => {
 *         const before = balance;
 *         await yieldNow(); // without the lock another deposit would be lost here
 *         balance = before + amount;
 *       })
 *     );
 *   }
 *   await wg.wait();
 *   if (balance !== 3) throw new Error(`balance is ${balance}, expected 3`);
 * });
 * if (!result.complete) throw new Error("there are few enough to run them all");
 * ```
 */
export async function explore(
  body: () => unknown,
  options: ExploreOptions = {},
): Promise<ExploreResult> {
  const site = new Stack().top;
  try {
    return await exclusively(
      site,
      () => new Exploration(body, resolveOptions(options), site).run(),
    );
  } catch (error) {
    if (error instanceof ScheduleError) Error.captureStackTrace(error, explore);
    throw error;
  }
}
