import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { chiSquare, criticalValue } from "./statistics_test.ts";
import { RandomSource } from "./random_source.ts";

Deno.test("RandomSource gives the same numbers for the same seed and stream", () => {
  fc.assert(
    fc.property(fc.nat(Number.MAX_SAFE_INTEGER), fc.nat(1_000_000), (seed, stream) => {
      const [a, b] = [new RandomSource(seed, stream), new RandomSource(1, 2)];
      const first = Array.from({ length: 20 }, () => a.next());
      b.next();
      b.reseed(seed, stream);
      assertEquals(Array.from({ length: 20 }, () => b.next()), first);
      for (const number of first) {
        assert(Number.isInteger(number) && number >= 0 && number < 2 ** 32);
      }
    }),
  );
});

Deno.test("RandomSource's numbers are fixed, so that a seed means the same with every release", () => {
  const source = new RandomSource(2026, 7);
  assertEquals([source.next(), source.next(), source.next()], [789151445, 1735636785, 2765787891]);
});

Deno.test("RandomSource gives other numbers for another seed, above 32 bits too, and for another stream", () => {
  const numbers = (seed: number, stream = 0): string => {
    const source = new RandomSource(seed, stream);
    return Array.from({ length: 4 }, () => source.next()).join();
  };
  const seeds = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
  assertEquals(new Set(seeds.map((seed) => numbers(seed))).size, seeds.length);
  const streams = [0, 1, 2, 1_000, 2 ** 31];
  assertEquals(new Set(streams.map((stream) => numbers(5, stream))).size, streams.length);
  assertNotEquals(numbers(1, 0), numbers(0, 1));
});

Deno.test("RandomSource.below is uniform (chi-square, 99.9 %, fixed seeds)", () => {
  const source = new RandomSource(42);
  for (const count of [2, 3, 5, 7, 10, 36]) {
    const seen = new Array<number>(count).fill(0);
    for (let i = 0; i < 20_000; i++) seen[source.below(count)]! += 1;
    const expected = new Array<number>(count).fill(20_000 / count);
    assert(chiSquare(seen, expected) < criticalValue(count - 1), `${count}: ${seen}`);
  }
});

Deno.test("RandomSource.below is uniform over the first number of consecutive streams", () => {
  // A strategy reseeds for every schedule: what counts is the first few numbers of streams 0, 1, 2, ...
  const source = new RandomSource(0);
  for (const draw of [0, 1, 2]) {
    const seen = new Array<number>(6).fill(0);
    for (let stream = 0; stream < 20_000; stream++) {
      source.reseed(99, stream);
      for (let i = 0; i < draw; i++) source.next();
      seen[source.below(6)]! += 1;
    }
    assert(chiSquare(seen, new Array(6).fill(20_000 / 6)) < criticalValue(5), `${draw}: ${seen}`);
  }
});

Deno.test("RandomSource's consecutive numbers are independent (chi-square over pairs)", () => {
  const source = new RandomSource(4);
  const seen = new Array<number>(36).fill(0);
  for (let i = 0; i < 36_000; i++) seen[source.below(6) * 6 + source.below(6)]! += 1;
  assert(chiSquare(seen, new Array(36).fill(1_000)) < criticalValue(35), `${seen}`);
});

Deno.test("RandomSource.below stays below, to the largest count, and fraction below 1", () => {
  const source = new RandomSource(8);
  for (const count of [1, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32]) {
    for (let i = 0; i < 100; i++) {
      const number = source.below(count);
      assert(Number.isInteger(number) && number >= 0 && number < count);
    }
  }
  for (let i = 0; i < 1_000; i++) {
    const fraction = source.fraction();
    assert(fraction >= 0 && fraction < 1);
  }
});
