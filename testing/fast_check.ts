/**
 * Schedules as arbitraries of fast-check: inputs and interleavings are explored together, and shrink together.
 *
 * The module knows the shape of fast-check it needs and imports none: the `fc` you pass in is the one it works with.
 *
 * @example
 * ```ts
 * import fc from "fast-check";
 * import { Channel, go } from "@interleave/go";
 * import { schedules } from "@interleave/go/testing/fast-check";
 *
 * await fc.assert(
 *   fc.asyncProperty(fc.array(fc.nat()), schedules(fc), async (values, s) => {
 *     await s.run(async () => {
 *       const ch = new Channel<number>(2);
 *       go(async () => {
 *         for (const value of values) await ch.send(value);
 *         ch.close();
 *       });
 *       const received: number[] = [];
 *       for await (const value of ch) received.push(value);
 *       if (received.join() !== values.join()) throw new Error(`received ${received}`);
 *     });
 *   }),
 *   { numRuns: 20 },
 * );
 * ```
 *
 * @module
 */

import { exclusively } from "./exclusive.ts";
import { Exploration } from "./exploration.ts";
import { explorer } from "./explorer.ts";
import { FailingSchedule } from "./failing_schedule.ts";
import { signatureOf } from "./failure_signature.ts";
import { type ExploreOptions, resolveOptions } from "./options.ts";
import { Portfolio } from "./portfolio.ts";
import { Replay } from "./replay.ts";
import { ScheduleError } from "./schedule_error.ts";
import { type Deviation, encodeToken } from "./schedule_token.ts";
import { type RawSite, Stack } from "./sites.ts";

/**
 * FastCheckLike is what is needed of fast-check, version 4 or later.
 *
 * @example
 * ```ts
 * import fc from "fast-check";
 * import type { FastCheckLike } from "@interleave/go/testing/fast-check";
 *
 * const used: FastCheckLike = fc;
 * if (typeof used.Stream !== "function") throw new Error("no streams");
 * ```
 */
export interface FastCheckLike {
  /** The base class of arbitraries. */
  readonly Arbitrary: abstract new () => object;
  /** A value with its context. */
  readonly Value: new (value: never, context: unknown) => object;
  /** A lazy sequence of candidates. */
  readonly Stream: new (values: IterableIterator<never>) => object;
  /** The symbol of the method that prints a counterexample. */
  readonly toStringMethod: symbol;
}

/**
 * ScheduleArbitrary generates a {@linkcode Schedule}; it is an `fc.Arbitrary<Schedule>` of the fast-check it was made
 * with, whose own types a signature here must not name.
 *
 * @example
 * ```ts
 * import fc from "fast-check";
 * import { schedules } from "@interleave/go/testing/fast-check";
 *
 * const arbitrary: fc.Arbitrary<unknown> = schedules(fc);
 * if (!(arbitrary instanceof fc.Arbitrary)) throw new Error("no arbitrary");
 * ```
 */
export interface ScheduleArbitrary {
  // The types of fast-check that these stand for cannot be named without importing it; `any` fits them all.

  /** Draws a schedule. */
  // deno-lint-ignore no-explicit-any
  generate(mrng: any, biasFactor: number | undefined): any;
  /** Whether `value` can be shrunk without a context: any schedule can. */
  canShrinkWithoutContext(value: unknown): value is Schedule;
  /** Shorter schedules. */
  // deno-lint-ignore no-explicit-any
  shrink(value: Schedule, context: unknown): any;
  /** As of `fc.Arbitrary`. */
  // deno-lint-ignore no-explicit-any
  filter(refinement: (schedule: Schedule) => boolean): any;
  /** As of `fc.Arbitrary`. */
  // deno-lint-ignore no-explicit-any
  map<U>(mapper: (schedule: Schedule) => U, unmapper?: (value: unknown) => Schedule): any;
  /** As of `fc.Arbitrary`. */
  // deno-lint-ignore no-explicit-any
  chain(chainer: (schedule: Schedule) => any): any;
}

/**
 * ScheduleOptions say how each run explores; see {@linkcode ExploreOptions} for the others.
 *
 * @example
 * ```ts
 * import fc from "fast-check";
 * import { type ScheduleOptions, schedules } from "@interleave/go/testing/fast-check";
 *
 * const options: ScheduleOptions = { schedules: 10 };
 * schedules(fc, options);
 * ```
 */
export interface ScheduleOptions
  extends Omit<ExploreOptions, "seed" | "strategy" | "replay" | "onDivergence" | "mustComplete"> {
  /** How many schedules each run of the property tries: 50 by default. */
  readonly schedules?: number;
}

