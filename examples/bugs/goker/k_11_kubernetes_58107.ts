/**
 * K-11: waiting for work with the read lock in hand (kubernetes#58107).
 *
 * Workers take a read lock and wait for their queue with it, without looking whether there is something in it already. A
 * signal that came before is lost, the worker waits on, and whoever needs the write lock waits for the worker.
 *
 * @module
 */

import { Cond, go, Mutex, RWMutex, sleep, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const ROUNDS = 2;

class Queue {
  readonly mu = new Mutex();
  readonly ready = new Cond(this.mu);
  size = 0;
}

async function program(form: Form): Promise<void> {
  const config = new RWMutex();
  const queues = [new Queue(), new Queue()];

  const work = async (queue: Queue) => {
    await config.rLock();
    if (form === "fixed") {
      config.rUnlock();
      await yieldNow();
    }
    await queue.mu.lock();
    if (form === "buggy") await queue.ready.wait();
    else while (queue.size === 0) await queue.ready.wait();
    queue.mu.unlock();
    await yieldNow();
    if (form === "buggy") config.rUnlock();
  };
  const signal = async (queue: Queue) => {
    if (form === "fixed") {
      await queue.mu.lock();
      queue.size++;
      queue.mu.unlock();
      await yieldNow();
    }
    queue.ready.signal();
    await yieldNow();
  };

  go(async () => {
    for (const queue of queues) {
      go(() => work(queue), "worker");
      await yieldNow();
    }
  }, "run");
  await yieldNow();
  go(async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await config.lock();
      await sleep(1);
      config.unlock();
      await yieldNow();
    }
  }, "sync");
  await yieldNow();
  for (let round = 0; round < ROUNDS; round++) {
    for (const queue of queues) await signal(queue);
  }
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-11",
  name: "kubernetes#58107",
  lesson: "a condition is waited for without looking at it, and with a lock in hand",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "leak",
    stuck: [
      "worker: sync.Cond.Wait ready",
      "worker?: sync.Cond.Wait ready | sync.RWMutex.RLock config",
      "sync?: sync.RWMutex.Lock config",
    ],
  },
};
