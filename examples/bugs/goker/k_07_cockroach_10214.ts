/**
 * K-07: heartbeats and replicas, locked in both orders (cockroach#10214).
 *
 * Whoever sends the heartbeats holds their lock and goes through the replicas, locking each. Whoever ticks a replica holds
 * that replica's lock and wants the one of the heartbeats.
 *
 * @module
 */

import { go, Mutex, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function pass(mu: Mutex): Promise<void> {
  await mu.lock();
  mu.unlock();
  await yieldNow();
}

async function program(form: Form): Promise<void> {
  const heartbeats = new Mutex();
  const replica0 = new Mutex();
  const replica1 = new Mutex();
  const raft = new Mutex();

  go(async () => {
    await heartbeats.lock();
    if (form === "fixed") {
      heartbeats.unlock();
      await yieldNow();
    }
    for (const replica of [replica0, replica1, replica0, replica1]) await pass(replica);
    if (form === "buggy") heartbeats.unlock();
  }, "send");
  await yieldNow();

  go(async () => {
    await replica0.lock();
    await raft.lock();
    await pass(heartbeats);
    await pass(heartbeats);
    raft.unlock();
    await yieldNow();
    replica0.unlock();
  }, "tick");
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-07",
  name: "cockroach#10214",
  lesson: "two locks in both orders",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "leak",
    stuck: ["send: sync.Mutex.Lock replica0", "tick: sync.Mutex.Lock heartbeats"],
  },
};
