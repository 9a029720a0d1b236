/**
 * A schedule that fails: making it short, running it once more with diagnostics on, and saying what happened.
 *
 * @module
 */

import { AwaitWatch, PATIENCE_MS } from "./await_watch.ts";
import type { Exploration } from "./exploration.ts";
import { explorer } from "./explorer.ts";
import { toFailure } from "./failure.ts";
import type { Verdict } from "./verdict.ts";
import { describeCandidate, signatureOf } from "./failure_signature.ts";
import type { Goroutine } from "./goroutine.ts";
import type { Survivor } from "./linearize.ts";
import { type Attempt, minimize, type MinimizeBudget } from "./minimize.ts";
import { watchRealTimers } from "./node_timers.ts";
import { warn } from "./platform.ts";
import { watchRaces } from "./race_watch.ts";
import { RandomWalk } from "./random.ts";
import type { Failure, ReportContext, ScheduleRecord } from "./record.ts";
import { Recorder } from "./recorder.ts";
import { findDifference } from "./repeat_check.ts";
import { Replay } from "./replay.ts";
import { report } from "./reporting.ts";
import { ScheduleError } from "./schedule_error.ts";
import { type Deviation, encodeToken, type ScheduleToken, toDeviations } from "./schedule_token.ts";
import { toCommandSite } from "./sites.ts";
import type { Strategy } from "./strategy.ts";

/** How many executions and how much time a failing schedule is worth to be made shorter. */
const SHORTEN_BUDGET = { executions: 200, timeMs: 200 } as const;
/** Of a schedule longer than that only the last steps are recorded. */
const LONG_SCHEDULE = 2_000;
const LAST_STEPS = 200;
/** How often a schedule is run again to find where it differs. */
const REPEATS = 8;
/** With more deviations nobody looks for the one that matters. */
const MANY_DEVIATIONS = 12;

const AWAIT_CAVEAT = "await granularity: this order may be impossible in production";

interface Recorded {
  readonly record: ScheduleRecord;
  readonly verdict: Verdict;
  readonly replay: Replay;
  readonly recorder: Recorder;
}

/** FailingSchedule is what an exploration has found. */
export class FailingSchedule {
  readonly #exploration: Exploration;
  #verdict: Verdict = { kind: "passed" };
  #strategy = "replay";
  #deviations: readonly Deviation[] = [];
  #steps = 0;
  #preemptions = 0;
  /** How many steps it has by now. */
  #length = 0;
  #earlyTimers = 0;
  #isReplay = true;
  /** Tells the failure from others. */
  signature = "passed";

  constructor(exploration: Exploration) {
    this.#exploration = exploration;
  }

  /** Takes over the schedule that has just ended with `verdict`. */
  found(verdict: Verdict, strategy: string): void {
    this.#verdict = verdict;
    this.#strategy = strategy;
    this.#deviations = toDeviations(explorer.answers);
    this.#steps = this.#length = explorer.steps;
    this.#preemptions = explorer.preemptions;
    this.#earlyTimers = explorer.earlyTimers;
    this.#isReplay = false;
    this.signature = signatureOf(verdict);
  }

  /** How many deadlines may come early in it. */
  get earlyTimers(): number {
    return this.#earlyTimers;
  }

  /** The choices of the schedule, as short as they are by now. */
  get deviations(): readonly Deviation[] {
    return this.#deviations;
  }

