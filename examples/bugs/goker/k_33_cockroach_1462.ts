/**
 * K-33: looking for the stop, then sending (cockroach#1462).
 *
 * A producer looks whether it is to stop, and sends an event if not. Between the two its consumer may see the stop and
 * leave. Then the send never ends, and whoever waits for both to drain waits for ever.
 *
 * @module
 */

import { Channel, Mutex, select, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const stop = new Channel<never>();
  const stopped = new Channel<never>();
  const events = new Channel<string>();
  const mu = new Mutex();
  const drained = new WaitGroup();

  drained.go(async () => {
    for (;;) {
      if (form === "fixed") {
        const c = await select({ stop: stop.receiving(), sent: events.sending("event") });
        if (c.key === "stop") return;
        continue;
      }
      const c = await select({ stop: stop.receiving() }, { default: true });
      if (c.key === "stop") return;
      await events.send("event");
    }
  }, "produce");
  await yieldNow();
  drained.go(async () => {
    for (;;) {
      const c = await select({ event: events.receiving(), stop: stop.receiving() });
      if (c.key === "stop") return;
    }
  }, "consume");
  await yieldNow();

  await mu.lock();
  mu.unlock();
  await yieldNow();
  stop.close();
  await yieldNow();
  await drained.wait();
  await mu.lock();
  stopped.close();
  await yieldNow();
  mu.unlock();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-33",
  name: "cockroach#1462",
  lesson: "check and act in two turns: looking for the stop, then sending",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: ["main: sync.WaitGroup.Wait drained", "produce: chan send events"],
  },
};
