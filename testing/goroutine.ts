/**
 * Goroutines of an exploration, and what of them can be resumed.
 *
 * Identity is structural: a goroutine is its creator's n-th child, in every schedule the same. Nodes are kept from
 * schedule to schedule and carry a small number, so that strategies can speak of goroutines without looking at paths.
 *
 * @module
 */

import type { GoroutineInfo } from "../runtime/goroutines.ts";
import { Resource } from "../runtime/observer.ts";
import type { Operation } from "../runtime/operation.ts";
import { Waiter } from "../runtime/operation.ts";
import type { Context } from "./context_pool.ts";
import type { KnownSelect, SelectPlace } from "./select_watch.ts";
import type { GoroutineEnd, Timer } from "../runtime/scheduler.ts";

/** What the explorer is told by what settles. */
export interface EntryOwner {
  /** `entry` can be resumed from the next step on. */
  ready(entry: Entry): void;
}

/** Goroutine is a node of the tree of goroutines. */
export class Goroutine {
  readonly parent: Goroutine | null;
  /** Which child of its parent it is, from 0. */
  readonly nth: number;
  /** How deep it is in the tree; main is 0. */
  readonly depth: number;
  /** A small number, the same in every schedule of an exploration. */
  readonly index: number;
  readonly children: Goroutine[] = [];

  // What follows belongs to the present schedule.
  epoch = 0;
  /** Children started so far. */
  childCount = 0;
  /** Resources made so far. */
  resourceCount = 0;
  isAlive = false;
  name: string | undefined;
  body: () => unknown = noBody;
  /** The number of the code of `numberedBody`. */
  codeNumber = 0;
  numberedBody: (() => unknown) | null = null;
  /** Who is told when it has ended. */
  end: GoroutineEnd | undefined = undefined;
  /** Its place among all goroutines of the schedule, in order of creation; main is 0. */
  order = 0;
  /** The async context of whoever has started it. */
  base: object | undefined = undefined;
  /** Its async context; null until it has begun for the first time. Used again if what ran in it has ended. */
  context: Context | null = null;
  /** The frame of that; undefined until it has begun. */
  frame: object | undefined = undefined;
  /** Whether it has called goexit. */
  isExiting = false;
  /** How many of its operations are parked. */
  parked = 0;
  /** How many of its entries are runnable. */
  runnable = 0;
  /** Operations called so far. */
  operations = 0;
  /** What of it can be resumed: its start, then its operations, one after the other. */
  entry: Entry;
  /** The same for what it does at the same time. */
  #others: Entry[] = NO_ENTRIES;
  // Made when somebody asks: most goroutines need neither, and of a hundred thousand that would be most of the memory.
  #held: Map<object, number> | null = null;
  #selects: Map<number, KnownSelect> | null = null;
  /** The resources it has made, in order; kept from schedule to schedule. */
  readonly resources: ResourceNode[] = [];

  constructor(parent: Goroutine | null, nth: number, index: number, owner: EntryOwner) {
    this.entry = new Entry(this, owner);
    this.parent = parent;
    this.nth = nth;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.index = index;
  }

