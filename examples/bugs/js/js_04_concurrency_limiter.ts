/**
 * JS-04: a concurrency limiter that lets two in (sindresorhus/p-limit PR 93, and many copies of the idea).
 *
 * Whoever finishes takes one off the count and lets the first waiter go. But the waiter goes on later, and adds itself to
 * the count only then: a new caller that comes in between finds room that is taken already.
 *
 * @module
 */

import { yieldNow } from "@interleave/go";
import { wrap } from "@interleave/go/testing";
import type { Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

/** Runs at most one piece of work at a time; those who come meanwhile wait in line. */
interface Limiter {
  run(work: () => Promise<void>): Promise<void>;
}

/** Counts who works, and lets go of the count before the next waiter has taken it up. */
function countingLimiter(): Limiter {
  let active = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      if (active >= 1) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        await yieldNow(); // the released waiter goes on in a later turn
      }
      active += 1;
      try {
        await work();
      } finally {
        active -= 1;
        waiting.shift()?.();
      }
    },
  };
}

/** Hands the place over: the count goes down only if nobody waits. */
function handingLimiter(): Limiter {
  let active = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      if (active >= 1) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        await yieldNow();
      } else {
        active += 1;
      }
      try {
        await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) active -= 1;
        else next();
      }
    },
  };
}

/** Three callers; neither they nor the limiter know anything of goroutines. */
async function threeCallers(limiter: Limiter): Promise<void> {
  const world = wrap({ answer: () => Promise.resolve() }, { points: "before" });
  let atWork = 0;
  let most = 0;
  const work = async () => {
    atWork += 1;
    most = Math.max(most, atWork);
    await world.answer();
    atWork -= 1;
  };
  const call = () => limiter.run(work);
  await runTasks(call, call, call);
  if (most > 1) throw new Error(`${most} at work, the limit is 1`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-04",
  name: "p-limit PR 93",
  lesson: "check and act in two turns: a place is given up before it is taken",
  shows: "in some schedules",
  buggy: () => threeCallers(countingLimiter()),
  fixed: () => threeCallers(handingLimiter()),
  expected: { kind: "race", message: "2 at work, the limit is 1" },
  orders: { buggy: [12, 48], fixed: [0, 36] },
};
