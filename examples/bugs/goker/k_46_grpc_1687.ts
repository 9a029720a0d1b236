/**
 * K-46: closing the channel that is sent on (grpc#1687).
 *
 * The handler's transport closes the channel of writes to say that it is closed. A handler that writes once more sends on
 * a closed channel.
 *
 * @module
 */

import { Channel, go, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class Transport {
  readonly closed = new Channel<never>();
  readonly writes = new Channel<string>();

  async write(): Promise<void> {
    const c = await select({ closed: this.closed.receiving() }, { default: true });
    if (c.key === "closed") return;
    await select({ written: this.writes.sending("data"), closed: this.closed.receiving() });
  }

  async handle(form: Form): Promise<void> {
    await this.write();
    if (form === "buggy") this.writes.close();
    else this.closed.close();
    await yieldNow();
    await this.write();
  }

  async serve(): Promise<void> {
    for (;;) {
      const c = await select({ write: this.writes.receiving(), closed: this.closed.receiving() });
      if (c.key === "closed" || !c.ok) return;
    }
  }
}

async function program(form: Form): Promise<void> {
  const transport = new Transport();
  go(() => transport.handle(form), "handle");
  await yieldNow();
  await transport.serve();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-46",
  name: "grpc#1687",
  lesson: "a channel is closed by who receives from it",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["handle"], message: "send on closed channel" },
};
