/**
 * K-32: a slot that the wrong request has taken (serving#2137).
 *
 * Two requests compete for one active slot. The test lets them finish in the order in which it started them, but the
 * second may be the one that has the slot: the first waits for the slot, the test for the first, the second for the test.
 *
 * @module
 */

import { Channel, go, Mutex, select, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

interface Request {
  readonly gate: Mutex;
  readonly accepted: Channel<boolean>;
}

class Breaker {
  readonly pending = new Channel<void>(2);
  readonly active = new Channel<void>(1);

  async serve({ gate, accepted }: Request): Promise<void> {
    const c = await select({ pending: this.pending.sending(undefined) }, { default: true });
    if (c.key === "default") return await accepted.send(false);
    await this.active.send(undefined);
    await gate.lock();
    gate.unlock();
    await yieldNow();
    await this.active.receive();
    await this.pending.receive();
    await accepted.send(true);
  }
}

async function program(form: Form): Promise<void> {
  const breaker = new Breaker();
  const gate0 = new Mutex();
  const gate1 = new Mutex();
  const accepted0 = new Channel<boolean>(1);
  const accepted1 = new Channel<boolean>(1);
  const requests = [{ gate: gate0, accepted: accepted0 }, { gate: gate1, accepted: accepted1 }];

  for (const [i, request] of requests.entries()) {
    await request.gate.lock();
    const started = new WaitGroup();
    started.add(1);
    go(async () => {
      started.done();
      await yieldNow();
      await breaker.serve(request);
    }, `request ${i}`);
    await yieldNow();
    await started.wait();
  }
  if (form === "fixed") await unlock(gate0, gate1);
  for (const { gate, accepted } of requests) {
    if (form === "buggy") await unlock(gate);
    const answer = await accepted.receive();
    await accepted.send(answer as boolean);
  }
}

async function unlock(...gates: readonly Mutex[]): Promise<void> {
  for (const gate of gates) {
    gate.unlock();
    await yieldNow();
  }
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-32",
  name: "serving#2137",
  lesson: "waiting in one order for what may come in another",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: [
      "main: chan receive accepted0",
      "request 0: chan send active",
      "request 1: sync.Mutex.Lock gate1",
    ],
  },
};
