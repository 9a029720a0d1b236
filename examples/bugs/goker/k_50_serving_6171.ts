/**
 * K-50: logging to a test that has ended (serving#6171).
 *
 * A goroutine started somewhere below logs through the test's own logger. Nobody waits for it: the test may have ended,
 * which in Go is a panic.
 *
 * @module
 */

import { go, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const logged = new WaitGroup();
  let hasEnded = false;

  logged.add(1);
  go(async () => {
    go(async () => {
      const isTooLate = hasEnded;
      await yieldNow();
      if (isTooLate) throw new Error("logged after the test had ended");
      logged.done();
    }, "log");
    await yieldNow();
  }, "run");
  await yieldNow();

  if (form === "fixed") await logged.wait();
  hasEnded = true;
  await yieldNow();
  await logged.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-50",
  name: "serving#6171",
  lesson: "a goroutine that uses what ends with its starter",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["log"], message: "logged after the test had ended" },
};
