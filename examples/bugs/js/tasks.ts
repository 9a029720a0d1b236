/**
 * Plain async functions that run at the same time.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";

/**
 * Runs tasks at the same time, until all have ended, and throws what the first of them to fail has thrown. Each starts at
 * a schedule point of its own, as a request that arrives.
 */
export async function runTasks(...tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const arrive = wrap((task: () => Promise<void>) => task(), { points: "before" });
  const results = await Promise.allSettled(tasks.map((task) => arrive(task)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
