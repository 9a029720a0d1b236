import { assert, assertEquals } from "@std/assert";
import { Exploration } from "./exploration.ts";
import { resolveOptions } from "./options.ts";
import { candidatesOf, shuffle } from "./programs_test.ts";
import { RandomWalk } from "./random.ts";
import { chiSquare, criticalValue } from "./statistics_test.ts";

async function countLogs(
  lengths: readonly number[],
  schedules: number,
): Promise<Map<string, number>> {
  const log: number[] = [];
  const seen = new Map<string, number>();
  const exploration = new Exploration(shuffle(lengths, log), resolveOptions({}), undefined);
  const random = new RandomWalk(11);
  for (let i = 0; i < schedules; i++) {
    random.begin(i);
    await exploration.execute(random);
    seen.set(log.join(""), (seen.get(log.join("")) ?? 0) + 1);
  }
  return seen;
}

Deno.test("RandomWalk picks uniformly among those who can run (chi-square, 99.9 %, fixed seed)", async () => {
  // One step each: six orders, equally likely.
  const orders = await countLogs([1, 1, 1], 6_000);
  assertEquals(orders.size, 6);
  assert(chiSquare([...orders.values()], new Array(6).fill(1_000)) < criticalValue(5));
  // Unequal lengths: each choice is uniform, the schedules are not: 1/2, 1/4, 1/4.
  const uneven = await countLogs([2, 1], 8_000);
  const counts = ["100", "010", "001"].map((order) => uneven.get(order) ?? 0);
  assert(chiSquare(counts, [4_000, 2_000, 2_000]) < criticalValue(2), `${counts}`);
});

Deno.test("RandomWalk runs the same schedules for the same seed, whatever it ran before", () => {
  const candidates = candidatesOf(0, 1, 2);
  const picks = (random: RandomWalk, schedule: number): string => {
    random.begin(schedule);
    return Array.from(
      { length: 20 },
      (_, i) => i % 3 === 0 ? random.choose(2) : random.pick(candidates),
    ).join("");
  };
  const [a, b] = [new RandomWalk(6), new RandomWalk(6)];
  const first = Array.from({ length: 10 }, (_, schedule) => picks(a, schedule));
  assertEquals(picks(b, 7), first[7]);
  assertEquals(picks(b, 2), first[2]);
  assertEquals(new Set(first).size, 10);
  assert(first.every((_, schedule) => picks(new RandomWalk(7), schedule) !== first[schedule]));
});
