import { assert, assertEquals } from "@std/assert";
import { yieldNow } from "../mod.ts";
import { go } from "../runtime/go.ts";
import { Exploration } from "./exploration.ts";
import { resolveOptions } from "./options.ts";
import { multinomial, shuffle } from "./programs_test.ts";
import { chiSquare, criticalValue } from "./statistics_test.ts";
import { UniformWalk } from "./uniform.ts";

/** How often each order is seen in `schedules` schedules, the first of which only teaches the lengths. */
async function orders(
  body: () => void,
  log: number[],
  schedules: number,
  seed: number,
): Promise<Map<string, number>> {
  const exploration = new Exploration(body, resolveOptions({ afterMain: "run" }), undefined);
  const walk = new UniformWalk(seed);
  const seen = new Map<string, number>();
  for (let schedule = 0; schedule <= schedules; schedule++) {
    walk.begin(schedule);
    await exploration.execute(walk);
    const order = log.join("");
    if (schedule > 0) seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  return seen;
}

Deno.test("UniformWalk takes each of C(a+b, a) orders of two goroutines equally often (chi-square, 99.9 %)", async () => {
  for (const lengths of [[2, 2], [4, 1], [5, 2], [4, 3], [2, 2, 1]]) {
    const log: number[] = [];
    const count = multinomial(lengths);
    const seen = await orders(shuffle(lengths, log), log, 200 * count, 17);
    assertEquals(seen.size, count, `${lengths}`);
    const statistic = chiSquare([...seen.values()], new Array(count).fill(200));
    assert(statistic < criticalValue(count - 1), `${lengths}: ${statistic}`);
  }
});

Deno.test("UniformWalk counts the steps of goroutines that are still to be started", async () => {
  // 1 starts 2, which has two steps; 0 has two steps: 0's may stand at any two of the five places.
  const log: number[] = [];
  const body = (): void => {
    log.length = 0;
    const steps = (i: number, count: number) => async () => {
      for (let step = 0; step < count; step++) {
        if (step > 0) await yieldNow();
        log.push(i);
      }
    };
    go(steps(0, 2));
    go(() => {
      log.push(1);
      go(steps(2, 2));
    });
  };
  const seen = await orders(body, log, 5_000, 3);
  assertEquals(seen.size, 10);
  const statistic = chiSquare([...seen.values()], new Array(10).fill(500));
  assert(statistic < criticalValue(9), `${statistic}`);
});

Deno.test("UniformWalk goes on learning when lengths change", async () => {
  const log: number[] = [];
  let length = 1;
  const exploration = new Exploration(
    () => shuffle([length, 1], log)(),
    resolveOptions({}),
    undefined,
  );
  const walk = new UniformWalk(5);
  let last = 0;
  for (let schedule = 0; schedule < 4_100; schedule++) {
    if (schedule === 50) length = 3;
    walk.begin(schedule);
    await exploration.execute(walk);
    if (schedule >= 100 && log.at(-1) === 1) last++;
  }
  // One place of four; with the lengths of the beginning it would be one of eight.
  assert(last > 900 && last < 1_100, `${last}`);
});

Deno.test("UniformWalk repeats its schedules with its seed", async () => {
  const run = async (seed: number): Promise<string> => {
    const log: number[] = [];
    return JSON.stringify([...await orders(shuffle([3, 2, 2], log), log, 30, seed)]);
  };
  assertEquals(await run(1), await run(1));
  assert(await run(1) !== await run(2));
});
