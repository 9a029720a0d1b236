/**
 * The default search: complete enumeration and a rotation of sampling strategies share the budget.
 *
 * @module
 */

import { type Bound, Bounded } from "./bounded.ts";
import { EventLoopOrder } from "./event_loop_order.ts";
import { Exhaustive } from "./exhaustive.ts";
import { Pct } from "./pct.ts";
import { PartialOrderSampling } from "./pos.ts";
import { PreemptionSampler } from "./preemption_sampler.ts";
import { RandomWalk } from "./random.ts";
import { Reduced } from "./reduced.ts";
import type { StepLog } from "./step_log.ts";
import type { Candidates, LoggingStrategy, Question, Strategy } from "./strategy.ts";
import { UniformWalk } from "./uniform.ts";

/** How many schedules in a row one side of the portfolio gets. */
const TURN = 32;

/** So many schedules at the start are sampled, but for the first, so that what is easy to find is found at once. */
const SAMPLED_FIRST = 8;

/** Up to so many candidates are looked at for the one that came first. */
const FEW = 256;

/** If there seem to be more schedules than that, enumeration by preemptions comes before enumeration of all. */
const MANY = 5_000;

/**
 * Portfolio begins with the schedule without preemptions and the one in the order of the event loop. Then half of the
 * schedules go on enumerating, and half rotate through strategies that find what enumeration reaches late. No strategy
 * wins everywhere. It ends once everything has been enumerated.
 *
 * Enumeration is of all schedules, depth first, while they seem to be few; else by number of preemptions. If all state is
 * tracked it is of one schedule of each class.
 */
export class Portfolio implements Strategy {
  readonly #exhaustive = new Exhaustive();
  readonly #bounded = new Bounded();
  readonly #reduced: Reduced | null;
  readonly #rotation: readonly Strategy[];
  readonly #first = new EventLoopOrder();
  #present: LoggingStrategy = this.#exhaustive;
  #enumeration: Strategy = this.#exhaustive;
  #count = 0;
  #sampled = 0;

  constructor(seed: number, state: "plain" | "tracked" = "plain") {
    this.#reduced = state === "tracked" ? new Reduced() : null;
    if (this.#reduced !== null) this.#present = this.#enumeration = this.#reduced;
    this.#rotation = [
      new RandomWalk(seed),
      new Pct(seed, 2),
      new PartialOrderSampling(seed),
      new PreemptionSampler(seed),
      new Pct(seed, 3),
      new UniformWalk(seed),
      new Pct(seed, 1),
    ];
  }

  /** The strategy whose turn it is. */
  get name(): string {
    return this.#present.name;
  }

  get log(): StepLog | undefined {
    return this.#present.log;
  }

  get earlyTimers(): number | undefined {
    return this.#present.earlyTimers;
  }

  get seesEveryStep(): boolean {
    return this.#present.seesEveryStep === true;
  }

  get isComplete(): boolean {
    if (this.#reduced !== null) return this.#reduced.isComplete;
    return this.#exhaustive.isComplete || this.#bounded.isComplete;
  }

  get covered(): readonly Bound[] {
    return this.#bounded.covered;
  }

  estimate(): number {
    if (this.#reduced !== null) return Infinity;
    return this.#exhaustive.estimate();
  }

  begin(schedule: number): boolean {
    if (this.isComplete) return false;
    const at = this.#count++;
    this.#present = this.#next(at);
    return this.#present.begin(this.#present === this.#first ? 0 : schedule);
  }

  #next(at: number): Strategy {
    if (at === 1) return this.#first;
    const turn = Math.floor(at / TURN);
    if ((at > 0 && at < SAMPLED_FIRST) || turn % 2 === 1) {
      return this.#rotation[this.#sampled++ % this.#rotation.length] as Strategy;
    }
    if (at % TURN === 0 && at > 0 && this.#reduced === null) {
      // An early estimate may be far off: now and then there is a new one.
      const isBig = this.#exhaustive.estimate() > MANY && turn % 8 !== 0;
      this.#enumeration = isBig ? this.#bounded : this.#exhaustive;
    }
    return this.#enumeration;
  }

  pick(candidates: Candidates): number {
    const { count } = candidates;
    // Looking at each of many at each step would take longer than the program.
    if (this.#present === this.#first && count > FEW) return count - 1;
    return this.#present.pick(candidates);
  }

  choose(count: number, question: Question): number {
    return this.#present.choose(count, question);
  }

  end(steps: number): void {
    this.#present.end?.(steps);
  }
}
