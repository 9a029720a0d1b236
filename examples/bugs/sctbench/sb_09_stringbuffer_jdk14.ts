/**
 * SB-09: a length that is not true any more (SCTBench, CB.stringbuffer-jdk1.4; StringBuffer.append of JDK 1.4).
 *
 * Appending one buffer to another asks for its length, then copies so many characters. Each call locks the source, but
 * between the two somebody may delete.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

class StringBuffer {
  readonly mu = new Mutex();

  constructor(public text: string) {}

  async getLength(): Promise<number> {
    await this.mu.lock();
    const { length } = this.text;
    await unlock(this.mu);
    return length;
  }

  async getChars(length: number): Promise<string> {
    await this.mu.lock();
    const chars = this.#chars(length);
    await unlock(this.mu);
    return chars;
  }

  async setText(text: string): Promise<void> {
    await this.mu.lock();
    this.text = text;
    await unlock(this.mu);
  }

  async append(source: StringBuffer, form: Form): Promise<void> {
    await this.mu.lock();
    if (form === "buggy") {
      this.text += await source.getChars(await source.getLength());
    } else {
      await source.mu.lock();
      this.text += source.#chars(source.text.length);
      await unlock(source.mu);
    }
    await unlock(this.mu);
  }

  #chars(length: number): string {
    if (length > this.text.length) throw new RangeError("index out of range");
    return this.text.slice(0, length);
  }
}

async function unlock(mu: Mutex): Promise<void> {
  mu.unlock();
  await yieldNow();
}

async function program(form: Form): Promise<void> {
  const source = new StringBuffer("abc");
  const target = new StringBuffer("");
  const tasks = new WaitGroup();
  tasks.go(async () => {
    await source.setText("");
    await source.setText("abc");
  }, "change");
  await yieldNow();
  await target.append(source, form);
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-09",
  name: "CB.stringbuffer-jdk1.4",
  lesson: "two calls that are atomic, and not both together",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "index out of range" },
};
