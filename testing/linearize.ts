/**
 * Another order of the same partial order, with fewer preemptions.
 *
 * A schedule is one of many orders of its steps that keep their dependencies. All of them fail alike, if all state is
 * tracked; so the one to show is the one with the fewest preemptions. Steps that what failed does not depend on are left
 * out. Nothing is executed: the search goes over the steps that were logged. With plain variables the result is only a
 * candidate, because their dependencies are not known.
 *
 * @module
 */

import { HappensBefore } from "./dependency.ts";
import type { Step, StepLog } from "./step_log.ts";

/** Who has not ended when the schedule failed. */
export interface Survivor {
  readonly goroutine: number;
  /** Whether it could go on, or waits. */
  readonly canRun: boolean;
}

/** How many orders are kept at each length. */
const WIDTH = 64;
/** Longer schedules are not searched. */
const MOST_STEPS = 1_000;
/** The width shrinks so that no more than that many orders are extended. */
const MOST_ORDERS = 20_000;

interface Order {
  /** How many steps of each goroutine have been taken. */
  readonly taken: readonly number[];
  /** Whose step was last: a place in the list of goroutines, or -1. */
  readonly last: number;
  readonly preemptions: number;
  readonly before: Order | null;
  readonly step: number;
}

/**
 * The steps of a log, by place, in an order with few preemptions; undefined if the log is too long. What failed is what
 * the last step did, or that the survivors wait, if `isStuck`.
 */
export function linearize(
  log: StepLog,
  survivors: readonly Survivor[],
  isStuck: boolean,
): number[] | undefined {
  const { steps, stepOf } = log;
  if (steps.length === 0 || steps.length > MOST_STEPS) return undefined;
  const relation = new HappensBefore(log, steps.length, steps.length);
  const isNeeded = slice(steps, relation, survivors, isStuck);
  const lanes = new Lanes(steps, stepOf, relation, isNeeded, survivors);
  let orders: Order[] = [
    { taken: lanes.start, last: -1, preemptions: 0, before: null, step: -1 },
  ];
  const width = Math.max(4, Math.min(WIDTH, Math.floor(MOST_ORDERS / lanes.length)));
  for (let i = 0; i < lanes.length; i++) orders = extend(orders, lanes, width);
  const result: number[] = [];
  for (
    let order: Order | null = orders[0] ?? null;
    order !== null && order.step >= 0;
    order = order.before
  ) {
    result.push(order.step);
  }
  return result.reverse();
}

/** Which steps come before what failed. */
function slice(
  steps: readonly Step[],
  relation: HappensBefore,
  survivors: readonly Survivor[],
  isStuck: boolean,
): boolean[] {
  const ends = new Set<number>([steps.length - 1]);
  if (isStuck) {
    ends.clear();
    for (const { goroutine } of survivors) {
      ends.add(steps.findLastIndex((step) => step.goroutine === goroutine));
    }
    ends.delete(-1);
  }
  return steps.map((_, i) => [...ends].some((end) => end === i || relation.isBefore(i, end)));
}

/** The needed steps by goroutine, and what each of them waits for. */
class Lanes {
  /** The steps of each goroutine, in order. */
  readonly steps: number[][] = [];
  /** How many steps are needed. */
  readonly length: number;
  /** By step: how many steps of each goroutine come before it. */
  readonly #needs: readonly number[][];
  /** By step: the same, for it to be runnable at all. */
  readonly #wakes: readonly number[][];
  /** By goroutine: the step behind the last one needed, if there is one, or that it could go on at the end. */
  readonly #next: (number | boolean)[] = [];

  constructor(
    all: readonly Step[],
    stepOf: readonly number[],
    relation: HappensBefore,
    isNeeded: readonly boolean[],
    survivors: readonly Survivor[],
  ) {
    const laneOf = new Map<number, number>();
    all.forEach(({ goroutine }, i) => {
      if (!isNeeded[i]) return;
      let lane = laneOf.get(goroutine);
      if (lane === undefined) laneOf.set(goroutine, lane = this.steps.push([]) - 1);
      (this.steps[lane] as number[]).push(i);
    });
    this.length = isNeeded.filter(Boolean).length;
    const countBefore = (isBefore: (step: number) => boolean): number[] =>
      this.steps.map((lane) => lane.findLastIndex((step) => isBefore(step)) + 1);
    this.#needs = all.map((_, i) => countBefore((step) => relation.isBefore(step, i)));
    this.#wakes = all.map(({ after }, i) => {
      const wakers = after.map((moment) => (stepOf[moment] as number) - 1);
      return countBefore((step) => step < i && wakers.includes(step));
    });
    for (const [goroutine, lane] of laneOf) {
      const steps = this.steps[lane] as number[];
      const next = all.findIndex((step, i) =>
        step.goroutine === goroutine && i > (steps.at(-1) as number)
      );
      const canRun = survivors.some((one) => one.goroutine === goroutine && one.canRun);
      this.#next[lane] = next >= 0 ? next : canRun;
    }
  }

  get start(): number[] {
    return this.steps.map(() => 0);
  }

  /** The next step of a goroutine, if its turn may come now; -1 otherwise. */
  nextOf({ taken }: Order, lane: number): number {
    const step = (this.steps[lane] as number[])[taken[lane] as number];
    return step !== undefined && isReached(this.#needs[step] as number[], taken) ? step : -1;
  }

  /** Whether the goroutine that ran last could go on. */
  canContinue({ taken, last }: Order): boolean {
    if (last < 0) return false;
    const next = (this.steps[last] as number[])[taken[last] as number] ?? this.#next[last];
    if (typeof next !== "number") return next === true;
    return isReached(this.#wakes[next] as number[], taken);
  }
}

function isReached(needed: readonly number[], taken: readonly number[]): boolean {
  for (let lane = 0; lane < needed.length; lane++) {
    if ((taken[lane] as number) < (needed[lane] as number)) return false;
  }
  return true;
}

/** All orders one step longer, without those that another one of them makes needless. */
function extend(orders: readonly Order[], lanes: Lanes, width: number): Order[] {
  const seen = new Map<string, Order>();
  for (const order of orders) {
    const cost = lanes.canContinue(order) ? 1 : 0;
    for (let lane = 0; lane < lanes.steps.length; lane++) {
      const step = lanes.nextOf(order, lane);
      if (step < 0) continue;
      const preemptions = order.preemptions + (lane === order.last ? 0 : cost);
      const taken = order.taken.slice();
      taken[lane] = (taken[lane] as number) + 1;
      const key = `${lane}:${taken}`;
      const other = seen.get(key);
      if (other !== undefined && other.preemptions <= preemptions) continue;
      seen.set(key, { taken, last: lane, preemptions, before: order, step });
    }
  }
  return [...seen.values()].sort((a, b) => a.preemptions - b.preemptions).slice(0, width);
}
