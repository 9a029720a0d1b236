import { assert, assertEquals, assertThrows } from "@std/assert";
import { Channel, select } from "../mod.ts";
import { choose } from "./choose.ts";
import { Deviations } from "./deviations.ts";
import { Exhaustive } from "./exhaustive.ts";
import { explore } from "./explore.ts";
import {
  candidatesOf,
  crossedLocks,
  lockRounds,
  lostUpdate,
  multinomial,
  shuffle,
} from "./programs_test.ts";
import { schedulesOf } from "./schedules_test.ts";
import type { Strategy } from "./strategy.ts";

/** The answers of schedules that `strategy` runs, `limit` at most. */
async function answersOf(
  body: () => unknown,
  strategy: Strategy,
  limit?: number,
): Promise<(readonly number[])[]> {
  return (await schedulesOf(body, strategy, limit)).map(({ answers }) => answers);
}

function deviationsIn(answers: readonly number[]): number {
  return answers.filter((answer) => answer !== 0).length;
}

async function chosen(): Promise<void> {
  const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
  await a.send(1);
  await b.send(1);
  const { key } = await select({ a: a.receiving(), b: b.receiving() });
  if (key === "b") choose(4);
}

const programs = {
  nothing: () => {},
  lostUpdate,
  crossedLocks,
  chosen,
  locks: () => lockRounds(2, 2),
  shuffled: shuffle([3, 2, 2]),
};

for (const [name, body] of Object.entries(programs)) {
  Deno.test(`Deviations enumerates each schedule once, in rising numbers of deviations: ${name}`, async () => {
    const every = await answersOf(body, new Exhaustive());
    for (const seed of [1, 2, 3]) {
      const deviations = new Deviations(seed);
      const run = await answersOf(body, deviations);
      const sorted = (schedules: readonly (readonly number[])[]) => schedules.map(String).sort();
      assertEquals(sorted(run), sorted(every));
      assertEquals(run.map(deviationsIn), run.map(deviationsIn).toSorted((a, b) => a - b));
      const most = Math.max(...every.map(deviationsIn));
      assertEquals(
        deviations.covered,
        Array.from({ length: most + 1 }, (_, c) => ({
          most: c,
          of: "deviations",
          schedules: every.filter((answers) => deviationsIn(answers) <= c).length,
        })),
      );
      assertEquals([deviations.isComplete, deviations.count], [true, every.length]);
    }
  });
}

Deno.test("Deviations gets through the schedules with one, however many goroutines wait for each other", async () => {
  // Ten goroutines of one step can go in 10! orders, none of which has a preemption.
  const deviations = new Deviations(1);
  await answersOf(shuffle(new Array<number>(10).fill(1)), deviations, 1_000);
  // Of the choices among ten, nine, ... two none differs, one, two: 1; 9 + 8 + ... + 1; 9 * 8 + 9 * 7 + ... + 2 * 1.
  assertEquals(deviations.covered.map(({ schedules }) => schedules), [1, 1 + 45, 1 + 45 + 870]);
});

Deno.test("Deviations spreads the schedules of one number evenly, from the first on", async () => {
  // One deviation at any of 512 places.
  const body = () => {
    for (let i = 0; i < 512; i++) choose(2);
  };
  for (const seed of [1, 2, 3]) {
    const run = await answersOf(body, new Deviations(seed), 1 + 64);
    const places = run.slice(1).map((answers) => answers.indexOf(1)).sort((a, b) => a - b);
    const gaps = places.map((place, i) => place - (places[i - 1] ?? -1)).concat(512 - places[63]!);
    assert(Math.max(...gaps) <= 2 * 512 / 64, `${seed}: ${gaps}`);
  }
});

Deno.test("Deviations begins a level elsewhere with another seed, and goes the same way with the same", async () => {
  const body = shuffle([4, 4, 4]);
  const run = async (seed: number) => String(await answersOf(body, new Deviations(seed), 20));
  assertEquals(await run(1), await run(1));
  assert(await run(1) !== await run(2));
});

Deno.test("Deviations notices a program that asks less than before", () => {
  const deviations = new Deviations(1);
  deviations.begin();
  deviations.pick(candidatesOf(0, 1));
  deviations.end();
  deviations.begin();
  assertThrows(() => deviations.end(), Error, "the program is not deterministic");
});

Deno.test("Deviations is a strategy by name, and the result says what was covered", async () => {
  const stopped = await explore(shuffle([3, 3]), { strategy: "deviations", schedules: 12 });
  assertEquals(stopped.covered, { most: 2, of: "deviations", schedules: 10 });
  assertEquals([stopped.complete, stopped.endedBy], [false, "schedules"]);
  const whole = await explore(shuffle([3, 3]), { strategy: "deviations" });
  assertEquals([whole.complete, whole.covered, whole.schedules], [
    true,
    undefined,
    multinomial([3, 3]),
  ]);
});
