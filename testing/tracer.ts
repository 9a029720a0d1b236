/**
 * Who hears of everything that happens in a schedule.
 *
 * @module
 */

import type { Access, Resource } from "../runtime/observer.ts";
import type { Timer } from "../runtime/scheduler.ts";
import type { Entry, Goroutine } from "./goroutine.ts";

/** Tracer hears of everything that happens in a schedule; only the one that is replayed for its report has one. */
export interface Tracer {
  resumed(entry: Entry, isPreemption: boolean): void;
  /** An operation is about to act. `waits` tells whether it will have to wait. */
  performing(entry: Entry, waits: boolean): void;
  /** It has acted, or failed at once. */
  performed(entry: Entry): void;
  touched(goroutine: Goroutine | null, resource: object, access: Access, detail: unknown): void;
  /** A parked operation has settled; `isDoing` tells whether the running goroutine did it, rather than the clock. */
  ready(entry: Entry, isDoing: boolean): void;
  spawned(parent: Goroutine, child: Goroutine): void;
  ended(goroutine: Goroutine): void;
  threw(goroutine: Goroutine, error: unknown): void;
  timerSet(goroutine: Goroutine, timer: Timer): void;
  created(resource: Resource, goroutine: Goroutine | null): void;
  /** Time is about to move although somebody could run. */
  cameEarly?(): void;
  /** The goroutine calls something that no schedule controls; `isTracked` tells whether the schedule waits for it. */
  uncontrolled?(goroutine: Goroutine, call: string, isTracked: boolean): void;
  /** What the caller of an operation awaits. */
  promised?(entry: Entry, promise: Promise<unknown>): void;
  /** Nobody can go on, and the goroutine awaits something of the outside. */
  waitsOutside?(goroutine: Goroutine): void;
}
