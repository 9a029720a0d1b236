/**
 * K-27: waiting for a goroutine with the lock that it needs (etcd#6873).
 *
 * Stopping the watch broadcasts holds their lock, closes the updates, and waits until the loop that coalesces them has
 * ended. That loop takes the same lock for each update it has received.
 *
 * @module
 */

import { Channel, go, Mutex, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const updates = new Channel<string>(1);
  const done = new Channel<never>();

  go(async () => {
    for await (const _ of updates) {
      await mu.lock();
      mu.unlock();
      await yieldNow();
    }
    done.close();
  }, "coalesce");
  await yieldNow();

  await select({ update: updates.sending("update") }, { default: true });

  go(async () => {
    await mu.lock();
    updates.close();
    await yieldNow();
    if (form === "fixed") {
      mu.unlock();
      await yieldNow();
    }
    await done.receive();
    if (form === "buggy") mu.unlock();
  }, "stop");
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-27",
  name: "etcd#6873",
  lesson: "waiting for the end of somebody who wants one's lock",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["coalesce: sync.Mutex.Lock mu", "stop: chan receive done"] },
};