/** How many schedules a run tries, unless the options say otherwise. */
const DEFAULT_SCHEDULES = 50;
/** Up to so many questions all schedules with a single deviation are among the candidates. */
const MOST_SINGLE = 100;
/** More candidates than that are never asked for by one shrinking step. */
const MOST_CANDIDATES = 10_000;

/**
 * Schedule is a set of interleavings to try, drawn by fast-check. Use it once in each run of a property.
 *
 * Which interleavings these are depends on its seed alone; so fast-check's own seed and path reproduce a failure. After
 * a run that failed it stands for the one schedule that failed, and shrinks to shorter ones.
 *
 * @example
 * ```ts
 * import fc from "fast-check";
 * import { yieldNow } from "@interleave/go";
 * import { type Schedule, schedules } from "@interleave/go/testing/fast-check";
 *
 * const twice = async (s: Schedule) => {
 *   await s.run(() => Promise.all([yieldNow(), yieldNow()]));
 * };
 * await fc.assert(fc.asyncProperty(schedules(fc), twice), { numRuns: 3 });
 * ```
 */
export class Schedule {
  readonly #seed: number;
  readonly #parent: Schedule | null;
  readonly #variant: number;
  readonly #options: ScheduleOptions;
  #failed: Failed | null = null;

  /** Made by {@linkcode schedules}: the schedules of `seed`, or variant `variant` of what `parent` failed with. */
  constructor(seed: number, options: ScheduleOptions, parent: Schedule | null = null, variant = 0) {
    this.#seed = seed;
    this.#options = options;
    this.#parent = parent;
    this.#variant = variant;
  }

  /**
   * Runs `body` in the interleavings of this schedule, under the virtual clock, and throws at the first that fails.
   *
   * @throws {ScheduleError} If one fails; the message is the whole report.
   * @throws {Error} If an exploration is running already.
   */
  async run(body: () => unknown): Promise<void> {
    const site = new Stack().top;
    try {
      await exclusively(site, async () => {
        const failed = await this.#fail(body, site);
        if (failed === null) return;
        this.#failed = failed;
        throw await failed.schedule.report();
      });
    } catch (error) {
      if (error instanceof ScheduleError) Error.captureStackTrace(error, this.run);
      throw error;
    }
  }

  /** How many candidates for shrinking there are; many if that is not known, because it has not failed here. */
  get candidates(): number {
    return this.#failed === null ? MOST_CANDIDATES : shorter(this.#failed.deviations).length;
  }

  /** Whether it has failed, or may be asked for variants because fast-check follows a recorded path. */
  get hasFailed(): boolean {
    return this.#failed !== null;
  }

