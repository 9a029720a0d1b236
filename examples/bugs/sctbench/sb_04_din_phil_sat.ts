/**
 * SB-04: philosophers, 2 to 7 of them (SCTBench, CS.din_phil2_sat to CS.din_phil7_sat).
 *
 * In the benchmark all philosophers take one big lock first, so that nothing can go wrong, and the last one to eat fails
 * an assertion. The classic program is without that lock: each holds one fork and waits for the next.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function unlock(mu: Mutex): Promise<void> {
  mu.unlock();
  await yieldNow();
}

async function dine(size: number, eat: (i: number, forks: Mutex[]) => Promise<void>) {
  const philosophers = new WaitGroup();
  const forks: Mutex[] = [];
  for (let i = 0; i < size; i++) {
    const fork = new Mutex();
    forks.push(fork);
  }
  for (let i = 0; i < size; i++) {
    philosophers.go(() => eat(i, forks), "philosopher");
    await yieldNow();
  }
  await philosophers.wait();
}

function dineOneByOne(size: number, form: Form): Promise<void> {
  const table = new Mutex();
  let eaten = 0;
  return dine(size, async (i, forks) => {
    const left = forks[i] as Mutex, right = forks[(i + 1) % size] as Mutex;
    await table.lock();
    await right.lock();
    await left.lock();
    await unlock(left);
    await unlock(right);
    await unlock(table);
    eaten += 1;
    if (form === "buggy" && eaten === size) throw new Error(`all ${size} have eaten`);
    await yieldNow();
  });
}

function dineTogether(size: number, form: Form): Promise<void> {
  return dine(size, async (i, forks) => {
    const next = (i + 1) % size;
    const [first, second] = form === "fixed" && next < i ? [next, i] : [i, next];
    await (forks[first] as Mutex).lock();
    await (forks[second] as Mutex).lock();
    await unlock(forks[second] as Mutex);
    await unlock(forks[first] as Mutex);
  });
}

/** All sizes, and the classic with 3. */
export const kernels: readonly Kernel[] = [
  ...[2, 3, 4, 5, 6, 7].map((size): Kernel => ({
    id: `SB-04 ${size}`,
    name: `CS.din_phil${size}_sat`,
    lesson: "an assertion that always fails",
    shows: "always",
    buggy: () => dineOneByOne(size, "buggy"),
    fixed: () => dineOneByOne(size, "fixed"),
    expected: { kind: "panic", names: ["philosopher"], message: `all ${size} have eaten` },
  })),
  {
    id: "SB-04 classic",
    name: "din_phil3_classic",
    lesson: "locks in a circle",
    shows: "in some schedules",
    buggy: () => dineTogether(3, "buggy"),
    fixed: () => dineTogether(3, "fixed"),
    expected: {
      kind: "deadlock",
      stuck: [
        "main: sync.WaitGroup.Wait philosophers",
        "philosopher: sync.Mutex.Lock fork",
        "philosopher: sync.Mutex.Lock fork",
        "philosopher: sync.Mutex.Lock fork",
      ],
    },
  },
];
