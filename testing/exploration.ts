/**
 * One call of explore: spending the budget, and what comes of it.
 *
 * @module
 */

import { withAwaitPoints } from "./await_points.ts";
import { AwaitWatch, PATIENCE_MS } from "./await_watch.ts";
import { describeCase, describeCoverage, type ExploreResult } from "./explore_result.ts";
import { explorer } from "./explorer.ts";
import type { Rules, Watches } from "./rules.ts";
import type { Verdict } from "./verdict.ts";
import { FailingSchedule } from "./failing_schedule.ts";
import { signatureOf } from "./failure_signature.ts";
import { LockOrder } from "./lock_order.ts";
import type { Settings } from "./options.ts";
import type { Again } from "./oracle.ts";
import { Pct } from "./pct.ts";
import { warn } from "./platform.ts";
import { findRace } from "./race_check.ts";
import { RandomWalk } from "./random.ts";
import type { FailureKind } from "./record.ts";
import { realNow } from "./real_time.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { isToRepeat } from "./repeat_check.ts";
import { rejections } from "./rejections.ts";
import { Replay } from "./replay.ts";
import { ScheduleError } from "./schedule_error.ts";
import {
  decodeToken,
  type Deviation,
  encodeToken,
  shortHash,
  toDeviations,
} from "./schedule_token.ts";
import { takeTouched } from "./shared.ts";
import { SelectWatch } from "./select_watch.ts";
import type { RawSite } from "./sites.ts";
import { StepLog } from "./step_log.ts";
import { NotDeterministic, type Strategy } from "./strategy.ts";
import { toStrategy } from "./strategy_names.ts";
import { type Check, TrackedCheck } from "./tracked_check.ts";
import { DEFAULT_START } from "./virtual_clock.ts";
import { type InvertedSchedule, warnOfFloating, warnOfLocks, warnOfOutside } from "./warnings.ts";

/** After so many schedules the order of locks is looked at in one of so many. */
const LOCKS_AT_FIRST = 16, LOCK_SAMPLE = 64;

/** How many schedules must fail alike for a failure to be no matter of order; fewer if each takes real time. */
const ALWAYS = 64;
const ALWAYS_OUTSIDE = 16;

const stop = (): boolean => false;

function hasFailed({ kind }: Verdict): boolean {
  return kind !== "passed" && kind !== "redundant";
}

/** What a strategy throws that has found the program to be another than before. */
function toVerdict(error: unknown): Verdict {
  if (!(error instanceof NotDeterministic)) throw error;
  return { kind: "nondeterminism", reason: error.difference };
}

/** A schedule was run once more and was another. */
const OTHER: Verdict = { kind: "nondeterminism" };

function isStuck({ kind }: Verdict): boolean {
  return kind === "deadlock" || kind === "leak";
}

/** Exploration runs schedules of one body. */
export class Exploration {
  readonly body: () => unknown;
  readonly settings: Settings;
  readonly rules: Rules;
  readonly site: RawSite | undefined;
  /** Three characters that tell the tokens of this exploration from those of others. */
  readonly identity: string;
  readonly #started = realNow();
  #nextProgressMs = 10_000;
  #schedules = 0;
  #steps = 0;
  #starvation = 0;
  readonly #locks = new LockOrder();
  readonly #selects = new SelectWatch();
  #inversion: InvertedSchedule | null = null;
  /** Whether some schedule went on fairly at some point, instead of in all ways. */
  #isCut = false;
  /** A schedule in which an operation may not be awaited. */
  #floating: readonly Deviation[] | null = null;
  /** A schedule that has waited for the outside, and passed. */
  #outside: readonly Deviation[] | null = null;
  /** Whether the outside was given the time to come before anybody was called stuck. */
  #hasAskedOutside = false;
  /**
   * What is done before anybody is called stuck: nothing; the outside is given time; or goroutines are watched, too, which
   * tells whether they await something of the outside.
   */
  patience: "none" | "blind" | "watchful" = "none";
  readonly #awaits = new AwaitWatch();
  #log: StepLog | null = null;
  /** Who watches the schedule that runs. */
  #watches: Watches = { log: null, locks: null, selects: this.#selects, awaits: null };
  readonly #tracked: TrackedCheck | null = null;

