/**
 * K-23: a connection under a context of its own (grpc#862).
 *
 * Dialing makes a context for the connection that does not come from the caller's. When dialing is given up, the
 * connection's context is not cancelled, and the goroutine that keeps trying to connect goes on.
 *
 * @module
 */

import { after, background, type Context, go, select, withCancel, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const TRIES = 3;

async function resetTransport(parent: Context): Promise<void> {
  const ctx = withCancel(parent);
  for (let tries = 1; tries <= TRIES; tries++) {
    const c = await select({ again: after(2 * tries).receiving(), done: ctx.done.receiving() });
    if (c.key === "done") return;
  }
  await ctx.done.receive();
}

async function program(form: Form): Promise<void> {
  const root = withCancel(background());
  const connection = withCancel(background());
  go(async () => {
    go(() => resetTransport(connection), "resetTransport");
    await yieldNow();
    await select({ done: root.done.receiving() }, { default: true });
    if (form === "fixed") connection.cancel();
  }, "dial");
  await yieldNow();
  go(() => root.cancel(), "cancel");
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-23",
  name: "grpc#862",
  lesson: "a context that is not derived from the caller's, and never cancelled",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "leak", stuck: ["resetTransport: chan receive ctx"] },
};
