/**
 * Which scheduler is asked: at the operation, not at construction, so that a module-level `const mu = new Mutex()`
 * works inside an exploration too.
 *
 * @module
 */

import { type Copy, Guard, type Refuse, registry } from "./copies.ts";
import { eventLoop } from "./event_loop.ts";
import { hooks } from "./hooks.ts";
import { observe } from "./observer.ts";
import type { Scheduler } from "./scheduler.ts";

// Constants of this module are compiled in; see hooks.ts.
const loop = eventLoop, outside = hooks;

/**
 * Makes `scheduler` be asked from now on; null for the event loop. An installed scheduler passes on to the event loop
 * what is not its own. For schedulers only.
 */
export function install(scheduler: Scheduler | null): void {
  outside.scheduler = scheduler;
}

/** The scheduler to ask. */
export function current(): Scheduler {
  return outside.scheduler ?? loop;
}

let guard: Guard | null = null;

/** This copy of the package, among others that may be loaded. */
export const copy: Copy = {
  get url(): string {
    return new URL("../", import.meta.url).href;
  },
  guard(refuse: Refuse | null): void {
    if (guard !== null && outside.scheduler === guard) {
      install(guard.scheduler === loop ? null : guard.scheduler);
      observe(guard.observer);
    }
    guard = refuse === null ? null : new Guard(current(), outside.observer, refuse);
    if (guard === null) return;
    install(guard);
    observe(guard);
  },
};

registry.copies.push(copy);
