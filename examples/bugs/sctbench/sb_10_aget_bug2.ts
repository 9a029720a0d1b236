/**
 * SB-10: a snapshot in the middle (SCTBench, CB.aget-bug2, in essence).
 *
 * Downloaders note their own progress and add it to the total. When the user interrupts, both are saved, and may not agree.
 *
 * @module
 */

import { go, Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const downloads = new WaitGroup();
  const offsets = [0, 0];
  let total = 0;

  const lock = async () => {
    await mu.lock();
  };
  const unlock = async () => {
    mu.unlock();
    await yieldNow();
  };
  const download = async (i: number) => {
    for (let part = 0; part < 2; part++) {
      if (form === "fixed") await lock();
      const offset = offsets[i] as number;
      await yieldNow();
      offsets[i] = offset + 10;
      await yieldNow();
      if (form === "buggy") await lock();
      const before = total;
      await yieldNow();
      total = before + 10;
      await yieldNow();
      await unlock();
    }
  };
  const save = async () => {
    if (form === "fixed") await lock();
    const first = offsets[0] as number;
    await yieldNow();
    const second = offsets[1] as number;
    await yieldNow();
    const saved = total;
    await yieldNow();
    if (form === "fixed") await unlock();
    if (saved !== first + second) {
      throw new Error(`saved ${saved} of ${first} and ${second}`);
    }
  };
  downloads.go(() => download(0), "download");
  await yieldNow();
  downloads.go(() => download(1), "download");
  await yieldNow();
  go(save, "save");
  await yieldNow();
  await downloads.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-10",
  name: "CB.aget-bug2",
  lesson: "two numbers that belong together, written one after the other",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["save"], message: "saved" },
};
