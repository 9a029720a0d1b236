/**
 * What can be locked and unlocked, whatever it is.
 *
 * @module
 */

import type { Cancellation } from "../runtime/cancellation.ts";

/**
 * Locker is anything that can be locked and unlocked: a Mutex, an RWMutex, the reading side of one. A Cond takes one.
 *
 * Follows Go's sync.Locker.
 *
 * @example
 * ```ts
 * import { type Locker, Mutex, RWMutex } from "@interleave/go";
 *
 * async function touchUp(locker: Locker) {
 *   await locker.lock();
 *   locker.unlock();
 * }
 * await touchUp(new Mutex());
 * await touchUp(new RWMutex().rLocker());
 * ```
 */
export interface Locker {
  /** Locks, waiting until that is possible, or until it is told to give up. */
  lock(cancellation?: Cancellation): Promise<void>;
  /** Unlocks. Synchronous. */
  unlock(): void;
}
