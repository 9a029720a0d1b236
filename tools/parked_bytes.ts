/**
 * Prints how many bytes a parked goroutine takes: an async function that awaits a primitive, with its promise, its waiter
 * and its place in the queue, when it is merely called and when `go` has started it. Run with `deno run --v8-flags=--expose-gc tools/parked_bytes.ts`.
 *
 * @module
 */

import { Channel, go, Mutex, select, sleep, yieldNow } from "../mod.ts";
import { heapUsed } from "./heap.ts";

const COUNT = 100_000;

/** Starts goroutines that park in `body`, and returns the bytes each takes. */
async function bytesOf(start: (body: () => Promise<void>) => void, body: () => Promise<void>) {
  const before = await heapUsed();
  for (let i = 0; i < COUNT; i++) start(body);
  await yieldNow();
  await yieldNow();
  return (await heapUsed() - before) / COUNT;
}

/** Parks goroutines in all the ways there are, and never wakes them: what holds them is kept until the end. */
async function main(): Promise<void> {
  const receiving = new Channel<number>(), sending = new Channel<number>();
  const one = new Channel<number>(), other = new Channel<number>();
  const mu = new Mutex();
  await mu.lock();
  const ways: Record<string, () => Promise<void>> = {
    "receive": async () => void await receiving.receive(),
    "send": async () => void await sending.send(1),
    "lock": async () => void await mu.lock(),
    "select of 2": async () =>
      void await select({ one: one.receiving(), other: other.receiving() }),
    "sleep": async () => void await sleep(3_600_000),
  };
  console.log("bytes".padEnd(12) + "called".padStart(10) + "by go".padStart(10));
  for (const [way, body] of Object.entries(ways)) {
    const called = await bytesOf((body) => void body(), body);
    const byGo = await bytesOf((body) => go(body), body);
    console.log(way.padEnd(12) + called.toFixed(0).padStart(10) + byGo.toFixed(0).padStart(10));
  }
  Deno.exit(0); // the sleepers would sleep an hour
}

if (import.meta.main) await main();
