/**
 * JS-08: room for one who waits (rolftimmermans/event-iterator 9; cordiverse/cordis 49).
 *
 * An iterator over events keeps the resolver of a `next()` that waits. A second `next()` puts its own in the same place:
 * the first is never resolved.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

class Events {
  readonly #buffer: number[] = [];
  readonly #waiting: ((value: number) => void)[] = [];

  constructor(readonly form: Form) {}

  next(): Promise<number> {
    const first = this.#buffer.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      if (this.form === "buggy") this.#waiting.length = 0; // one slot
      this.#waiting.push(resolve);
    });
  }

  push(value: number): void {
    const resolve = this.#waiting.shift();
    if (resolve === undefined) this.#buffer.push(value);
    else resolve(value);
  }
}

async function program(form: Form): Promise<void> {
  const world = wrap({ answer: () => Promise.resolve() }, { points: "before" });
  const events = new Events(form);
  const got: number[] = [];
  const take = async () => {
    got.push(await events.next());
  };
  const emit = async () => {
    events.push(1);
    await world.answer();
    events.push(2);
  };
  await runTasks(take, take, emit);
  if (got.join() !== "1,2") throw new Error(`got ${got}, expected 1,2`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-08",
  name: "event-iterator 9",
  lesson: "one slot for those who wait, and two of them",
  shows: "in some schedules",
  options: { externalTimeoutMs: 5 },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "foreign",
    message: "waits for something outside the scheduler",
    awaits: "main: take: await events.next()",
  },
  orders: { buggy: [2, 12], fixed: [0, 12] },
};
