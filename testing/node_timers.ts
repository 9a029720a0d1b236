/**
 * Real timers inside a schedule: those of `node:timers`, and whatever was taken from globalThis before it was replaced.
 *
 * `import { setTimeout } from "node:timers"` binds a function that nobody can replace on Deno, unless a module loaded
 * before everything else takes the module's place (preload.ts). What can be done without: on Node the bindings follow
 * the module's exports; on Deno whoever calls them through the module object gets virtual ones. Of the others a schedule
 * hears: on Deno always, since all timers are made by one method; on Node while it is recorded for its report, since
 * hearing of them slows everything down there.
 *
 * @module
 */

import { createHook } from "node:async_hooks";
import module from "node:module";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import type { Explorer } from "./explorer.ts";
import { warn } from "./platform.ts";
import { PRELOAD, REAL_TIMER } from "./record.ts";
import { Stack, toSite } from "./sites.ts";
import { everyTick, scheduler, waitFor, waitForTurn } from "./timer_promises.ts";

/** Lets `node:timers` follow the schedules of `explorer` as far as that can be done, and names whoever does not. */
export function followNodeTimers(explorer: Explorer): void {
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } =
    globalThis;
  watchTimers(explorer, setTimeout);
  Object.assign(timers, {
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout,
    clearInterval,
    clearImmediate,
  });
  // On Deno `timers.promises` is an object of its own.
  for (const promises of [timersPromises, timers.promises]) {
    Object.assign(promises, {
      setTimeout: waitFor,
      setInterval: everyTick,
      setImmediate: waitForTurn,
    });
    Object.assign(promises.scheduler, scheduler);
  }
  module.syncBuiltinESMExports();
}

let isWatching = false;

/** Whether real timers in schedules are named at once, wherever they are set. */
export function namesRealTimers(): boolean {
  return isWatching;
}

/** Runs `body`; on Node real timers that are set in schedules of `explorer` meanwhile are noted. */
export async function watchRealTimers<R>(explorer: Explorer, body: () => Promise<R>): Promise<R> {
  if (isWatching) return await body();
  const hook = createHook({
    init(_id, type) {
      const isTimer = type === "Timeout" || type === "Immediate";
      if (isTimer && explorer.isInside) explorer.uncontrolled(REAL_TIMER);
    },
  });
  hook.enable();
  try {
    return await body();
  } finally {
    hook.disable();
  }
}

/** Says once per place that somebody sets a real timer inside a schedule. */
function watchTimers(explorer: Explorer, setAnyTimer: typeof setTimeout): void {
  const told = new Set<string>();
  const timeout = setAnyTimer(() => {}, 0);
  clearTimeout(timeout);
  const prototype = Object.getPrototypeOf(timeout) as Record<symbol, unknown>;
  const key = Object.getOwnPropertySymbols(prototype).find(({ description }) =>
    description === "createTimer"
  );
  if (key === undefined) return; // not Deno: there is nothing that escapes
  isWatching = true;
  const original = prototype[key] as (...args: unknown[]) => unknown;
  prototype[key] = function (this: unknown, ...args: unknown[]): unknown {
    if (explorer.isInside) {
      explorer.uncontrolled(REAL_TIMER);
      const { top } = new Stack();
      const site = top && toSite(top);
      const place = site === undefined ? "somebody" : `${site.file}:${site.line}`;
      if (!told.has(place)) {
        told.add(place);
        warn(
          `${place} sets a real timer inside a schedule, of node:timers or from before this package was loaded: ` +
            `run with ${PRELOAD}`,
        );
      }
    }
    return original.apply(this, args);
  };
}
