/**
 * K-18: waiting for the poller with a channel that only oneself would close (kubernetes#70277).
 *
 * A helper polls until a condition holds or its time is up. Whoever uses it waits, after the condition holds, for a channel
 * that the helper does not close.
 *
 * @module
 */

import { after, Channel, go, select, Ticker, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function poll(ticks: Channel<void>, stop: Channel<never>): Promise<void> {
  using ticker = new Ticker(1);
  const late = after(5);
  for (;;) {
    const c = await select({
      tick: ticker.channel.receiving(),
      late: late.receiving(),
      stop: stop.receiving(),
    });
    if (c.key !== "tick") break;
    await select({ sent: ticks.sending(undefined) }, { default: true });
  }
  ticker.stop();
  await yieldNow();
  ticks.close();
}

async function program(form: Form): Promise<void> {
  const ticks = new Channel<void>();
  const stop = new Channel<never>();
  go(() => poll(ticks, stop), "poll");
  await yieldNow();
  await ticks.receive();
  if (form === "fixed") {
    stop.close();
    await yieldNow();
  }
  await stop.receive();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-18",
  name: "kubernetes#70277",
  lesson: "waiting for a channel that only oneself would close",
  shows: "always",
  options: { afterMain: "run" },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "deadlock", stuck: ["main: chan receive stop"] },
};