  /** Makes the schedule as short as the budget allows and reports it. */
  async shortenAndReport(): Promise<ScheduleError> {
    // Waiting for the outside world takes real time, and going on for ever a long one: once is enough.
    const isQuick = !["foreign", "livelock", "nondeterminism"].includes(this.#verdict.kind);
    if (isQuick) await this.shorten();
    return await this.report(isQuick ? await this.#criticalDeviation() : undefined);
  }

  /** Makes the schedule as short as the budget allows; returns how many executions that took. */
  async shorten(budget: MinimizeBudget = SHORTEN_BUDGET): Promise<number> {
    const run = async (strategy: Strategy): Promise<Attempt> => {
      const verdict = await this.#exploration.execute(strategy);
      return {
        failsAlike: signatureOf(verdict) === this.signature &&
          explorer.earlyTimers === this.#earlyTimers,
        answers: explorer.answers,
        counts: [...explorer.counts],
        preemptions: explorer.preemptions,
        survivors: explorer.alive.map(toSurvivor),
        isStuck: verdict.kind === "deadlock" || verdict.kind === "leak",
      };
    };
    const execute = (candidate: readonly Deviation[]) => run(this.#replayOf(candidate));
    // The steps of a schedule in which time moves early are not the same in another order.
    const reorder = this.#earlyTimers === 0 ? run : undefined;
    const { deviations, executions } = await minimize(this.#deviations, execute, budget, reorder);
    this.#deviations = deviations;
    if (this.#length > LONG_SCHEDULE) {
      await execute(deviations);
      this.#length = explorer.steps;
    }
    return executions;
  }

  #replayOf(deviations: readonly Deviation[]): Replay {
    return new Replay(deviations, null, null, this.#earlyTimers);
  }

  /** The deviation that makes the difference: the first without which alone the schedule passes. */
  async #criticalDeviation(): Promise<Deviation | undefined> {
    if (this.#deviations.length > MANY_DEVIATIONS) return undefined;
    for (const deviation of this.#deviations) {
      const others = this.#deviations.filter((other) => other !== deviation);
      const verdict = await this.#exploration.execute(this.#replayOf(others));
      if (verdict.kind === "passed") return deviation;
    }
    return undefined;
  }

  /** Reports it without running it once more: that might never end. */
  reportAsItIs(): ScheduleError {
    const failure = toFailure(this.#verdict) as Failure;
    const nothing = { goroutines: [], resources: [], steps: [], events: [], timers: [] };
    return this.#toError({ ...nothing, failure }, this.#token());
  }

  /** Runs the schedule once more, with diagnostics on, and reports it. */
  async report(critical?: Deviation): Promise<ScheduleError> {
    const recorded = await this.#record(this.#deviations, false);
    const { replay, recorder } = recorded;
    if (this.#verdict.kind === "nondeterminism") {
      return await this.#reportDifference(recorded.record);
    }
    if (signatureOf(recorded.verdict) !== this.signature || replay.divergence !== null) {
      return this.#toError(await this.#differs(recorded), this.#token());
    }
    const checks = replay.checks;
    this.#deviations = this.#deviations.map((deviation, i) => ({
      ...deviation,
      check: checks[i] ?? "0",
    }));
    const at = critical && recorder.stepOf(critical.at);
    const before = at && recorder.before(at);
    const criticalSwitch = at?.isPreemption && before
      ? { criticalSwitch: { step: at.step, goroutine: before.goroutine } }
      : {};
    const slow = recorder.slowSteps.length > 0 ? { slowSteps: recorder.slowSteps } : {};
    return this.#toError(recorded.record, this.#token(), { ...criticalSwitch, ...slow });
  }

  /**
   * Replays a token.
   *
   * @throws {ScheduleError} If the schedule fails, or does not fit the program.
   */
  async replay(token: string, { deviations, earlyTimers = 0 }: ScheduleToken): Promise<void> {
    this.#earlyTimers = earlyTimers;
    const { onDivergence } = this.#exploration.settings;
    this.#exploration.watchCells();
    const { record, verdict, replay } = await this.#record(deviations, onDivergence === "continue");
    this.#verdict = verdict;
    const { divergence } = replay;
    if (divergence !== null && onDivergence === "fail") {
      const step = Math.max(1, record.steps.length);
      const message =
        `the schedule does not fit this program at step ${step}: ${divergence.reason}`;
      throw this.#toError({ ...record, failure: { kind: "replay", message } }, token);
    }
    if (record.failure === undefined) {
      warn(`${this.#exploration.title}: the schedule ${token} does not fail any more`);
      return;
    }
    throw this.#toError(record, token);
  }

  async #record(deviations: readonly Deviation[], goOn: boolean): Promise<Recorded> {
    const { body, rules, settings } = this.#exploration;
    const replay = new Replay(
      deviations,
      describeCandidate,
      goOn ? new RandomWalk(settings.seed) : null,
      this.#earlyTimers,
    );
    replay.begin();
    const awaits = new AwaitWatch();
    const watchFrom = this.#firstToWatch();
    const recorder = new Recorder(explorer, awaits, this.#firstToRecord(), watchFrom);
    const watches = {
      ...this.#exploration.watches(),
      hasPlainStacks: true,
      awaits,
      patienceMs: this.#patienceMs,
    };
    const run = () => explorer.run(body, replay, rules, recorder, watches);
    const verdict = this.#exploration.conclude(
      await watchRaces(
        (contenders) => recorder.raced(contenders),
        () => watchRealTimers(explorer, () => awaits.during(explorer, run, watchFrom)),
      ),
    );
    return { record: recorder.toRecord(verdict), verdict, replay, recorder };
  }

  /** Nobody waits once more for an outside that had time to come. */
  get #patienceMs(): number | undefined {
    const { patience } = this.#exploration;
    const isPatient = patience === "watchful" || this.#isReplay || this.#verdict.kind === "foreign";
    return isPatient ? PATIENCE_MS : undefined;
  }

