/**
 * The timers of `node:timers` inside a schedule.
 *
 * `import { setTimeout } from "node:timers"` binds a function that nobody can replace on Deno, unless a module loaded
 * before everything else takes the module's place (preload.ts). What can be done without: on Node the bindings follow
 * the module's exports; on Deno whoever calls them through the module object gets virtual ones, and of the others a
 * schedule hears, since all timers are made by one method.
 *
 * @module
 */

import module from "node:module";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import type { Explorer } from "./explorer.ts";
import { warn } from "./platform.ts";
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
  const original = prototype[key] as (...args: unknown[]) => unknown;
  prototype[key] = function (this: unknown, ...args: unknown[]): unknown {
    if (explorer.isInside) {
      explorer.uncontrolled("node:timers");
      const { top } = new Stack();
      const site = top && toSite(top);
      const place = site === undefined ? "somebody" : `${site.file}:${site.line}`;
      if (!told.has(place)) {
        told.add(place);
        warn(
          `${place} sets a real timer inside a schedule (node:timers is not virtual): ` +
            "run with --preload, see @interleave/go/testing/preload",
        );
      }
    }
    return original.apply(this, args);
  };
}
