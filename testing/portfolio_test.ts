import { assert, assertEquals } from "@std/assert";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { resolveOptions } from "./options.ts";
import { Portfolio } from "./portfolio.ts";
import { schedulesOf } from "./schedules_test.ts";
import {
  crossedLocks,
  lockRounds,
  lostSignal,
  lostUpdate,
  multinomial,
  shuffle,
} from "./programs_test.ts";

const seeds = Array.from({ length: 20 }, (_, i) => i * 7_919 + 1);

Deno.test("Portfolio completes small programs and says so", async () => {
  for (const lengths of [[1], [2, 2], [3, 3], [2, 2, 2]]) {
    const { complete, schedules, endedBy } = await explore(shuffle(lengths), { seed: 1 });
    assert(complete && endedBy === "complete");
    assert(schedules >= multinomial(lengths), "each at least once");
    assert(schedules <= 2 * multinomial(lengths) + 32, `${schedules}: half of them enumerate`);
  }
});

Deno.test("Portfolio finds crossed locks, a lost update and a lost signal within 1,000 schedules, on 20 of 20 seeds", async () => {
  const programs = { crossedLocks, lostUpdate, lostSignal };
  for (const [name, body] of Object.entries(programs)) {
    const exploration = new Exploration(body, resolveOptions({}), undefined);
    const expected = name === "lostUpdate" ? "race" : "deadlock";
    for (const seed of seeds) {
      const portfolio = new Portfolio(seed);
      let kind = "passed";
      for (let schedule = 0; kind === "passed" && schedule < 1_000; schedule++) {
        portfolio.begin(schedule);
        kind = (await exploration.execute(portfolio)).kind;
      }
      assertEquals(kind, expected, `${name}, seed ${seed}`);
    }
  }
});

Deno.test("Portfolio begins with the schedule without preemptions, then first in, first out", async () => {
  const log: number[] = [];
  const exploration = new Exploration(shuffle([2, 2, 2], log), resolveOptions({}), undefined);
  const portfolio = new Portfolio(1);
  const logs: string[] = [];
  for (let i = 0; i < 2; i++) {
    portfolio.begin(i);
    await exploration.execute(portfolio);
    logs.push(log.join(""));
  }
  assertEquals(logs[0], "001122");
  assertEquals(logs[1]?.length, 6);
  assert(logs[1] !== logs[0]);
});

Deno.test("Portfolio takes turns among several strategies, enumerating or trying new kinds of switch half of the time, and names whose turn it is", async () => {
  const exploration = new Exploration(() => lockRounds(4, 3), resolveOptions({}), undefined);
  const portfolio = new Portfolio(3);
  const turns = new Map<string, number>();
  for (let i = 0; i < 1_024; i++) {
    portfolio.begin(i);
    await exploration.execute(portfolio);
    turns.set(portfolio.name, (turns.get(portfolio.name) ?? 0) + 1);
  }
  const enumerated = turns.get("deviations") ?? 0;
  const covered = turns.get("coverage") ?? 0;
  assert(enumerated >= 240 && enumerated + covered >= 480, `${enumerated}, ${covered}`);
  assert(enumerated <= 544, `${enumerated}`);
  const names = "coverage deviations pct(1) pct(2) pct(3) pos preemptions random urw".split(" ");
  assertEquals([...turns.keys()].filter((name) => name !== "event loop").sort(), names);
  assert([...turns.values()].every((count) => count > 0));
});

Deno.test("Portfolio runs the same schedules for the same seed, and others for another", async () => {
  const answers = async (seed: number): Promise<string> => {
    const schedules = await schedulesOf(() => lockRounds(3, 2), new Portfolio(seed), 100);
    return schedules.map(({ answers }) => answers.join()).join(";");
  };
  assertEquals(await answers(1), await answers(1));
  assert(await answers(1) !== await answers(2));
});

Deno.test("Portfolio gives an estimate of what is left when the budget ends it, and says what it has covered", async () => {
  const { estimate, complete, covered } = await explore(() => lockRounds(4, 3), {
    schedules: 500,
    seed: 1,
  });
  // There are 3,360.
  assert(!complete && estimate !== undefined, `${estimate}`);
  assert(estimate > 3_360 / 10 && estimate < 3_360 * 10, `${estimate}`);
  assert(covered?.of === "deviations" && covered.most >= 1 && covered.schedules <= 500);
});

Deno.test("Portfolio's estimate is about right where goroutines do not wait for each other, whatever their lengths", async () => {
  for (const lengths of [[4, 4, 4], [1, 1, 1, 1, 1, 1, 1], [12, 2, 2], [20, 3]]) {
    const all = multinomial(lengths);
    for (const seed of seeds.slice(0, 8)) {
      const { estimate = 0 } = await explore(shuffle(lengths), { schedules: 700, seed });
      assert(estimate > all / 2 && estimate < all * 2, `${lengths}: ${estimate} of ${all}`);
    }
  }
});
