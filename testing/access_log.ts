/**
 * Writes down what each step touches, for those who look for data races and for what commutes.
 *
 * @module
 */

import type { Access } from "../runtime/observer.ts";
import { Operation } from "../runtime/operation.ts";
import type { Entry, Goroutine } from "./goroutine.ts";
import { type ResourceTable, touchesMore } from "./resource_table.ts";
import type { StepLog } from "./step_log.ts";

/** What conflicts with every access. */
const ANY_ACCESS = { bit: ~0, mask: ~0 };

/** AccessLog writes to the log of the schedule that runs. */
export class AccessLog {
  readonly #resources: ResourceTable;
  #log: StepLog | null = null;
  /** What somebody has let go of without holding it: nobody holds it for sure from then on. */
  readonly #disputed = new Set<object>();
  /** The numbers of resources that somebody has misused, in whichever schedule of the exploration. */
  readonly #misused = new Set<number>();

  /** Makes one that writes nothing. */
  constructor(resources: ResourceTable) {
    this.#resources = resources;
  }

  /** Forgets what was misused: a new exploration begins. */
  forget(): void {
    this.#misused.clear();
  }

  /** Begins a schedule, whose steps are written to `log`. */
  begin(log: StepLog | null): void {
    this.#log = log;
    log?.reset(this.#misused.size);
    if (this.#disputed.size > 0) this.#disputed.clear();
  }

  /** From now on everything conflicts with whatever touches `resource`. */
  misused(resource: object): void {
    this.#misused.add(this.#resources.idOf(resource));
    (this.#log as StepLog).misused = this.#misused.size;
  }

  /** An operation is about to act. */
  called(entry: Entry, operation: Operation<unknown>): void {
    const log = this.#log as StepLog;
    operation.touches(this.#each);
    entry.since = log.release();
    entry.after = [entry.since];
  }

  /** Who lets go of what it does not hold, or not yet for sure, may meet anybody in any state. */
  touched(goroutine: Goroutine, resource: object, access: Access, detail: unknown): void {
    const change = access.hold ?? access.permits;
    if (change === undefined) return this.#touch(resource, access, detail);
    const { held } = goroutine;
    const weight = access.permits !== undefined && typeof detail === "number" ? detail : 1;
    const left = (held.get(resource) ?? 0) + change * weight;
    if (left >= 0) held.set(resource, left);
    else this.#disputed.add(resource);
    const isForeign = change < 0 && this.#disputed.has(resource);
    this.#touch(resource, isForeign ? { ...access, ...ANY_ACCESS } : access, detail);
  }

  /** A goroutine goes on behind an operation: from now on it holds what it has taken. */
  returned({ goroutine, operation }: Entry): void {
    const { resource, access, resumeAccess } = operation;
    if (resumeAccess !== undefined) this.#touch(resource, resumeAccess);
    if ((access.hold ?? access.permits) === 1) {
      goroutine.held.set(resource, (goroutine.held.get(resource) ?? 0) + operation.permits);
    }
  }

  readonly #each = (resource: object, access: Access): void => this.#touch(resource, access);

  #touch(resource: object, access: Access, detail?: unknown, isWaking = false): void {
    // A select that may be given up counts as its own resource, which nobody else can touch.
    if ((access.bit | access.mask) === 0 || resource instanceof Operation) return;
    const id = this.#resources.idOf(resource);
    const isMisused = this.#misused.size > 0 && this.#misused.has(id);
    const counted = isMisused ? { ...access, ...ANY_ACCESS } : access;
    (this.#log as StepLog).touch(id, counted, detail, isWaking);
  }

  /** What a condition looks at, the last step has looked at: its order matters to everything else that does. */
  judged(resource: object, access: Access): void {
    if (this.#log !== null) this.#touch(resource, { ...access });
  }

  /** A parked operation has settled. Whoever wakes a select takes its other cases out of their queues, too. */
  woken(entry: Entry): void {
    entry.after.push((this.#log as StepLog).release());
    if (touchesMore(entry.operation)) entry.operation.touches(this.#eachWoken);
  }

  readonly #eachWoken = (resource: object, access: Access): void =>
    this.#touch(resource, access, undefined, true);
}
