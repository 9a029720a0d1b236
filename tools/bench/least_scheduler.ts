/**
 * The least a scheduler can be under which the package's own primitives are explored in exact steps: it resumes somebody at
 * random, and has all microtasks run. It records nothing, does not know who is running, and sees no deadlock, no leak, no
 * rejection and no race; it has no clock and no limit. What is between it and the explorer is what the explorer costs.
 *
 * @module
 */

import { install } from "../../runtime/current.ts";
import { type Operation, Waiter } from "../../runtime/operation.ts";
import type { GoroutineEnd, Scheduler } from "../../runtime/scheduler.ts";
import { denoCore } from "../../testing/deno_core.ts";
import { RandomSource } from "../../testing/random_source.ts";

type Resolve = (value: unknown) => void;

let captured: Resolve;
function capture(resolve: Resolve): void {
  captured = resolve;
}

/** Somebody who waits, or can go on. */
class Suspended extends Waiter {
  readonly #ready: Runnable[];
  readonly #operation: Operation<unknown>;
  outcome: unknown = undefined;
  resolve: Resolve = () => {};

  constructor(ready: Runnable[], operation: Operation<unknown>) {
    super();
    this.#ready = ready;
    this.#operation = operation;
  }

  override complete(outcome: unknown): void {
    this.outcome = outcome;
    this.#ready.push(this);
  }

  override fail(error: unknown): void {
    throw error;
  }

  resume(): void {
    this.resolve(this.#operation.result(this.outcome));
  }
}

/** A goroutine that has not started. */
class Start {
  readonly #body: () => unknown;
  readonly #end: GoroutineEnd | undefined;

  constructor(body: () => unknown, end: GoroutineEnd | undefined) {
    this.#body = body;
    this.#end = end;
  }

  resume(): void {
    const end = this.#end;
    const result = (this.#body as () => Promise<void>)();
    if (end !== undefined) void result.then(() => end.returned());
  }
}

type Runnable = Suspended | Start;

/** LeastScheduler runs schedules one after the other. */
export class LeastScheduler implements Scheduler {
  readonly #ready: Runnable[] = [];

  perform<R>(operation: Operation<R>): Promise<R> {
    const waiter = new Suspended(this.#ready, operation);
    if (operation.isReady()) waiter.complete(operation.commit());
    else operation.enqueue(waiter);
    const promise = new Promise(capture);
    waiter.resolve = captured;
    return promise as Promise<R>;
  }

  spawn(body: () => unknown, _name?: string, end?: GoroutineEnd): void {
    this.#ready.push(new Start(body, end));
  }

  choose(): number {
    return 0;
  }
  now(): number {
    return 0;
  }
  setTimer(): void {
    throw new Error("Cannot set a timer: there is no clock");
  }
  clearTimer(): boolean {
    return false;
  }
  numGoroutine(): number {
    return 1;
  }

  /**
   * Runs `count` schedules of `body` from a macrotask of its own and gives the number of their steps.
   *
   * @throws {Error} Where microtasks cannot be made to run.
   */
  run(body: () => Promise<void>, seed: number, count: number): Promise<number> {
    return new Promise((resolve) => {
      setImmediate(() => {
        install(this);
        const steps = this.#run(body, seed, count);
        install(null);
        resolve(steps);
      });
    });
  }

  #run(body: () => Promise<void>, seed: number, count: number): number {
    if (denoCore === null) throw new Error("Cannot run microtasks on this runtime");
    const { runMicrotasks } = denoCore;
    const ready = this.#ready;
    const random = new RandomSource(seed);
    let steps = 0;
    for (let i = 0; i < count; i++) {
      this.spawn(body);
      for (; ready.length > 0; steps++) {
        const at = ready.length === 1 ? 0 : random.below(ready.length);
        const next = ready[at] as Runnable;
        const last = ready.pop() as Runnable;
        if (at < ready.length) ready[at] = last;
        next.resume();
        runMicrotasks();
      }
    }
    return steps;
  }
}
