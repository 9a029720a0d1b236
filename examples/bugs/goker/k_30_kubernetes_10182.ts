/**
 * K-30: sending with the lock that the receiver needs (kubernetes#10182).
 *
 * The status manager sends each new status under its lock. The loop that receives them takes the lock for each: while it
 * waits for the lock, the next sender may have it, and waits for the loop to receive.
 *
 * @module
 */

import { Channel, go, Mutex, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const statuses = new Channel<string>();

  go(async () => {
    for (let i = 0; i < 2; i++) {
      await statuses.receive();
      await mu.lock();
      mu.unlock();
      await yieldNow();
    }
  }, "sync");
  await yieldNow();

  for (let i = 0; i < 2; i++) {
    go(async () => {
      await mu.lock();
      if (form === "fixed") {
        mu.unlock();
        await yieldNow();
      }
      await statuses.send("running");
      if (form === "buggy") mu.unlock();
    }, "set");
    await yieldNow();
  }
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-30",
  name: "kubernetes#10182",
  lesson: "sending under a lock that the receiver takes",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["sync: sync.Mutex.Lock mu", "set: chan send statuses"] },
};
