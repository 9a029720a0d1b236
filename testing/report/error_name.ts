/**
 * What an error is called that carries a failure.
 *
 * @module
 */

import type { FailureKind } from "../record.ts";

const NAMES: Readonly<Record<FailureKind, string>> = {
  race: "RaceError",
  lockOrder: "LockOrderError",
  panic: "GoroutinePanic",
  deadlock: "DeadlockError",
  leak: "LeakError",
  foreign: "ForeignAwaitError",
  livelock: "LivelockError",
  starvation: "StarvationError",
  nondeterminism: "NondeterminismError",
  replay: "ReplayError",
  sometimes: "SometimesError",
  limit: "LimitError",
};

/** All kinds of failures. */
export const FAILURE_KINDS: readonly FailureKind[] = Object.keys(NAMES) as FailureKind[];

/** errorName returns the name of the error that carries a failure of that kind: "DeadlockError". */
export function errorName(kind: FailureKind): string {
  return NAMES[kind];
}
