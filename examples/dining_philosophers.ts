/**
 * The dining philosophers: a deadlock that ordinary runs never meet, found by `explore`, and two lines that fix it.
 *
 * Everybody needs the fork on the left and the fork on the right. If all take the left one first, there is an order of
 * events in which each holds one fork and waits for the next, for ever. It goes well as long as they do not get hungry at
 * the same moment, which is why the program passes its tests until one day it does not.
 *
 * Run it with `deno run -A examples/dining_philosophers.ts`.
 *
 * @module
 */

import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
import { explore, ScheduleError } from "@interleave/go/testing";

/** In which order somebody takes the forks on both sides, given by number. */
export type Manners = (left: number, right: number) => [first: number, second: number];

/** Can deadlock. */
export const leftFirst: Manners = (left, right) => [left, right];

/** Cannot: whoever holds a fork waits only for one with a higher number, and nobody for a lower one. */
export const lowerFirst: Manners = (left, right) => left < right ? [left, right] : [right, left];

/** Everybody thinks, eats once and leaves. Returns how many have eaten. */
export async function dine(philosophers: number, manners: Manners): Promise<number> {
  const forks = Array.from({ length: philosophers }, () => new Mutex());
  const table = new WaitGroup();
  let meals = 0;
  for (let seat = 0; seat < philosophers; seat++) {
    const [first, second] = manners(seat, (seat + 1) % philosophers);
    table.go(async () => {
      for (let thought = 0; thought < 2 * seat; thought++) await yieldNow();
      await forks[first]?.lock();
      await forks[second]?.lock();
      meals++;
      forks[second]?.unlock();
      forks[first]?.unlock();
    }, `philosopher ${seat}`);
  }
  await table.wait();
  return meals;
}

if (import.meta.main) {
  for (let i = 0; i < 1_000; i++) await dine(3, leftFirst);
  console.log("left fork first: 1,000 plain runs, everybody has eaten");
  try {
    await explore(() => dine(3, leftFirst), { name: "left fork first", seed: 1 });
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    console.log(`left fork first, explored:\n\n${error.name}: ${error.message}\n`);
  }
  const { schedules } = await explore(() => dine(3, lowerFirst), { name: "lower fork first" });
  console.log(`lower fork first: ${schedules.toLocaleString("en")} schedules, everybody has eaten`);
}
