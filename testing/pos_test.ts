import { assert, assertEquals } from "@std/assert";
import { yieldNow } from "../mod.ts";
import { go } from "../runtime/go.ts";
import { Exploration } from "./exploration.ts";
import { resolveOptions } from "./options.ts";
import { PartialOrderSampling } from "./pos.ts";
import { RandomWalk } from "./random.ts";
import { Shared } from "./shared.ts";
import { chiSquare, criticalValue } from "./statistics_test.ts";
import type { Strategy } from "./strategy.ts";

/** How often each outcome of `body`, which it writes to `outcome.text`, is seen in `schedules` schedules. */
async function outcomes(
  body: () => void,
  outcome: { text: string },
  strategy: Strategy,
  schedules: number,
): Promise<Map<string, number>> {
  const exploration = new Exploration(
    body,
    resolveOptions({ afterMain: "run", leaks: "ignore" }),
    undefined,
  );
  const seen = new Map<string, number>();
  for (let schedule = 0; schedule < schedules; schedule++) {
    strategy.begin(schedule);
    await exploration.execute(strategy);
    seen.set(outcome.text, (seen.get(outcome.text) ?? 0) + 1);
  }
  return seen;
}

const outcome = { text: "" };

/** Three write their number to one cell, once each: six orders. */
function threeWriters(): void {
  outcome.text = "";
  const x = new Shared(0);
  for (let i = 0; i < 3; i++) {
    go(() => {
      x.set(i);
      outcome.text += i;
    });
  }
}

/** Whether one write comes before another that stands behind ten steps on a cell of its own. */
function behindNoise(): void {
  const x = new Shared(""), z = new Shared(0);
  go(() => {
    outcome.text = x.get() === "" ? "first" : "second";
    x.set("a");
  });
  go(async () => {
    for (let i = 0; i < 10; i++) {
      z.set(i);
      await yieldNow();
    }
    x.set("b");
  });
}

Deno.test("PartialOrderSampling takes each order of three conflicting steps equally often (chi-square, 99.9 %)", async () => {
  const seen = await outcomes(threeWriters, outcome, new PartialOrderSampling(4), 6_000);
  assertEquals(seen.size, 6);
  assert(
    chiSquare([...seen.values()], new Array(6).fill(1_000)) < criticalValue(5),
    `${[...seen]}`,
  );
});

Deno.test("PartialOrderSampling finds what comes late more often than a random walk", async () => {
  const pos = await outcomes(behindNoise, outcome, new PartialOrderSampling(1), 4_000);
  const random = await outcomes(behindNoise, outcome, new RandomWalk(1), 4_000);
  const [often, rarely] = [pos.get("second") ?? 0, random.get("second") ?? 0];
  // One of 2^10 walks; POS keeps the first step's priority throughout, so it is the lowest of eleven in one of eleven.
  // Of 4,000 that is 364 (+-18) against 4 (+-2): the bounds are four deviations below and six above.
  assert(often > 4_000 / 11 * 0.8 && rarely < 4_000 / 256, `${often} against ${rarely}`);
});

Deno.test("PartialOrderSampling draws anew what conflicts with the step taken: a low priority does not last", async () => {
  const conflicting = (): void => {
    outcome.text = "";
    const x = new Shared(0);
    go(() => {
      x.set(1);
      outcome.text += "a";
    });
    go(async () => {
      for (let i = 0; i < 4; i++) {
        x.set(2);
        outcome.text += "b";
        await yieldNow();
      }
    });
  };
  const seen = await outcomes(conflicting, outcome, new PartialOrderSampling(7), 8_000);
  // Every comparison is between two fresh priorities: a fair coin at each step, as in a random walk.
  const expected = { abbbb: 1 / 2, babbb: 1 / 4, bbabb: 1 / 8, bbbab: 1 / 16, bbbba: 1 / 16 };
  const counts = Object.keys(expected).map((order) => seen.get(order) ?? 0);
  const means = Object.values(expected).map((share) => share * 8_000);
  assert(chiSquare(counts, means) < criticalValue(4), `${counts}`);
});

Deno.test("PartialOrderSampling repeats its schedules with its seed", async () => {
  const run = async (seed: number): Promise<string> => {
    const orders: string[] = [];
    const strategy = new PartialOrderSampling(seed);
    for (let i = 0; i < 5; i++) {
      const seen = await outcomes(threeWriters, outcome, strategy, 10);
      orders.push(JSON.stringify([...seen]));
    }
    return orders.join();
  };
  assertEquals(await run(1), await run(1));
  assert(await run(1) !== await run(2));
});
