/**
 * K-12: a send before the receiver is started (cockroach#24808).
 *
 * The compactor puts a note for itself into a channel with room for one when it starts, before its worker runs. If there
 * is a note already, it never starts.
 *
 * @module
 */

import { Channel, go, select, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const notes = new Channel<string>(1);
  const stop = new Channel<never>();

  await notes.send("compact");
  if (form === "buggy") await notes.send("started");
  else await select({ noted: notes.sending("started") }, { default: true });
  go(async () => {
    for (;;) {
      const c = await select({ stop: stop.receiving(), note: notes.receiving() });
      if (c.key === "stop") return;
    }
  }, "work");
  await yieldNow();
  stop.close();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-12",
  name: "cockroach#24808",
  lesson: "a send into a full buffer before anybody receives",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "deadlock", stuck: ["main: chan send notes"] },
};
