/**
 * Deadlocks that did not happen: locks taken in orders that do not agree.
 *
 * Goroutine 1 takes b while it holds a, goroutine 2 takes a while it holds b: in some schedule each has its first lock and
 * waits for the other, even if the schedules that were run did not meet it. It takes a ring of different goroutines, each
 * of which asks for what the next one holds. There is no danger in a ring
 *
 * - two of whose goroutines hold a third lock meanwhile, a *gate*, which lets one of them in at a time;
 * - that closes only where one reads and another reads, unless somebody writes: a writer that waits bars readers.
 *
 * A try asks for nothing, since it does not wait, but what it got is held. A goroutine that reads and locks for reading
 * once more is *recursive*: it gets through, unless a writer comes in between, which bars it and waits for it.
 *
 * That what came before and after a wait for all goroutines cannot be at one time is not seen: phases that lock in
 * different orders are reported. If all schedules were run and none deadlocked, there is no danger, and nothing is said.
 *
 * Follows github.com/sasha-s/go-deadlock; gates: Havelund, "Using Runtime Analysis to Guide Model Checking of Java
 * Programs", SPIN 2000.
 *
 * @module
 */

import { groupBy } from "./group_by.ts";

/** Longer rings are not looked for. */
const LONGEST_RING = 6;
/** Of a schedule with more of them only so many are kept. */
const MOST_EDGES = 10_000;

/** A lock that a goroutine holds. */
interface Held {
  /** The number of the lock. */
  readonly lock: number;
  readonly isRead: boolean;
  /** The step in which it was asked for. */
  readonly step: number;
}

/** LockEdge says that a goroutine asked for a lock while it held another. */
export interface LockEdge {
  /** The number of the goroutine in reports. */
  readonly goroutine: number;
  readonly held: Held;
  readonly taken: Held;
  /** All it held. */
  readonly all: readonly Held[];
}

/** Inversion is a ring of edges: each asks for what the next one holds. Of one edge: a lock asked for by who has it. */
export type Inversion = readonly LockEdge[];

/** Whether an inversion is of one goroutine, which asks for what it has. */
export function isRecursive(inversion: Inversion): boolean {
  return inversion.length === 1;
}

/** Takes the lock off the list that was put there last, and returns whether there is one. */
function letGo(all: Held[], lock: number): boolean {
  const at = all.findLastIndex((held) => held.lock === lock);
  if (at < 0) return false;
  if (at === all.length - 1) all.pop();
  else all.splice(at, 1);
  return true;
}

/** LockOrder hears of every lock of a schedule. */
export class LockOrder {
  readonly #held = new Map<number, Held[]>();
  readonly #edges = new Map<string, LockEdge>();
  readonly #written = new Set<number>();

  /** Begins a schedule. */
  reset(): void {
    this.#held.clear();
    this.#edges.clear();
    this.#written.clear();
  }

  /** A goroutine asks for a lock, and will wait for it if need be. */
  asks(goroutine: number, lock: number, isRead: boolean, step: number): void {
    const taken = { lock, isRead, step };
    if (!isRead) this.#written.add(lock);
    const all = this.#held.get(goroutine);
    if (all === undefined) return;
    for (const held of all) {
      if (this.#edges.size >= MOST_EDGES) return;
      const gates = all.map((it) => `${it.lock}${it.isRead}`).sort().join();
      const key = [goroutine, held.lock, held.isRead, lock, isRead, gates].join();
      if (!this.#edges.has(key)) {
        this.#edges.set(key, { goroutine, held, taken, all: all.slice() });
      }
    }
  }

  /** It has got it. */
  takes(goroutine: number, lock: number, isRead: boolean, step: number): void {
    if (!isRead) this.#written.add(lock);
    const all = this.#held.get(goroutine);
    if (all === undefined) this.#held.set(goroutine, [{ lock, isRead, step }]);
    else all.push({ lock, isRead, step });
  }

  /** A goroutine lets go of a lock, be it its own or, as Go allows, that of another. */
  letsGo(goroutine: number, lock: number): void {
    const own = this.#held.get(goroutine);
    if (own !== undefined && letGo(own, lock)) return;
    for (const all of this.#held.values()) {
      if (letGo(all, lock)) return;
    }
  }

  /** The shortest danger in the schedule, or null. */
  find(): Inversion | null {
    if (this.#edges.size === 0) return null;
    const edges = [...this.#edges.values()];
    const recursive = edges.find((edge) => this.#isRecursive(edge));
    if (recursive !== undefined) return [recursive];
    const byHeld = groupBy(edges, ({ held }) => held.lock);
    for (let length = 2; length <= LONGEST_RING; length++) {
      for (const edge of edges) {
        const ring = this.#ring([edge], byHeld, length);
        if (ring !== null) return ring;
      }
    }
    return null;
  }

  /** A lock for writing asked for again waits for ever, which is no prediction. */
  #isRecursive({ held, taken }: LockEdge): boolean {
    return held.lock === taken.lock && held.isRead && taken.isRead && this.#written.has(held.lock);
  }

  #ring(
    path: readonly LockEdge[],
    byHeld: ReadonlyMap<number, readonly LockEdge[]>,
    length: number,
  ): Inversion | null {
    const first = path[0] as LockEdge, last = path.at(-1) as LockEdge;
    if (path.length === length) return this.#meets(last, first) ? path : null;
    for (const next of byHeld.get(last.taken.lock) ?? []) {
      const canFollow = this.#meets(last, next) && path.every((edge) => areTogether(edge, next));
      const ring = canFollow ? this.#ring([...path, next], byHeld, length) : null;
      if (ring !== null) return ring;
    }
    return null;
  }

  /** Whether `edge` waits for what `next` holds. */
  #meets({ taken }: LockEdge, { held }: LockEdge): boolean {
    return taken.lock === held.lock &&
      (!taken.isRead || !held.isRead || this.#written.has(held.lock));
  }
}

/** Whether two goroutines can be where they are at one time: they are different and have no gate in common. */
function areTogether(a: LockEdge, b: LockEdge): boolean {
  if (a.goroutine === b.goroutine) return false;
  return !a.all.some((one) =>
    b.all.some((other) => one.lock === other.lock && !(one.isRead && other.isRead))
  );
}
