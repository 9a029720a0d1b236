/**
 * K-14: a status request that nobody answers (etcd#6857).
 *
 * A node answers status requests in a loop until it is told to stop. A request that comes after the stop waits for ever:
 * nobody receives any more, and the asker looks at nothing else.
 *
 * @module
 */

import { Channel, go, select } from "@interleave/go";
import type { Kernel } from "../kernel.ts";

class Node {
  readonly status = new Channel<Channel<string>>();
  readonly stop = new Channel<void>();
  readonly done = new Channel<never>();

  /** Answers until it is stopped. */
  async run(): Promise<void> {
    for (;;) {
      const c = await select({ status: this.status.receiving(), stop: this.stop.receiving() });
      switch (c.key) {
        case "status":
          if (c.ok) await c.value.send("leader");
          break;
        case "stop":
          this.done.close();
          return;
      }
    }
  }

  /** Stops the node and waits until it has. */
  async shutDown(): Promise<void> {
    const c = await select({ stop: this.stop.sending(), done: this.done.receiving() });
    if (c.key === "stop") await this.done.receive();
  }

  /** Asks, whether or not anybody is there. */
  async askHopefully(): Promise<string | undefined> {
    const reply = new Channel<string>();
    await this.status.send(reply);
    return await reply.receive();
  }

  /** Asks, or learns that the node has stopped. */
  async ask(): Promise<string | undefined> {
    const reply = new Channel<string>();
    const c = await select({ asked: this.status.sending(reply), done: this.done.receiving() });
    return c.key === "asked" ? await reply.receive() : undefined;
  }
}

function start(ask: (node: Node) => Promise<unknown>): Promise<void> {
  const node = new Node();
  go(() => node.run(), "run");
  go(() => ask(node), "ask");
  go(() => node.shutDown(), "stopper");
  return Promise.resolve();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-14",
  name: "etcd#6857",
  lesson: "a send without a way out outlives its receiver",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => start((node) => node.askHopefully()),
  fixed: () => start((node) => node.ask()),
  expected: { kind: "leak", stuck: ["ask: chan send status"] },
};
