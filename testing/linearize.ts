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
import { RandomSource } from "./random_source.ts";
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
  /** A number that stands for `taken`. */
  readonly key: number;
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
    { taken: lanes.start, key: 0, last: -1, preemptions: 0, before: null, step: -1 },
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

/**
 * By goroutine: what one of its steps, and having been last, add to a key. With 42 random bits each, and 1,000 steps at
 * most, keys are exact numbers, and two that are equal by chance would only lose an order.
 */
type Weights = readonly [step: number, last: number];

function weight(random: RandomSource): number {
  return random.below(2 ** 21) * 2 ** 21 + random.below(2 ** 21);
}

/** The needed steps by goroutine, and what each of them waits for. */
class Lanes {
  /** The steps of each goroutine, in order. */
  readonly steps: number[][] = [];
  /** How many steps are needed. */
  readonly length: number;
  /** By step: how many steps of each goroutine come before it. */
  readonly #needs: readonly Needs[];
  /** By step: the same, for it to be runnable at all. */
  readonly #wakes: readonly Needs[];
  readonly #weights: readonly Weights[];
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
    const random = new RandomSource(this.length);
    this.#weights = this.steps.map(() => [weight(random), weight(random)] as const);
    const countBefore = (isBefore: (step: number) => boolean): Needs =>
      this.steps.flatMap((lane, at) => {
        const count = lane.findLastIndex((step) => isBefore(step)) + 1;
        return count > 0 ? [at, count] : [];
      });
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

  /** The key of the steps of `key` and one more of a goroutine. */
  after(key: number, lane: number): number {
    return key + (this.#weights[lane] as Weights)[0];
  }

  /** What says in a key whose step was last. */
  last(lane: number): number {
    return (this.#weights[lane] as Weights)[1];
  }

  get start(): number[] {
    return this.steps.map(() => 0);
  }

  /** The next step of a goroutine, if its turn may come now; -1 otherwise. */
  nextOf({ taken }: Order, lane: number): number {
    const step = (this.steps[lane] as number[])[taken[lane] as number];
    return step !== undefined && isReached(this.#needs[step] as Needs, taken) ? step : -1;
  }

  /** Whether the goroutine that ran last could go on. */
  canContinue({ taken, last }: Order): boolean {
    if (last < 0) return false;
    const next = (this.steps[last] as number[])[taken[last] as number] ?? this.#next[last];
    if (typeof next !== "number") return next === true;
    return isReached(this.#wakes[next] as Needs, taken);
  }
}

/** How many steps of each goroutine must have been taken: goroutine and count by turns, of those that matter. */
type Needs = readonly number[];

function isReached(needed: Needs, taken: readonly number[]): boolean {
  for (let i = 0; i < needed.length; i += 2) {
    if ((taken[needed[i] as number] as number) < (needed[i + 1] as number)) return false;
  }
  return true;
}

/** An order one step longer that has not been made yet. */
interface Candidate {
  from: Order;
  readonly lane: number;
  readonly step: number;
  preemptions: number;
}

/** The best orders one step longer, without those that another one of them makes needless. */
function extend(orders: readonly Order[], lanes: Lanes, width: number): Order[] {
  const seen = new Map<number, Candidate>();
  for (const order of orders) {
    const cost = lanes.canContinue(order) ? 1 : 0;
    for (let lane = 0; lane < lanes.steps.length; lane++) {
      const step = lanes.nextOf(order, lane);
      if (step < 0) continue;
      const preemptions = order.preemptions + (lane === order.last ? 0 : cost);
      // The same steps, the same one last.
      const key = lanes.after(order.key, lane) + lanes.last(lane);
      const other = seen.get(key);
      if (other === undefined) seen.set(key, { from: order, lane, step, preemptions });
      else if (other.preemptions > preemptions) {
        other.from = order;
        other.preemptions = preemptions;
      }
    }
  }
  // Most candidates are dropped: only those that stay are made.
  const best = [...seen.values()].sort((a, b) => a.preemptions - b.preemptions).slice(0, width);
  return best.map(({ from, lane, step, preemptions }) => ({
    taken: from.taken.with(lane, (from.taken[lane] as number) + 1),
    key: lanes.after(from.key, lane),
    last: lane,
    preemptions,
    before: from,
    step,
  }));
}
