/**
 * SB-03: two loops that lose step (SCTBench, CS.circular_buffer_bad).
 *
 * One loop stores, the other takes out, and each looks whether it is its turn. If it is not, it does not wait: the round is
 * lost, and the numbers do not fit any more.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const SIZE = 10, ROUNDS = 7;

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const tasks = new WaitGroup();
  const buffer: number[] = [];
  let writeAt = 0;
  let readAt = 0;
  let lastStored = -1;
  let isEmpty = true;

  const unlock = async () => {
    mu.unlock();
    await yieldNow();
  };
  tasks.go(async () => {
    for (let i = 0; i < ROUNDS; i++) {
      await mu.lock();
      if (isEmpty) {
        buffer[writeAt] = lastStored = i;
        writeAt = (writeAt + 1) % SIZE;
        isEmpty = false;
      }
      await unlock();
    }
  }, "store");
  await yieldNow();
  tasks.go(async () => {
    for (let i = 0; i < ROUNDS; i++) {
      await mu.lock();
      if (!isEmpty) {
        const value = buffer[readAt] ?? -1;
        readAt = (readAt + 1) % SIZE;
        const expected = form === "buggy" ? i : lastStored;
        if (value !== expected) throw new Error(`took ${value} out, expected ${expected}`);
        isEmpty = true;
      }
      await unlock();
    }
  }, "take");
  await yieldNow();
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-03",
  name: "CS.circular_buffer_bad",
  lesson: "looking instead of waiting",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["take"], message: "out, expected" },
};
