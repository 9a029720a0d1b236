/**
 * JS-09: `return()` while a `next()` is pending (nodejs/node 63519; QwenLM/qwen-code PR 2981).
 *
 * Closing an async iterator says so to those who ask from now on. Who has asked before, and waits, is not told.
 *
 * @module
 */

import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

class Source {
  #isClosed = false;
  readonly #pending: ((value: string) => void)[] = [];

  constructor(readonly form: Form) {}

  next(): Promise<string> {
    if (this.#isClosed) return Promise.resolve("done");
    return new Promise((resolve) => this.#pending.push(resolve));
  }

  return(): Promise<void> {
    this.#isClosed = true;
    if (this.form === "fixed") { for (const resolve of this.#pending) resolve("done"); }
    return Promise.resolve();
  }
}

async function program(form: Form): Promise<void> {
  const source = new Source(form);
  let result: string | undefined;
  const ask = async () => {
    result = await source.next();
  };
  await runTasks(ask, () => source.return());
  if (result !== "done") throw new Error(`got ${result}, expected done`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-09",
  name: "node 63519",
  lesson: "closing tells those who come, and not those who wait",
  shows: "in some schedules",
  options: { externalTimeoutMs: 5 },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "foreign",
    message: "waits for something outside the scheduler",
    awaits: "main: ask: await source.next()",
  },
  orders: { buggy: [1, 2], fixed: [0, 2] },
};
