/**
 * What Deno's own modules use and no public interface offers. Whoever asks has a slower public way, or does without, where
 * something is missing: no result depends on it.
 *
 * @module
 */

/** Deno's core, if it has all these functions; null on other platforms. */
export function coreWith<T>(names: readonly (keyof T & string)[]): T | null {
  const deno = Object((globalThis as { Deno?: unknown }).Deno) as Record<PropertyKey, unknown>;
  const { core } = Object(deno[deno.internal as symbol]) as { core?: unknown };
  const functions = Object(core) as Record<string, unknown>;
  return names.every((name) => typeof functions[name] === "function") ? core as T : null;
}
