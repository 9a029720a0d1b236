/**
 * K-47: closing the pool at once (serving#3068).
 *
 * A test stops a worker pool without waiting for those who still give it work: they send on a closed channel.
 *
 * @module
 */

import { Channel, go, sleep, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const ITEMS = 2;

async function program(form: Form): Promise<void> {
  const work = new Channel<number>(5);
  const pending = new WaitGroup();
  const users = new WaitGroup();
  users.add(2);

  go(async () => {
    for await (const _ of work) {
      pending.done();
      await yieldNow();
    }
  }, "work");
  await yieldNow();
  go(async () => {
    for (let item = 0; item < ITEMS; item++) {
      pending.add(1);
      await yieldNow();
      await work.send(item);
      await sleep(10);
    }
    users.done();
  }, "produce");
  await yieldNow();

  if (form === "buggy") {
    work.close();
    await yieldNow();
  }
  go(async () => {
    await pending.wait();
    users.done();
  }, "wait");
  await yieldNow();
  await users.wait();
  if (form === "fixed") work.close();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-47",
  name: "serving#3068",
  lesson: "a channel is closed while others still send on it",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["produce"], message: "send on closed channel" },
};
