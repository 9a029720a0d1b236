/**
 * K-08: a lock per URL, taken inside the lock of their table (hugo#3251).
 *
 * Who wants a page locks the table of URLs, and its URL's lock while still holding the table. Who gives the page back
 * still holds the URL and needs the table to find it.
 *
 * @module
 */

import { Mutex, RWMutex, sleep, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const WORKERS = 3, ROUNDS = 2;

async function program(form: Form): Promise<void> {
  const table = new RWMutex();
  const url = new Mutex();
  const workers = new WaitGroup();

  const get = async () => {
    await table.lock();
    if (form === "fixed") {
      table.unlock();
      await yieldNow();
    }
    await url.lock();
    if (form === "buggy") {
      table.unlock();
      await yieldNow();
    }
    await table.rLock();
    url.unlock();
    await yieldNow();
    table.rUnlock();
    await yieldNow();
    await sleep(300);
  };

  for (let i = 0; i < WORKERS; i++) {
    workers.go(async () => {
      for (let round = 0; round < ROUNDS; round++) await get();
    }, "worker");
    await yieldNow();
  }
  await workers.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-08",
  name: "hugo#3251",
  lesson: "an outer lock held while waiting for an inner one, and wanted by its holder",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: [
      "main: sync.WaitGroup.Wait workers",
      "worker: sync.Mutex.Lock url",
      "worker: sync.RWMutex.RLock table",
      "worker?: sync.RWMutex.Lock table",
    ],
  },
};
