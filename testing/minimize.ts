/**
 * Making a failing schedule short: fewest preemptions first, then fewest deviations from "keep running", then early and
 * small ones. Whatever is executed on the way must fail alike, or it does not count.
 *
 * 1. The schedule without deviations.
 * 2. The same steps in the order with the fewest preemptions that keeps their dependencies: found without execution.
 * 3. Blocks moved, so that they join.
 * 4. Fewer preemptions than are left: schedules with none, then with one, then with two, a few of each.
 * 5. Delta debugging over the deviations, and all schedules with one deviation, then two, as far as the budget goes.
 *
 * Everything is bounded in executions and in time.
 *
 * Rejected: delta debugging alone. It ends in local minima, such as six preemptions where one would do elsewhere.
 *
 * @module
 */

import { Bounded } from "./bounded.ts";
import { Follow, type PlannedStep, type TakenStep } from "./follow.ts";
import { linearize, type Survivor } from "./linearize.ts";
import { simplerOrders } from "./merge_blocks.ts";
import { PreemptionSampler } from "./preemption_sampler.ts";
import { realNow } from "./real_time.ts";
import { Replay } from "./replay.ts";
import { type Deviation, toDeviations } from "./schedule_token.ts";
import { StepLog } from "./step_log.ts";
import type { Strategy } from "./strategy.ts";

/** What an execution of a candidate tells: the answers given, and whether it failed the same way. */
export interface Attempt {
  readonly failsAlike: boolean;
  readonly answers: readonly number[];
  /** How many answers each question had. */
  readonly counts: readonly number[];
  /** How many answers were preemptions; all that are not 0, if it is left out. */
  readonly preemptions?: number;
  /** Who had not ended. */
  readonly survivors?: readonly Survivor[];
  /** Whether it failed because they wait, rather than by what the last step did. */
  readonly isStuck?: boolean;
}

/** Executes a candidate. */
export type Execute = (deviations: readonly Deviation[]) => Promise<Attempt>;

/** Executes one schedule of a strategy that has begun it. */
export type ExecuteStrategy = (strategy: Strategy) => Promise<Attempt>;

/** Bounds the search. */
export interface MinimizeBudget {
  readonly executions: number;
  readonly timeMs: number;
}

/** How many schedules with a number of preemptions are enumerated, and how many are sampled. */
const ENUMERATED = 24;
const SAMPLED = 40;
/** With more questions than that a schedule is long. */
const LONG = 1_000;
/** Moving blocks may take that share of what is left of the budget. */
const JOINED = 0.5;
/** With more preemptions than that left there is no sampling. */
const MOST_SAMPLED = 3;

interface Best {
  readonly deviations: Deviation[];
  readonly preemptions: number;
}

/**
 * Returns the shortest schedule found that fails like `found`, and how many executions that took.
 *
 * @param run Executes what is no list of deviations; without it only deviations are taken away and tried.
 */
export async function minimize(
  found: readonly Deviation[],
  execute: Execute,
  budget: MinimizeBudget,
  run?: ExecuteStrategy,
): Promise<{ deviations: Deviation[]; executions: number }> {
  const minimizer = new Minimizer(found, execute, budget);
  if (!await minimizer.failsWithout() && run !== undefined) await minimizer.reduce(run);
  await minimizer.takeAway();
  return { deviations: minimizer.best.deviations, executions: minimizer.executions };
}

class Minimizer {
  best: Best;
  executions = 0;
  readonly #execute: Execute;
  readonly #budget: MinimizeBudget;
  readonly #deadline: number;

  constructor(found: readonly Deviation[], execute: Execute, budget: MinimizeBudget) {
    this.best = { deviations: [...found], preemptions: found.length };
    this.#execute = execute;
    this.#budget = budget;
    this.#deadline = realNow() + budget.timeMs;
  }

