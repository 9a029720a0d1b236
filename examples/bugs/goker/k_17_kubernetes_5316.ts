/**
 * K-17: an answer after the timeout (kubernetes#5316).
 *
 * A request handler waits for a result, an error or a timeout. After the timeout nobody receives, and the goroutine that
 * has the result waits for ever.
 *
 * @module
 */

import { after, Channel, go, select, sleep, yieldNow } from "@interleave/go";
import { choose } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const capacity = form === "buggy" ? 0 : 1;
  const results = new Channel<string>(capacity);
  const errors = new Channel<string>(capacity);

  const compute = async () => {
    await sleep(2);
    if (choose(2) === 0) await errors.send("failed");
    else await results.send("done");
  };
  go(async () => {
    go(compute, "compute");
    await yieldNow();
    await select({
      result: results.receiving(),
      error: errors.receiving(),
      late: after(1).receiving(),
    });
  }, "finish");
  await yieldNow();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-17",
  name: "kubernetes#5316",
  lesson: "an answer that comes after its timeout",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["compute: chan send errors | chan send results"] },
};
