/**
 * Enumeration by number of deviations: the schedule without any, then all with one, then all with two, ...
 *
 * A deviation is an answer other than the first: somebody else goes on than whoever ran last or, where that one cannot go
 * on, than whoever was created first; a select takes another case than the first that is ready. Most bugs need one or two:
 * Emmi, Qadeer, Rakamaric, "Delay-Bounded Scheduling", POPL 2011; Thomson, Donaldson, Betts, "Concurrency Testing Using
 * Schedule Bounding", PPoPP 2014. With delays whoever comes k-th costs k; here everybody costs one, as a bug depends on to
 * whom the switch goes, and not on how many were created before.
 *
 * The schedules with one deviation more are the children of a schedule: all that differ from it in one answer behind its
 * last deviation. So each schedule is enumerated exactly once, and the number of those with c deviations is polynomial in
 * the length of a schedule, however many goroutines wait for each other. (With preemptions it is not: n goroutines have n!
 * schedules without any.)
 *
 * Those of one number are taken in an order that is spread evenly over all of them, van der Corput's (1935), from a random
 * start. Depth first would spend the budget on the end of the schedule, and breadth first on its beginning.
 *
 * Of each schedule three numbers are kept, from which its children are found again.
 *
 * @module
 */

import type { Bound } from "./bounded.ts";
import { RandomSource } from "./random_source.ts";
import { type Candidates, NotDeterministic, type Strategy } from "./strategy.ts";

/** The schedules with one number of deviations that have been run. */
class Level {
  /** By schedule: its parent in the level before, and which of the parent's children it is. */
  readonly parents: number[] = [];
  readonly nths: number[] = [];
  /** By schedule: how many children it and those before it have. */
  readonly ends: number[] = [];

  /** How many schedules there are with one deviation more. */
  get children(): number {
    return this.ends.at(-1) ?? 0;
  }
}

/** Deviations enumerates all schedules, those with fewer deviations first. */
export class Deviations implements Strategy {
  readonly name = "deviations";
  readonly #random: RandomSource;
  readonly #levels: Level[] = [new Level()];
  /** How many schedules of the present level there are, and how many have been run. */
  #size = 1;
  #done = 0;
  /** How many schedules the levels before have. */
  #before = 0;
  /** The order of the present level. */
  #order: Iterator<number, void> = spread(1, 0);
  readonly #covered: Bound[] = [];

  // --- the present schedule ---
  #parent = -1;
  #nth = 0;
  /** At each deviation that is left: how many answers that would be one are passed over before. */
  #path: number[] = [];
  /** Answers passed over since the last deviation. */
  #passed = 0;

  constructor(seed: number) {
    this.#random = new RandomSource(seed);
  }

  /** The numbers of deviations whose schedules were all run. */
  get covered(): readonly Bound[] {
    return this.#covered;
  }

  /** How many schedules have been run. */
  get count(): number {
    return this.#before + this.#done;
  }

  /** Whether every schedule has been run. */
  get isComplete(): boolean {
    return this.#size === 0;
  }

  begin(): boolean {
    if (this.isComplete) return false;
    this.#passed = 0;
    this.#path = [];
    const depth = this.#levels.length - 1;
    if (depth === 0) return true;
    const child = this.#order.next().value as number;
    let parent = this.#parent = indexOf(this.#levels[depth - 1] as Level, child);
    let nth = this.#nth = child - startOf(this.#levels[depth - 1] as Level, parent);
    for (let level = depth - 1; level >= 0; level--) {
      // Last first, as they are taken off the end.
      this.#path.push(nth);
      const { parents, nths } = this.#levels[level] as Level;
      nth = nths[parent] as number;
      parent = parents[parent] as number;
    }
    return true;
  }

  pick(candidates: Candidates): number {
    return this.choose(candidates.count);
  }

  choose(count: number): number {
    const others = count - 1;
    const nth = this.#path.at(-1);
    if (nth === undefined || nth >= this.#passed + others) {
      this.#passed += others;
      return 0;
    }
    const answer = 1 + nth - this.#passed;
    this.#path.pop();
    this.#passed = 0;
    return answer;
  }

  end(): void {
    if (this.#path.length > 0) {
      throw new NotDeterministic("there were more answers before than now");
    }
    const level = this.#levels.at(-1) as Level;
    level.parents.push(this.#parent);
    level.nths.push(this.#nth);
    level.ends.push(level.children + this.#passed);
    if (++this.#done === this.#size) this.#descend(level);
  }

  #descend(level: Level): void {
    this.#before += this.#size;
    this.#covered.push({ most: this.#covered.length, of: "deviations", schedules: this.#before });
    this.#size = level.children;
    this.#done = 0;
    if (this.#size === 0) return;
    this.#levels.push(new Level());
    this.#order = spread(this.#size, Math.floor(this.#random.fraction() * this.#size));
  }
}

/** Which schedule of a level has child number `child` of all. */
function indexOf({ ends }: Level, child: number): number {
  let from = 0, to = ends.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ends[middle] as number) > child) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** The number of the first child of a schedule. */
function startOf({ ends }: Level, schedule: number): number {
  return schedule === 0 ? 0 : ends[schedule - 1] as number;
}

/** All numbers below `size`, in an order in which those so far are always spread evenly, beginning with `start`. */
function* spread(size: number, start: number): Generator<number, void> {
  let power = 1;
  while (power < size) power *= 2;
  for (let i = 0; i < power; i++) {
    const number = mirrored(i, power);
    if (number < size) yield (start + number) % size;
  }
}

/** The binary digits of a number below `power`, a power of 2, in reverse. */
function mirrored(number: number, power: number): number {
  let mirror = 0;
  for (let left = number, digit = power / 2; left > 0; digit /= 2) {
    mirror += (left % 2) * digit;
    left = Math.floor(left / 2);
  }
  return mirror;
}
