/**
 * K-39: a test that changes a constant (etcd#4876).
 *
 * A test shortens the global interval of keep-alives, while a server that is just being started reads it for its ticker.
 * Both values work, so that nothing ever fails.
 *
 * @module
 */

import { go, Mutex, WaitGroup, yieldNow } from "@interleave/go";
import { Shared } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const interval = new Shared(10);
  const mu = new Mutex();
  const tests = new WaitGroup();

  const access = async (body: () => void) => {
    if (form === "fixed") return await mu.withLock(body);
    body();
    await yieldNow();
  };
  tests.go(() => access(() => interval.set(3)), "watch");
  await yieldNow();
  tests.go(async () => {
    go(() => access(() => interval.get()), "sendLoop");
    await yieldNow();
  }, "serve");
  await yieldNow();
  await tests.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-39",
  name: "etcd#4876",
  lesson: "a global that a test changes while others read it",
  shows: "happens-before",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", names: ["watch", "sendLoop"], message: "data race on interval" },
};
