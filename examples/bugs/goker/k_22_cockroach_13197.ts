/**
 * K-22: a transaction that nobody ends (cockroach#13197).
 *
 * Beginning a transaction starts a goroutine that waits for the end of its context. The transaction is given away without
 * anybody ever cancelling that context.
 *
 * @module
 */

import { background, type CancelContext, go, withCancel, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function begin(): Promise<CancelContext> {
  const ctx = withCancel(background());
  go(() => ctx.done.receive(), "awaitDone");
  await yieldNow();
  return ctx;
}

async function program(form: Form): Promise<void> {
  const transaction = await begin();
  if (form === "fixed") transaction.cancel();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-22",
  name: "cockroach#13197",
  lesson: "a context that is never cancelled",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["awaitDone: chan receive ctx"] },
};
