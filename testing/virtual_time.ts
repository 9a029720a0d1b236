/**
 * The virtual clock alone.
 *
 * @module
 */

import { EventLoopOrder } from "./event_loop_order.ts";
import { exclusively } from "./exclusive.ts";
import { Exploration } from "./exploration.ts";
import { FailingSchedule } from "./failing_schedule.ts";
import { type ExploreOptions, resolveOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import { Stack } from "./sites.ts";

/**
 * VirtualTimeOptions are those of {@linkcode explore} that have to do with one schedule.
 *
 * @example
 * ```ts
 * import { virtualTime, type VirtualTimeOptions } from "@interleave/go/testing";
 *
 * const options: VirtualTimeOptions = { start: Date.UTC(2030, 0, 1) };
 * const year = await virtualTime(() => new Date().getUTCFullYear(), options);
 * if (year !== 2030) throw new Error(`it is ${year}`);
 * ```
 */
export type VirtualTimeOptions = Pick<
  ExploreOptions,
  | "name"
  | "test"
  | "start"
  | "maxSteps"
  | "allowLeaks"
  | "leaks"
  | "afterMain"
  | "external"
  | "externalTimeoutMs"
>;

/**
 * virtualTime runs `body` once under the virtual clock, in the order of the event loop, and returns what it returns.
 *
 * Sleeps, timers, deadlines and `AbortSignal.timeout` take no real time: whenever everybody waits, the clock jumps to the
 * next of them. There is nothing to pump. Dates begin at 2000-01-01 unless `start` says otherwise. Use it where a fake
 * clock is wanted and {@linkcode explore} where the order matters, too.
 *
 * @typeParam R What `body` returns.
 * @throws Whatever `body` throws.
 * @throws {ScheduleError} If it can never end, or leaves goroutines or operations behind.
 * @throws {Error} If an exploration is running already.
 *
 * @example
 * ```ts
 * import { virtualTime } from "@interleave/go/testing";
 *
 * const log = await virtualTime(async () => {
 *   const log: string[] = [];
 *   const start = Date.now();
 *   for (const name of ["a", "b", "c"]) {
 *     await new Promise((resolve) => setTimeout(resolve, 60 * 60 * 1_000));
 *     log.push(`${name} after ${(Date.now() - start) / 3_600_000} h`);
 *   }
 *   return log;
 * });
 * if (log.join() !== "a after 1 h,b after 2 h,c after 3 h") throw new Error(log.join());
 * ```
 */
export async function virtualTime<R>(
  body: () => R,
  options: VirtualTimeOptions = {},
): Promise<Awaited<R>> {
  const site = new Stack().top;
  try {
    return await exclusively(site, () => runOnce(body, resolveOptions(options), site));
  } catch (error) {
    if (error instanceof ScheduleError) Error.captureStackTrace(error, virtualTime);
    throw error;
  }
}

async function runOnce<R>(
  body: () => R,
  settings: ReturnType<typeof resolveOptions>,
  site: Stack["top"],
): Promise<Awaited<R>> {
  let result: Awaited<R> | undefined;
  const main = async (): Promise<void> => {
    result = await body();
  };
  const exploration = new Exploration(main, settings, site);
  const strategy = new EventLoopOrder();
  exploration.patience = "blind";
  const verdict = await exploration.askOutside(
    await exploration.execute(strategy, () => false, true),
    strategy,
    true,
  );
  if (verdict.kind === "passed") return result as Awaited<R>;
  if (verdict.kind === "race" || verdict.kind === "panic") throw verdict.error;
  const failing = new FailingSchedule(exploration);
  failing.found(verdict, strategy.name);
  throw await failing.report();
}
