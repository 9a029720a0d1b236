/**
 * Where goroutines await: for the report of a foreign await.
 *
 * The `await` of a native promise reads `constructor` of the promise, synchronously and in the goroutine's context. So
 * an accessor there sees every one of them, with its stack. It is on only while a failing schedule is run once more.
 *
 * @module
 */

import type { Explorer } from "./explorer.ts";
import type { Goroutine } from "./goroutine.ts";
import { Stack } from "./sites.ts";

/** Runs `body` and notes the last awaits of every goroutine in `awaits`, from step `from` on. */
export async function watchAwaits<R>(
  explorer: Explorer,
  awaits: Map<Goroutine, Stack[]>,
  body: () => Promise<R>,
  from = 0,
): Promise<R> {
  let isLooking = false;
  // Somebody else may have an accessor there, too.
  const outer = {};
  const descriptor = Object.getOwnPropertyDescriptor(
    Promise.prototype,
    "constructor",
  ) as PropertyDescriptor;
  Object.defineProperty(outer, "constructor", descriptor);
  Object.defineProperty(Promise.prototype, "constructor", {
    configurable: true,
    get() {
      if (!isLooking && explorer.steps >= from) {
        isLooking = true;
        const goroutine = explorer.isRunning ? explorer.running : null;
        if (goroutine !== null) note(awaits, goroutine);
        isLooking = false;
      }
      return Reflect.get(outer, "constructor", this);
    },
    set(value: unknown) {
      Object.defineProperty(this, "constructor", {
        value,
        configurable: true,
        writable: true,
        enumerable: true,
      });
    },
  });
  try {
    return await body();
  } finally {
    Object.defineProperty(Promise.prototype, "constructor", descriptor);
  }
}

/** How many awaits are kept: of a call of functions in one another, the innermost await comes first. */
const KEPT = 64;

function note(awaits: Map<Goroutine, Stack[]>, goroutine: Goroutine): void {
  let stacks = awaits.get(goroutine);
  if (stacks === undefined) awaits.set(goroutine, stacks = []);
  stacks.push(new Stack());
  if (stacks.length > KEPT) stacks.shift();
}
