/**
 * The default search: enumeration, one schedule for each kind of switch, and a rotation of sampling strategies share the
 * budget.
 *
 * Enumeration is by number of deviations. Rejected: depth first, which spends its time at the end of the schedule; by
 * number of preemptions, which gets nowhere in programs with many goroutines. Kinds of switch take turns with enumeration
 * as long as there are new ones, which are few where all schedules can be run; pairs of them are one of the rotation.
 * Rejected: kinds in the rotation only, in a ninth to a quarter of the schedules (README.md, "What the default is made of").
 *
 * @module
 */

import type { Bound } from "./bounded.ts";
import { Deviations } from "./deviations.ts";
import { EventLoopOrder } from "./event_loop_order.ts";
import { Pct } from "./pct.ts";
import { PartialOrderSampling } from "./pos.ts";
import { PreemptionSampler } from "./preemption_sampler.ts";
import { RandomWalk } from "./random.ts";
import { Reduced } from "./reduced.ts";
import type { StepLog } from "./step_log.ts";
import type { Candidates, LoggingStrategy, Question, Strategy } from "./strategy.ts";
import { SwitchCoverage } from "./switch_coverage.ts";
import { UniformWalk } from "./uniform.ts";

/** How many schedules in a row one side of the portfolio gets. */
const TURN = 32;

/** So many schedules at the start are sampled, but for the first, so that what is easy to find is found at once. */
const SAMPLED_FIRST = 8;

/** Up to so many candidates are looked at for the one that came first. */
const FEW = 256;

/**
 * Portfolio begins with the schedule without preemptions and the one in the order of the event loop. Then half of the
 * schedules go on enumerating and trying new kinds of switch, and half rotate through strategies that find what enumeration
 * reaches late. No strategy wins everywhere. It ends once everything has been enumerated.
 *
 * Enumeration is of all schedules, those with few deviations first; if all state is tracked, of one schedule of each
 * class, and then it shares its turns with nobody.
 */
export class Portfolio implements Strategy {
  readonly #enumeration: Deviations | Reduced;
  readonly #uniform: UniformWalk;
  readonly #coverage: SwitchCoverage;
  #rotation: readonly Strategy[];
  readonly #first = new EventLoopOrder();
  #present: LoggingStrategy;
  #count = 0;
  #sampled = 0;

  constructor(seed: number, state: "plain" | "tracked" = "plain") {
    this.#present = this.#enumeration = state === "tracked" ? new Reduced() : new Deviations(seed);
    this.#uniform = new UniformWalk(seed);
    this.#coverage = new SwitchCoverage(seed);
    const pct = new Pct(seed);
    this.#rotation = [
      new RandomWalk(seed),
      pct,
      new PartialOrderSampling(seed),
      new PreemptionSampler(seed),
      pct,
      this.#uniform,
      pct,
      this.#coverage,
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
    return this.#enumeration.isComplete;
  }

  get covered(): readonly Bound[] {
    return this.#enumeration instanceof Deviations ? this.#enumeration.covered : [];
  }

  estimate(): number {
    if (this.#enumeration instanceof Reduced) return Infinity;
    return Math.max(this.#enumeration.count + 1, this.#uniform.estimate());
  }

  begin(schedule: number): boolean {
    if (this.isComplete) return false;
    const at = this.#count++;
    this.#present = this.#next(at);
    if (this.#present.begin(this.#present === this.#first ? 0 : schedule)) return true;
    if (this.#present !== this.#coverage) return false;
    // All its kinds were tried: the others have its turns.
    this.#rotation = this.#rotation.filter((strategy) => strategy !== this.#coverage);
    this.#present = this.#next(at);
    return this.#present.begin(schedule);
  }

  #next(at: number): Strategy {
    if (at === 1) return this.#first;
    const turn = Math.floor(at / TURN);
    if ((at > 0 && at < SAMPLED_FIRST) || turn % 2 === 1) {
      return this.#rotation[this.#sampled++ % this.#rotation.length] as Strategy;
    }
    const sharesTurns = this.#enumeration instanceof Deviations && this.#coverage.hasNewKinds;
    return at % 2 === 1 && sharesTurns ? this.#coverage : this.#enumeration;
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