  constructor(body: () => unknown, settings: Settings, site: RawSite | undefined) {
    if (typeof body !== "function") {
      throw new TypeError(`Cannot explore: expected a function, got ${String(body)}`);
    }
    this.body = body;
    this.settings = settings;
    this.site = site;
    takeTouched();
    if (settings.state === "tracked") {
      this.#log = new StepLog();
      this.#tracked = new TrackedCheck(this);
    }
    // An exploration without a name is known by its text; whoever changes it cannot replay it from the command line.
    this.identity = shortHash(settings.name ?? body.toString().replaceAll(/\s+/g, ""), 3);
    this.rules = {
      maxSteps: settings.maxSteps,
      maxSpins: settings.maxSpins,
      starvationBound: settings.starvationBound,
      earlyTimers: settings.earlyTimers,
      externalTimeoutMs: settings.externalTimeoutMs,
      externalGraceMs: settings.externalGraceMs,
      allowLeaks: settings.allowLeaks,
      ignoreLeaks: settings.leaks === "ignore",
      failsOnTimers: settings.timers === "fail",
      afterMain: settings.afterMain,
      start: settings.start ?? DEFAULT_START,
    };
  }

  /** Schedules run so far. */
  get schedules(): number {
    return this.#schedules;
  }
  /** Steps taken so far, replays included. */
  get steps(): number {
    return this.#steps;
  }
  /** Real time since the exploration began. */
  get elapsedMs(): number {
    return realNow() - this.#started;
  }
  /** What messages call it. */
  get title(): string {
    return `explore${
      this.settings.name === undefined ? "" : ` ${JSON.stringify(this.settings.name)}`
    }`;
  }

