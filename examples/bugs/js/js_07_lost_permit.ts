/**
 * JS-07: a permit that is lost by interruption (Effect-TS/effect PR 6081, 6910, 6638).
 *
 * A semaphore grants its permit to a fiber that waits for it. If the fiber is interrupted after that, and before it has
 * gone on, it is in no queue any more and will not release what it was given.
 *
 * @module
 */

import { yieldNow } from "@interleave/go";
import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

interface Waiter {
  grant(): void;
  reject(error: Error): void;
}

class Semaphore {
  permits = 1;
  readonly #waiting: Waiter[] = [];

  acquire(onWait?: (waiter: Waiter) => void): Promise<void> {
    if (this.permits > 0) {
      this.permits -= 1;
      return Promise.resolve();
    }
    return new Promise((grant, reject) => {
      const waiter = { grant, reject };
      this.#waiting.push(waiter);
      onWait?.(waiter);
    });
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.permits += 1;
    else next.grant();
  }

  /** Takes a waiter out of the queue, if it is still there. */
  interrupt(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    waiter.reject(new Error("interrupted"));
  }
}

async function program(form: Form): Promise<void> {
  const world = wrap({ answer: () => Promise.resolve() }, { points: "before" });
  const semaphore = new Semaphore();
  let isCancelled = false;
  let waiter: Waiter | undefined;

  const hold = async () => {
    await semaphore.acquire();
    await world.answer();
    semaphore.release();
  };
  const fiber = async () => {
    if (isCancelled) return;
    try {
      await semaphore.acquire((mine) => waiter = mine);
    } catch {
      return; // interrupted while it waited
    }
    await yieldNow(); // granted; the fiber goes on in a later turn
    if (isCancelled) {
      if (form === "fixed") semaphore.release();
      return;
    }
    await world.answer();
    semaphore.release();
  };
  const cancel = () => {
    isCancelled = true;
    if (waiter !== undefined) semaphore.interrupt(waiter);
    return Promise.resolve();
  };
  await runTasks(hold, fiber, cancel);
  if (semaphore.permits !== 1) throw new Error(`${semaphore.permits} permits left of 1`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-07",
  name: "effect PR 6081",
  lesson: "interrupted between being granted something and going on with it",
  shows: "in some schedules",
  options: { externalTimeoutMs: 5 },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  // The holder may come after the fiber, and waits for the permit then.
  expected: {
    kind: "race | foreign",
    message: "0 permits left of 1 | waits for something outside the scheduler",
    awaits: "main: hold: await semaphore.acquire()",
  },
  orders: { buggy: [5, 27], fixed: [0, 27] },
};
