/**
 * SB-12: looking before the child has ended (SCTBench, SPLASH2 barnes, fft and lu, in essence).
 *
 * The programs were ported without the macro that waits for the other threads.
 *
 * @module
 */

import { WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const tasks = new WaitGroup();
  let done = 0;
  tasks.go(async () => {
    done = 1;
    await yieldNow();
  }, "child");
  await yieldNow();
  if (form === "fixed") await tasks.wait();
  const seen = done;
  await yieldNow();
  if (seen !== 1) throw new Error("the child is not done");
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-12",
  name: "SPLASH2.join_missing",
  lesson: "a join that is missing",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "the child is not done" },
};
