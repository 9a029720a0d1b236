/**
 * K-25: a condition that nobody signals (moby#27782).
 *
 * Whoever follows a container's log waits for a new line or for the news that the container has stopped. In the second
 * case it waits on a condition variable to be told about the rest, which nobody signals any more; and the reader waits to
 * hand over its line.
 *
 * @module
 */

import { Channel, Cond, go, Mutex, select, sleep, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function read(lines: Channel<string>, done: Channel<never>): Promise<void> {
  for (;;) {
    const look = await select({ done: done.receiving() }, { default: true });
    if (look.key === "done") break;
    await sleep(300);
    const c = await select({ sent: lines.sending("line"), done: done.receiving() });
    if (c.key === "done") break;
  }
  lines.close();
}

async function program(form: Form): Promise<void> {
  const stopped = new Channel<never>();
  let isFollowing = false;

  const follow = async () => {
    isFollowing = true;
    await yieldNow();
    const mu = new Mutex();
    const more = new Cond(mu);
    const lines = new Channel<string>();
    const done = new Channel<never>();
    go(() => read(lines, done), "read");
    await yieldNow();
    await sleep(300);
    const c = await select({ line: lines.receiving(), stopped: stopped.receiving() });
    if (c.key === "stopped" && form === "buggy") {
      await mu.lock();
      await more.wait();
    }
    done.close();
  };

  go(async () => {
    go(follow, "follow");
    await yieldNow();
    const wasFollowing = isFollowing;
    await yieldNow();
    if (wasFollowing) stopped.close();
  }, "init");
  await yieldNow();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-25",
  name: "moby#27782",
  lesson: "waiting on a condition after the last signal",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["follow: sync.Cond.Wait more", "read: select"] },
};
