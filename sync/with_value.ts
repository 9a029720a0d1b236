/**
 * Contexts that carry a value.
 *
 * @module
 */

import { CANCEL_SOURCE } from "../runtime/cancel_source.ts";
import { type CancelNode, checkParent, ContextNode, ELSEWHERE } from "./cancel_tree.ts";
import type { ReceiveChannel } from "./channel.ts";
import type { Context } from "./context.ts";

/**
 * ContextKey is a key whose values have a type.
 *
 * @typeParam T The values.
 *
 * @example
 * ```ts
 * import { background, ContextKey, withValue } from "@interleave/go";
 *
 * const user = new ContextKey<{ name: string }>("user");
 * const ctx = withValue(background(), user, { name: "ada" });
 * if (user.get(ctx)?.name !== "ada") throw new Error("not found");
 * ```
 */
export class ContextKey<T> {
  /** What it is called in a context's name. */
  readonly name: string;

  /** Makes a key that equals no other, whatever its name. */
  constructor(name: string) {
    this.name = name;
  }

  /** The value in `ctx`, undefined if there is none. O(depth of the context). */
  get(ctx: Context): T | undefined {
    return ctx.value(this) as T | undefined;
  }

  /** The name. */
  toString(): string {
    return this.name;
  }
}

/**
 * withValue derives a context in which `key` has `value`; the nearest value counts. It ends when `parent` ends.
 *
 * For what belongs to a request and crosses it, not for passing options. Keys are compared by identity: use a
 * {@linkcode ContextKey} or a symbol of your own.
 *
 * Follows Go's context.WithValue.
 *
 * @typeParam K The key.
 * @throws {TypeError} If there is no parent: "cannot create context from nil parent". If the key is undefined or null:
 * "nil key".
 *
 * @example
 * ```ts
 * import { background, withValue } from "@interleave/go";
 *
 * const language = Symbol("language");
 * const ctx = withValue(background(), language, "Go");
 * if (ctx.value(language) !== "Go") throw new Error("not found");
 * if (ctx.value("color") !== undefined) throw new Error("key not found: color");
 * ```
 */
export function withValue<K>(
  parent: Context,
  key: K,
  value: K extends ContextKey<infer T> ? T : unknown,
): Context {
  checkParent(parent);
  if (key === undefined || key === null) throw new TypeError("Cannot derive a context: nil key");
  return new WithValue(parent, key, value);
}

class WithValue extends ContextNode {
  readonly #key: unknown;
  readonly #value: unknown;
  // The nearest context above that is more than a value.
  readonly #bearer: Context;

  constructor(parent: Context, key: unknown, value: unknown) {
    super(parent);
    this.#key = key;
    this.#value = value;
    this.#bearer = parent instanceof WithValue ? parent.#bearer : parent;
  }

  override get [CANCEL_SOURCE](): CancelNode | null | undefined {
    const bearer = this.#bearer;
    return bearer instanceof ContextNode ? bearer[CANCEL_SOURCE] : undefined;
  }

  override get ownName(): string {
    return `.WithValue(${stringify(this.#key)}, ${stringify(this.#value)})`;
  }

  get deadline(): number | undefined {
    return this.#bearer.deadline;
  }

  get done(): ReceiveChannel<never> {
    return this.#bearer.done;
  }

  get err(): Error | undefined {
    return this.#bearer.err;
  }

  get signal(): AbortSignal {
    return this.#bearer.signal;
  }

  override ownValue(key: unknown): unknown {
    return key === this.#key ? this.#value : ELSEWHERE;
  }
}

/** Texts and symbols as they are, objects with a text of their own by that, of everything else the type. */
function stringify(value: unknown): string {
  if (value === undefined || value === null) return "<nil>";
  if (typeof value === "string" || typeof value === "symbol") return String(value);
  if (typeof value !== "object") return typeof value;
  if (value.toString !== Object.prototype.toString && !Array.isArray(value)) return String(value);
  return value.constructor?.name ?? "object";
}
