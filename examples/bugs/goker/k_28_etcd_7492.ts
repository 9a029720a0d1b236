/**
 * K-28: handing a token over with the lock that the keeper wants (etcd#7492).
 *
 * Each authentication gives its token to a keeper, through a channel with room for one, and holds the store's lock
 * meanwhile. When its ticker ticks, the keeper takes that lock to throw old tokens away.
 *
 * @module
 */

import { Channel, go, Mutex, select, Ticker, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class TokenKeeper {
  readonly add = new Channel<string>(1);
  readonly stop = new Channel<Channel<void>>();
  #hasToken = false;

  async run(store: Mutex): Promise<void> {
    using ticker = new Ticker(1);
    for (;;) {
      const c = await select({
        token: this.add.receiving(),
        tick: ticker.channel.receiving(),
        stop: this.stop.receiving(),
      });
      switch (c.key) {
        case "token":
          this.#hasToken = true;
          break;
        case "tick":
          if (!this.#hasToken) break;
          await store.lock();
          store.unlock();
          await yieldNow();
          this.#hasToken = false;
          break;
        case "stop":
          await c.value?.send(undefined);
          ticker.stop();
          await yieldNow();
          return;
      }
    }
  }
}

async function program(form: Form): Promise<void> {
  const store = new Mutex();
  const keeper = new TokenKeeper();
  const users = new WaitGroup();
  go(() => keeper.run(store), "keeper");
  await yieldNow();

  for (let i = 0; i < 3; i++) {
    users.go(async () => {
      await store.lock();
      if (form === "fixed") {
        store.unlock();
        await yieldNow();
      }
      await keeper.add.send("token");
      if (form === "buggy") {
        store.unlock();
        await yieldNow();
      }
    }, "authenticate");
    await yieldNow();
  }
  await users.wait();

  const stopped = new Channel<void>();
  await keeper.stop.send(stopped);
  await stopped.receive();
  keeper.stop.close();
  await yieldNow();
  await store.lock();
  store.unlock();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-28",
  name: "etcd#7492",
  lesson: "sending under a lock that the receiver takes, now and then",
  shows: "with early timers",
  options: { afterMain: "run", earlyTimers: 2 },
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: [
      "main: sync.WaitGroup.Wait users",
      "keeper: sync.Mutex.Lock store",
      "authenticate: chan send add",
      "authenticate?: sync.Mutex.Lock store",
      "authenticate?: sync.Mutex.Lock store",
    ],
  },
};
