/**
 * Several copies of this package in one program: two versions, or one version from two places.
 *
 * In production they stay out of each other's way: each has a scheduler of its own, and whoever waits is woken by the one it
 * waits in; a select takes cases of its own copy only. An exploration controls one copy only. What another copy did inside
 * it would be neither controlled nor seen, so it is refused. For that the copies know of each other, through a symbol that
 * all versions share.
 *
 * @module
 */

import type { Access, Observer, Resource } from "./observer.ts";
import type { Operation, Waiter } from "./operation.ts";
import type { GoroutineEnd, Scheduler, Timer } from "./scheduler.ts";

/** Refuse throws if `action` may not be done by the copy that asks. */
export type Refuse = (action: string) => void;

/** Copy is one of them, as the others see it: what stands here must never change. */
export interface Copy {
  /** Where it was loaded from. */
  readonly url: string;
  /** Asks `refuse` before all that it does from now on; no longer with null. */
  guard(refuse: Refuse | null): void;
}

/** What all copies share. */
export interface Registry {
  readonly copies: Copy[];
  /** The copy that explores. */
  exploring: Copy | null;
}

const KEY = Symbol.for("@interleave/go");

/** The registry of this program. */
export const registry: Registry = (globalThis as unknown as Record<symbol, Registry>)[KEY] ??= {
  copies: [],
  exploring: null,
};

/** Guard asks whether something may be done, and lets it be done as ever. */
export class Guard implements Scheduler, Observer {
  readonly scheduler: Scheduler;
  readonly observer: Observer | null;
  readonly #refuse: Refuse;

  constructor(scheduler: Scheduler, observer: Observer | null, refuse: Refuse) {
    this.scheduler = scheduler;
    this.observer = observer;
    this.#refuse = refuse;
  }

  spawn(body: () => unknown, name?: string, end?: GoroutineEnd): void {
    this.#refuse("start a goroutine");
    this.scheduler.spawn(body, name, end);
  }

  async perform<R>(operation: Operation<R>): Promise<R> {
    this.#refuse(operation.verb);
    return await this.scheduler.perform(operation);
  }

  choose(count: number): number {
    return this.scheduler.choose(count);
  }

  now(): number {
    return this.scheduler.now();
  }

  setTimer(timer: Timer, delayMs: number): void {
    this.#refuse("set a timer");
    this.scheduler.setTimer(timer, delayMs);
  }

  clearTimer(timer: Timer): boolean {
    return this.scheduler.clearTimer(timer);
  }

  numGoroutine(): number {
    return this.scheduler.numGoroutine();
  }

  created(resource: Resource): unknown {
    this.#refuse("make it");
    return this.observer?.created(resource);
  }

  touched(resource: object, access: Access, detail?: unknown): void {
    this.#refuse(access.verb);
    this.observer?.touched(resource, access, detail);
  }

  moment(): number {
    return this.observer?.moment() ?? 0;
  }

  after(moment: number, waiter?: Waiter): void {
    this.observer?.after(moment, waiter);
  }

  since(waiter: Waiter): number {
    return this.observer?.since(waiter) ?? 0;
  }

  fatal(error: Error): void {
    this.observer?.fatal(error);
  }

  misused(resource: object): void {
    this.observer?.misused(resource);
  }
}
