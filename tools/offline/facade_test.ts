// Holds the hand-written types against what `@std/assert` and `@std/async` resolve to: trivially true with the second
// map, a real check with the genuine packages. The check is the type check; the tests only give it a place in the run.
import type * as GenuineAssert from "@std/assert";
import type * as GenuineAsync from "@std/async";
import type * as GenuineChannel from "@std/async/channel";
import * as assertFacade from "./assert.ts";
import * as asyncFacade from "./async.ts";
import * as channelFacade from "./channel.ts";

/** Members of the facade that the genuine package lacks or types otherwise; the error message names one. */
type Bad<Genuine, Facade> = {
  [K in keyof Facade]: K extends keyof Genuine ? (Genuine[K] extends Facade[K] ? never : K) : K;
}[keyof Facade];

/** Compiles for `never` only. */
type None<B extends never> = B;

export type AssertAgrees = None<Bad<typeof GenuineAssert, typeof assertFacade>>;
export type AsyncAgrees = None<Bad<typeof GenuineAsync, typeof asyncFacade>>;
export type ChannelAgrees = None<Bad<typeof GenuineChannel, typeof channelFacade>>;

// The check above must be able to fail.
// @ts-expect-error `f` is typed otherwise
export type WrongType = None<Bad<{ f: (n: number) => void }, { f: (s: string) => void }>>;
// @ts-expect-error `f` is missing
export type Missing = None<Bad<Record<never, never>, { f: () => void }>>;

for (
  const [name, facade] of Object.entries({
    assert: assertFacade,
    async: asyncFacade,
    channel: channelFacade,
  })
) {
  Deno.test(`offline facade ${name}: every member is a function of the npm package`, () => {
    for (const [member, value] of Object.entries(facade)) {
      if (typeof value !== "function") throw new Error(`${name}.${member} is ${typeof value}`);
    }
  });
}

Deno.test("offline facade assert: assertions narrow, so tests type-check as with the genuine package", () => {
  const maybe: string | undefined = ["a"].at(0);
  assertFacade.assertExists(maybe);
  const length: number = maybe.length;
  const value: unknown = new RangeError(`length ${length}`);
  assertFacade.assertInstanceOf(value, RangeError);
  const thrown: RangeError = assertFacade.assertThrows(
    () => {
      throw value;
    },
    RangeError,
    "length 1",
  );
  assertFacade.assertStrictEquals(thrown, value);
  assertFacade.assertThrows(() => assertFacade.assertEquals(1, 2), assertFacade.AssertionError);
});