  /** Reports a schedule as a failure that it does not have by itself. */
  async reportAs(
    kind: Failure["kind"],
    message: string,
    deviations: readonly Deviation[],
  ): Promise<ScheduleError> {
    this.#deviations = deviations;
    const { record } = await this.#record(deviations, false);
    return this.#toError({ ...record, failure: { kind, message } }, this.#token());
  }

  /** The record of a schedule that passes, with `verdict` instead of its own; for warnings. */
  async describe(verdict: Verdict, deviations: readonly Deviation[]): Promise<ScheduleRecord> {
    const { recorder } = await this.#record(deviations, false);
    return recorder.toRecord(verdict);
  }

  /**
   * From which step on awaits and timers have a place. They may wait since long ago, so from the first on; but a schedule
   * that never ends has 110,000 steps by default, and stacks would take ten times as long as running it.
   */
  #firstToWatch(): number {
    return this.#verdict.kind === "livelock" ? this.#firstToRecord() : 0;
  }

  #firstToRecord(): number {
    if (this.#length <= LONG_SCHEDULE) return 0;
    const last = this.#length - LAST_STEPS;
    return this.#verdict.kind === "dataRace" ? Math.min(last, this.#verdict.race.first.step) : last;
  }

  /** The record of a schedule that did not fail the second time as it did the first. */
  async #differs({ record, verdict, recorder }: Recorded): Promise<ScheduleRecord> {
    const first = toFailure(this.#verdict)?.message ?? "passes";
    const second = toFailure(verdict)?.message ?? "passes";
    const message =
      `the same schedule ran differently the second time: first ${first}; then ${second}`;
    const failure = { kind: "nondeterminism", message } as const;
    const step = Math.max(1, record.steps.at(-1)?.step ?? 1);
    const divergence = {
      step,
      expected: { text: first },
      found: { text: second },
      uncontrolled: recorder.uncontrolledBefore(step),
    };
    return { divergence, ...await this.#withDifference(record), failure };
  }

  async #reportDifference(record: ScheduleRecord): Promise<ScheduleError> {
    const different = await this.#withDifference(record);
    // The place of the difference says more than the strategy that met one.
    const isPlaced = different.divergence !== undefined;
    const failure = toFailure(isPlaced ? { kind: "nondeterminism" } : this.#verdict) as Failure;
    return this.#toError({ ...different, failure }, this.#token());
  }

  /** The record with where it differs from others of the same schedule, if one of a few does. */
  async #withDifference(record: ScheduleRecord): Promise<ScheduleRecord> {
    for (let i = 0; i < REPEATS; i++) {
      const again = await this.#record(this.#deviations, false);
      const divergence = findDifference(record, again.record);
      if (divergence !== undefined) return { ...again.record, divergence };
    }
    return record;
  }

  #token(): string {
    return encodeToken({
      deviations: this.#deviations,
      exploration: this.#exploration.identity,
      earlyTimers: this.#earlyTimers,
    });
  }

  #toError(
    record: ScheduleRecord,
    token: string,
    more: Partial<ReportContext> = {},
  ): ScheduleError {
    const exploration = this.#exploration;
    const { seed, name, schedules, trace, granularity } = exploration.settings;
    const context: ReportContext = {
      token,
      seed,
      schedule: exploration.schedules,
      schedulesRun: exploration.schedules,
      schedulesFailed: 1,
      scheduleLimit: schedules,
      totalSteps: exploration.steps,
      elapsedMs: exploration.elapsedMs,
      externalTimeoutMs: exploration.settings.externalTimeoutMs,
      strategy: this.#strategy,
      isReplay: this.#isReplay,
      ...(this.#isReplay
        ? {}
        : { shrunkFrom: { steps: this.#steps, preemptions: this.#preemptions } }),
      ...(exploration.site ? { calledAt: toCommandSite(exploration.site) } : {}),
      ...(name === undefined ? {} : { testName: name }),
      ...(granularity === "await" ? { caveat: AWAIT_CAVEAT } : {}),
      ...more,
    };
    const { kind } = record.failure as Failure;
    const details = { kind, schedule: token, seed, trace: record };
    const thrown = record.failure?.cause;
    return new ScheduleError(
      report(record, context, trace),
      thrown === undefined ? details : { ...details, cause: thrown },
    );
  }
}

function toSurvivor({ index, runnable }: Goroutine): Survivor {
  return { goroutine: index, canRun: runnable > 0 };
}
