/**
 * K-29: asleep with the lock that one is woken under (grpc#1460).
 *
 * The keep-alive of a connection without streams goes to sleep until there is one, and holds the transport's lock
 * meanwhile. Whoever opens a stream needs that lock before it can wake it.
 *
 * @module
 */

import { Channel, go, Mutex, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class Transport {
  readonly mu = new Mutex();
  readonly awake = new Channel<void>();
  streams = 0;
  isDormant = false;
}

async function keepAlive(transport: Transport): Promise<void> {
  await transport.mu.lock();
  if (transport.streams < 1) await transport.awake.receive();
  transport.mu.unlock();
}

async function newStream(transport: Transport): Promise<void> {
  await transport.mu.lock();
  transport.streams++;
  if (transport.streams === 1) {
    await select({ awake: transport.awake.sending(undefined) }, { default: true });
  }
  transport.mu.unlock();
}

async function keepAliveFixed(transport: Transport): Promise<void> {
  await transport.mu.lock();
  transport.isDormant = transport.streams < 1;
  const { isDormant } = transport;
  transport.mu.unlock();
  await yieldNow();
  if (isDormant) await transport.awake.receive();
}

async function newStreamFixed(transport: Transport): Promise<void> {
  await transport.mu.lock();
  transport.streams++;
  const { isDormant } = transport;
  transport.mu.unlock();
  await yieldNow();
  if (isDormant) await transport.awake.send(undefined);
}

async function program(form: Form): Promise<void> {
  const transport = new Transport();
  const isBuggy = form === "buggy";
  go(() => (isBuggy ? keepAlive : keepAliveFixed)(transport), "keepAlive");
  await yieldNow();
  go(() => (isBuggy ? newStream : newStreamFixed)(transport), "newStream");
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-29",
  name: "grpc#1460",
  lesson: "waiting on a channel with a lock that the sender needs",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "leak",
    stuck: ["keepAlive: chan receive awake", "newStream: sync.Mutex.Lock mu"],
  },
};
