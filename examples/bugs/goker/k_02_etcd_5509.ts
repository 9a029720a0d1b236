/**
 * K-02: a loop that leaves with the read lock (etcd#5509).
 *
 * The client's keep-alive loop holds a read lock while it looks whether the client is closed, and leaves without giving
 * it back if it is. Closing takes the write lock twice. If the loop looks between the two, the second never comes.
 *
 * @module
 */

import { Channel, go, Mutex, RWMutex, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const client = new RWMutex();
  const mu = new Mutex();
  const done = new Channel<never>();
  let isClosed = false;

  go(async () => {
    for (;;) {
      await client.rLock();
      const wasClosed = isClosed;
      await mu.lock();
      mu.unlock();
      await yieldNow();
      if (wasClosed && form === "buggy") break;
      client.rUnlock();
      await yieldNow();
      if (wasClosed) break;
    }
    done.close();
  }, "keepAlive");
  await yieldNow();

  await client.lock();
  isClosed = true;
  client.unlock();
  await yieldNow();
  await client.lock();
  client.unlock();
  await yieldNow();
  await done.receive();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-02",
  name: "etcd#5509",
  lesson: "an early exit that keeps the read lock",
  shows: "in some schedules",
  options: { maxSteps: 200 }, // it polls
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "deadlock", stuck: ["main: sync.RWMutex.Lock client"] },
};
