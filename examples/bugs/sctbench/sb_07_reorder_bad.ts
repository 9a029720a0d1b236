/**
 * SB-07: half of what was written (SCTBench, CS.reorder_3_bad to CS.reorder_100_bad).
 *
 * Setters write two variables, checkers read them, and want to see both writes or none. As the setters all write the same,
 * a checker must come in the middle of the first of them: the more setters, the rarer.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(setters: number, checkers: number, form: Form): Promise<void> {
  const mu = new Mutex();
  const tasks = new WaitGroup();
  let a = 0;
  let b = 0;

  const set = async () => {
    a = 1;
    await yieldNow();
    b = -1;
    await yieldNow();
  };
  const readA = async () => {
    const value = a;
    await yieldNow();
    return value;
  };
  const readB = async () => {
    const value = b;
    await yieldNow();
    return value;
  };
  const check = async () => {
    if (await readA() === 0 && await readB() === 0) return;
    if (await readA() === 1 && await readB() === -1) return;
    throw new Error("saw half of what was written");
  };
  const start = async (body: () => Promise<void>, name: string) => {
    tasks.go(form === "buggy" ? body : () => mu.withLock(body), name);
    await yieldNow();
  };
  for (let i = 0; i < setters; i++) await start(set, "set");
  for (let i = 0; i < checkers; i++) await start(check, "check");
  await tasks.wait();
}

/** Setters and checkers. */
const SIZES: readonly (readonly [number, number])[] = [
  [2, 1],
  [3, 1],
  [4, 1],
  [9, 1],
  [10, 10],
  [40, 10],
  [99, 1],
];

/** All sizes. */
export const kernels: readonly Kernel[] = SIZES.map(([setters, checkers]): Kernel => ({
  id: `SB-07 ${setters + checkers}`,
  name: `CS.reorder_${setters + checkers}_bad`,
  lesson: "two writes, and a reader between them",
  shows: "in some schedules",
  buggy: () => program(setters, checkers, "buggy"),
  fixed: () => program(setters, checkers, "fixed"),
  expected: { kind: "panic", names: ["check"], message: "saw half of what was written" },
}));
