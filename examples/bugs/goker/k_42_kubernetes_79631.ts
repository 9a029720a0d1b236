/**
 * K-42: a look into the queue without its lock (kubernetes#79631).
 *
 * A scheduling queue flushes what has waited long enough, under its lock. A test looks an item up without it.
 *
 * @module
 */

import { Channel, go, Mutex, select, yieldNow } from "@interleave/go";
import { Shared } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const items = new Shared<readonly string[]>(["pod"]);
  const mu = new Mutex();
  const stop = new Channel<never>();

  go(async () => {
    const c = await select({ stop: stop.receiving() }, { default: true });
    if (c.key === "stop") return;
    await mu.lock();
    const old = items.get();
    await yieldNow();
    items.set(old.slice(1));
    await yieldNow();
    mu.unlock();
    await yieldNow();
    await stop.receive();
  }, "flush");
  await yieldNow();

  const lookUp = async () => {
    items.get();
    await yieldNow();
  };
  if (form === "buggy") await lookUp();
  else await mu.withLock(lookUp);
  stop.close();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-42",
  name: "kubernetes#79631",
  lesson: "reading without the lock that writers take",
  shows: "happens-before",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", names: ["flush", "main"], message: "data race on items" },
};
