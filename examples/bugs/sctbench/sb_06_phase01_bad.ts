/**
 * SB-06: a lock that is never given back (SCTBench, CS.phase01_bad).
 *
 * In its second phase each of two tasks locks again and does not unlock: whoever gets there second waits for ever.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function pass(mu: Mutex): Promise<void> {
  await mu.lock();
  mu.unlock();
  await yieldNow();
}

async function program(form: Form): Promise<void> {
  const x = new Mutex();
  const y = new Mutex();
  const tasks = new WaitGroup();
  for (let i = 0; i < 2; i++) {
    tasks.go(async () => {
      await pass(x);
      if (form === "buggy") await x.lock();
      else await pass(x);
      await pass(y);
      await pass(y);
    }, "phases");
    await yieldNow();
  }
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-06",
  name: "CS.phase01_bad",
  lesson: "a lock that is never given back",
  shows: "always",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: ["main: sync.WaitGroup.Wait tasks", "phases: sync.Mutex.Lock x"],
  },
};
