/**
 * K-44: a buffer that is used again (kubernetes#89164).
 *
 * Events are collected in a buffer that is truncated and filled again under the lock. The loop that hands them out goes
 * through it after it has unlocked.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import { Shared } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const buffer = new Shared<readonly string[]>(["event"]);
  const mu = new Mutex();
  const first = new WaitGroup();

  const read = async () => {
    buffer.get();
    await yieldNow();
  };
  const dispatch = async () => {
    await mu.lock();
    buffer.set([]);
    await yieldNow();
    if (form === "fixed") await read();
    mu.unlock();
    await yieldNow();
    if (form === "buggy") await read();
  };
  first.go(dispatch, "dispatch");
  await yieldNow();
  for (let i = 0; i < 3; i++) {
    const again = new WaitGroup();
    again.go(dispatch, "dispatch");
    await yieldNow();
    await again.wait();
  }
  await first.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-44",
  name: "kubernetes#89164",
  lesson: "a reference taken under the lock and followed without it",
  shows: "happens-before",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", names: ["dispatch"], message: "data race on buffer" },
};
