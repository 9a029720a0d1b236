/**
 * What must hold over whole schedules, and over all of them together.
 *
 * @module
 */

import { explorer } from "./explorer.ts";

/**
 * eventually demands that `condition` becomes true: at some moment between steps, from this call on, in every schedule,
 * at the latest when nobody can go on. A schedule that is longer than `maxSteps` goes on fairly until then, so nobody who
 * could make it true is kept from it.
 *
 * The condition is asked after every step. It must be quick and change nothing; it may read primitives and Shared cells,
 * which is no data race.
 *
 * @param condition What is to become true.
 * @param message What the report says if it does not: a statement, such as "all jobs are done".
 * @throws {Error} Outside an exploration.
 * @throws {TypeError} If `condition` is no function.
 *
 * @example
 * ```ts
 * import { go, sleep } from "@interleave/go";
 * import { eventually, explore } from "@interleave/go/testing";
 *
 * await explore(async () => {
 *   let isReady = false;
 *   eventually(() => isReady, "the server is ready");
 *   go(async () => {
 *     await sleep(10);
 *     isReady = true;
 *   });
 *   await sleep(20);
 * });
 * ```
 */
export function eventually(condition: () => boolean, message: string): void {
  check("eventually", condition);
  explorer.watch({ condition, message, isEventual: true });
}

/**
 * never demands that `condition` stays false: at every moment between steps, from this call on, in every schedule. The
 * schedule fails at the first step that makes it true.
 *
 * The condition is asked after every step. It must be quick and change nothing; it may read primitives and Shared cells,
 * which is no data race.
 *
 * @param condition What must not become true.
 * @param message What the report says if it does: a statement, such as "two are in the critical section".
 * @throws {Error} Outside an exploration.
 * @throws {TypeError} If `condition` is no function.
 *
 * @example
 * ```ts
 * import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
 * import { explore, never } from "@interleave/go/testing";
 *
 * await explore(async () => {
 *   let inside = 0;
 *   never(() => inside > 1, "two are in the critical section");
 *   const mu = new Mutex();
 *   const wg = new WaitGroup();
 *   for (let i = 0; i < 2; i++) {
 *     wg.go(() => mu.withLock(async () => {
 *       inside++;
 *       await yieldNow();
 *       inside--;
 *     }));
 *   }
 *   await wg.wait();
 * });
 * ```
 */
export function never(condition: () => boolean, message: string): void {
  check("never", condition);
  explorer.watch({ condition, message, isEventual: false });
}

/**
 * sometimes demands that `condition` is true at this place in at least one schedule of the exploration. Otherwise the
 * exploration fails when it is over: the test does not reach what it is meant to test.
 *
 * Each schedule, each place and each call with one name counts. In a property of fast-check, whose runs are explorations
 * of a few schedules, it demands nothing.
 *
 * @param name What the error calls it: a statement, such as "the cache is hit".
 * @param condition What is to be true, now.
 * @throws {Error} Outside an exploration.
 *
 * @example
 * ```ts
 * import { go, yieldNow } from "@interleave/go";
 * import { explore, sometimes } from "@interleave/go/testing";
 *
 * await explore(async () => {
 *   let isDone = false;
 *   go(() => {
 *     isDone = true;
 *   });
 *   await yieldNow();
 *   sometimes("the other is faster", isDone);
 *   sometimes("the other is slower", !isDone);
 * });
 * ```
 */
export function sometimes(name: string, condition: boolean | (() => boolean)): void {
  checkInside("sometimes");
  explorer.reach(name, typeof condition === "function" ? condition() : condition);
}

function check(name: string, condition: unknown): void {
  if (typeof condition !== "function") {
    throw new TypeError(`Cannot ask ${name}(): expected a function, got ${String(condition)}`);
  }
  checkInside(name);
}

function checkInside(name: string): void {
  if (explorer.isInside) return;
  throw new Error(`Cannot ask ${name}() here: it belongs into the body of explore()`);
}
