/**
 * JS-14: a lock that an exception keeps (rogierschouten/async-lock 51, fixed by 52; samccone/promise-semaphore 3).
 *
 * A critical section that fails leaves before it has given the lock back. And in the second form, one that is entered
 * again from inside waits for itself.
 *
 * @module
 */

import { Mutex } from "@interleave/go";
import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

class Lock {
  #isLocked = false;
  readonly #waiting: (() => void)[] = [];

  constructor(readonly form: Form) {}

  async critical(f: () => Promise<void>): Promise<void> {
    if (this.#isLocked) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isLocked = true;
    if (this.form === "buggy") {
      await f();
      this.#release();
      return;
    }
    try {
      await f();
    } finally {
      this.#release();
    }
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isLocked = false;
    else next();
  }
}

async function oneFails(form: Form): Promise<void> {
  const world = wrap({
    fail: () => Promise.reject(new Error("no such file")),
    succeed: () => Promise.resolve(),
  }, { points: "before" });
  const lock = new Lock(form);
  const failing = () => lock.critical(() => world.fail()).catch(() => {});
  const succeeding = () => lock.critical(() => world.succeed());
  await runTasks(failing, succeeding);
}

async function enterTwice(form: Form): Promise<void> {
  const mu = new Mutex();
  const inner = () => mu.withLock(() => {});
  if (form === "buggy") {
    await mu.withLock(inner);
  } else {
    await mu.withLock(() => {});
    await inner();
  }
}

/** Both forms. */
export const kernels: readonly Kernel[] = [{
  id: "JS-14",
  name: "async-lock 51",
  lesson: "a lock that is given back only on the good path",
  shows: "in some schedules",
  options: { externalTimeoutMs: 5 },
  buggy: () => oneFails("buggy"),
  fixed: () => oneFails("fixed"),
  expected: {
    kind: "foreign",
    message: "waits for something outside the scheduler",
    awaits: "main: succeeding: Lock.critical: await new Promise",
  },
  orders: { buggy: [2, 4], fixed: [0, 4] },
}, {
  id: "JS-14 self",
  name: "promise-semaphore 3",
  lesson: "a critical section inside itself",
  shows: "always",
  buggy: () => enterTwice("buggy"),
  fixed: () => enterTwice("fixed"),
  expected: {
    kind: "deadlock",
    stuck: ["main: sync.Mutex.Lock mu"],
    message: "a Mutex is not reentrant",
  },
}];
