/**
 * What exploring costs: random schedules of three goroutines that lock and unlock three times each, beside fast-check's
 * own scheduler on the same program. An iteration is {@linkcode COUNT} schedules, so a time in microseconds per iteration
 * is nanoseconds per schedule.
 *
 * `deno run -A tools/with_std.ts run -A testing/explorer_bench.ts` prints schedules and steps per second instead, and how
 * many times more that is than fast-check's.
 *
 * @module
 */

import fc from "fast-check";
import { Channel, go, Mutex, WaitGroup, yieldNow } from "../mod.ts";
import { prepareDrain } from "./drain.ts";
import { Exploration } from "./exploration.ts";
import { resolveOptions } from "./options.ts";
import { Pct } from "./pct.ts";
import { RandomWalk } from "./random.ts";
import type { Strategy } from "./strategy.ts";

const COUNT = 1_000;
const GOROUTINES = 3;
const ROUNDS = 3;

async function lockRounds(): Promise<void> {
  const mu = new Mutex();
  const wg = new WaitGroup();
  for (let i = 0; i < GOROUTINES; i++) {
    wg.go(async () => {
      for (let round = 0; round < ROUNDS; round++) {
        await mu.lock();
        mu.unlock();
      }
    });
  }
  await wg.wait();
}

async function yields(): Promise<void> {
  const wg = new WaitGroup();
  for (let i = 0; i < GOROUTINES; i++) {
    wg.go(async () => {
      for (let round = 0; round < 2 * ROUNDS; round++) await yieldNow();
    });
  }
  await wg.wait();
}

function deadlock(): Promise<unknown> {
  const never = new Channel<number>();
  for (let i = 0; i < GOROUTINES; i++) go(() => never.receive());
  return never.receive();
}

/** Runs `count` schedules of `body` and returns how many steps they had. Decisions are recorded, as ever. */
async function run(body: () => unknown, strategy: Strategy, count: number): Promise<number> {
  const exploration = new Exploration(body, resolveOptions({}), undefined);
  await prepareDrain();
  const begin = () => exploration.schedules < count && strategy.begin(exploration.schedules);
  if (begin()) await exploration.attempt(strategy, begin);
  return exploration.steps;
}

/** The same program for fast-check: each start, and each return of lock, is scheduled. */
async function lockRoundsOf(s: fc.Scheduler): Promise<void> {
  let isLocked = false;
  const waiting: (() => void)[] = [];
  const lock = async (): Promise<void> => {
    // What is scheduled must be able to finish: fast-check waits for whom it has picked.
    if (isLocked) await new Promise<void>((resolve) => waiting.push(resolve));
    isLocked = true;
    await s.schedule(Promise.resolve());
  };
  const unlock = (): void => {
    const next = waiting.shift();
    if (next === undefined) isLocked = false;
    else next();
  };
  const worker = async (): Promise<void> => {
    await s.schedule(Promise.resolve());
    for (let round = 0; round < ROUNDS; round++) {
      await lock();
      unlock();
    }
  };
  await s.waitFor(Promise.all(Array.from({ length: GOROUTINES }, worker)));
}

function runFastCheck(count: number): Promise<unknown> {
  return fc.assert(fc.asyncProperty(fc.scheduler(), lockRoundsOf), { numRuns: count, seed: 1 });
}

Deno.bench({
  name: "3 x 3 locks, fast-check's scheduler",
  group: "locks",
  baseline: true,
  async fn() {
    await runFastCheck(COUNT);
  },
});

Deno.bench({
  name: "3 x 3 locks, random",
  group: "locks",
  async fn() {
    await run(lockRounds, new RandomWalk(1), COUNT);
  },
});

Deno.bench({
  name: "3 x 3 locks, pct",
  group: "locks",
  async fn() {
    await run(lockRounds, new Pct(1, 3), COUNT);
  },
});

Deno.bench({
  name: "3 x 6 yields, random",
  group: "others",
  async fn() {
    await run(yields, new RandomWalk(1), COUNT);
  },
});

Deno.bench({
  name: "deadlock of four",
  group: "others",
  async fn() {
    await run(deadlock, new RandomWalk(1), COUNT);
  },
});

/** The best of 20 each, in seconds, by turns and about equally long, so that a busy machine is unfair to neither. */
async function timed(...bodies: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const best = bodies.map(() => Infinity);
  for (let round = 0; round < 20; round++) {
    for (const [i, body] of bodies.entries()) {
      const before = performance.now();
      await body();
      best[i] = Math.min(best[i] as number, (performance.now() - before) / 1_000);
    }
  }
  return best;
}

const perSecond = (count: number, seconds: number): string =>
  Math.round(count / seconds).toLocaleString("en");

async function figures(): Promise<void> {
  // fast-check takes several times as long for one.
  const count = 6 * COUNT;
  let steps = 0;
  const [ours, ofTheirs] = await timed(
    async () => {
      steps = await run(lockRounds, new RandomWalk(1), count);
    },
    () => runFastCheck(COUNT),
  ) as [number, number];
  const theirs = ofTheirs * (count / COUNT);
  console.log(
    `3 x 3 locks, random: ${perSecond(count, ours)} schedules/s of ${steps / count} steps, ` +
      `${perSecond(steps, ours)} steps/s`,
  );
  console.log(`fast-check's scheduler: ${perSecond(count, theirs)} schedules/s`);
  console.log(`ratio: ${(theirs / ours).toFixed(1)}`);
}

if (import.meta.main) await figures();
