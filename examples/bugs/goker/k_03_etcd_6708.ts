/**
 * K-03: reading what one is writing (etcd#6708).
 *
 * A function that holds the write lock calls another, which calls a third, which takes the read lock. A lock is not
 * reentrant: the goroutine waits for itself.
 *
 * @module
 */

import { RWMutex, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class Client {
  readonly lock = new RWMutex();

  async sync(form: Form): Promise<void> {
    await this.lock.lock();
    if (form === "fixed") await this.#unlock();
    await this.#endpoints();
    if (form === "buggy") await this.#unlock();
  }

  async #endpoints(): Promise<void> {
    await this.#pinned();
  }

  async #pinned(): Promise<void> {
    await this.lock.rLock();
    this.lock.rUnlock();
    await yieldNow();
  }

  async #unlock(): Promise<void> {
    this.lock.unlock();
    await yieldNow();
  }
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-03",
  name: "etcd#6708",
  lesson: "a lock taken again by a function two calls below",
  shows: "always",
  buggy: () => new Client().sync("buggy"),
  fixed: () => new Client().sync("fixed"),
  expected: { kind: "deadlock", stuck: ["main: sync.RWMutex.RLock lock"] },
};