  /** Replays the token meant for this exploration, if there is one; searches otherwise. */
  async run(): Promise<ExploreResult> {
    if (this.settings.granularity === "operation") return await this.#run();
    return await withAwaitPoints(explorer, () => this.#run());
  }

  async #run(): Promise<ExploreResult> {
    const { replay, isReplayOwn } = this.settings;
    if (replay !== undefined) {
      const token = decodeToken(replay);
      if (isReplayOwn || token.exploration === this.identity) {
        await new FailingSchedule(this).replay(replay, token);
        return this.#result("replay");
      }
    }
    const result = await this.search(toStrategy(this.settings));
    const unreached = [...explorer.reached].flatMap(([name, isReached]) => isReached ? [] : [name]);
    if (unreached.length > 0) throw this.#unreachedError(unreached, result);
    if (!result.complete && this.#inversion !== null) await warnOfLocks(this, this.#inversion);
    if (this.#outside !== null) await warnOfOutside(this, this.#outside);
    if (this.#floating !== null) await warnOfFloating(this, this.#floating);
    return result;
  }

  /** Runs schedules until the budget is used up; throws at the first that fails. */
  async search(strategy: Strategy): Promise<ExploreResult> {
    let ended = this.#begin(strategy);
    while (ended === null) {
      let check: Check | null = null;
      const verdict = await this.attempt(strategy, (verdict) => {
        check = this.#tracked?.check(verdict, strategy.name) ?? null;
        if (check !== null || hasFailed(verdict)) return false;
        ended = this.#begin(strategy);
        return ended === null;
      }).catch(toVerdict);
      if (check !== null) {
        await (check as Check)();
        if (!hasFailed(verdict)) ended = this.#begin(strategy);
      }
      if (hasFailed(verdict)) throw await this.#failed(verdict, strategy);
    }
    if (ended === "complete") await this.#tracked?.checkStrays();
    return this.#passed(strategy, ended);
  }

  /** Begins another schedule, or says why there is none. */
  #begin(strategy: Strategy): ExploreResult["endedBy"] | null {
    const { schedules, maxTimeMs } = this.settings;
    if (this.#schedules >= schedules) return "schedules";
    const { elapsedMs } = this;
    if (elapsedMs >= maxTimeMs && this.#schedules > 0) return "time";
    if (elapsedMs >= this.#nextProgressMs) {
      this.#nextProgressMs = elapsedMs + 5_000;
      const count = this.#schedules.toLocaleString("en");
      warn(`${this.title}: ${count} schedules, ${Math.round(elapsedMs / 1_000)} s`);
    }
    if (strategy.begin(this.#schedules)) return null;
    return strategy.isComplete && !this.#isCut && this.#outside === null ? "complete" : "strategy";
  }

  /** Runs a schedule of the search, and more as long as `next` has begun another. Returns how the last ended. */
  async attempt(strategy: Strategy, next: (verdict: Verdict) => boolean = stop): Promise<Verdict> {
    for (;;) {
      let isSettled = false;
      let isOther = false;
      /** Of the schedule that is run once more. */
      let first: Fingerprint | undefined;
      const verdict = await this.execute(strategy, (verdict) => {
        if (first !== undefined) {
          isOther = verdict.kind !== "passed" || explorer.fingerprint?.equals(first) !== true;
          first = undefined;
          if (isOther) return false;
        } else {
          if (hasFailed(verdict)) return false;
          this.#count(verdict);
          if (verdict.kind === "passed" && this.#isToRepeat()) first = explorer.fingerprint;
          if (first !== undefined) return "again";
        }
        // If another has begun nothing is known of that one yet.
        isSettled = !next(verdict);
        return !isSettled;
      });
      if (isSettled) return verdict;
      const final = isOther ? OTHER : await this.askOutside(verdict);
      if (!isOther) this.#count(final);
      if (!next(final)) return final;
    }
  }

  /**
   * If the schedule that has just ended with `verdict` got stuck, runs it once more and gives the outside time to come:
   * nobody is stuck who awaits, in some flow, what is no operation, or whose operation is done by a callback. If it comes,
   * the schedules that follow are given that time, too.
   */
  async askOutside(
    verdict: Verdict,
    again: Strategy = this.#sameAgain(),
    hasPlainStacks = false,
  ): Promise<Verdict> {
    if (!isStuck(verdict) || this.#hasAskedOutside) return verdict;
    const { patience } = this;
    this.#hasAskedOutside = true;
    this.patience = "watchful";
    again.begin(0);
    const certain = await this.execute(again, stop, hasPlainStacks);
    if (isStuck(certain)) this.patience = patience;
    return certain;
  }

  /** The schedule that has just ended. */
  #last(): Again {
    return { answers: explorer.answers.slice(), early: explorer.earlyTimers };
  }

  /** The same as a strategy of its own. */
  #sameAgain(): Replay {
    return new Replay(toDeviations(explorer.answers), null, null, explorer.earlyTimers);
  }

  #count({ kind }: Verdict): void {
    if (kind !== "redundant") this.#schedules++;
    this.#isCut ||= explorer.isCut;
    if (explorer.hasComeBack) this.#outside ??= toDeviations(explorer.answers);
    if (explorer.mayFloat) this.#floating ??= toDeviations(explorer.answers);
  }

  /** Whether the schedule that has just passed is run once more, to see whether it is the same. That counts for nothing. */
  #isToRepeat(): boolean {
    return this.settings.check === "determinism" || isToRepeat(this.#schedules);
  }

  /**
   * Runs one schedule, and more as long as `next` says so: another, or the same again, which does not count. A rejection that
   * nobody handles fails a schedule, and so does a data race. With `hasPlainStacks` stacks of errors are for somebody to read.
   */
  async execute(
    strategy: Strategy,
    next: (verdict: Verdict) => boolean | "again" = stop,
    hasPlainStacks = false,
  ): Promise<Verdict> {
    let verdict: Verdict = { kind: "passed" };
    let isAgain = false;
    let needsLog = false;
    const onEnd = (raw: Verdict, locks: LockOrder | null): Watches | null => {
      verdict = isAgain ? this.#concludeAgain(raw) : this.conclude(raw);
      if (locks !== null && verdict.kind === "passed") this.#judgeLocks(locks);
      // The first schedule that touches cells: nobody has looked for races, so it is run once more.
      needsLog = takeTouched() && verdict.kind === "passed" && explorer.log === null &&
        this.watchCells();
      if (needsLog) return null;
      const answer = next(verdict);
      isAgain = answer === "again";
      if (answer === false) return null;
      return isAgain ? { ...this.watches(), again: this.#last() } : this.watches();
    };
    const begin = (again: Again | null): Promise<Verdict> => {
      const watches = { ...this.watches(), hasPlainStacks, again };
      const run = () => explorer.run(this.body, strategy, this.rules, null, watches, onEnd);
      return this.patience === "watchful" ? this.#awaits.during(explorer, run) : run();
    };
    await begin(null);
    while (needsLog) await begin(this.#last());
    return verdict;
  }

  /** Who watches the next schedule. The order of locks hardly depends on the schedule: looking at some is enough. */
  watches(): Watches {
    const { lockOrder } = this.settings;
    const isSample = this.#schedules < LOCKS_AT_FIRST || this.#schedules % LOCK_SAMPLE === 0;
    const looksAtLocks = lockOrder === "fail" ||
      (lockOrder === "warn" && isSample && this.#inversion === null);
    const isWatchful = this.patience === "watchful";
    if (isWatchful) this.#awaits.forget();
    const log = this.#log;
    const locks = looksAtLocks ? this.#locks : null;
    const awaits = isWatchful ? this.#awaits : null;
    const patienceMs = this.patience === "none" ? undefined : PATIENCE_MS;
    const known = this.#watches;
    // The explorer need not look at the same again.
    const isSame = known.log === log && known.locks === locks && known.awaits === awaits &&
      known.patienceMs === patienceMs;
    if (isSame) return known;
    return this.#watches = { log, locks, selects: this.#selects, awaits, patienceMs };
  }

  /** Remembers what to warn of, if every schedule passes and that was not all of them. */
  #judgeLocks(locks: LockOrder): void {
    const inversion = locks.find();
    if (inversion === null || this.settings.lockOrder !== "warn") return;
    this.#inversion = { inversion, deviations: toDeviations(explorer.answers) };
  }

  /** From the next schedule on looks for data races. Returns whether it does: that is an option. */
  watchCells(): boolean {
    if (this.settings.races === "fail") this.#log ??= new StepLog();
    return this.#log !== null;
  }

  /** Counts the schedule that has just ended, and adds what the platform had to say. */
  conclude(verdict: Verdict): Verdict {
    this.#steps += explorer.steps;
    this.#starvation = Math.max(this.#starvation, explorer.starvation);
    const errors = rejections.take();
    if (verdict.kind !== "passed") return verdict;
    if (errors.length > 0) return { kind: "panic", error: errors[0], goroutine: null };
    const { log } = explorer;
    const inversion = this.settings.lockOrder === "fail" ? this.#locks.find() : null;
    if (inversion !== null) return { kind: "lockOrder", inversion };
    const race = log === null || this.settings.races === "ignore" ? null : findRace(log);
    return race === null ? verdict : { kind: "dataRace", race };
  }

  /** A schedule that was run once more has ended. That counts for nothing. */
  #concludeAgain(verdict: Verdict): Verdict {
    rejections.take();
    return verdict;
  }

  async #failed(verdict: Verdict, strategy: Strategy): Promise<unknown> {
    const failing = new FailingSchedule(this);
    failing.found(verdict, strategy.name);
    if (explorer.isPerhapsTerminated) return failing.reportAsItIs();
    if (verdict.kind === "race" && explorer.preemptions === 0) {
      const always = await this.#failsAlways(failing.signature);
      if (always !== null) {
        warn(`${this.title}: fails in all ${always.tried} schedules tried, whatever the order`);
        return always.error;
      }
    }
    return await failing.shortenAndReport();
  }

  /** What it fails with whatever the order, if it does: then it is the user's own error, and no race. */
  async #failsAlways(
    signature: string,
  ): Promise<{ readonly error: unknown; readonly tried: number } | null> {
    const { seed } = this.settings;
    // Random walks alone hardly ever let a goroutine run through before the others.
    const strategies = [new RandomWalk(seed), new Pct(seed)];
    const tried = explorer.fingerprint === undefined ? ALWAYS_OUTSIDE : ALWAYS;
    for (let i = 1; i < tried; i++) {
      const strategy = strategies[i % strategies.length] as Strategy;
      strategy.begin(i);
      const verdict = await this.execute(strategy, stop, i === tried - 1);
      if (verdict.kind !== "race" || signatureOf(verdict) !== signature) return null;
      if (i === tried - 1) return { error: verdict.error, tried };
    }
    return null;
  }

  #passed(strategy: Strategy, endedBy: ExploreResult["endedBy"]): ExploreResult {
    const estimate = endedBy === "complete" ? undefined : this.#estimate(strategy);
    const bound = strategy.covered?.at(-1);
    const covered = bound === undefined || endedBy === "complete" ? {} : { covered: bound };
    const cases = this.#selects.untaken();
    const untaken = cases.length === 0 ? {} : { untaken: cases };
    const result = { ...this.#result(endedBy, estimate), ...covered, ...untaken };
    if (this.settings.mustComplete && !result.complete) throw this.#limitError(result);
    if (this.settings.verbose) {
      warn(`${this.title}: ok, ${[this.#describe(result), ...cases.map(describeCase)].join("; ")}`);
    }
    return result;
  }

  /** What the strategy thinks, but more than were run: it may know of a part of them only, and there is something left. */
  #estimate(strategy: Strategy): number | undefined {
    const estimate = strategy.estimate?.();
    return estimate === undefined ? undefined : Math.max(estimate, this.#schedules + 1);
  }

  #result(endedBy: ExploreResult["endedBy"], estimate?: number): ExploreResult {
    const result = {
      schedules: this.#schedules,
      steps: this.#steps,
      complete: endedBy === "complete",
      seed: this.settings.seed,
      starvation: this.#starvation,
      endedBy,
      ...this.#tracked?.counts,
    };
    return estimate !== undefined && Number.isFinite(estimate) ? { ...result, estimate } : result;
  }

  #describe(result: ExploreResult): string {
    const cut = this.#isCut
      ? "; some were longer than maxSteps, or nobody did anything but poll"
      : "";
    const outside = this.#outside === null
      ? ""
      : "; some waited for the outside, which no schedule controls";
    return describeCoverage(result) + cut + outside;
  }

  #limitError(result: ExploreResult): ScheduleError {
    const coverage = this.#describe(result);
    const message =
      `stopped at ${coverage}: raise schedules or maxTimeMs, or make the program smaller`;
    return this.#errorOfAll("limit", message);
  }

  #unreachedError(names: readonly string[], result: ExploreResult): ScheduleError {
    const [first, ...others] = names.map((name) => JSON.stringify(name));
    const rest = others.length === 0 ? "" : `, nor ${others.join(", ")}`;
    return this.#errorOfAll(
      "sometimes",
      `${first} was never true${rest} (${describeCoverage(result)})\n\n` +
        "  The body does not reach what it is meant to test: change it, or run more schedules.\n" +
        `  Again:  seed ${result.seed}`,
    );
  }

  /** An error about all schedules together. */
  #errorOfAll(kind: FailureKind, message: string): ScheduleError {
    return new ScheduleError(
      message,
      {
        kind,
        schedule: encodeToken({ deviations: [], exploration: this.identity }),
        seed: this.settings.seed,
        trace: { goroutines: [], resources: [], steps: [], events: [], timers: [] },
      },
    );
  }
}
