/**
 * K-01: leaving a phase with the lock (cockroach#584).
 *
 * The gossip's bootstrap loop locks, sees that the node is closed, and leaves without unlocking. The phase after it locks
 * the same mutex.
 *
 * @module
 */

import { go, Mutex, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const isClosed = true;

  const phase = async () => {
    await mu.lock();
    if (isClosed && form === "buggy") return;
    mu.unlock();
    await yieldNow();
  };
  go(async () => {
    await phase();
    await phase();
  }, "gossip");
  await yieldNow();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-01",
  name: "cockroach#584",
  lesson: "an early exit that keeps the lock",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["gossip: sync.Mutex.Lock mu"] },
};
