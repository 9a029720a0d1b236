/**
 * The least an explorer can be that takes exact steps on this runtime: it resumes somebody at random, and has all
 * microtasks run. It does not know who is who, records nothing, sees no deadlock, no leak and no rejection, has no clock,
 * no select and no limit, and its program is written against it. A line that no explorer of promises gets below, and no
 * peer.
 *
 * @module
 */

import { denoCore } from "../../testing/deno_core.ts";
import { RandomSource } from "../../testing/random_source.ts";

type Resume = () => void;

let captured: Resume;
function capture(resolve: Resume): void {
  captured = resolve;
}

/** LeastExplorer runs schedules one after the other. */
export class LeastExplorer {
  readonly #ready: Resume[] = [];

  /** Whoever calls it goes on in a later step. */
  point(): Promise<void> {
    const promise = new Promise<void>(capture);
    this.#ready.push(captured);
    return promise;
  }

  /** Whoever calls it goes on in a later step, once `waiting` has been given to {@linkcode wake}. */
  park(waiting: Resume[]): Promise<void> {
    const promise = new Promise<void>(capture);
    waiting.push(captured);
    return promise;
  }

  /** Lets somebody go on who has parked. */
  wake(resume: Resume): void {
    this.#ready.push(resume);
  }

  /** Starts `body` in a later step. */
  go(body: () => Promise<void>): void {
    this.#ready.push(() => void body());
  }

  /**
   * Runs `count` schedules from a macrotask of its own and gives the number of their steps.
   *
   * @throws {Error} Where microtasks cannot be made to run.
   */
  run(body: () => Promise<void>, seed: number, count: number): Promise<number> {
    return new Promise((resolve) => {
      setImmediate(() => resolve(this.#run(body, seed, count)));
    });
  }

  #run(body: () => Promise<void>, seed: number, count: number): number {
    if (denoCore === null) throw new Error("Cannot run microtasks on this runtime");
    const { runMicrotasks } = denoCore;
    const ready = this.#ready;
    const random = new RandomSource(seed);
    let steps = 0;
    for (let i = 0; i < count; i++) {
      this.go(body);
      for (; ready.length > 0; steps++) {
        const at = ready.length === 1 ? 0 : random.below(ready.length);
        const resume = ready[at] as Resume;
        const last = ready.pop() as Resume;
        if (at < ready.length) ready[at] = last;
        resume();
        runMicrotasks();
      }
    }
    return steps;
  }
}

/** Three goroutines that lock and unlock three times. */
export function leastLocks(explorer: LeastExplorer): () => Promise<void> {
  return async () => {
    let isLocked = false;
    const waiting: Resume[] = [];
    let left = 3;
    const joining: Resume[] = [];
    for (let i = 0; i < 3; i++) {
      explorer.go(async () => {
        for (let nth = 0; nth < 3; nth++) {
          if (isLocked) await explorer.park(waiting);
          else {
            isLocked = true;
            await explorer.point();
          }
          const next = waiting.shift();
          if (next === undefined) isLocked = false;
          else explorer.wake(next);
        }
        if (--left === 0) explorer.wake(joining.pop() as Resume);
      });
    }
    await explorer.park(joining);
  };
}
