/**
 * Loads the harness before everything else, so that nobody can hold on to the real clock:
 *
 * ```sh
 * deno test --preload=jsr:@interleave/go/testing/preload
 * ```
 *
 * What is taken from globalThis while modules load is virtual inside an exploration then, and so are `node:timers` and
 * `node:timers/promises`, whose functions cannot be replaced later on Deno. Outside of explorations all are what they
 * were. On Node `--import @interleave/go/testing/preload`.
 *
 * @module
 */

import module from "node:module";
import "./explorer.ts";

/** What takes the place of which modules. */
const SHIMS: ReadonlyMap<string, string> = new Map([
  ["node:timers", new URL("./shim_timers.ts", import.meta.url).href],
  ["timers", new URL("./shim_timers.ts", import.meta.url).href],
  ["node:timers/promises", new URL("./shim_timers_promises.ts", import.meta.url).href],
  ["timers/promises", new URL("./shim_timers_promises.ts", import.meta.url).href],
]);

/** The harness itself needs the genuine modules. */
const HARNESS = new URL(".", import.meta.url).href;

interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}
type Resolve = (specifier: string, context: { readonly parentURL?: string }) => Resolved;
interface Hooks {
  registerHooks?(hooks: {
    resolve(specifier: string, context: { readonly parentURL?: string }, next: Resolve): Resolved;
  }): unknown;
}

// Missing on Node 20, where the bindings of node:timers follow what the harness has put there.
(module as Hooks).registerHooks?.({
  resolve(specifier, context, next) {
    const shim = SHIMS.get(specifier);
    if (shim === undefined || isHarness(context.parentURL)) return next(specifier, context);
    return { url: shim, shortCircuit: true };
  },
});

/** Whether a module is part of the harness. Its tests are not. */
function isHarness(url: string | undefined): boolean {
  return url !== undefined && url.startsWith(HARNESS) && !/_test\.[jt]s$/.test(url);
}
