import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatValue } from "./format_value.ts";
import { anyCodePoint } from "./report/fixtures_test.ts";

Deno.test("formatValue shows what a reader needs of common values", () => {
  class Job {
    id = 1;
  }
  const cases: [unknown, string][] = [
    [42, "42"],
    [-0, "0"],
    [NaN, "NaN"],
    [10n, "10n"],
    ["job 7", '"job 7"'],
    ['say "hi"', '"say \\"hi\\""'],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [function load() {}, "[function load]"],
    [() => {}, "[function anonymous]"],
    [{ id: 7 }, "{ id: 7 }"],
    [{}, "{}"],
    [{ a: { b: 1 } }, "{ a: {…} }"],
    [[1, 2], "[1, 2]"],
    [[1, 2, 3, 4, 5], "[1, 2, 3, 4, …]"],
    [[[1]], "[[…]]"],
    [new Job(), "Job"],
    [new Map([[1, 2]]), "Map"],
    [new TypeError("no"), "TypeError: no"],
    [Object.create(null), "{}"],
    [Promise.resolve(), "Promise"],
  ];
  for (const [value, text] of cases) assertEquals(formatValue(value), text);
});

Deno.test("formatValue never calls a getter, and never runs into a cycle", () => {
  let called = 0;
  const value = {
    get secret(): number {
      called++;
      return 1;
    },
  };
  assertEquals(formatValue(value), "{ secret: … }");
  assertEquals(called, 0);
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  assertEquals(formatValue(cycle), "{ self: {…} }");
  const list: unknown[] = [];
  list.push(list);
  assertEquals(formatValue(list), "[[…]]");
});

/** A proxy each of whose traps throws. */
function hostile(target: object): object {
  const fail = (): never => {
    throw new Error("hostile");
  };
  return new Proxy(target, {
    get: fail,
    has: fail,
    ownKeys: fail,
    getPrototypeOf: fail,
    getOwnPropertyDescriptor: fail,
  });
}

Deno.test("formatValue never throws, not on proxies, revoked ones, or errors and functions that lie", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const revokedFunction = Proxy.revocable(() => {}, {});
  revokedFunction.revoke();
  const liar = new Error("x");
  Object.defineProperty(liar, "message", {
    get: () => {
      throw new Error("no message");
    },
  });
  const badName = new Error("x");
  badName.name = Symbol("name") as unknown as string;
  const nameless = Object.defineProperty(() => {}, "name", { value: Symbol("n") });
  const thrower = Object.defineProperty(() => {}, "name", {
    get: () => {
      throw new Error("no name");
    },
  });
  const oddConstructor = Object.create({ constructor: { name: { toString: null } } });
  const values = [
    hostile({}),
    hostile([]),
    hostile(new Error("x")),
    hostile(() => {}),
    proxy,
    revokedFunction.proxy,
    liar,
    badName,
    nameless,
    thrower,
    oddConstructor,
    [hostile({})],
    { a: hostile({}) },
    [liar, nameless],
  ];
  for (const value of values) {
    const text = formatValue(value);
    assert(typeof text === "string" && text.length > 0);
  }
});

Deno.test("formatValue gives one short line, whatever the value", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withObjectString: true,
          withSet: true,
          withSparseArray: true,
          withTypedArray: true,
        }),
        fc.string({ unit: anyCodePoint, maxLength: 200 }),
        fc.string({
          unit: fc.constantFrom(
            "\n",
            "\r",
            "\u2028",
            "\u2029",
            "\u0085",
            "\0",
            "😀",
            "a",
            "\ud800",
          ),
        }),
      ),
      (value) => {
        const text = formatValue(value);
        assert(!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), JSON.stringify(text));
        assert([...text].length <= 40, text);
      },
    ),
    { numRuns: 2_000 },
  );
});
