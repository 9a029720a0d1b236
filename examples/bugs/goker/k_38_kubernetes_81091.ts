/**
 * K-38: a counter without a lock (kubernetes#81091).
 *
 * Workers take pieces of work from a channel and count the filters they have run in a plain variable. An increment is a
 * read and a write: one of them gets lost.
 *
 * @module
 */

import { Channel, Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const pieces = new Channel<number>(2);
  pieces.trySend(0);
  pieces.trySend(1);
  pieces.close();
  const mu = new Mutex();
  const workers = new WaitGroup();
  let run = 0;

  const count = async () => {
    const before = run;
    await yieldNow();
    run = before + 1;
    await yieldNow();
  };
  for (let i = 0; i < 2; i++) {
    workers.go(async () => {
      for await (const _ of pieces) {
        if (form === "buggy") await count();
        else await mu.withLock(count);
      }
    }, "worker");
    await yieldNow();
  }
  await workers.wait();
  if (run !== 2) throw new Error(`counted ${run}, expected 2`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-38",
  name: "kubernetes#81091",
  lesson: "an increment is a read and a write",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "counted 1, expected 2" },
};
