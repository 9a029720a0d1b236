/**
 * K-04: locked twice on one path, never unlocked on the other (grpc#795).
 *
 * Stopping a server gracefully locks it, and if it is draining already locks it again. The usual path forgets to unlock.
 *
 * @module
 */

import { go, Mutex, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  let isDraining = false;

  const gracefulStop = async () => {
    await mu.lock();
    if (form === "fixed") {
      isDraining = true;
      mu.unlock();
      await yieldNow();
      return;
    }
    if (isDraining) await mu.lock();
    isDraining = true;
  };
  go(async () => {
    await mu.lock();
    mu.unlock();
  }, "serve");
  await yieldNow();
  for (let i = 0; i < 3; i++) await gracefulStop();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-04",
  name: "grpc#795",
  lesson: "lock written where unlock was meant",
  shows: "always",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: ["main: sync.Mutex.Lock mu", "serve?: sync.Mutex.Lock mu"],
  },
};
