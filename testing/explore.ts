/**
 * Exploring the interleavings of a program.
 *
 * @module
 */

import { watchAwaits } from "./await_watch.ts";
import { checkDrain } from "./drain.ts";
import { Exhaustive } from "./exhaustive.ts";
import { type Entry, EntryState, type Goroutine } from "./goroutine.ts";
import { explorer, type Rules, type Verdict } from "./explorer.ts";
import { minimize } from "./minimize.ts";
import { type ExploreOptions, resolveOptions, type Settings } from "./options.ts";
import { Pct } from "./pct.ts";
import { warn } from "./platform.ts";
import { Portfolio } from "./portfolio.ts";
import { RandomWalk } from "./random.ts";
import type { Failure, ReportContext, ScheduleRecord, Site } from "./record.ts";
import { formatError, Recorder, toFailure } from "./recorder.ts";
import { RejectionWatch } from "./rejections.ts";
import { Replay } from "./replay.ts";
import { ScheduleError } from "./schedule_error.ts";
import { decodeToken, type Deviation, encodeToken, shortHash } from "./schedule_token.ts";
import { type RawSite, Stack, toSite } from "./sites.ts";
import type { Strategy } from "./strategy.ts";
import { DEFAULT_START } from "./virtual_clock.ts";
import { report } from "./reporting.ts";

/**
 * ExploreResult says what a passing exploration has covered.
 *
 * @example
 * ```ts
 * import { explore, type ExploreResult } from "@interleave/go/testing";
 *
 * const result: ExploreResult = await explore(() => {});
 * if (!result.complete || result.schedules !== 1) throw new Error("there is one schedule of nothing");
 * ```
 */
export interface ExploreResult {
  /** How many schedules were run. */
  readonly schedules: number;
  /** How many steps they had together. */
  readonly steps: number;
  /** Whether that was all of them. */
  readonly complete: boolean;
  /** The seed, which repeats the exploration. */
  readonly seed: number;
  /** About how many schedules there are, if that was not all of them and can be told. */
  readonly estimate?: number;
  /** What ended the exploration. */
  readonly endedBy: "complete" | "schedules" | "time" | "strategy" | "replay";
}

/** How many executions and how much time a failing schedule is worth to be made shorter. */
const SHRINK_BUDGET = { executions: 300, timeMs: 250 } as const;
/** Of a schedule longer than that only the last steps are recorded. */
const LONG_SCHEDULE = 2_000;
const LAST_STEPS = 200;
/** How many schedules must fail alike for a failure to be no matter of order. */
const ALWAYS = 16;

let exploring: { readonly site: RawSite | undefined } | null = null;
let isDrainChecked = false;
const rejections = new RejectionWatch();

explorer.install();

/**
 * explore runs `body` again and again, each time in another interleaving of its goroutines, under a virtual clock. It
 * returns once the budget is used up or every schedule has been run, and throws at the first schedule that fails: an
 * assertion of the body, a panic, a deadlock, a goroutine left behind, a forgotten await, a wait for something outside.
 *
 * The error's message is the whole report: what happened, a picture of the schedule, and the line that replays it.
 * `deno test FILE -- --replay=TOKEN` runs that schedule again, in any process.
 *
 * `body` must build what it tests anew each time, and must not depend on anything random but through the seed. Sleeping
 * takes no real time. Code between two awaits is atomic, as ever in JavaScript: the explorer chooses who resumes next,
 * which ready case a select takes, and in which order timers of one instant fire, and produces nothing that an event
 * loop could not.
 *
 * A loop that never awaits, or awaits only promises of its own, cannot be interrupted by anybody in JavaScript: give
 * the test a `timeout`.
 *
 * @param body The program: main of every schedule.
 * @param options How to explore; see {@linkcode ExploreOptions}.
 * @throws {ScheduleError} If a schedule fails. If all fail with the same error of the body, whatever the order, that
 * error is thrown as it is.
 * @throws {TypeError} If an option is unknown or a token unreadable.
 * @throws {Error} If an exploration is running already.
 *
 * @example
 * ```ts
 * import { Mutex, WaitGroup, yieldNow } from "@interleave/go";
 * import { explore } from "@interleave/go/testing";
 *
 * const result = await explore(async () => {
 *   const mu = new Mutex();
 *   const wg = new WaitGroup();
 *   let balance = 0;
 *   for (const amount of [1, 2]) {
 *     wg.go(() =>
 *       mu.withLock(async () => {
 *         const before = balance;
 *         await yieldNow(); // without the lock another deposit would be lost here
 *         balance = before + amount;
 *       })
 *     );
 *   }
 *   await wg.wait();
 *   if (balance !== 3) throw new Error(`balance is ${balance}, expected 3`);
 * });
 * if (!result.complete) throw new Error("there are few enough to run them all");
 * ```
 */