  /** Variant `variant` of the schedule that failed. */
  shrunk(variant: number): Schedule {
    return new Schedule(this.#seed, this.#options, this, variant);
  }

  /** The seed, and the token of the schedule that failed. */
  toString(): string {
    const failed = this.#failed;
    return failed === null ? `Schedule(seed ${this.#seed})` : `Schedule(${
      encodeToken({
        deviations: failed.schedule.deviations,
        exploration: failed.identity,
        earlyTimers: failed.schedule.earlyTimers,
      })
    })`;
  }

  /** The failing schedule of `body`, or null if all pass. */
  async #fail(body: () => unknown, site: RawSite | undefined): Promise<Failed | null> {
    if (this.#parent === null) return await this.#search(body, site);
    // What the parent failed with was found with these very inputs, or is found again.
    const base = this.#parent.#failed ?? await this.#parent.#fail(body, site);
    const candidate = base === null ? undefined : shorter(base.deviations)[this.#variant];
    if (base === null || candidate === undefined) return null;
    const exploration = this.#explorationOf(body, site);
    const verdict = await exploration.attempt(
      new Replay(candidate, null, null, base.schedule.earlyTimers),
    );
    return signatureOf(verdict) === base.signature
      ? toFailed(exploration, verdict, "replay")
      : null;
  }

  async #search(body: () => unknown, site: RawSite | undefined): Promise<Failed | null> {
    const exploration = this.#explorationOf(body, site);
    const strategy = new Portfolio(this.#seed);
    const limit = this.#options.schedules ?? DEFAULT_SCHEDULES;
    const begin = () => exploration.schedules < limit && strategy.begin(exploration.schedules);
    if (!begin()) return null;
    const verdict = await exploration.attempt(strategy, ({ kind }) => kind === "passed" && begin());
    return verdict.kind === "passed" ? null : toFailed(exploration, verdict, strategy.name);
  }

  #explorationOf(body: () => unknown, site: RawSite | undefined): Exploration {
    const options = { schedules: DEFAULT_SCHEDULES, ...this.#options, seed: this.#seed };
    explorer.forget();
    return new Exploration(body, resolveOptions(options), site);
  }
}

interface Failed {
  readonly schedule: FailingSchedule;
  readonly deviations: readonly Deviation[];
  readonly signature: string;
  readonly identity: string;
}

function toFailed(
  exploration: Exploration,
  verdict: Parameters<FailingSchedule["found"]>[0],
  strategy: string,
): Failed {
  const schedule = new FailingSchedule(exploration);
  schedule.found(verdict, strategy);
  const { deviations, signature } = schedule;
  return { schedule, deviations, signature, identity: exploration.identity };
}

/**
 * Shorter forms of a schedule, the shortest first: without all deviations, with a single one, without a part of them,
 * with a smaller answer, with an earlier one. Each has fewer deviations, or as many with a smaller sum of answers and positions, so
 * shrinking ends.
 */
function shorter(deviations: readonly Deviation[]): Deviation[][] {
  const candidates: Deviation[][] = [];
  const last = deviations.at(-1)?.at ?? 0;
  if (deviations.length > 1 && last < MOST_SINGLE) {
    candidates.push([]);
    for (let at = 0; at <= last; at++) {
      for (const answer of [1, 2]) candidates.push([{ at, answer, check: "" }]);
    }
  }
  for (let size = deviations.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < deviations.length; from += size) {
      candidates.push([...deviations.slice(0, from), ...deviations.slice(from + size)]);
    }
  }
  deviations.forEach(({ at, answer }, i) => {
    for (let smaller = 1; smaller < answer; smaller++) {
      candidates.push(deviations.with(i, { at, answer: smaller, check: "" }));
    }
    const floor = i === 0 ? 0 : (deviations[i - 1] as Deviation).at + 1;
    for (const earlier of new Set([floor, (floor + at) >> 1, at - 1])) {
      if (earlier >= floor && earlier < at) {
        candidates.push(deviations.with(i, { at: earlier, answer, check: "" }));
      }
    }
  });
  return candidates;
}

/**
 * schedules returns an arbitrary of {@linkcode Schedule}, so that a property explores inputs and interleavings together:
 * each run tries a number of interleavings, and a failure shrinks to small inputs and few switches between goroutines.
 * fast-check's own seed and path reproduce it.
 *
 * @param fc fast-check, version 4 or later.
 * @param options How each run explores.
 * @throws {TypeError} If `fc` is not fast-check, or an option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import fc from "fast-check";
 * import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
 * import { schedules } from "@interleave/go/testing/fast-check";
 *
 * await fc.assert(
 *   fc.asyncProperty(fc.array(fc.nat(9), { maxLength: 4 }), schedules(fc), async (deposits, s) => {
 *     await s.run(async () => {
 *       const mu = new Mutex();
 *       const wg = new WaitGroup();
 *       let balance = 0;
 *       for (const amount of deposits) {
 *         wg.go(() =>
 *           mu.withLock(async () => {
 *             const before = balance;
 *             await yieldNow();
 *             balance = before + amount;
 *           })
 *         );
 *       }
 *       await wg.wait();
 *       if (balance !== deposits.reduce((a, b) => a + b, 0)) throw new Error(`balance ${balance}`);
 *     });
 *   }),
 *   { numRuns: 20 },
 * );
 * ```
 */
export function schedules(fc: FastCheckLike, options: ScheduleOptions = {}): ScheduleArbitrary {
  const { Arbitrary, Value, Stream, toStringMethod } = Object(fc) as Partial<FastCheckLike>;
  if (!Arbitrary || !Value || !Stream || !toStringMethod) {
    throw new TypeError(
      'Cannot make schedules: expected fast-check 4 or later, as in import fc from "fast-check"',
    );
  }
  for (const key of ["seed", "strategy", "replay", "onDivergence", "mustComplete"]) {
    if (Object.hasOwn(options, key)) {
      throw new TypeError(
        `Cannot make schedules: option "${key}" is fast-check's to decide; leave it out`,
      );
    }
  }
  resolveOptions(options);

  const StreamClass = Stream;
  const toValue = (schedule: Schedule): object => {
    Object.defineProperty(schedule, toStringMethod, { value: () => schedule.toString() });
    return new Value(schedule as never, undefined);
  };

  class Schedules extends Arbitrary {
    generate(mrng: { nextInt(min: number, max: number): number }): object {
      return toValue(new Schedule(mrng.nextInt(0, 0x7fff_ffff), options));
    }

    canShrinkWithoutContext(value: unknown): value is Schedule {
      return value instanceof Schedule;
    }

    shrink(schedule: Schedule): object {
      return new StreamClass(variants(schedule, toValue) as IterableIterator<never>);
    }
  }
  return new Schedules() as unknown as ScheduleArbitrary;
}

function* variants(
  schedule: Schedule,
  toValue: (schedule: Schedule) => object,
): IterableIterator<object> {
  for (let i = 0; i < schedule.candidates; i++) yield toValue(schedule.shrunk(i));
}
