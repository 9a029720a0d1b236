/**
 * K-15: a result that nobody waits for any more (grpc#660).
 *
 * A benchmark client starts a goroutine for each call and waits for its result or for the stop. When the stop comes first,
 * the call of that round has nobody to give its result to.
 *
 * @module
 */

import { Channel, go, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const stop = new Channel<void>();

  go(async () => {
    for (;;) {
      const result = new Channel<string>(form === "buggy" ? 0 : 1);
      go(() => result.send("ok"), "call");
      await yieldNow();
      const c = await select({ stop: stop.receiving(), result: result.receiving() });
      if (c.key === "stop") return;
    }
  }, "client");
  await yieldNow();
  go(() => stop.send(undefined), "stop");
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-15",
  name: "grpc#660",
  lesson: "an unbuffered channel for an answer that may not be wanted",
  shows: "always",
  options: { afterMain: "run", maxSteps: 200 }, // it polls
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["call: chan send result"] },
};
