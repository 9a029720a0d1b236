/**
 * K-24: draining a timer that has been drained (istio#18454).
 *
 * Events are debounced: each one resets a timer. Before Go 1.23 a timer that could not be stopped had to be drained; but
 * the loop may have received its time already, and then waits for one that never comes.
 *
 * @module
 */

import {
  background,
  Channel,
  go,
  Mutex,
  select,
  Timer,
  withCancel,
  yieldNow,
} from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const EVENTS = 4;

class Debounce {
  readonly reset = new Channel<void>(1);
  readonly mu = new Mutex();
  readonly ctx = withCancel(background());
  timer: Timer | undefined;

  constructor(readonly form: Form) {}

  /** Takes an event: the first makes the timer, the others reset it. */
  async onChange(): Promise<void> {
    await this.mu.lock();
    if (this.timer !== undefined) {
      this.mu.unlock();
      await yieldNow();
      await this.#sendReset();
      return;
    }
    const timer = this.timer = new Timer(1);
    await yieldNow();
    go(() => this.#loop(timer), "loop");
    await yieldNow();
    this.mu.unlock();
    await yieldNow();
  }

  async #sendReset(): Promise<void> {
    if (this.form === "buggy") await this.reset.send(undefined);
    else await select({ reset: this.reset.sending(undefined), done: this.ctx.done.receiving() });
  }

  async #loop(timer: Timer): Promise<void> {
    for (;;) {
      const c = await select({
        fired: timer.channel.receiving(),
        reset: this.reset.receiving(),
        done: this.ctx.done.receiving(),
      });
      if (c.key === "fired") continue;
      const wasPending = timer.stop();
      await yieldNow();
      if (c.key === "done") return;
      if (!wasPending) await this.#drain(timer);
      timer.reset(1);
      await yieldNow();
    }
  }

  async #drain(timer: Timer): Promise<void> {
    if (this.form === "buggy") await timer.channel.receive();
    else await select({ fired: timer.channel.receiving() }, { default: true });
  }
}

async function program(form: Form): Promise<void> {
  const events = new Channel<string>(EVENTS);
  const ctx = withCancel(background());
  const debounce = new Debounce(form);
  for (let i = 0; i < EVENTS; i++) await events.send("event");

  go(async () => {
    for (;;) {
      const c = await select({ done: ctx.done.receiving(), event: events.receiving() });
      if (c.key === "done") break;
      await debounce.onChange();
    }
    debounce.ctx.cancel();
  }, "process");
  await yieldNow();
  ctx.cancel();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-24",
  name: "istio#18454",
  lesson: "draining a timer whose time was received",
  shows: "with early timers",
  options: { afterMain: "run", earlyTimers: 2 },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "leak",
    stuck: ["loop: chan receive timer | chan receive", "process?: chan send reset"],
  },
};
