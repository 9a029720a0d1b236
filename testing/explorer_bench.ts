/**
 * What exploring costs: random schedules of small programs, beside fast-check's own scheduler on the same program. An
 * iteration is {@linkcode COUNT} schedules, so a time in microseconds per iteration is nanoseconds per schedule.
 *
 * @module
 */

import { Channel, go, WaitGroup, yieldNow } from "../mod.ts";
import { EXPLORER_PROGRAMS, runOurs, runTheirs } from "../tools/bench/explorer_programs.ts";
import { Pct } from "./pct.ts";
import { RandomWalk } from "./random.ts";

const COUNT = 1_000;
const GOROUTINES = 3;

async function yields(): Promise<void> {
  const wg = new WaitGroup();
  for (let i = 0; i < GOROUTINES; i++) {
    wg.go(async () => {
      for (let round = 0; round < 6; round++) await yieldNow();
    });
  }
  await wg.wait();
}

function deadlock(): Promise<unknown> {
  const never = new Channel<number>();
  for (let i = 0; i < GOROUTINES; i++) go(() => never.receive());
  return never.receive();
}

for (const [name, { ours, theirs }] of Object.entries(EXPLORER_PROGRAMS)) {
  Deno.bench({
    name: `${name}, fast-check's scheduler`,
    group: name,
    baseline: true,
    async fn() {
      await runTheirs(theirs, COUNT);
    },
  });

  Deno.bench({
    name: `${name}, random`,
    group: name,
    async fn() {
      await runOurs(ours, new RandomWalk(1), COUNT);
    },
  });

  Deno.bench({
    name: `${name}, pct`,
    group: name,
    async fn() {
      await runOurs(ours, new Pct(1, 3), COUNT);
    },
  });
}

Deno.bench({
  name: "3 x 6 yields, random",
  group: "others",
  async fn() {
    await runOurs(yields, new RandomWalk(1), COUNT);
  },
});

Deno.bench({
  name: "deadlock of four",
  group: "others",
  async fn() {
    await runOurs(deadlock, new RandomWalk(1), COUNT);
  },
});
