/**
 * Waiting until all others wait: Go's synctest.Wait.
 *
 * @module
 */

import type { Access } from "../runtime/observer.ts";
import { Operation, type Waiter } from "../runtime/operation.ts";
import { sleep } from "../runtime/sleep.ts";
import { explorer } from "./explorer.ts";

class Settling extends Operation<void> {
  readonly kind = "synctest.Wait";
  readonly verb = "settled";
  readonly access: Access = { verb: "settled", bit: 0, mask: 0 };
  readonly resource = this;

  isReady(): boolean {
    return false;
  }

  commit(): void {}

  enqueue(waiter: Waiter): void {
    explorer.whenSettled(waiter);
  }
}

const settling = new Settling();

/**
 * settled returns once every other goroutine of the schedule waits for something that only another one, or time, can
 * bring: whatever could be done at this instant has been done. Then time moves on, unless the caller does something.
 * Timers that are due fire before; a goroutine that awaits something outside the program is waited for.
 *
 * What the others did before comes before what the caller does next, for the check for data races, too.
 *
 * With `delayMs` it sleeps first: `await settled(50)` is for looking at what the first 50 ms have brought.
 *
 * Follows Go's testing/synctest.Wait, and synctest.Sleep.
 *
 * @param delayMs How long to sleep before, in virtual milliseconds.
 * @throws {Error} Outside a schedule: "goroutine is not in a bubble". If another goroutine waits for it already: "wait already
 * in progress".
 *
 * @example
 * ```ts
 * import { afterFunc, background, withCancel } from "@interleave/go";
 * import { explore, settled } from "@interleave/go/testing";
 *
 * await explore(async () => {
 *   const ctx = withCancel(background());
 *   let called = false;
 *   afterFunc(ctx, () => {
 *     called = true;
 *   });
 *   await settled();
 *   if (called) throw new Error("called before the context was canceled");
 *   ctx.cancel();
 *   await settled();
 *   if (!called) throw new Error("not called after the context was canceled");
 * });
 * ```
 */
export async function settled(delayMs?: number): Promise<void> {
  if (!explorer.isInside) {
    throw new Error("Cannot wait for the others: goroutine is not in a bubble: not inside explore");
  }
  if (delayMs !== undefined) await sleep(delayMs);
  if (explorer.isSettling) {
    throw new Error("Cannot wait for the others: wait already in progress, in another goroutine");
  }
  await explorer.perform(settling);
}
