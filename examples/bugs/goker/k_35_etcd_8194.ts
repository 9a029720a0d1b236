/**
 * K-35: a setting of another test (etcd#8194).
 *
 * A test lowers a global rate for its own needs and puts it back afterwards. The loop of an earlier test is still running,
 * and may read the lowered rate.
 *
 * @module
 */

import { go, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  let rate = 1_000;
  const tests = new WaitGroup();

  const loop = async (ownRate: number) => {
    for (let round = 0; round < 3; round++) {
      const seen = form === "buggy" ? rate : ownRate;
      await yieldNow();
      if (seen !== 1_000) throw new Error(`the rate is ${seen}, expected 1000`);
    }
  };
  const ownRate = rate;
  tests.go(async () => {
    go(() => loop(ownRate), "loop");
    await yieldNow();
  }, "grant");
  await yieldNow();
  tests.go(async () => {
    const before = rate;
    await yieldNow();
    rate = 10;
    await yieldNow();
    rate = before;
    await yieldNow();
  }, "pile");
  await yieldNow();
  await tests.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-35",
  name: "etcd#8194",
  lesson: "a global setting changed while somebody still runs by it",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["loop"], message: "the rate is 10, expected 1000" },
};
