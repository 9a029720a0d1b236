/**
 * K-37: looking for the effect of a goroutine that nobody waits for (istio#8144).
 *
 * A test of a cache adds an entry and expects that the evicter, running beside it, has called back. It may not have run
 * yet, or have run before the entry was there, or be in the middle.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const evicter = new WaitGroup();
  let entries = 0;
  let calls = 0;

  const evict = async () => {
    await mu.lock();
    const found = entries;
    mu.unlock();
    await yieldNow();
    if (found === 0) return;
    const before = calls;
    await yieldNow();
    calls = before + 1;
    await yieldNow();
  };
  const startEvicter = async () => {
    evicter.go(evict, "evict");
    await yieldNow();
  };

  if (form === "buggy") await startEvicter();
  await mu.lock();
  entries = 1;
  mu.unlock();
  await yieldNow();
  if (form === "fixed") {
    await startEvicter();
    await evicter.wait();
  }
  const seen = calls;
  await yieldNow();
  if (seen !== 1) throw new Error(`called back ${seen} times, expected 1`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-37",
  name: "istio#8144",
  lesson: "a test that looks before the goroutine it tests has run",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "called back 0 times, expected 1" },
};
