/**
 * K-34: wait inside the loop (moby#25384).
 *
 * Restoring the plugins counts them all, then starts a goroutine for each and waits, all in one loop: the first wait is
 * for goroutines that have not been started.
 *
 * @module
 */

import { go, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const restored = new WaitGroup();
  go(async () => {
    restored.add(2);
    await yieldNow();
    for (let i = 0; i < 2; i++) {
      go(() => restored.done(), "restore");
      await yieldNow();
      if (form === "buggy") await restored.wait();
    }
    await restored.wait();
  }, "init");
  await yieldNow();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-34",
  name: "moby#25384",
  lesson: "waiting inside the loop that starts what is waited for",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["init: sync.WaitGroup.Wait restored"] },
};
