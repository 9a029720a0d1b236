/**
 * Which goroutines there are, and what each waits for.
 *
 * @module
 */

import { current } from "./current.ts";

/**
 * GoroutineInfo is a goroutine as it is at the moment.
 *
 * @example
 * ```ts
 * import type { GoroutineInfo } from "@interleave/go";
 *
 * const isStuck = ({ waitReason }: GoroutineInfo) => waitReason === "chan receive (nil chan)";
 * if (isStuck({ id: 2, name: "worker", waitReason: "runnable" })) throw new Error("it can run");
 * ```
 */
export interface GoroutineInfo {
  /** Its number, in order of creation. Main is 1. */
  readonly id: number;
  /** The name given to `go`, its function's name, or "func1". */
  readonly name: string;
  /**
   * What it waits for, in Go's words: "chan receive", "sync.Mutex.Lock". The caller is "running". Whoever waits for nothing of
   * ours is "runnable"; in an exploration a goroutine that awaits something outside the program is in a "foreign await".
   */
  readonly waitReason: string;
  /** What it waits for: type and state, "Mutex (locked)"; none if that is no resource, as with a sleep. */
  readonly resource?: string;
  /** How long it has waited, in milliseconds, where that is known. */
  readonly waitMs?: number;
  /** Who has started it; main has nobody. */
  readonly createdBy?: { readonly id: number; readonly name: string };
}

/**
 * goroutines returns the goroutines that exist, main included, in the order of their creation.
 *
 * Inside an exploration that is always known. In production somebody has to keep track of them: `trackGoroutines` of
 * `@interleave/go/platform` does.
 *
 * Follows Go's runtime.GoroutineProfile.
 *
 * @throws {Error} If nobody keeps track of them.
 *
 * @example
 * ```ts
 * import { Channel, go, goroutines, yieldNow } from "@interleave/go";
 * import { explore } from "@interleave/go/testing";
 *
 * await explore(async () => {
 *   const jobs = new Channel<number>();
 *   go(() => jobs.receive(), "worker");
 *   await yieldNow();
 *   const worker = goroutines().find(({ name }) => name === "worker");
 *   if (!["chan receive", "runnable"].includes(worker?.waitReason ?? "")) throw new Error("lost");
 *   jobs.close();
 * });
 * ```
 */
export function goroutines(): readonly GoroutineInfo[] {
  const list = current().goroutines?.();
  if (list !== undefined) return list;
  throw new Error(
    "Cannot list goroutines: nobody keeps track of them; " +
      "call trackGoroutines() of @interleave/go/platform first",
  );
}

/**
 * dump returns the goroutines that exist as text, as Go prints them when a program is killed with SIGQUIT: number, wait
 * reason, since how many minutes, name, what is waited for, who has started it.
 *
 * @throws {Error} If nobody keeps track of them; see {@linkcode goroutines}.
 *
 * @example
 * ```ts
 * import { dump } from "@interleave/go";
 * import { explore } from "@interleave/go/testing";
 *
 * await explore(() => {
 *   if (dump() !== "goroutine 1 [running]:\nmain\n") throw new Error(dump());
 * });
 * ```
 */
export function dump(): string {
  return goroutines().map(toText).join("\n");
}

function toText({ id, name, waitReason, resource, waitMs = 0, createdBy }: GoroutineInfo): string {
  const minutes = Math.floor(waitMs / 60_000);
  const since = minutes < 1 ? "" : `, ${minutes} minute${minutes === 1 ? "" : "s"}`;
  const lines = [`goroutine ${id} [${waitReason}${since}]:`, name];
  if (resource !== undefined) lines.push(`\t${resource}`);
  if (createdBy !== undefined) {
    lines.push(`created by ${createdBy.name} in goroutine ${createdBy.id}`);
  }
  return lines.join("\n") + "\n";
}