  get #isSpent(): boolean {
    return this.executions >= this.#budget.executions || realNow() > this.#deadline;
  }

  /** Tells, from now on, when a share of what is left of the budget is spent. */
  #spends(share: number): () => boolean {
    const now = performance.now();
    const executions = this.executions + share * (this.#budget.executions - this.executions);
    const deadline = now + share * (this.#deadline - now);
    return () => this.executions >= executions || performance.now() > deadline;
  }

  async failsWithout(): Promise<boolean> {
    return (await this.#try([])).failsAlike;
  }

  // --- fewer preemptions ---

  async reduce(run: ExecuteStrategy): Promise<void> {
    // Changing a long schedule takes longer than finding a short one.
    const isLong = (this.best.deviations.at(-1)?.at ?? 0) > LONG;
    let steps = isLong ? await this.#sample(run) : undefined;
    if (steps === undefined && !this.#isSpent) steps = await this.#reorder(run);
    while (steps !== undefined && this.best.preemptions > 0 && !this.#isSpent) {
      steps = await this.#join(run, steps);
      steps = await this.#sample(run);
    }
  }

  /** Runs the steps in the order with the fewest preemptions; returns the best order of steps so far. */
  async #reorder(run: ExecuteStrategy): Promise<readonly TakenStep[] | undefined> {
    const { deviations } = this.best;
    const logged = new LoggedReplay(deviations);
    const attempt = await this.#run(run, logged);
    // What does not fail twice is not made shorter.
    if (!attempt.failsAlike) return undefined;
    const { steps } = logged.log;
    const order = linearize(logged.log, attempt.survivors ?? [], attempt.isStuck === true);
    const followed = order && await this.#follow(run, order.map((at) => steps[at] as PlannedStep));
    return followed ?? await this.#follow(run, steps);
  }

  /** Moves blocks while that makes the schedule better. */
  async #join(
    run: ExecuteStrategy,
    steps: readonly TakenStep[],
  ): Promise<readonly TakenStep[] | undefined> {
    let best = steps;
    const isSpent = this.#spends(JOINED);
    for (let isBetter = true; isBetter && !isSpent();) {
      isBetter = false;
      for (const order of simplerOrders(best)) {
        if (isSpent()) break;
        const before = this.best;
        const followed = await this.#follow(run, order);
        if (followed === undefined || this.best === before) continue;
        best = followed;
        isBetter = true;
        break;
      }
    }
    return best;
  }

  /** Looks for schedules with fewer preemptions than the best; returns the steps of one that fails alike. */
  async #sample(run: ExecuteStrategy): Promise<readonly TakenStep[] | undefined> {
    const { preemptions } = this.best;
    for (let fewer = 0; fewer < Math.min(preemptions, MOST_SAMPLED); fewer++) {
      const enumerated = new Bounded(fewer);
      const sampler = new PreemptionSampler(0, fewer);
      for (let i = 0; i < ENUMERATED + SAMPLED * (fewer + 1) && !this.#isSpent; i++) {
        const strategy = i < ENUMERATED ? enumerated : sampler;
        if (!strategy.begin(i)) {
          if (enumerated.isComplete) return undefined;
          break;
        }
        if (!(await this.#run(run, strategy)).failsAlike) continue;
        if (this.best.preemptions >= preemptions) continue;
        const { log } = await this.#logBest(run);
        return await this.#follow(run, log.steps);
      }
    }
    return undefined;
  }

  async #logBest(run: ExecuteStrategy): Promise<LoggedReplay> {
    const logged = new LoggedReplay(this.best.deviations);
    await this.#run(run, logged);
    return logged;
  }

  async #follow(
    run: ExecuteStrategy,
    order: readonly PlannedStep[],
  ): Promise<readonly TakenStep[] | undefined> {
    const follow = new Follow(order);
    const { failsAlike } = await this.#run(run, follow);
    return failsAlike ? follow.taken : undefined;
  }

  async #run(run: ExecuteStrategy, strategy: Strategy): Promise<Attempt> {
    if (strategy instanceof Replay || strategy instanceof Follow) strategy.begin();
    this.executions++;
    const attempt = await run(strategy);
    this.#note(attempt);
    return attempt;
  }

  // --- fewer deviations ---

  /** Fewer deviations with as few preemptions. */
  async takeAway(): Promise<void> {
    await this.#debug();
    await this.#lower();
    for (const count of [1, 2]) {
      if (this.best.deviations.length > count && await this.#enumerate([], count)) break;
    }
  }

  /** Delta debugging (Zeller, Hildebrandt 2002) over the deviations. */
  async #debug(): Promise<void> {
    for (let size = this.best.deviations.length >> 1 || 1; size >= 1 && !this.#isSpent;) {
      const before = this.best;
      for (let from = 0; from < this.best.deviations.length && !this.#isSpent;) {
        const { deviations } = this.best;
        await this.#try([...deviations.slice(0, from), ...deviations.slice(from + size)]);
        if (this.best.deviations.length >= deviations.length) from += size;
      }
      if (before === this.best) size >>= 1;
      else size = Math.min(size, this.best.deviations.length);
    }
  }

  /** Tries all schedules with `more` deviations behind `prefix`; true if one is better than the best. */
  async #enumerate(prefix: readonly Deviation[], more: number): Promise<boolean> {
    if (this.#isSpent) return false;
    const before = this.best;
    const { counts } = await this.#try(prefix);
    if (this.best !== before) return true;
    if (more === 0) return false;
    for (let at = (prefix.at(-1)?.at ?? -1) + 1; at < counts.length; at++) {
      for (let answer = 1; answer < (counts[at] as number) && !this.#isSpent; answer++) {
        if (await this.#enumerate([...prefix, { at, answer, check: "" }], more - 1)) return true;
      }
    }
    return false;
  }

  /** Smaller answers. */
  async #lower(): Promise<void> {
    for (let i = 0; i < this.best.deviations.length; i++) {
      const { at, answer } = this.best.deviations[i] as Deviation;
      for (let smaller = 1; smaller < answer && !this.#isSpent; smaller++) {
        const candidate = this.best.deviations.with(i, { at, answer: smaller, check: "" });
        if ((await this.#try(candidate)).failsAlike) break;
      }
    }
  }

  async #try(candidate: readonly Deviation[]): Promise<Attempt> {
    this.executions++;
    const attempt = await this.#execute(candidate);
    this.#note(attempt);
    return attempt;
  }

  #note({ failsAlike, answers, preemptions }: Attempt): void {
    if (!failsAlike) return;
    const deviations = toDeviations(answers);
    const attempted = { deviations, preemptions: preemptions ?? deviations.length };
    if (compare(attempted, this.best) < 0) this.best = attempted;
  }
}

/** A replay that logs what each step does. */
class LoggedReplay extends Replay {
  readonly log: StepLog = new StepLog();
}

/** Fewer preemptions first, then fewer deviations, then smaller and earlier ones. */
function compare(a: Best, b: Best): number {
  return a.preemptions - b.preemptions || a.deviations.length - b.deviations.length ||
    sum(a.deviations, "answer") - sum(b.deviations, "answer") ||
    sum(a.deviations, "at") - sum(b.deviations, "at");
}

function sum(deviations: readonly Deviation[], key: "answer" | "at"): number {
  return deviations.reduce((total, deviation) => total + deviation[key], 0);
}
