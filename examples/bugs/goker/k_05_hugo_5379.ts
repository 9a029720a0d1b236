/**
 * K-05: rendering that needs its own result (hugo#5379).
 *
 * A page's content is made once, by a goroutine that holds the page's lock and itself counts the page's words, which needs
 * the content. A timeout gets it out of that circle, but then the words are counted once, too, and that needs the lock.
 *
 * @module
 */

import {
  background,
  Channel,
  go,
  Mutex,
  Once,
  select,
  WaitGroup,
  withTimeout,
  yieldNow,
} from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class Page {
  readonly mu = new Mutex();
  readonly content = new Once();
  readonly plain = new Once();

  constructor(readonly form: Form) {}

  async wordCount(): Promise<void> {
    await this.content.do(() => this.#makeContent());
    await this.plain.do(() => this.#pass());
  }

  async #makeContent(): Promise<void> {
    const rendered = new Channel<string>(1);
    using ctx = withTimeout(background(), 1);
    go(() => this.#render(rendered), "render");
    await yieldNow();
    await select({ late: ctx.done.receiving(), rendered: rendered.receiving() });
  }

  async #render(rendered: Channel<string>): Promise<void> {
    if (this.form === "fixed") {
      await this.#pass();
    } else {
      await this.mu.lock();
      await this.wordCount();
      this.mu.unlock();
      await yieldNow();
    }
    await rendered.send("content");
  }

  async #pass(): Promise<void> {
    await this.mu.lock();
    this.mu.unlock();
    await yieldNow();
  }
}

async function program(form: Form): Promise<void> {
  const page = new Page(form);
  const visitors = new WaitGroup();
  for (let i = 0; i < 2; i++) {
    visitors.go(() => page.wordCount(), "visit");
    await yieldNow();
  }
  await visitors.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "K-05",
  name: "hugo#5379",
  lesson: "a Once that needs the lock of somebody who waits for it",
  shows: "always",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: {
    kind: "deadlock",
    stuck: [
      "main: sync.WaitGroup.Wait visitors",
      "render: sync.Mutex.Lock mu | sync.Mutex.Lock plain",
      "visit: sync.Mutex.Lock mu | sync.Mutex.Lock plain",
      "visit: sync.Mutex.Lock mu | sync.Mutex.Lock plain",
    ],
  },
};
