/**
 * K-13: rows for somebody who has left (cockroach#35073).
 *
 * A router's output returns without saying that it wants no more. Its buffer fills, and all who push into it wait.
 *
 * @module
 */

import { Channel, go, select, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class RowChannel {
  readonly data = new Channel<number>(2);
  status: "open" | "closed" = "open";

  async push(row: number): Promise<void> {
    const { status } = this;
    await yieldNow();
    if (status === "open") await this.data.send(row);
  }

  async refuse(): Promise<void> {
    this.status = "closed";
    await yieldNow();
    for (;;) {
      const c = await select({ row: this.data.receiving() }, { default: true });
      if (c.key === "default") return;
    }
  }
}

async function program(form: Form): Promise<void> {
  const rows = new RowChannel();
  const outputs = new WaitGroup();
  const pushed = new WaitGroup();
  pushed.add(1);

  await rows.push(1);
  await rows.push(2);
  go(async () => {
    await rows.push(3);
    pushed.done();
  }, "push");
  await yieldNow();
  outputs.add(1);
  await yieldNow();
  go(async () => {
    if (form === "fixed") await rows.refuse();
    outputs.done();
  }, "output");
  await yieldNow();
  await outputs.wait();
  await rows.push(4);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-13",
  name: "cockroach#35073",
  lesson: "a consumer that leaves without a word",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "deadlock", stuck: ["main: chan send data", "push: chan send data"] },
};
