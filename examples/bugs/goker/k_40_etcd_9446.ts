/**
 * K-40: a map reset beside a loop over it (etcd#9446).
 *
 * The backend's read buffer is reset by one goroutine while another goes through its buckets.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import { Shared } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const buckets = new Shared<readonly string[]>(["key"]);
  const mu = new Mutex();
  const tasks = new WaitGroup();

  const reset = async () => {
    const old = buckets.get();
    await yieldNow();
    buckets.set(old.slice(0, 0));
    await yieldNow();
  };
  const range = async () => {
    buckets.get();
    await yieldNow();
  };
  const guarded = (body: () => Promise<void>) => form === "buggy" ? body : () => mu.withLock(body);
  tasks.go(guarded(reset), "reset");
  await yieldNow();
  tasks.go(guarded(range), "range");
  await yieldNow();
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-40",
  name: "etcd#9446",
  lesson: "a map written by one and read by another",
  shows: "happens-before",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", names: ["reset", "range"], message: "data race on buckets" },
};
