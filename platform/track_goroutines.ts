/**
 * Keeping track of goroutines in production.
 *
 * Invariants:
 * - A goroutine is known by a number and a weak reference: that it is known keeps neither it nor what it waits for.
 * - What is known of a goroutine is held by whatever can wake it, and by its async context.
 * - Without tracking nothing of this is loaded into any path: it is a scheduler, which passes everything on.
 *
 * Who is running is told by the async context, which the platform carries through every await; that is what it costs.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { current, install } from "../runtime/current.ts";
import { eventLoop, ParkedForResult } from "../runtime/event_loop.ts";
import type { GoroutineInfo } from "../runtime/goroutines.ts";
import { Resource } from "../runtime/observer.ts";
import type { Operation } from "../runtime/operation.ts";
import type { GoroutineEnd, Scheduler, Timer } from "../runtime/scheduler.ts";

/**
 * trackGoroutines keeps track of all goroutines that are started from now on, so that `goroutines()` lists them and `dump()`
 * prints what each waits for. It ends when what it returns is disposed of.
 *
 * It is opt-in, because it costs: some microseconds for each goroutine, five to ten times what it costs to start one, and
 * about as much as a channel operation for each wait. A goroutine that waits for what nobody can reach is not kept from the
 * garbage collector, and no longer listed once that has found it.
 *
 * @throws {Error} If an exploration harness is loaded, which keeps track by itself.
 *
 * @example
 * ```ts ignore
 * import { dump } from "@interleave/go";
 * import { notify, trackGoroutines } from "@interleave/go/platform";
 *
 * trackGoroutines();
 * for await (const _ of notify("SIGQUIT").channel) console.error(dump());
 * ```
 */
export function trackGoroutines(): Disposable {
  const scheduler = current();
  if (scheduler instanceof Tracker) return { [Symbol.dispose]() {} };
  if (scheduler !== eventLoop) {
    throw new Error("Cannot track goroutines: @interleave/go/testing is loaded, which does it");
  }
  const tracker = new Tracker();
  install(tracker);
  return {
    [Symbol.dispose]() {
      if (current() === tracker) install(null);
    },
  };
}

/** What is known of a goroutine. */
class Tracked {
  readonly id: number;
  readonly name: string;
  readonly createdBy: GoroutineInfo["createdBy"];
  /** What it waits for; more than one with `Promise.all`. */
  #waits: TrackedWaiter[] | null = null;

  constructor(id: number, name: string, createdBy: GoroutineInfo["createdBy"]) {
    this.id = id;
    this.name = name;
    this.createdBy = createdBy;
  }

  begin(wait: TrackedWaiter): void {
    if (this.#waits === null) this.#waits = [wait];
    else this.#waits.push(wait);
  }

  end(wait: TrackedWaiter): void {
    const waits = this.#waits as TrackedWaiter[];
    waits.splice(waits.indexOf(wait), 1);
  }

  toInfo(running: Tracked): GoroutineInfo {
    const { id, name, createdBy } = this;
    const info = createdBy === undefined ? { id, name } : { id, name, createdBy };
    const wait = this.#waits?.[0];
    if (this === running) return { ...info, waitReason: "running" };
    if (wait === undefined) return { ...info, waitReason: "runnable" };
    const { kind, resource } = wait.operation.described;
    const waiting = { ...info, waitReason: kind, waitMs: eventLoop.now() - wait.since };
    if (!(resource instanceof Resource)) return waiting;
    return { ...waiting, resource: `${resource.type} (${resource.state()})` };
  }
}

/** A goroutine that waits. */
class TrackedWaiter extends ParkedForResult {
  readonly since: number;
  readonly #goroutine: Tracked;

  constructor(operation: Operation<unknown>, goroutine: Tracked) {
    super(operation);
    this.since = eventLoop.now();
    this.#goroutine = goroutine;
    goroutine.begin(this);
  }

  override complete(outcome: unknown): void {
    this.#goroutine.end(this);
    super.complete(outcome);
  }

  override fail(error: unknown): void {
    this.#goroutine.end(this);
    super.fail(error);
  }
}

/** Up to so many goroutines nobody is looked for. */
const FEW = 1_024;

/** The event loop, with somebody who takes notes. */
class Tracker implements Scheduler {
  readonly #context = new AsyncLocalStorage<Tracked>();
  readonly #known = new Map<number, WeakRef<Tracked>>();
  // All code that is in no goroutine counts as main.
  readonly #main = new Tracked(1, "main", undefined);
  #lastId = 1;
  // Beyond it those are looked for that the garbage collector has found.
  #mostKnown = FEW;

  spawn(body: () => unknown, name?: string, end?: GoroutineEnd): void {
    const parent = this.#running;
    const id = ++this.#lastId;
    const own = name ?? (body.name || `func${id - 1}`);
    const goroutine = new Tracked(id, own, { id: parent.id, name: parent.name });
    this.#known.set(id, new WeakRef(goroutine));
    if (this.#known.size >= this.#mostKnown) this.#forgetCollected();
    eventLoop.spawn(() => this.#context.run(goroutine, body), own, new End(this.#known, id, end));
  }

  perform<R>(operation: Operation<R>): Promise<R> {
    if (operation.isReady()) return eventLoop.perform(operation);
    const waiter = new TrackedWaiter(operation, this.#running);
    operation.enqueue(waiter);
    return eventLoop.park(waiter);
  }

  choose(count: number): number {
    return eventLoop.choose(count);
  }

  now(): number {
    return eventLoop.now();
  }

  setTimer(timer: Timer, delayMs: number): void {
    eventLoop.setTimer(timer, delayMs);
  }

  clearTimer(timer: Timer): boolean {
    return eventLoop.clearTimer(timer);
  }

  numGoroutine(): number {
    return eventLoop.numGoroutine();
  }

  goroutines(): readonly GoroutineInfo[] {
    this.#forgetCollected();
    const running = this.#running;
    const known = [...this.#known.values()].flatMap((reference) => reference.deref() ?? []);
    return [this.#main, ...known].map((goroutine) => goroutine.toInfo(running));
  }

  get #running(): Tracked {
    return this.#context.getStore() ?? this.#main;
  }

  #forgetCollected(): void {
    for (const [id, reference] of this.#known) {
      if (reference.deref() === undefined) this.#known.delete(id);
    }
    this.#mostKnown = Math.max(FEW, 2 * this.#known.size);
  }
}

/** The end of a goroutine. It does not hold the goroutine: the event loop holds on to it for a while. */
class End implements GoroutineEnd {
  readonly #known: Map<number, WeakRef<Tracked>>;
  readonly #id: number;
  readonly #end: GoroutineEnd | undefined;

  constructor(
    known: Map<number, WeakRef<Tracked>>,
    id: number,
    end: GoroutineEnd | undefined,
  ) {
    this.#known = known;
    this.#id = id;
    this.#end = end;
  }

  returned(): void {
    this.#known.delete(this.#id);
    this.#end?.returned();
  }

  threw(error: unknown): boolean {
    this.#known.delete(this.#id);
    return this.#end?.threw(error) ?? false;
  }
}
