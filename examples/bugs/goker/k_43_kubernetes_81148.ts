/**
 * K-43: a field of what is in the queue (kubernetes#81148).
 *
 * A test adds a pod to the queue under the lock and sets its timestamp afterwards, while the queue's own goroutine may
 * already look at it.
 *
 * @module
 */

import { Channel, go, Mutex, yieldNow } from "@interleave/go";
import { Shared } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const timestamp = new Shared(0);
  const mu = new Mutex();
  const stop = new Channel<never>();
  let hasPod = false;

  go(async () => {
    await mu.lock();
    if (hasPod) {
      timestamp.get();
      await yieldNow();
    }
    mu.unlock();
    await yieldNow();
    await stop.receive();
  }, "flush");
  await yieldNow();

  const setTimestamp = async () => {
    timestamp.set(1);
    await yieldNow();
  };
  await mu.lock();
  hasPod = true;
  if (form === "fixed") await setTimestamp();
  mu.unlock();
  await yieldNow();
  if (form === "buggy") await setTimestamp();
  stop.close();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-43",
  name: "kubernetes#81148",
  lesson: "a field is set after its object was made known",
  shows: "happens-before",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", names: ["flush", "main"], message: "data race on timestamp" },
};
