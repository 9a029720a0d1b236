/**
 * What may be read of the environment without asking anybody: a permission is queried, never requested, and what is not
 * granted counts as unset.
 *
 * @module
 */

interface Platform {
  readonly Deno?: {
    readonly permissions: { querySync(descriptor: unknown): { readonly state: string } };
    readonly env: { get(name: string): string | undefined };
  };
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** isGranted tells whether Deno has granted the permission already; true where there are no permissions. */
export function isGranted(descriptor: { name: string; variable?: string; path?: string }): boolean {
  const { Deno } = globalThis as Platform;
  return Deno === undefined || Deno.permissions.querySync(descriptor).state === "granted";
}

/** readVariable returns an environment variable; undefined if it is unset, empty, or may not be read. */
export function readVariable(name: string): string | undefined {
  if (!isGranted({ name: "env", variable: name })) return undefined;
  const { Deno, process } = globalThis as Platform;
  const value = Deno === undefined ? process?.env?.[name] : Deno.env.get(name);
  return value === "" ? undefined : value;
}
