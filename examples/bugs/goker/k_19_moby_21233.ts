/**
 * K-19: a progress report that its reader has given up (moby#21233).
 *
 * Transfers report their progress on a channel, and its consumer may stop reading when the client goes away. A transfer
 * that has something to report then waits for ever, and so does whoever waits for the transfer to end.
 *
 * @module
 */

import { Channel, go, Mutex, select, yieldNow } from "@interleave/go";
import { choose } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

class Transfer {
  readonly mu = new Mutex();
  readonly signal = new Channel<never>();
  readonly release = new Channel<never>();
  readonly running = new Channel<never>();

  /** Looks after the transfer, and reports its progress now and then. */
  async watch(progress: Channel<string>): Promise<void> {
    for (let isDone = false;;) {
      await this.mu.lock();
      this.mu.unlock();
      await yieldNow();
      if (choose(2) === 1) await progress.send("more");
      if (isDone) break;
      const c = await select({
        signal: this.signal.receiving(),
        release: this.release.receiving(),
      });
      if (c.key === "release") isDone = true;
    }
    this.running.close();
  }

  async stop(): Promise<void> {
    await this.mu.lock();
    this.mu.unlock();
    await yieldNow();
    this.release.close();
    await yieldNow();
    await this.running.receive();
  }
}

async function consume(progress: Channel<string>, done: Channel<never>, form: Form): Promise<void> {
  for await (const _ of progress) {
    if (form === "buggy" && choose(2) === 1) return;
  }
  done.close();
}

async function pull(form: Form): Promise<void> {
  const progress = new Channel<string>();
  const consumed = new Channel<never>();
  const transfers = [new Transfer(), new Transfer(), new Transfer()];
  go(() => consume(progress, consumed, form), "consume");
  await yieldNow();
  for (const transfer of transfers) {
    go(() => transfer.watch(progress), "watch");
    await yieldNow();
  }
  for (const transfer of transfers) await transfer.stop();
  progress.close();
  await yieldNow();
  await consumed.receive();
}

function program(form: Form): Promise<void> {
  go(() => pull(form), "pull");
  return Promise.resolve();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-19",
  name: "moby#21233",
  lesson: "a consumer that leaves, and producers that were not told",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "leak",
    stuck: [
      "pull: chan receive running | chan receive consumed",
      "watch?: chan send progress | select",
      "watch?: chan send progress | select",
      "watch?: chan send progress | select",
    ],
  },
};
