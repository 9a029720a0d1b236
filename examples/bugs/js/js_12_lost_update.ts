/**
 * JS-12: a lost update (fast-check, examples/005-race/counter).
 *
 * A counter in a database is read, and written back plus one. Two who read the same number write the same number.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

async function program(form: Form): Promise<void> {
  let stored = 0;
  const db = wrap({
    read: () => Promise.resolve(stored),
    write: (value: number) => Promise.resolve(void (stored = value)),
    writeIfUnchanged: (before: number, value: number) => {
      if (stored !== before) return Promise.resolve(false);
      stored = value;
      return Promise.resolve(true);
    },
  }, { points: "before" });

  const increment = async () => {
    await db.write(await db.read() + 1);
  };
  const incrementSafely = async () => {
    for (;;) {
      const before = await db.read();
      if (await db.writeIfUnchanged(before, before + 1)) return;
    }
  };
  const task = form === "buggy" ? increment : incrementSafely;
  await runTasks(task, task);
  if (stored !== 2) throw new Error(`the counter is ${stored}, expected 2`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-12",
  name: "fast-check counter",
  lesson: "an increment is a read and a write, with an await between",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "the counter is 1, expected 2" },
  orders: { buggy: [12, 20], fixed: [0, 20] },
};
