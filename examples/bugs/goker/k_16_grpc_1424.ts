/**
 * K-16: the balancer ends without a word (grpc#1424).
 *
 * Dialing waits until the load balancer has an address or is done. The balancer returns when its addresses are closed,
 * without saying that it is done.
 *
 * @module
 */

import { Channel, go, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const addresses = new Channel<string>();
  const connected = new Channel<never>(1);

  const balance = async (done: Channel<never>) => {
    for await (const _ of addresses);
    if (form === "fixed") done.close();
  };
  const connect = async () => {
    const done = new Channel<never>();
    go(() => balance(done), "balance");
    await yieldNow();
    await done.receive();
    connected.close();
  };
  go(async () => {
    go(connect, "connect");
    await yieldNow();
    addresses.close();
  }, "dial");
  await yieldNow();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-16",
  name: "grpc#1424",
  lesson: "a way out that does not say it was taken",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["connect: chan receive done"] },
};
