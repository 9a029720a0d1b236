/**
 * K-10: a read lock inside a read lock (cockroach#16167).
 *
 * Somebody who holds a read lock calls a function that takes it again. That works, until a writer comes between: a
 * waiting writer bars new readers, the second read lock among them, and waits for the first to be given back.
 *
 * @module
 */

import { go, RWMutex, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const config = new RWMutex();
  go(async () => {
    await config.lock();
    config.unlock();
  }, "gossip");
  await yieldNow();

  const isNested = form === "buggy";
  await config.rLock();
  if (isNested) {
    await config.rLock();
    config.rUnlock();
    await yieldNow();
  }
  config.rUnlock();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-10",
  name: "cockroach#16167",
  lesson: "a recursive read lock with a writer in between",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: ["main: sync.RWMutex.RLock config", "gossip: sync.RWMutex.Lock config"],
  },
};
