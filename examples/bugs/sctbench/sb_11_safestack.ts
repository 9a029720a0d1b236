/**
 * SB-11: a stack without locks (SCTBench, misc.safestack).
 *
 * A published lock-free stack that gives one element to two owners. It takes three goroutines and seven preemptions (five,
 * as others count); no published technique found it by testing. There is no small correction: the fixed form is a mutex.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

const RETRIES = 30;

/** What an atomic access gives; then somebody else may go on. */
async function atomic<T>(value: T): Promise<T> {
  await yieldNow();
  return value;
}

class SafeStack {
  #head = 0;
  #count = 3;
  readonly #next = [1, 2, -1];

  async pop(): Promise<number> {
    for (let i = 0; i < RETRIES && await atomic(this.#count) > 1; i++) {
      const head = await atomic(this.#head);
      const next = this.#next[head] as number;
      this.#next[head] = -1;
      await yieldNow();
      if (next < 0) continue;
      if (await this.#compareAndSetHead(head, next)) {
        this.#count -= 1;
        return await atomic(head);
      }
      this.#next[head] = next;
      await yieldNow();
    }
    return -1;
  }

  async push(index: number): Promise<void> {
    let head = await atomic(this.#head);
    for (let i = 0; i < RETRIES; i++) {
      this.#next[index] = head;
      await yieldNow();
      if (await this.#compareAndSetHead(head, index)) break;
      head = await atomic(this.#head);
    }
    this.#count += 1;
    await yieldNow();
  }

  #compareAndSetHead(expected: number, value: number): Promise<boolean> {
    const isEqual = this.#head === expected;
    if (isEqual) this.#head = value;
    return atomic(isEqual);
  }
}

class LockedStack {
  readonly #mu = new Mutex();
  readonly #free = [0, 1, 2];

  pop(): Promise<number> {
    return this.#mu.withLock(() => this.#free.pop() ?? -1);
  }

  async push(index: number): Promise<void> {
    await this.#mu.withLock(() => this.#free.push(index));
  }
}

async function program(form: Form): Promise<void> {
  const stack = form === "buggy" ? new SafeStack() : new LockedStack();
  const values = [-1, -1, -1];
  const tasks = new WaitGroup();

  const use = async (id: number) => {
    for (let round = 0; round < 2; round++) {
      let index = -1;
      for (let i = 0; i < RETRIES && index < 0; i++) index = await stack.pop();
      if (index < 0) return;
      values[index] = id;
      await yieldNow();
      const owner = await atomic(values[index]);
      if (owner !== id) throw new Error(`element ${index} has two owners, ${id} and ${owner}`);
      await stack.push(index);
    }
  };
  for (let id = 0; id < 3; id++) {
    tasks.go(() => use(id), "use");
    await yieldNow();
  }
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-11",
  name: "misc.safestack",
  lesson: "compare-and-set does not see what came and went meanwhile",
  shows: "in some schedules",
  // From breadth-first search over a model of the program: seven preemptions, and none has fewer.
  witness: "s1:g_2l.8h.1i.8_29.5h.7_29.4h:u791r4",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["use"], message: "has two owners" },
};
