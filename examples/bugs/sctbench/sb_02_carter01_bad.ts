/**
 * SB-02: the first one in takes the lock (SCTBench, CS.carter01_bad).
 *
 * Two groups share a resource: the first of a group to come takes its lock, the last to go gives it back, and both happen
 * with the group's counter locked. They lock in both orders.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const counters = new Mutex();
  const resource = new Mutex();
  const tasks = new WaitGroup();

  const group = () => {
    let members = 0;
    const unlock = async (mu: Mutex) => {
      mu.unlock();
      await yieldNow();
    };
    const enter = async () => {
      await counters.lock();
      members += 1;
      if (members === 1 && form === "buggy") await resource.lock();
      await unlock(counters);
    };
    const leave = async () => {
      await counters.lock();
      members -= 1;
      if (members === 0 && form === "buggy") await unlock(resource);
      await unlock(counters);
    };
    return async () => {
      if (form === "fixed") await resource.lock();
      await enter();
      await leave();
      if (form === "fixed") await unlock(resource);
    };
  };
  const bodies = { left: group(), right: group(), idle1: () => {}, idle2: () => {} };
  for (const [name, body] of Object.entries(bodies)) {
    tasks.go(body, name);
    await yieldNow();
  }
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-02",
  name: "CS.carter01_bad",
  lesson: "two locks in both orders, the second only for the first to come",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: [
      "main: sync.WaitGroup.Wait tasks",
      "left: sync.Mutex.Lock counters | sync.Mutex.Lock resource",
      "right: sync.Mutex.Lock counters | sync.Mutex.Lock resource",
    ],
  },
};
