/**
 * K-49: workers that all do the same piece (kubernetes#70892).
 *
 * Work is handed out in pieces, but the function that does a piece ignores its number, and writes all results. The values
 * are the same, so that nothing ever fails.
 *
 * @module
 */

import { Channel, Mutex, WaitGroup, yieldNow } from "@interleave/go";
import { Shared } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const pieces = new Channel<number>(2);
  pieces.trySend(0);
  pieces.trySend(1);
  pieces.close();
  const result0 = new Shared(0);
  const result1 = new Shared(0);
  const result2 = new Shared(0);
  const mu = new Mutex();
  const workers = new WaitGroup();

  const doPiece = async () => {
    for (const result of [result0, result1, result2]) {
      const value = result.get();
      await yieldNow();
      if (value === 4) continue;
      result.set(7);
      await yieldNow();
    }
  };
  for (let i = 0; i < 2; i++) {
    workers.go(async () => {
      for await (const _ of pieces) {
        if (form === "buggy") await doPiece();
        else await mu.withLock(doPiece);
      }
    }, "work");
    await yieldNow();
  }
  await workers.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-49",
  name: "kubernetes#70892",
  lesson: "a worker that ignores which piece is its own",
  shows: "happens-before",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", names: ["work"], message: "data race on result" },
};
