/**
 * K-36: a field that is set after the lock was given back (grpc#3090).
 *
 * Dialing starts a resolver, whose first answer comes in a goroutine of its own, under the lock. The field it uses is
 * assigned when the lock has been released already.
 *
 * @module
 */

import { go, Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const resolved = new WaitGroup();
  let resolver: { poll(): void } | undefined;

  const resolveNow = async () => {
    await mu.lock();
    const current = resolver;
    await yieldNow();
    if (current === undefined) throw new Error("the resolver is not there yet");
    current.poll();
    mu.unlock();
    await yieldNow();
    resolved.done();
  };
  const assign = async () => {
    resolver = { poll() {} };
    await yieldNow();
  };

  resolved.add(1);
  go(async () => {
    await mu.lock();
    go(resolveNow, "resolveNow");
    await yieldNow();
    if (form === "fixed") await assign();
    mu.unlock();
    await yieldNow();
    if (form === "buggy") await assign();
  }, "dial");
  await yieldNow();
  await resolved.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-36",
  name: "grpc#3090",
  lesson: "a field is set after the lock that guards it was released",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["resolveNow"], message: "the resolver is not there yet" },
};
