/**
 * JS-01: an archive that is never finished (archiverjs/node-archiver PR 388).
 *
 * Each entry that is done looks whether it was the last. An entry whose file is missing is taken off the count, and does
 * not look: if it comes last, nobody does.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const files = wrap({
    exists: (name: string) => Promise.resolve(name !== "b"),
    read: (_name: string) => Promise.resolve(),
  }, { points: "before" });
  const names = ["a", "b", "c"];
  let entries = names.length;
  let done = 0;
  let finished = 0;

  const finishIfLast = () => {
    if (done === entries) finished += 1;
  };
  const add = async (name: string) => {
    if (!await files.exists(name)) {
      entries -= 1;
      if (form === "fixed") finishIfLast();
      return;
    }
    await files.read(name);
    done += 1;
    finishIfLast();
  };
  await Promise.all(names.map(add));
  if (finished !== 1) throw new Error(`finished ${finished} times, expected 1`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-01",
  name: "node-archiver PR 388",
  lesson: "two ways to be the last, and only one that looks",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "finished 0 times, expected 1" },
  orders: { buggy: [6, 30], fixed: [0, 30] },
};
