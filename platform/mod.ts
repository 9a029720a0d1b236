/**
 * What a process has and a browser has not: OS signals, as channels and as contexts, and a look at all goroutines. For
 * Deno, Node and Bun.
 *
 * @example
 * ```ts
 * import { background } from "@interleave/go";
 * import { notifyContext } from "@interleave/go/platform";
 *
 * using ctx = notifyContext(background(), "SIGINT", "SIGTERM");
 * if (ctx.err !== undefined) throw new Error("nobody has pressed Ctrl-C");
 * ```
 *
 * @module
 */

export { trackGoroutines } from "./track_goroutines.ts";
export { notify, notifyContext, type SignalName } from "./signals.ts";
