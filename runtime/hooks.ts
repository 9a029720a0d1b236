/**
 * What the harness has put in front of the event loop; in production, nothing.
 *
 * It is one object, and whatever asks at each operation keeps it, and the event loop, in constants of its own. An imported
 * variable is loaded and checked at each use, because it may change; a constant that holds an object is compiled in, and so
 * are those of its fields that have never changed. That is a tenth of a lock and unlock, and a twentieth of most operations.
 *
 * @module
 */

import type { Observer } from "./observer.ts";
import type { Scheduler } from "./scheduler.ts";

/** Hooks is what the harness may set. */
export interface Hooks {
  /**
   * The scheduler that is asked instead of the event loop, if any. Primitives compare it with null to take their fast path,
   * and call `current` otherwise.
   */
  scheduler: Scheduler | null;
  /** Who is told what primitives do. Read it to leave out work whose only purpose is telling. */
  observer: Observer | null;
}

/** The hooks of this copy of the package. */
export const hooks: Hooks = { scheduler: null, observer: null };
