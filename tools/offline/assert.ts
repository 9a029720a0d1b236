/**
 * `@std/assert` for machines that cannot reach JSR: the genuine code from npm, with its types written out.
 *
 * The npm package ships JavaScript only, so nothing would narrow. An `asserts` type on an exported const narrows at the
 * call site, which makes tests type-check alike on both paths. `facade_test.ts` holds these types against the genuine
 * package wherever that one is used.
 *
 * @module
 */
import * as std from "deno-std/assert/mod.js";

// The parameters of a class that is only compared with are nobody's business.
// deno-lint-ignore no-explicit-any
type Class<T> = abstract new (...args: any[]) => T;

/** What a failed assertion throws. */
export type AssertionError = Error;
export const AssertionError: new (message: string, options?: ErrorOptions) => AssertionError =
  std.AssertionError;

export const assert: (expr: unknown, msg?: string) => asserts expr = std.assert;
export const assertFalse: (
  expr: unknown,
  msg?: string,
) => asserts expr is false | 0 | 0n | "" | null | undefined = std.assertFalse;

export const equal: (a: unknown, b: unknown) => boolean = std.equal;
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void = std.assertEquals;
export const assertNotEquals: <T>(actual: T, expected: T, msg?: string) => void =
  std.assertNotEquals;
export const assertStrictEquals: <T>(
  actual: unknown,
  expected: T,
  msg?: string,
) => asserts actual is T = std.assertStrictEquals;
export const assertNotStrictEquals: <T>(actual: T, expected: T, msg?: string) => void =
  std.assertNotStrictEquals;
export const assertAlmostEquals: (
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
) => void = std.assertAlmostEquals;

export const assertGreater: <T>(actual: T, expected: T, msg?: string) => void = std.assertGreater;
export const assertGreaterOrEqual: <T>(actual: T, expected: T, msg?: string) => void =
  std.assertGreaterOrEqual;
export const assertLess: <T>(actual: T, expected: T, msg?: string) => void = std.assertLess;
export const assertLessOrEqual: <T>(actual: T, expected: T, msg?: string) => void =
  std.assertLessOrEqual;

export const assertExists: <T>(actual: T, msg?: string) => asserts actual is NonNullable<T> =
  std.assertExists;
export const assertInstanceOf: <T>(
  actual: unknown,
  expectedType: Class<T>,
  msg?: string,
) => asserts actual is T = std.assertInstanceOf;
export const assertNotInstanceOf: <A, T>(
  actual: A,
  unexpectedType: Class<T>,
  msg?: string,
) => asserts actual is Exclude<A, T> = std.assertNotInstanceOf;
export const assertIsError: <E extends Error = Error>(
  error: unknown,
  ErrorClass?: Class<E>,
  msgMatches?: string | RegExp,
  msg?: string,
) => asserts error is E = std.assertIsError;

export const assertStringIncludes: (actual: string, expected: string, msg?: string) => void =
  std.assertStringIncludes;
export const assertMatch: (actual: string, expected: RegExp, msg?: string) => void =
  std.assertMatch;
export const assertNotMatch: (actual: string, expected: RegExp, msg?: string) => void =
  std.assertNotMatch;
export const assertArrayIncludes: <T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  msg?: string,
) => void = std.assertArrayIncludes;
export const assertObjectMatch: (
  // The genuine signature: `unknown` would refuse interfaces, which have no index signature.
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
) => void = std.assertObjectMatch;

interface AssertThrows {
  (fn: () => unknown, msg?: string): unknown;
  <E extends Error = Error>(
    fn: () => unknown,
    ErrorClass: Class<E>,
    msgIncludes?: string,
    msg?: string,
  ): E;
}
export const assertThrows: AssertThrows = std.assertThrows;

interface AssertRejects {
  (fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  <E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    ErrorClass: Class<E>,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
}
export const assertRejects: AssertRejects = std.assertRejects;

export const fail: (msg?: string) => never = std.fail;
export const unimplemented: (msg?: string) => never = std.unimplemented;
export const unreachable: (msg?: string) => never = std.unreachable;
