/**
 * Random small programs that fail in some schedules: locks taken in any order, channels, counters without a lock.
 *
 * @module
 */

import { Channel, go, Mutex, yieldNow } from "../../mod.ts";
import { RandomSource } from "../../testing/random_source.ts";
import { bug } from "./dpor_programs.ts";
import type { StrategyProgram } from "./strategy_programs.ts";

/** What the goroutines of a program share. */
interface World {
  readonly locks: readonly Mutex[];
  readonly channels: readonly Channel<number>[];
  count: number;
  ended: number;
}

type Part = (world: World) => Promise<unknown>;

/** Makes the program of a seed. Its counter is right if no increment is lost, and nobody should wait for ever. */
export function randomProgram(seed: number): StrategyProgram {
  const random = new RandomSource(seed);
  const goroutines = Array.from(
    { length: 2 + random.below(3) },
    () => Array.from({ length: 1 + random.below(3) }, () => randomPart(random, 0)),
  );
  const increments = goroutines.flat().reduce((sum, { increments }) => sum + increments, 0);
  const capacities = [random.below(2), random.below(3)];
  const body = (): void => {
    const world: World = {
      locks: [new Mutex(), new Mutex(), new Mutex()],
      channels: capacities.map((capacity) => new Channel<number>(capacity)),
      count: 0,
      ended: 0,
    };
    for (const parts of goroutines) {
      go(async () => {
        for (const { run } of parts) await run(world);
        if (++world.ended === goroutines.length && world.count !== increments) bug();
      });
    }
  };
  return { name: `random ${seed}`, body, preemptions: NaN };
}

interface RandomPart {
  readonly run: Part;
  readonly increments: number;
}

function randomPart(random: RandomSource, depth: number): RandomPart {
  const which = random.below(3);
  switch (random.below(depth < 2 ? 6 : 4)) {
    case 0:
      return { run: increment, increments: 1 };
    case 1:
      return { run: () => yieldNow(), increments: 0 };
    case 2:
      return {
        run: ({ channels }) => (channels[which % 2] as Channel<number>).send(1),
        increments: 0,
      };
    case 3:
      return {
        run: ({ channels }) => (channels[which % 2] as Channel<number>).receive(),
        increments: 0,
      };
    default:
      return locked(which, randomPart(random, depth + 1));
  }
}

async function increment(world: World): Promise<void> {
  const before = world.count;
  await yieldNow();
  world.count = before + 1;
}

function locked(which: number, { run, increments }: RandomPart): RandomPart {
  const runLocked = async (world: World): Promise<void> => {
    const lock = world.locks[which] as Mutex;
    await lock.lock();
    await run(world);
    lock.unlock();
    await yieldNow();
  };
  return { run: runLocked, increments };
}
