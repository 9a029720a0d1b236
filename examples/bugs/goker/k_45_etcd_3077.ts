/**
 * K-45: a channel that is made too late (etcd#3077).
 *
 * The raft goroutine makes its own channels when it starts. The server that started it may be told to stop before that,
 * and sends on a channel that is not there: in Go, and here, that waits for ever.
 *
 * @module
 */

import { Channel, go, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  let stopped = Channel.nil<void>();
  let raftDone = Channel.nil<never>();
  const done = new Channel<never>();
  const stop = new Channel<void>();

  const makeChannels = async () => {
    const stopping = new Channel<void>();
    stopped = stopping;
    await yieldNow();
    const ending = new Channel<never>();
    raftDone = ending;
    await yieldNow();
    return { stopping, ending };
  };
  const raft = async (made?: Awaited<ReturnType<typeof makeChannels>>) => {
    const { stopping, ending } = made ?? await makeChannels();
    await stopping.receive();
    ending.close();
  };
  go(async () => {
    const made = form === "fixed" ? await makeChannels() : undefined;
    go(() => raft(made), "raft");
    await yieldNow();
    await stop.receive();
    const toStop = stopped;
    await yieldNow();
    await toStop.send(undefined);
    const toWaitFor = raftDone;
    await yieldNow();
    await toWaitFor.receive();
    done.close();
  }, "server");
  await yieldNow();
  await select({ stop: stop.sending(undefined), done: done.receiving() });
  await done.receive();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-45",
  name: "etcd#3077",
  lesson: "made by the goroutine that is started, used by the one that starts it",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: [
      "main: chan receive done",
      "server: chan send (nil chan)",
      "raft: chan receive stopping",
    ],
  },
};
