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
  const arrivals = tasks.map((task, i) => {
    // A function of its own for each, whose name a picture shows.
    const named = { [`task ${i + 1}`]: () => task() };
    return wrap(named[`task ${i + 1}`] as () => Promise<void>, { points: "before" });
  });
  const results = await Promise.allSettled(arrivals.map((arrive) => arrive()));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
