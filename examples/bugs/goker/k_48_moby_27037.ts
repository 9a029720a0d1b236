/**
 * K-48: one loop variable for all (moby#27037).
 *
 * Before Go 1.22 a loop had one variable, and a goroutine started in its body saw whatever value it had by then. In
 * JavaScript each round has its own, unless it is declared outside.
 *
 * @module
 */

import { WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const versions = new WaitGroup();
  const tested: number[] = [];
  let version: number;
  for (version = 17; version < 20; version++) {
    await yieldNow();
    const own = version;
    versions.go(async () => {
      tested.push(form === "buggy" ? version : own);
      await yieldNow();
    }, "test");
    await yieldNow();
  }
  await yieldNow();
  await versions.wait();
  const found = tested.sort().join();
  if (found !== "17,18,19") throw new Error(`tested ${found}, expected 17,18,19`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-48",
  name: "moby#27037",
  lesson: "a loop variable shared by the goroutines of all rounds",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "expected 17,18,19" },
};
