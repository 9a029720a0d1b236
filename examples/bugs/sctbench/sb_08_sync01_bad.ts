/**
 * SB-08: a condition that never holds (SCTBench, CS.sync01_bad).
 *
 * One waits until a number is 0, the other until it is not; but it does not take anything off.
 *
 * @module
 */

import { Cond, Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const empty = new Cond(mu);
  const full = new Cond(mu);
  const tasks = new WaitGroup();
  let count = 1;

  tasks.go(async () => {
    await mu.lock();
    while (count > 0) await empty.wait();
    count += 1;
    mu.unlock();
    await yieldNow();
    full.signal();
    await yieldNow();
  }, "put");
  await yieldNow();
  tasks.go(async () => {
    await mu.lock();
    while (count === 0) await full.wait();
    if (form === "fixed") count -= 1;
    mu.unlock();
    await yieldNow();
    empty.signal();
    await yieldNow();
  }, "take");
  await yieldNow();
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-08",
  name: "CS.sync01_bad",
  lesson: "a signal without the change that it announces",
  shows: "always",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: ["main: sync.WaitGroup.Wait tasks", "put: sync.Cond.Wait empty"],
  },
};
