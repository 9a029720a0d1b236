/**
 * SB-01: a wrong expectation that is rarely met (SCTBench, CS.account_bad).
 *
 * Somebody deposits, somebody withdraws, and somebody checks the sum if both have been there. The sum it expects is wrong;
 * that shows only if it comes last.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const mu = new Mutex();
  const tasks = new WaitGroup();
  const x = 1, y = 2, z = 4;
  let balance = x;
  let hasDeposited = false;
  let hasWithdrawn = false;

  const locked = (body: () => void) => async () => {
    await mu.lock();
    body();
    mu.unlock();
    await yieldNow();
  };
  const expected = form === "buggy" ? x - y - z : x + y - z;
  tasks.go(
    locked(() => {
      if (!hasDeposited || !hasWithdrawn || balance === expected) return;
      throw new Error(`the balance is ${balance}, expected ${expected}`);
    }),
    "check",
  );
  await yieldNow();
  tasks.go(
    locked(() => {
      balance += y;
      hasDeposited = true;
    }),
    "deposit",
  );
  await yieldNow();
  tasks.go(
    locked(() => {
      balance -= z;
      hasWithdrawn = true;
    }),
    "withdraw",
  );
  await yieldNow();
  await tasks.wait();
}

/** The kernel. */
export const kernel: Kernel = {
  id: "SB-01",
  name: "CS.account_bad",
  lesson: "a check that looks only if it comes last",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "panic", names: ["check"], message: "the balance is -1, expected -5" },
};
