/**
 * JS-06: a mutex that forgets its next owner (DirtyHairy/async-mutex 27, fixed in 0.2.6).
 *
 * `release()` calls the current owner's releaser, and then forgets it. But the call has let the next owner in already, and
 * installed that one's releaser: it is what gets forgotten, and the next release does nothing.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

class Mutex {
  readonly #waiting: (() => void)[] = [];
  #releaser: (() => void) | undefined;

  constructor(readonly form: Form) {}

  lock(): Promise<void> {
    const turn = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#releaser === undefined) this.#dispatch();
    return turn;
  }

  release(): void {
    const releaser = this.#releaser;
    if (this.form === "fixed") this.#releaser = undefined;
    releaser?.();
    if (this.form === "buggy") this.#releaser = undefined;
  }

  #dispatch(): void {
    const next = this.#waiting.shift();
    this.#releaser = next === undefined ? undefined : () => this.#dispatch();
    next?.();
  }
}

async function program(form: Form): Promise<void> {
  const world = wrap({ answer: () => Promise.resolve() }, { points: "before" });
  const mu = new Mutex(form);
  const task = async () => {
    await mu.lock();
    await world.answer();
    mu.release();
  };
  await runTasks(task, task, task, task);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-06",
  name: "async-mutex 27",
  lesson: "state is cleared after a call that has set it anew",
  shows: "in some schedules",
  options: { externalTimeoutMs: 5 },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "foreign",
    message: "waits for something outside the scheduler",
    awaits: "main: task: await mu.lock()",
  },
  orders: { buggy: [48, 576], fixed: [0, 336] },
};
