/**
 * K-21: draining what nobody sends any more (cockroach#10790).
 *
 * When the context ends, the receiver starts a goroutine that drains the channels so that the sender is not left behind.
 * But the sender sees the end of the context, too, and leaves: the drain waits for ever.
 *
 * @module
 */

import { background, Channel, go, select, withCancel, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const ctx = withCancel(background());
  const first = new Channel<string>();
  const second = new Channel<string>();
  const channels = [first, second];

  go(async () => {
    for (const channel of channels) {
      const c = await select({ sent: channel.sending("result"), done: ctx.done.receiving() });
      if (c.key === "done") return;
    }
  }, "send");
  await yieldNow();

  const drain = async () => {
    for (const channel of channels) {
      if (form === "buggy") await channel.receive();
      else await select({ drained: channel.receiving(), done: ctx.done.receiving() });
    }
  };
  go(async () => {
    for (const channel of channels) {
      const c = await select({ got: channel.receiving(), done: ctx.done.receiving() });
      if (c.key === "got") continue;
      go(drain, "drain");
      await yieldNow();
    }
  }, "receive");
  await yieldNow();

  go(() => ctx.cancel(), "cancel");
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-21",
  name: "cockroach#10790",
  lesson: "clean-up that waits for somebody who cleans up as well",
  shows: "in some schedules",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "leak",
    stuck: [
      "drain: chan receive first | chan receive second",
      "drain?: chan receive first | chan receive second",
    ],
  },
};
