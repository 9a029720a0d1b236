/**
 * Which scheduler is asked: at the operation, not at construction, so that a module-level `const mu = new Mutex()`
 * works inside an exploration too.
 *
 * @module
 */

import { type Copy, Guard, type Refuse, registry } from "./copies.ts";
import { eventLoop } from "./event_loop.ts";
import { observe, observer } from "./observer.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * The scheduler that is asked instead of the event loop, if any. Primitives compare it with null to take their fast
 * path, and call {@linkcode current} otherwise.
 */
export let installed: Scheduler | null = null;

/**
 * Makes `scheduler` be asked from now on; null for the event loop. An installed scheduler passes on to the event loop
 * what is not its own. For schedulers only.
 */
export function install(scheduler: Scheduler | null): void {
  installed = scheduler;
}

/** The scheduler to ask. */
export function current(): Scheduler {
  return installed === null ? eventLoop : installed;
}

let guard: Guard | null = null;

/** This copy of the package, among others that may be loaded. */
export const copy: Copy = {
  url: new URL("../", import.meta.url).href,
  guard(refuse: Refuse | null): void {
    if (guard !== null && installed === guard) {
      install(guard.scheduler === eventLoop ? null : guard.scheduler);
      observe(guard.observer);
    }
    guard = refuse === null ? null : new Guard(current(), observer, refuse);
    if (guard === null) return;
    install(guard);
    observe(guard);
  },
};

registry.copies.push(copy);
