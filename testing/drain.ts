/**
 * Calling back when the microtask queue is empty: the end of a step.
 *
 * `process.nextTick`, called from a microtask, runs once the queue is empty, however deep the chains in it are; called
 * from a tick or a macrotask it would run before them. A fixed number of hops is no substitute: nested async functions,
 * async generators and web streams need any number.
 *
 * @module
 */

import process from "node:process";

const { nextTick } = process;
// Taken before anybody makes reactions schedule points.
const { then } = Promise.prototype;
const setMacrotask: (callback: () => void) => unknown = setImmediate;

/** Calls `callback` from a macrotask of its own, after the platform has delivered what was pending. */
export function afterMacrotask(callback: () => void): void {
  setMacrotask(callback);
}

/** Its reactions are microtasks, and cheaper than those of `queueMicrotask`, which wraps its callback at each call. */
const RESOLVED = Promise.resolve();

/** Returns a function that calls `callback` once the microtask queue is empty. */
export function whenDrained(callback: () => void): () => void {
  const onMicrotask = (): void => {
    nextTick(callback);
  };
  return () => {
    then.call(RESOLVED, onMicrotask);
  };
}

/**
 * Tells whether this runtime drains as expected.
 *
 * @throws {Error} If `process.nextTick` runs before a chain of 1,000 microtasks has ended.
 */
export async function checkDrain(): Promise<void> {
  let hops = 0;
  const hopsAtDrain = await new Promise<number>((resolve) => {
    const hop = (): void => {
      if (++hops < 1_000) queueMicrotask(hop);
    };
    queueMicrotask(() => {
      hop();
      whenDrained(() => resolve(hops))();
    });
  });
  if (hopsAtDrain !== 1_000) {
    throw new Error(
      `Cannot explore on this runtime: process.nextTick ran after ${hopsAtDrain} of 1,000 pending microtasks`,
    );
  }
}
