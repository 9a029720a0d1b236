/**
 * SB-05: an assertion about who has been there (SCTBench, CS.lazy01_bad).
 *
 * Two add to a number, and a third asserts that it is still small: it is not after both.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const tasks = new WaitGroup();
  let data = 0;
  const bodies = {
    add1: () => data += 1,
    add2: () => data += 2,
    check: () => {
      if (data >= 3 && form === "buggy") throw new Error(`data is ${data}, expected less than 3`);
    },
  };
  for (const [name, body] of Object.entries(bodies)) {
    tasks.go(async () => {
      await mu.lock();
      body();
      mu.unlock();
      await yieldNow();
    }, name);
    await yieldNow();
  }
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-05",
  name: "CS.lazy01_bad",
  lesson: "a lock gives no order",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["check"], message: "data is 3, expected less than 3" },
};
