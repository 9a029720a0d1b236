/**
 * How a schedule can end.
 *
 * @module
 */

import type { Operation } from "../runtime/operation.ts";
import type { Resource } from "../runtime/observer.ts";
import type { Goroutine } from "./goroutine.ts";
import type { Inversion } from "./lock_order.ts";
import type { DataRace } from "./race_check.ts";

/** How a schedule ended. */
export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "race"; readonly error: unknown }
  | { readonly kind: "dataRace"; readonly race: DataRace }
  | { readonly kind: "lockOrder"; readonly inversion: Inversion }
  /** Timers that nobody waits for were set when the body had returned. */
  | { readonly kind: "timers"; readonly count: number }
  /** It passed, and did something else when it was run once more. */
  | { readonly kind: "nondeterminism"; readonly reason?: string }
  | { readonly kind: "panic"; readonly error: unknown; readonly goroutine: Goroutine | null }
  | { readonly kind: "fatal"; readonly error: Error; readonly goroutine: Goroutine | null }
  | { readonly kind: "deadlock" }
  | { readonly kind: "leak"; readonly goroutines: readonly Goroutine[] }
  | {
    readonly kind: "unawaited";
    readonly goroutine: Goroutine;
    readonly operation: Operation<unknown>;
  }
  | {
    readonly kind: "stateLeak";
    readonly resource: Resource;
    readonly before: string;
    readonly after: string;
  }
  /** `calls` to the outside were pending, if it is known of them. */
  | { readonly kind: "foreign"; readonly goroutine: Goroutine; readonly calls?: readonly string[] }
  /** `isSpinning`: nobody did anything but yield and fail tries. Otherwise there was just no end. */
  | {
    readonly kind: "livelock";
    readonly steps: number;
    readonly timeMs: number;
    readonly isSpinning: boolean;
  }
  /** Somebody who could run was passed over for longer than the rules allow. */
  | { readonly kind: "starvation"; readonly goroutine: Goroutine; readonly steps: number }
  /** Ended by the strategy, because it leads nowhere new. */
  | { readonly kind: "redundant" };
