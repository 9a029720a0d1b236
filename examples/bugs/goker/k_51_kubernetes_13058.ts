/**
 * K-51: done before add (kubernetes#13058).
 *
 * A controller counts a WaitGroup down, once per round. The test adds to it after it has started the controller, which may
 * be quicker: the counter falls below zero.
 *
 * @module
 */

import { Channel, go, select, sleep, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const ROUNDS = 3;

async function program(form: Form): Promise<void> {
  const rounds = new WaitGroup();
  const stop = new Channel<never>();
  const tasks = new WaitGroup();

  const add = async () => {
    rounds.add(ROUNDS);
    await yieldNow();
  };
  if (form === "fixed") await add();
  go(async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const c = await select({ stop: stop.receiving() }, { default: true });
      if (c.key === "stop") return;
      rounds.done();
      await yieldNow();
      await sleep(10);
    }
  }, "control");
  await yieldNow();
  if (form === "buggy") await add();

  for (let i = 0; i < 3; i++) {
    tasks.go(() => yieldNow(), "task");
    await yieldNow();
  }
  await tasks.wait();
  await rounds.wait();
  stop.close();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-51",
  name: "kubernetes#13058",
  lesson: "a WaitGroup is counted up after somebody was started who counts it down",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["control"], message: "negative WaitGroup counter" },
};
