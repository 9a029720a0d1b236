/**
 * K-31: telling the monitor to stop with the lock that it polls (moby#28462).
 *
 * A monitor polls: is it to stop? If not, it locks the container to look at it. Whoever changes the container's health
 * check holds that lock while it tells the monitor to stop.
 *
 * @module
 */

import { Channel, go, Mutex, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const container = new Mutex();
  const stop = new Channel<void>();

  go(async () => {
    for (;;) {
      const c = await select({ stop: stop.receiving() }, { default: true });
      if (c.key === "stop") return;
      await container.lock();
      container.unlock();
      await yieldNow();
    }
  }, "monitor");
  await yieldNow();

  go(async () => {
    await container.lock();
    if (form === "fixed") {
      container.unlock();
      await yieldNow();
    }
    await stop.send(undefined);
    if (form === "buggy") container.unlock();
  }, "change");
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-31",
  name: "moby#28462",
  lesson: "stopping somebody with the lock that it waits for",
  shows: "in some schedules",
  options: { afterMain: "run", maxSteps: 200 }, // it polls
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "leak",
    stuck: ["monitor: sync.Mutex.Lock container", "change: chan send stop"],
  },
};
