/**
 * K-41: a test that puts the timeout back (grpc#1748).
 *
 * A test changes a global timeout and puts it back at its end. The watcher it has started may have started a monitor that
 * reads the timeout only then.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import { Shared } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const timeout = new Shared(1_000);
  const balancer = new Mutex();
  const started = new WaitGroup();
  let isSet = false;

  const before = timeout.get();
  await yieldNow();
  started.go(async () => {
    for (let round = 0; round < 3; round++) {
      await balancer.lock();
      const wasSet = isSet;
      balancer.unlock();
      await yieldNow();
      if (!wasSet) continue;
      started.go(async () => {
        timeout.get();
        await yieldNow();
      }, "monitor");
      await yieldNow();
    }
  }, "watch");
  await yieldNow();
  await balancer.lock();
  isSet = true;
  balancer.unlock();
  await yieldNow();
  if (form === "fixed") await started.wait();
  timeout.set(before);
  await yieldNow();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-41",
  name: "grpc#1748",
  lesson: "a clean-up that does not wait for those who use what it changes",
  shows: "happens-before",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", names: ["main", "monitor"], message: "data race on timeout" },
};
