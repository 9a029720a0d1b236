/**
 * JS-03: an option of one request, kept for all (expressjs/express 3536).
 *
 * Whether an answer is to be pretty is set globally when its request comes, and used when its data has come. Meanwhile
 * another request may have set it.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

async function program(form: Form): Promise<void> {
  const db = wrap({ load: (id: number) => Promise.resolve({ id }) }, { points: "before" });
  const settings = { spaces: 0 };
  const answers = new Map<number, string>();

  const handle = async (id: number, isPretty: boolean) => {
    const spaces = isPretty ? 2 : 0;
    settings.spaces = spaces;
    const data = await db.load(id);
    answers.set(id, JSON.stringify(data, null, form === "buggy" ? settings.spaces : spaces));
  };
  await runTasks(() => handle(1, true), () => handle(2, false), () => handle(3, false));
  for (
    const [id, expected] of [[1, '{\n  "id": 1\n}'], [2, '{"id":2}'], [3, '{"id":3}']] as const
  ) {
    if (answers.get(id) !== expected) throw new Error(`answer ${id} has the format of another`);
  }
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-03",
  name: "express 3536",
  lesson: "what belongs to one request is kept in a global across an await",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "has the format of another" },
  orders: { buggy: [72, 90], fixed: [0, 90] },
};