export async function explore(
  body: () => unknown,
  options: ExploreOptions = {},
): Promise<ExploreResult> {
  const site = new Stack().top;
  if (exploring !== null) {
    const where = exploring.site === undefined ? "" : ` (${describeSite(toSite(exploring.site))})`;
    throw new Error(
      `Cannot explore: explore() is already running in this isolate${where}; await it first`,
    );
  }
  if (typeof body !== "function") {
    throw new TypeError(`Cannot explore: expected a function, got ${String(body)}`);
  }
  const settings = resolveOptions(options);
  exploring = { site };
  rejections.start();
  try {
    if (!isDrainChecked) {
      await checkDrain();
      isDrainChecked = true;
    }
    explorer.forget();
    return await new Exploration(body, settings, site).run();
  } catch (error) {
    if (error instanceof ScheduleError) Error.captureStackTrace(error, explore);
    throw error;
  } finally {
    rejections.stop();
    exploring = null;
  }
}

/** One call of explore. */
class Exploration {
  readonly #body: () => unknown;
  readonly #settings: Settings;
  readonly #rules: Rules;
  readonly #site: RawSite | undefined;
  readonly #identity: string;
  readonly #started = performance.now();
  #schedules = 0;
  #steps = 0;

  constructor(body: () => unknown, settings: Settings, site: RawSite | undefined) {
    this.#body = body;
    this.#settings = settings;
    this.#site = site;
    // An exploration without a name is known by its text; whoever changes it cannot replay it from the command line.
    this.#identity = shortHash(settings.name ?? body.toString().replaceAll(/\s+/g, ""), 3);
    this.#rules = {
      maxSteps: settings.maxSteps,
      externalTimeoutMs: settings.externalTimeoutMs,
      allowLeaks: settings.allowLeaks,
      ignoreLeaks: settings.leaks === "ignore",
      afterMain: settings.afterMain,
      start: settings.start ?? DEFAULT_START,
    };
  }

  async run(): Promise<ExploreResult> {
    const { replay, isReplayOwn } = this.#settings;
    if (replay !== undefined) {
      const token = decodeToken(replay);
      if (isReplayOwn || token.exploration === this.#identity) {
        return await this.#replay(replay, token.deviations);
      }
    }
    return await this.#search(toStrategy(this.#settings));
  }

  async #search(strategy: Strategy): Promise<ExploreResult> {
    const { schedules, maxTimeMs } = this.#settings;
    let nextProgress = 10_000;
    for (;;) {
      const elapsed = performance.now() - this.#started;
      if (this.#schedules >= schedules) return this.#passed(strategy, "schedules");
      if (elapsed >= maxTimeMs && this.#schedules > 0) return this.#passed(strategy, "time");
      if (elapsed >= nextProgress) {
        nextProgress = elapsed + 5_000;
        warn(
          `${this.#title()}: ${this.#schedules.toLocaleString("en")} schedules, ${
            Math.round(elapsed / 1000)
          } s`,
        );
      }
      if (!strategy.begin(this.#schedules)) {
        return this.#passed(strategy, strategy.isComplete ? "complete" : "strategy");
      }
      const verdict = await this.#execute(strategy);
      this.#schedules++;
      if (verdict.kind !== "passed") return await this.#fail(verdict, strategy);
    }
  }

  /** Runs one schedule; a rejection that nobody handles fails it. */
  async #execute(strategy: Strategy): Promise<Verdict> {
    const verdict = await explorer.run(this.#body, strategy, this.#rules);
    this.#steps += explorer.steps;
    return withRejections(verdict);
  }

  #passed(strategy: Strategy, endedBy: ExploreResult["endedBy"]): ExploreResult {
    const complete = endedBy === "complete";
    const estimate = complete
      ? undefined
      : (strategy as { estimate?: (done: number) => number }).estimate?.(this.#schedules);
    const result = {
      schedules: this.#schedules,
      steps: this.#steps,
      complete,
      seed: this.#settings.seed,
      endedBy,
      ...(estimate !== undefined && Number.isFinite(estimate) ? { estimate } : {}),
    };
    if (this.#settings.mustComplete && !complete) throw this.#limitError(result);
    if (this.#settings.verbose) warn(`${this.#title()}: ok, ${describeCoverage(result)}`);
    return result;
  }

  #limitError(result: ExploreResult): ScheduleError {
    return new ScheduleError(
      `stopped at ${describeCoverage(result)}; raise schedules or maxTimeMs, or make it smaller`,
      {
        kind: "limit",
        schedule: encodeToken({ deviations: [], exploration: this.#identity }),
        seed: this.#settings.seed,
        trace: { goroutines: [], resources: [], steps: [], events: [], timers: [] },
      },
    );
  }

  // --- a schedule that fails ---

  async #fail(verdict: Verdict, strategy: Strategy): Promise<never> {
    const found = {
      answers: [...explorer.answers],
      steps: explorer.steps,
      preemptions: explorer.preemptions,
    };
    const signature = signatureOf(verdict);
    const strategyName = strategy.name;
    if (verdict.kind === "race" && found.preemptions === 0 && await this.#failsAlways(signature)) {
      warn(`${this.#title()}: fails in all ${ALWAYS} schedules tried, whatever the order`);
      throw verdict.error;
    }
    // Waiting for the outside world takes real time: once is enough.
    const isQuick = verdict.kind !== "foreign" && verdict.kind !== "livelock";
    const { deviations } = await minimize(
      found.answers,
      async (candidate) => {
        const result = await this.#execute(new Replay(candidate));
        return {
          failsAlike: signatureOf(result) === signature,
          answers: [...explorer.answers],
          preemptions: explorer.preemptions,
        };
      },
      isQuick ? SHRINK_BUDGET : { executions: 0, timeMs: 0 },
    );
    throw await this.#reportSchedule(deviations, {
      isReplay: false,
      strategy: strategyName,
      signature,
      verdict,
      found,
    });
  }

  /** Whether the failure has nothing to do with the order: then it is the user's own error, and no race. */
  async #failsAlways(signature: string): Promise<boolean> {
    const random = new RandomWalk(this.#settings.seed);
    for (let i = 1; i < ALWAYS; i++) {
      random.begin(i);
      if (signatureOf(await this.#execute(random)) !== signature) return false;
    }
    return true;
  }

  /** Which single switch makes the difference: the first deviation without which the schedule passes. */
  async #criticalSwitch(deviations: readonly Deviation[]): Promise<number | undefined> {
    if (deviations.length > 12) return undefined;
    for (let i = 0; i < deviations.length; i++) {
      const without = deviations.filter((_, index) => index !== i);
      if ((await this.#execute(new Replay(without))).kind === "passed") return i;
    }
    return undefined;
  }

  async #replay(token: string, deviations: readonly Deviation[]): Promise<ExploreResult> {
    const { record, verdict, replay } = await this.#record(
      deviations,
      this.#settings.onDivergence === "continue",
    );
    const { divergence } = replay;
    if (divergence !== null && this.#settings.onDivergence === "fail") {
      throw this.#replayError(token, record, divergence.reason);
    }
    if (verdict.kind === "passed") {
      warn(`${this.#title()}: the schedule ${token} does not fail any more`);
      return {
        schedules: this.#schedules,
        steps: this.#steps,
        complete: false,
        seed: this.#settings.seed,
        endedBy: "replay",
      };
    }
    throw this.#toError(record, verdict, token, {
      isReplay: true,
      strategy: "replay",
      signature: signatureOf(verdict),
      verdict,
      found: undefined,
    }, undefined);
  }

  #replayError(token: string, record: ScheduleRecord, reason: string): ScheduleError {
    const step = Math.max(1, record.steps.length);
    const failure: Failure = {
      kind: "replay",
      message: `the schedule does not fit this program at step ${step}`,
    };
    const trace = { ...record, failure };
    return new ScheduleError(
      `${failure.message}: ${reason}\n\n` +
        "  The program has changed since the token was printed, or it is not deterministic.\n" +
        '  onDivergence: "continue" follows the schedule as far as it goes and then tries another.',
      { kind: "replay", schedule: token, seed: this.#settings.seed, trace },
    );
  }

  async #reportSchedule(deviations: readonly Deviation[], found: Found): Promise<ScheduleError> {
    const critical = found.verdict.kind === "foreign" || found.verdict.kind === "livelock"
      ? undefined
      : await this.#criticalSwitch(deviations);
    const { record, verdict, replay, recorder } = await this.#record(deviations, false);
    if (signatureOf(verdict) !== found.signature || replay.divergence !== null) {
      return this.#nondeterminism(deviations, record, found, verdict);
    }
    const checked = deviations.map((deviation, i) => ({
      ...deviation,
      check: replay.checks[i] ?? "0",
    }));
    const token = encodeToken({ deviations: checked, exploration: this.#identity });
    const at = critical === undefined
      ? undefined
      : recorder.stepOf((deviations[critical] as Deviation).at);
    const passed = at && recorder.before(at);
    const criticalSwitch = at && passed && at.isPreemption
      ? { step: at.step, goroutine: passed.goroutine }
      : undefined;
    return this.#toError(record, verdict, token, found, criticalSwitch);
  }

  #nondeterminism(
    deviations: readonly Deviation[],
    record: ScheduleRecord,
    found: Found,
    verdict: Verdict,
  ): ScheduleError {
    const token = encodeToken({ deviations, exploration: this.#identity });
    const first = toFailure(found.verdict)?.message;
    const second = toFailure(verdict)?.message ?? "passed";
    return new ScheduleError(
      "the same schedule ran differently the second time\n\n" +
        `  first   ${first}\n  second  ${second}\n\n` +
        "  Something is not under the scheduler's control: Math.random, the real clock, real IO, or state kept from\n" +
        "  schedule to schedule, such as a module-level cache or a counter of ids.",
      { kind: "nondeterminism", schedule: token, seed: this.#settings.seed, trace: record },
    );
  }

  /** Runs a schedule once more with diagnostics on. */
  async #record(
    deviations: readonly Deviation[],
    goOn: boolean,
  ): Promise<{ record: ScheduleRecord; verdict: Verdict; replay: Replay; recorder: Recorder }> {
    const replay = new Replay(
      deviations,
      (k) => describeEntry(explorer.candidate(k)),
      goOn ? new RandomWalk(this.#settings.seed) : null,
    );
    replay.begin();
    const awaits = new Map<Goroutine, Stack[]>();
    const from = explorer.steps > LONG_SCHEDULE ? explorer.steps - LAST_STEPS : 0;
    const recorder = new Recorder(explorer, awaits, from);
    const verdict = await watchAwaits(
      explorer,
      awaits,
      () => explorer.run(this.#body, replay, this.#rules, recorder),
    );
    this.#steps += explorer.steps;
    const outcome = withRejections(verdict);
    return { record: recorder.toRecord(outcome), verdict: outcome, replay, recorder };
  }

  #toError(
    record: ScheduleRecord,
    verdict: Verdict,
    token: string,
    found: Found,
    criticalSwitch: ReportContext["criticalSwitch"],
  ): ScheduleError {
    const failure = record.failure as Failure;
    const context: ReportContext = {
      token,
      seed: this.#settings.seed,
      schedule: this.#schedules,
      schedulesRun: this.#schedules,
      schedulesFailed: 1,
      scheduleLimit: this.#settings.schedules,
      totalSteps: this.#steps,
      elapsedMs: performance.now() - this.#started,
      strategy: found.strategy,
      isReplay: found.isReplay,
      ...(found.found ? { shrunkFrom: found.found } : {}),
      ...(this.#site ? { calledAt: toSite(this.#site) } : {}),
      ...(this.#settings.name ? { testName: this.#settings.name } : {}),
      ...(criticalSwitch ? { criticalSwitch } : {}),
    };
    const message = report(record, context, this.#settings.trace);
    const details = {
      kind: failure.kind,
      schedule: token,
      seed: this.#settings.seed,
      trace: record,
    };
    const cause = "error" in verdict ? verdict.error : undefined;
    return new ScheduleError(message, cause === undefined ? details : { ...details, cause });
  }

  #title(): string {
    return `explore${
      this.#settings.name === undefined ? "" : ` ${JSON.stringify(this.#settings.name)}`
    }`;
  }
}

interface Found {
  readonly isReplay: boolean;
  readonly strategy: string;
  readonly signature: string;
  readonly verdict: Verdict;
  readonly found: { readonly steps: number; readonly preemptions: number } | undefined;
}

function withRejections(verdict: Verdict): Verdict {
  const errors = rejections.take();
  if (verdict.kind !== "passed" || errors.length === 0) return verdict;
  return { kind: "panic", error: errors[0], goroutine: null };
}

function toStrategy({ strategy, seed }: Settings): Strategy {
  switch (strategy) {
    case "portfolio":
      return new Portfolio(seed);
    case "random":
      return new RandomWalk(seed);
    case "pct":
      return new Pct(seed, 3);
    case "exhaustive":
      return new Exhaustive();
    default:
      return strategy;
  }
}

/** Two verdicts of one signature are the same failure: kind, message without its numbers, and who waits for what. */
function signatureOf(verdict: Verdict): string {
  if (verdict.kind === "passed") return "passed";
  const message = "error" in verdict ? formatError(verdict.error).replaceAll(/[0-9]+/g, "#") : "";
  const waiting = verdict.kind === "deadlock" || verdict.kind === "leak"
    ? explorer.alive.map((goroutine) => `${goroutine.path()} ${waitsFor(goroutine)}`).sort()
    : [];
  return [verdict.kind, message, ...waiting].join("\n");
}

function waitsFor(goroutine: Goroutine): string {
  return goroutine.entries
    .filter((entry: Entry) => entry.state === EntryState.Parked)
    .map((entry) => entry.operation.kind)
    .join();
}

/** What can be resumed, in words that are the same in every process. */
function describeEntry(entry: Entry): string {
  const what = entry.timer !== null
    ? entry.timer.kind
    : entry.nth === 0
    ? "start"
    : entry.operation.verb;
  return `${entry.goroutine.path()} ${what}`;
}

function describeSite({ file, line }: Site): string {
  return `${file}:${line}`;
}

function describeCoverage({ schedules, complete, estimate }: ExploreResult): string {
  const count = `${schedules.toLocaleString("en")} schedule${schedules === 1 ? "" : "s"}`;
  if (complete) return `complete: ${count}`;
  return estimate === undefined
    ? `${count}, not complete`
    : `${count} of about ${estimate.toLocaleString("en")}, not complete`;
}
