/**
 * Calls that leave the program: files, network, digests.
 *
 * While one is pending nobody else runs and time stands still; so its completion is always the next event, and a program
 * that does real IO takes the same steps every time.
 *
 * @module
 */

import type { Explorer } from "./explorer.ts";

/** A call as reports show it: with its first argument, where that is short to say. */
function describeCall(name: string, [first]: readonly unknown[]): string {
  const isAddress = typeof first === "string" || first instanceof URL;
  return `${name}(${isAddress ? JSON.stringify(String(first)) : ""})`;
}

type AsyncFunction = (...args: unknown[]) => unknown;

/** The asynchronous functions of the platform, by object; read once, when the harness is loaded. */
function* entryPoints(): Generator<[object, string, string]> {
  const { Deno: deno, fetch } = globalThis as { Deno?: object; fetch?: unknown };
  if (deno !== undefined) {
    for (const [name, value] of Object.entries(deno)) {
      if (typeof value === "function" && value.constructor.name === "AsyncFunction") {
        yield [deno, name, `Deno.${name}`];
      }
    }
  }
  if (fetch !== undefined) yield [globalThis, "fetch", "fetch"];
  for (const name of Object.getOwnPropertyNames(SubtleCrypto.prototype)) {
    if (name !== "constructor") yield [SubtleCrypto.prototype, name, `crypto.subtle.${name}`];
  }
  for (const [type, names] of BODIES) {
    for (const name of names) {
      yield [type.prototype, name, `${type.name}.${name}`];
    }
  }
}

const BODY_METHODS = ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const;
const BODIES: readonly [
  { readonly prototype: object; readonly name: string },
  readonly string[],
][] = [
  [Request, BODY_METHODS],
  [Response, BODY_METHODS],
  [Blob, ["arrayBuffer", "bytes", "text"]],
];

/** Makes a schedule of `explorer` wait for such calls. */
export function trackExternals(explorer: Explorer): void {
  for (const [object, name, label] of entryPoints()) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name);
    if (descriptor?.writable !== true || typeof descriptor.value !== "function") continue;
    const original = descriptor.value as AsyncFunction;
    const call = (self: unknown, args: readonly unknown[]): unknown =>
      explorer.external(describeCall(label, args), () => Reflect.apply(original, self, args));
    const tracked = function (this: unknown, ...args: unknown[]): unknown {
      return explorer.isInside ? call(this, args) : original.apply(this, args);
    };
    for (const [key, value] of [["name", name], ["length", original.length]] as const) {
      Object.defineProperty(tracked, key, { value, configurable: true });
    }
    Object.defineProperty(object, name, { ...descriptor, value: tracked });
  }
}
