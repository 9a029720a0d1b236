/**
 * K-09: a cache and its watcher, locked in both orders (kubernetes#13135).
 *
 * The reflector's loop locks the cache, then the watch; whoever processes an event locks the watch, then the cache. The
 * first round of the loop comes before any event; a later one may meet it.
 *
 * @module
 */

import { Channel, go, Mutex, Once, select, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const ROUNDS = 3;

async function program(form: Form): Promise<void> {
  const cache = new Mutex();
  const watch = new Mutex();
  const isSynced = new Once();
  const synced = new WaitGroup();
  const stop = new Channel<never>();
  synced.add(1);

  go(async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const c = await select({ stop: stop.receiving() }, { default: true });
      if (c.key === "stop") return;
      await cache.lock();
      await watch.lock();
      await isSynced.do(async () => {
        synced.done();
        await yieldNow();
      });
      cache.unlock();
      await yieldNow();
      watch.unlock();
      await yieldNow();
    }
  }, "reflect");
  await yieldNow();
  await synced.wait();

  go(async () => {
    await watch.lock();
    if (form === "fixed") {
      watch.unlock();
      await yieldNow();
    }
    await cache.lock();
    cache.unlock();
    await yieldNow();
    if (form === "buggy") watch.unlock();
  }, "process");
  await yieldNow();

  go(() => stop.close(), "stop");
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-09",
  name: "kubernetes#13135",
  lesson: "two locks in both orders, once the first round is over",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "leak",
    stuck: ["reflect: sync.Mutex.Lock watch", "process: sync.Mutex.Lock cache"],
  },
};
