/**
 * Guards for programs that are said to share nothing but primitives and cells: what is said goes stale, and a reduced
 * search of a program that shares plain variables would miss schedules without anybody noticing.
 *
 * - Two schedules of one class must agree in what their steps touch, in their choices and in how they end.
 * - So must a schedule and the one with two adjacent steps exchanged that are said to commute.
 * - Random schedules must not be of a class that a complete reduced search has not seen.
 *
 * A guard can only see plain state that reaches an operation, an assertion or the end of a schedule.
 *
 * @module
 */

import { HappensBefore } from "./dependency.ts";
import type { RandomSource } from "./random_source.ts";
import type { Deviation } from "./schedule_token.ts";
import type { StepLog } from "./step_log.ts";
import type { Candidates, Strategy } from "./strategy.ts";
import { hashTrace, type TraceHash } from "./trace_hash.ts";

/** More classes than that are not remembered. */
const MOST_TRACES = 100_000;
/** Probes are made in one schedule of so many, and so many at most. */
const PROBE_EVERY = 8;
const MOST_PROBES = 256;

/** What is remembered of a class. */
interface Seen {
  readonly result: string;
  readonly deviations: readonly Deviation[];
  isReduced: boolean;
}

/** Difference is what a guard has found: a schedule of the same class, which went otherwise. */
export interface Difference {
  /** The other schedule. */
  readonly other: readonly Deviation[];
  /** What the two have in common, and in what they differ. */
  readonly reason: string;
}

/** TrackedGuard remembers the classes of an exploration. */
export class TrackedGuard {
  readonly #random: RandomSource;
  readonly #seen = new Map<string, Seen>();
  #schedules = 0;
  #probes = 0;
  /** How many resources were known to be misused: which schedules are of one class depends on it. */
  #misused = 0;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** How many classes were seen. */
  get traces(): number {
    return this.#seen.size;
  }
  /** How many pairs of steps were exchanged. */
  get probes(): number {
    return this.#probes;
  }

  /** Takes note of a schedule that has ended as `ending` says. Null if it agrees with all before. */
  note(
    log: StepLog,
    ending: string,
    deviations: readonly Deviation[],
    isReduced: boolean,
  ): Difference | null {
    this.#schedules++;
    if (log.misused !== this.#misused) {
      this.#misused = log.misused;
      this.#seen.clear();
    }
    if (log.misused !== log.misusedBefore) return null;
    const { trace, result } = hashTrace(log, ending);
    const seen = this.#seen.get(trace);
    if (seen === undefined) {
      if (this.#seen.size < MOST_TRACES) this.#seen.set(trace, { result, deviations, isReduced });
      return null;
    }
    seen.isReduced ||= isReduced;
    if (seen.result === result) return null;
    return {
      other: seen.deviations,
      reason: "two schedules that differ only in the order of what commutes went differently",
    };
  }

  /** The schedule in `log` with two of its steps exchanged that commute; null if it is not time for that, or none do. */
  probe(log: StepLog): SwapProbe | null {
    if (this.#schedules % PROBE_EVERY !== 1 || this.#probes >= MOST_PROBES) return null;
    if (log.misused !== log.misusedBefore) return null;
    const { steps } = log;
    const relation = new HappensBefore(log, steps.length, steps.length);
    const pairs: number[] = [];
    for (let k = 0; k + 1 < steps.length; k++) if (!relation.isBefore(k, k + 1)) pairs.push(k);
    if (pairs.length === 0) return null;
    this.#probes++;
    return new SwapProbe(log, pairs[this.#random.below(pairs.length)] as number);
  }

  /** A schedule whose class a complete reduced search has not seen; null if there is none. */
  stray(): Difference | null {
    if (this.#seen.size >= MOST_TRACES) return null;
    for (const { isReduced, deviations } of this.#seen.values()) {
      if (!isReduced) {
        return {
          other: deviations,
          reason: "a complete search has not seen a schedule that exists",
        };
      }
    }
    return null;
  }
}

/** SwapProbe runs a schedule again, with two adjacent steps exchanged. */
export class SwapProbe implements Strategy {
  readonly name = "probe";
  readonly seesEveryStep = true;
  /** The first of the two steps, from 0. */
  readonly at: number;
  readonly #events: number[];
  readonly #answers: (readonly number[])[];
  #step = 0;
  #asked = 0;
  #isLost = false;

  constructor({ steps }: StepLog, at: number) {
    this.at = at;
    const order = [...steps.keys()];
    [order[at], order[at + 1]] = [at + 1, at];
    this.#events = order.map((k) => steps[k]?.event as number);
    this.#answers = order.map((k) => [...(steps[k]?.answers ?? [])]);
  }

  begin(): boolean {
    this.#step = this.#asked = 0;
    return true;
  }

  pick(candidates: Candidates): number {
    const event = this.#events[this.#step++];
    this.#asked = 0;
    for (let k = 0; k < candidates.count; k++) if (candidates.event(k) === event) return k;
    this.#isLost = true;
    return 0;
  }

  choose(count: number): number {
    const answer = this.#answers[this.#step - 1]?.[this.#asked++] ?? 0;
    if (answer < count) return answer;
    this.#isLost = true;
    return 0;
  }

  /** What it means if it does not agree. */
  get reason(): string {
    return `steps ${this.at + 1} and ${
      this.at + 2
    } commute, but exchanging them changes what follows`;
  }

  /** Whether the schedule it was made from and its own are of one class and went alike. */
  agrees(original: TraceHash, now: TraceHash): boolean {
    return !this.#isLost && original.trace === now.trace && original.result === now.result;
  }
}
