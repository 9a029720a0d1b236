/**
 * Which depth is worth trying: the number of orderings that a bug needs is not known, but what a depth shows is.
 *
 * A depth is drawn the more often, the more it has shown lately that was new: pairs of steps one right behind the other,
 * of different goroutines; and once such pairs have become rare, schedules that were not run before. So small depths,
 * which soon repeat themselves, give way to larger ones, but never altogether: half of the schedules are shared equally,
 * so that each depth keeps its probability of finding a bug up to a constant factor.
 *
 * Pairs of what runs side by side as a measure of what was tested: Choudhary, Lu, Pradel, "Efficient Detection of Thread
 * Safety Violations via Coverage-Guided Generation of Concurrent Tests", ICSE 2017.
 *
 * @module
 */

import type { RandomSource } from "./random_source.ts";

/** The share of schedules that is divided by what the depths have shown. */
const LEARNT = 0.5;
/** How much the last schedule of a depth counts, against all before. */
const RECENT = 0.05;
/** With fewer new pairs in a schedule of each depth all together, schedules are compared as a whole. */
const FEW_PAIRS = 0.03;
/** More pairs or schedules than that are not remembered. */
const MOST = 0x1_0000;
/** Each depth is tried so often before anything is said about it. */
const FIRST = 2;

/** DepthLearner draws a depth for each schedule, and looks at what comes of it. */
export class DepthLearner {
  readonly #depths: readonly number[];
  /** New pairs per schedule, by depth. */
  readonly #pairs: number[];
  /** New schedules per schedule, by depth. */
  readonly #schedules: number[];
  readonly #seenPairs = new Set<number>();
  readonly #seenSchedules = new Set<number>();
  #drawn = 0;
  #present = 0;
  // Of the present schedule.
  #last = 0;
  #lastGoroutine = -1;
  #newPairs = 0;
  #hash = 0;

  constructor(depths: readonly number[]) {
    this.#depths = depths;
    this.#pairs = depths.map(() => 0);
    this.#schedules = depths.map(() => 1);
  }

  /** A schedule begins. Returns its depth. */
  draw(random: RandomSource): number {
    const { length } = this.#depths;
    this.#present = this.#drawn < FIRST * length ? this.#drawn % length : this.#drawByYield(random);
    this.#drawn++;
    this.#last = this.#newPairs = this.#hash = 0;
    this.#lastGoroutine = -1;
    return this.#depths[this.#present] as number;
  }

  /** A step was chosen. */
  took(event: number, goroutine: number): void {
    // An event does not fit into 32 bits.
    const step = event ^ Math.imul(goroutine, 0x9e37_79b9);
    if (goroutine !== this.#lastGoroutine) {
      const pair = Math.imul(this.#last, 0x85eb_ca6b) ^ step;
      if (isNew(this.#seenPairs, pair)) this.#newPairs++;
    }
    this.#last = step;
    this.#lastGoroutine = goroutine;
    this.#hash = Math.imul(this.#hash ^ (this.#hash >>> 15) ^ step, 0x5bd1_e995);
  }

  /** The schedule has ended. */
  end(): void {
    const schedules = isNew(this.#seenSchedules, this.#hash) ? 1 : 0;
    learn(this.#pairs, this.#present, this.#newPairs);
    learn(this.#schedules, this.#present, schedules);
  }

  #drawByYield(random: RandomSource): number {
    const { length } = this.#depths;
    const yields = sum(this.#pairs) > FEW_PAIRS ? this.#pairs : this.#schedules;
    const all = sum(yields);
    let left = random.fraction();
    for (let i = 0; i < length - 1; i++) {
      const share = all > 0 ? (yields[i] as number) / all : 1 / length;
      left -= LEARNT * share + (1 - LEARNT) / length;
      if (left < 0) return i;
    }
    return length - 1;
  }
}

/** Whether `seen` has not had `what` yet. */
function isNew(seen: Set<number>, what: number): boolean {
  if (seen.has(what)) return false;
  if (seen.size < MOST) seen.add(what);
  return true;
}

function learn(yields: number[], at: number, latest: number): void {
  const before = yields[at] as number;
  yields[at] = before + RECENT * (latest - before);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