  /** Makes it a goroutine of schedule `epoch`, about to start. */
  reset(
    epoch: number,
    body: () => unknown,
    name: string | undefined,
    order: number,
    end?: GoroutineEnd,
  ): void {
    // Whoever was left waiting by an earlier schedule stays in its queue for ever, and must not be used again.
    if (this.entry.state !== FREE) this.entry = new Entry(this, this.entry.owner);
    if (this.#others.some(isTaken)) this.#others = NO_ENTRIES;
    this.epoch = epoch;
    this.childCount =
      this.resourceCount =
      this.parked =
      this.runnable =
      this.operations =
        0;
    this.isAlive = true;
    this.isExiting = false;
    if (this.#held !== null && this.#held.size > 0) this.#held.clear();
    this.body = body;
    this.name = name;
    this.end = end;
    this.order = order;
  }

  /** An entry that is not in use. */
  freeEntry(): Entry {
    return this.entry.state === FREE ? this.entry : this.#otherEntry();
  }

  #otherEntry(): Entry {
    for (const entry of this.#others) {
      if (entry.state === FREE) return entry;
    }
    const entry = new Entry(this, this.entry.owner);
    if (this.#others === NO_ENTRIES) this.#others = [entry];
    else this.#others.push(entry);
    return entry;
  }

  /** All its entries, used or not. */
  get entries(): readonly Entry[] {
    return [this.entry, ...this.#others];
  }

  /** What it holds and may let go of: locks, and how many permits; kept only if steps are logged. */
  get held(): Map<object, number> {
    return this.#held ??= new Map();
  }

  /** By operation: its selects; kept from schedule to schedule. */
  get selects(): Map<number, KnownSelect> {
    return this.#selects ??= new Map();
  }

  /** Whether it comes before `other` in the order of paths. */
  isBefore(other: Goroutine): boolean {
    return this.parent === other.parent ? this.nth < other.nth : this.#isBeforeDistant(other);
  }

  #isBeforeDistant(other: Goroutine): boolean {
    // deno-lint-ignore no-this-alias
    let a: Goroutine = this;
    let b = other;
    while (a.depth > b.depth) a = a.parent as Goroutine;
    while (b.depth > a.depth) b = b.parent as Goroutine;
    if (a === b) return this.depth < other.depth;
    while (a.parent !== b.parent) {
      a = a.parent as Goroutine;
      b = b.parent as Goroutine;
    }
    return a.nth < b.nth;
  }

  /** Its path: "0" is main, "0.2" main's third child. */
  path(): string {
    return this.parent === null ? "0" : `${this.parent.path()}.${this.nth}`;
  }
}

function isTaken({ state }: Entry): boolean {
  return state !== FREE;
}

/** Of those who do one thing after the other, as most do. */
const NO_ENTRIES: Entry[] = [];

function noBody(): void {}

/** The number of a goroutine in reports: main is 1. */
export function idOf(goroutine: Goroutine): number {
  return goroutine.order + 1;
}

/** The name of a goroutine in reports. */
export function nameOf(goroutine: Goroutine): string {
  return goroutine.name || goroutine.body.name || `func${goroutine.nth + 1}`;
}

/** What can be said of a goroutine that has not ended while `running` runs. */
export function infoOf(goroutine: Goroutine, running: Goroutine | null): GoroutineInfo {
  const { parent } = goroutine;
  const info = {
    id: idOf(goroutine),
    name: nameOf(goroutine),
    ...parent === null ? {} : { createdBy: { id: idOf(parent), name: nameOf(parent) } },
  };
  if (goroutine === running) return { ...info, waitReason: "running" };
  const entry = goroutine.entries.find(({ state }) => state === EntryState.Parked);
  if (goroutine.runnable > 0) return { ...info, waitReason: "runnable" };
  if (entry === undefined) return { ...info, waitReason: "foreign await" };
  const { kind, resource } = entry.operation.described;
  if (!(resource instanceof Resource)) return { ...info, waitReason: kind };
  return { ...info, waitReason: kind, resource: `${resource.type} (${resource.state()})` };
}

/** ResourceNode is the n-th resource of a goroutine, in every schedule the same: what resources carry as their mark. */
export interface ResourceNode {
  /** A small number, the same in every schedule of an exploration. */
  readonly id: number;
  /** The schedule it was last made in. */
  epoch: number;
  /** The resource of that schedule. */
  resource: object | null;
}

/** What an entry is at the moment. */
export const enum EntryState {
  Free,
  Parked,
  Runnable,
}

// Constants of this module are compiled in; see hooks.ts.
const FREE = EntryState.Free, PARKED = EntryState.Parked;

/**
 * Entry is something suspended that can be resumed: the start of a goroutine, an operation of it, or a timer that is
 * due. A goroutine normally has one, and more with `Promise.all([a.send(1), b.receive()])`.
 */
export class Entry extends Waiter {
  /** What it waits for. */
  operation: Operation<unknown>;
  readonly goroutine: Goroutine;
  readonly owner: EntryOwner;
  /** Which operation of its goroutine it is, from 1; 0 is the start. */
  nth = 0;
  epoch = 0;
  state: EntryState = EntryState.Free;
  /** Set if this is a timer that is due rather than an operation. */
  timer: Timer | null = null;
  outcome: unknown = undefined;
  hasFailed = false;
  resolve: (value: unknown) => void = noBody;
  /** The step in which the operation was called. */
  calledIn = 0;
  /** The step in which it became runnable. */
  runnableSince = 0;
  /** The last round of spinning in which it had a step. */
  round = 0;
  /** Where it is a select some of whose cases no schedule has taken. */
  select: SelectPlace | null = null;
  /** Its place among all that became ready: a growing number. */
  readyAs = 0;
  /** The moment at which it was called; 0 unless steps are logged. */
  since = 0;
  /** The moments its resumption comes after, whatever the order; kept only if steps are logged. */
  after: number[] = [];

  constructor(goroutine: Goroutine, owner: EntryOwner) {
    super();
    this.operation = noOperation;
    this.goroutine = goroutine;
    this.owner = owner;
  }

  override complete(outcome: unknown): void {
    if (this.state !== PARKED) {
      throw new Error("Cannot wake twice: the operation has settled already");
    }
    this.outcome = outcome;
    this.hasFailed = false;
    this.goroutine.parked--;
    this.owner.ready(this);
  }

  override fail(error: unknown): void {
    if (this.state !== PARKED) {
      throw new Error("Cannot wake twice: the operation has settled already");
    }
    this.outcome = error;
    this.hasFailed = true;
    this.goroutine.parked--;
    this.owner.ready(this);
  }
}

const noOperation = undefined as unknown as Operation<unknown>;
