/**
 * The part of effect that the benches use, with as little typing as they need.
 *
 * @module
 */

import { load } from "./workload.ts";

/** An effect, which `yield*` runs. */
export interface AnEffect {
  [Symbol.iterator](): Iterator<AnEffect, unknown, unknown>;
}

/** The modules of effect. */
export interface Effects {
  readonly Effect: {
    gen(body: () => Generator<AnEffect, unknown, unknown>): AnEffect;
    runPromise(effect: AnEffect, options?: { signal: AbortSignal }): Promise<number>;
    runFork(effect: AnEffect): unknown;
    forkChild(effect: AnEffect): AnEffect;
    forEach(
      items: Iterable<number>,
      body: (item: number) => AnEffect,
      options: { concurrency: number | "unbounded"; discard: true },
    ): AnEffect;
    sync(body: () => unknown): AnEffect;
    sleep(duration: string): AnEffect;
    raceAllFirst(effects: Iterable<AnEffect>): AnEffect;
    readonly yieldNow: AnEffect;
    readonly never: AnEffect;
  };
  readonly Queue: {
    bounded(capacity: number): AnEffect;
    offer(queue: unknown, value: unknown): AnEffect;
    take(queue: unknown): AnEffect;
  };
  readonly Semaphore: {
    makeUnsafe(permits: number): unknown;
    withPermit(semaphore: unknown, effect: AnEffect): AnEffect;
  };
  readonly Deferred: {
    makeUnsafe(): unknown;
    await(deferred: unknown): AnEffect;
    doneUnsafe(deferred: unknown, effect: AnEffect): boolean;
  };
  readonly Fiber: {
    join(fiber: unknown): AnEffect;
    joinAll(fibers: readonly unknown[]): AnEffect;
    interrupt(fiber: unknown): AnEffect;
  };
}

/** Loads effect. */
export function effect(): Promise<Effects> {
  return load<Effects>("effect");
}
