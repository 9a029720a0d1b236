/**
 * K-26: failing without a signal (moby#30408).
 *
 * Whoever wants a plugin's manifest waits on a condition until it is there. If the plugin fails, only its error is set:
 * nobody signals, and the condition would not look at the error.
 *
 * @module
 */

import { Channel, Cond, go, Mutex, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class Plugin {
  readonly mu = new Mutex();
  readonly activated = new Cond(this.mu);
  readonly error = new Error("cannot activate");
  readonly manifest: string | undefined;

  async waitActive(form: Form): Promise<void> {
    await this.mu.lock();
    while (this.manifest === undefined && (form === "buggy" || this.error === undefined)) {
      await this.activated.wait();
    }
    this.mu.unlock();
    await yieldNow();
  }
}

async function program(form: Form): Promise<void> {
  const plugin = new Plugin();
  const done = new Channel<never>();
  go(async () => {
    await plugin.waitActive(form);
    done.close();
  }, "waitActive");
  await yieldNow();
  await done.receive();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-26",
  name: "moby#30408",
  lesson: "a condition whose failure is not signalled",
  shows: "always",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: ["main: chan receive done", "waitActive: sync.Cond.Wait activated"],
  },
};
