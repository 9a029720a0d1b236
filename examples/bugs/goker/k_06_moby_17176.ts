/**
 * K-06: the early return of a driver (moby#17176).
 *
 * Deactivating a device locks the set of devices and returns early if there is nothing to do, without unlocking. Whoever
 * comes next waits for ever; the test gives up on it after a while.
 *
 * @module
 */

import { after, Channel, go, Mutex, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const done = new Channel<void>(form === "buggy" ? 0 : 1);

  await mu.lock();
  if (form === "fixed") {
    mu.unlock();
    await yieldNow();
  }
  go(async () => {
    await mu.lock();
    await done.send(undefined);
    mu.unlock();
  }, "next");
  await yieldNow();
  await select({ late: after(1).receiving(), done: done.receiving() });
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-06",
  name: "moby#17176",
  lesson: "an early return that keeps the lock, behind a timeout",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["next: sync.Mutex.Lock mu"] },
};
