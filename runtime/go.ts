/**
 * Starting goroutines.
 *
 * @module
 */

import { current } from "./current.ts";

/**
 * go starts `body` as a goroutine and returns at once, before any of `body` has run. It gives no handle: to wait for a
 * goroutine use a WaitGroup, an ErrGroup or a channel.
 *
 * Goroutines start in the order in which they were spawned, each in the async context of its `go`: an `AsyncLocalStorage`
 * gives in it what it gave there. What `body` returns is dropped. What it throws is a panic:
 * it fails the program (`reportError` with a {@linkcode GoroutinePanic}), or the schedule under exploration.
 *
 * Follows Go's `go` statement (src/runtime/proc.go, newproc), but for one thing: a spawned goroutine does not jump the
 * queue.
 *
 * @param body What the goroutine does. As in Go, evaluate its arguments before: `const id = next(); go(() => run(id))`.
 * @param name What reports call it; the function's own name by default.
 * @throws {TypeError} If `body` is not a function: "go of nil func value".
 *
 * @example
 * ```ts
 * import { Channel, go } from "@interleave/go";
 *
 * const results = new Channel<number>();
 * go(() => results.send(6 * 7));
 * if (await results.receive() !== 42) throw new Error("wrong answer");
 * ```
 */
export function go(body: () => unknown, name?: string): void {
  if (typeof body !== "function") {
    throw new TypeError(`Cannot start a goroutine: go of nil func value (got ${String(body)})`);
  }
  current().spawn(body, name);
}

/**
 * numGoroutine returns the number of goroutines that exist: those that were spawned and have not ended, and the main
 * one.
 *
 * @example
 * ```ts
 * import { go, numGoroutine, WaitGroup } from "@interleave/go";
 *
 * const before = numGoroutine();
 * const wg = new WaitGroup();
 * wg.go(() => {});
 * if (numGoroutine() !== before + 1) throw new Error("not counted");
 * await wg.wait();
 * ```
 */
export function numGoroutine(): number {
  return current().numGoroutine();
}
