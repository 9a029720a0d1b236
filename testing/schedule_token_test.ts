import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeToken,
  type Deviation,
  encodeToken,
  shortHash,
  toDeviations,
} from "./schedule_token.ts";

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
const digit = fc.constantFrom(...DIGITS);
const identity = fc.string({ unit: digit, minLength: 3, maxLength: 3 });

/** Deviations as a schedule has them: at rising questions. */
const deviations = fc.array(
  fc.record({
    gap: fc.oneof(fc.nat(40), fc.nat(100_000)),
    answer: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 10_000 })),
    check: digit,
  }),
  { maxLength: 40 },
).map((parts) => {
  let at = -1;
  return parts.map(({ gap, answer, check }): Deviation => ({ at: at += gap + 1, answer, check }));
});

Deno.test("encodeToken and decodeToken are inverse to each other", () => {
  fc.assert(
    fc.property(deviations, identity, (deviations, exploration) => {
      const token = encodeToken({ deviations, exploration });
      assertEquals(decodeToken(token), { deviations, exploration });
      assertEquals(encodeToken(decodeToken(token)), token);
      assertEquals(decodeToken(`  ${token}\n`), { deviations, exploration }, "blanks around it");
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("encodeToken needs no quotes in any shell", () => {
  fc.assert(
    fc.property(deviations, identity, (deviations, exploration) => {
      assertMatch(encodeToken({ deviations, exploration }), /^s1:[0-9a-z._]*:[0-9a-z]{6}$/);
    }),
  );
});

Deno.test("encodeToken writes the examples of its documentation", () => {
  const exploration = "k3f";
  assertMatch(encodeToken({ deviations: [], exploration }), /^s1::k3f[0-9a-z]{3}$/);
  const two = [{ at: 4, answer: 1, check: "k" }, { at: 12, answer: 2, check: "f" }];
  assertMatch(encodeToken({ deviations: two, exploration }), /^s1:4k\.7_2f:k3f[0-9a-z]{3}$/);
});

Deno.test("encodeToken keeps a schedule of up to four deviations under 40 characters", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(35 * 36), fc.integer({ min: 1, max: 35 }), digit), { maxLength: 4 }),
      identity,
      (parts, exploration) => {
        let at = -1;
        const deviations = parts.map(([gap, answer, check]) => ({
          at: at += gap + 1,
          answer,
          check,
        }));
        assert(encodeToken({ deviations, exploration }).length < 40);
      },
    ),
  );
});

Deno.test("decodeToken rejects a token with one character changed, left out, doubled or exchanged in its deviations", () => {
  let damaged = 0;
  let undetected = 0;
  fc.assert(
    fc.property(deviations, identity, fc.nat(), digit, (deviations, exploration, at, other) => {
      const token = encodeToken({ deviations, exploration });
      const body = token.slice(3, -7);
      if (body === "") return;
      const i = 3 + at % body.length;
      const variants = [
        token.slice(0, i) + other + token.slice(i + 1),
        token.slice(0, i) + token.slice(i + 1),
        token.slice(0, i) + token[i] + token.slice(i),
        token.slice(0, i) + token[i + 1] + token[i] + token.slice(i + 2),
      ];
      for (const variant of variants) {
        if (variant === token || i + 1 >= token.length - 7 && variant === variants[3]) continue;
        damaged++;
        try {
          decodeToken(variant);
          undetected++;
        } catch (error) {
          assert(error instanceof TypeError);
          assertMatch(error.message, /^Cannot replay "/);
        }
      }
    }),
    { numRuns: 2_000, seed: 1 },
  );
  // Three characters of check let one in 46,656 pass: none of these.
  assert(damaged > 5_000);
  assertEquals(undetected, 0);
});

Deno.test("decodeToken says what is wrong: no token, another version, damaged", () => {
  const token = encodeToken({ deviations: [{ at: 3, answer: 1, check: "x" }], exploration: "abc" });
  const cases: [string, string][] = [
    ["", "not a replay token"],
    ["hello", "not a replay token"],
    ["s1:", "not a replay token"],
    ["s1::abc", "not a replay token"],
    [token.toUpperCase(), "not a replay token"],
    [`${token}x`, "not a replay token"],
    [token.replace(":", ";"), "not a replay token"],
    [token.replace("s1", "s2"), "a token of version s2, and this is version s1"],
    [token.replace("s1", "s1999"), "a token of version s1999"],
    [token.replace(":3x", ":4x"), "the token is damaged"],
    [token.slice(0, -1) + (token.endsWith("0") ? "1" : "0"), "the token is damaged"],
  ];
  for (const [text, message] of cases) assertThrows(() => decodeToken(text), TypeError, message);
  const broken = (body: string): string => `s1:${body}:abc${shortHash(body, 3)}`;
  for (const body of [".", "1x.", "_", "1_", "x", "1_2", "1x..2x", "1__2x"]) {
    assertThrows(() => decodeToken(broken(body)), TypeError, "is not a deviation");
  }
});

Deno.test("decodeToken quotes no more than the beginning of what it cannot read", () => {
  const error = assertThrows(() => decodeToken("x".repeat(100_000)), TypeError);
  assert(error.message.length < 300);
});

Deno.test("shortHash is the same in every process, of the length asked for, and spreads", () => {
  assertEquals(shortHash("", 3).length, 3);
  assertMatch(shortHash("0 lock", 6), /^[0-9a-z]{6}$/);
  const seen = new Set(Array.from({ length: 2_000 }, (_, i) => shortHash(`g${i} send`, 3)));
  // 2,000 balls into 46,656 boxes leave about 1,958 of them distinct.
  assert(seen.size > 1_930, `${seen.size}`);
  assertEquals(shortHash("the quick brown fox", 6), shortHash("the quick brown fox", 6));
});

Deno.test("toDeviations lists what is not 0, in order", () => {
  assertEquals(toDeviations([]), []);
  assertEquals(toDeviations([0, 0, 0]), []);
  assertEquals(toDeviations([0, 2, 0, 1]), [
    { at: 1, answer: 2, check: "" },
    { at: 3, answer: 1, check: "" },
  ]);
});
