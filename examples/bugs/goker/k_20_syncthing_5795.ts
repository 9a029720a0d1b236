/**
 * K-20: waiting for one's own end (syncthing#5795).
 *
 * Closing a connection waits until its dispatcher has stopped. The dispatcher closes the connection itself when it receives
 * something invalid.
 *
 * @module
 */

import { Channel, go, Once, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class Connection {
  readonly inbox = new Channel<string>();
  readonly closed = new Channel<never>();
  readonly stopped = new Channel<never>();
  readonly once = new Once();

  async close(): Promise<void> {
    await this.once.do(async () => {
      this.closed.close();
      await yieldNow();
      await this.stopped.receive();
    });
  }

  async dispatch(form: Form): Promise<void> {
    for (;;) {
      const c = await select({ message: this.inbox.receiving(), closed: this.closed.receiving() });
      if (c.key === "closed") break;
      if (form === "buggy") {
        await this.close();
      } else {
        go(() => this.close(), "close");
        await yieldNow();
      }
    }
    this.stopped.close();
  }
}

async function program(form: Form): Promise<void> {
  const connection = new Connection();
  go(() => connection.dispatch(form), "dispatch");
  await yieldNow();
  await connection.inbox.send("invalid");
  await connection.stopped.receive();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-20",
  name: "syncthing#5795",
  lesson: "a goroutine that waits for its own end",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: ["main: chan receive stopped", "dispatch: chan receive stopped"],
  },
};
