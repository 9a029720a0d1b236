/**
 * The exploring scheduler: runs one schedule at a time, one goroutine per step.
 *
 * Invariants:
 * - A step is one resumption; it has ended when the microtask queue is empty.
 * - Operations act at the call; their caller resumes in a later step.
 * - Whoever is runnable stays runnable until it is resumed.
 * - Everything undetermined is asked of the oracle, and what is asked has at least two answers.
 * - Nothing of an earlier schedule can touch the present one: entries and contexts carry the epoch of their schedule.
 * - Time moves only when nobody can run, or where the oracle was allowed to let a deadline come early.
 *
 * @module
 */

import { install } from "../runtime/current.ts";
import { eventLoop } from "../runtime/event_loop.ts";
import { type Access, observe, type Observer, Resource } from "../runtime/observer.ts";
import type { Member, Operation, Waiter } from "../runtime/operation.ts";
import { hasExited, swallowed, watchGoexit } from "../runtime/goexit.ts";
import type { GoroutineInfo } from "../runtime/goroutines.ts";
import type { GoroutineEnd, Scheduler, Timer } from "../runtime/scheduler.ts";
import {
  canRunAtOnce,
  type Context,
  currentContext,
  currentFrame,
  forgetContexts,
  giveContext,
  isOutside,
  runOutside,
  takeContext,
} from "./context_pool.ts";
import { Conditions } from "./conditions.ts";
import { afterMacrotask, StepLoop } from "./drain.ts";
import { ExternalCalls } from "./external_calls.ts";
import { Fingerprint } from "./fingerprint.ts";
import { type Entry, type EntryOwner, EntryState, Goroutine, infoOf } from "./goroutine.ts";
import { RandomSource } from "./random_source.ts";
import { OutsideWait } from "./outside_wait.ts";
import { lookOutside } from "./outside_work.ts";
import { realNow } from "./real_time.ts";
import { Oracle } from "./oracle.ts";
import { MADE_EARLIER, ResourceTable, touchesMore } from "./resource_table.ts";
import type { Condition, NextSchedule, Rules, Watches } from "./rules.ts";
import { RunQueue } from "./run_queue.ts";
import { ScheduleTimers } from "./schedule_timers.ts";
import type { SelectPlace, SelectWatch } from "./select_watch.ts";
import { SpinWatch } from "./spin_watch.ts";
import type { StepLog } from "./step_log.ts";
import { trackExternals } from "./externals.ts";
import { followNodeTimers } from "./node_timers.ts";
import { virtualizeGlobals } from "./virtual_globals.ts";
import { forgetTimeouts } from "./virtual_timers.ts";
import type { LoggingStrategy } from "./strategy.ts";
import type { Tracer } from "./tracer.ts";
import type { Verdict } from "./verdict.ts";
import type { VirtualClock } from "./virtual_clock.ts";
import { Witnesses } from "./witnesses.ts";

const noNext: NextSchedule = () => null;

const PASSED: Verdict = { kind: "passed" };

const NEVER: Promise<never> = new Promise(() => {});

// Constants of this module are compiled in; see hooks.ts.
const FREE = EntryState.Free, PARKED = EntryState.Parked, RUNNABLE = EntryState.Runnable;
const frameOf = currentFrame;

/** How many times `maxSteps` a schedule may go on fairly before it is a livelock. */
const FAIR_FACTOR = 10;

const DEFAULT_MAX_SPINS = 1_000;

/** A schedule that has held the thread for longer, in milliseconds, may have been ended by the platform. */
const HOG_MS = 200;

/** So many steps may go by without a look at the clock. */
const MOST_UNLOOKED = 256;

/** For how long schedules follow each other before the platform has a turn, in milliseconds. */
const SLICE_MS = 2;

/** Whose promise is made. What resolves it goes straight there: each store into what is old costs a write barrier. */
let captor: Entry;
function capture(resolve: (value: unknown) => void): void {
  captor.resolve = resolve;
}

/** A promise that is resolved with this is rejected. Few are, so that nobody keeps what rejects them. */
class Failure {
  readonly #error: unknown;

  constructor(error: unknown) {
    this.#error = error;
  }

  then(_resolve: unknown, reject: (error: unknown) => void): void {
    reject(this.#error);
  }
}

/** Explorer is the {@linkcode Scheduler} of explorations. There is one, {@linkcode explorer}. */
export class Explorer implements Scheduler, Observer, EntryOwner {
  // --- the schedule that runs ---
  #epoch = 0;
  #isRunning = false;
  #strategy: LoggingStrategy = undefined as unknown as LoggingStrategy;
  #rules: Rules = undefined as unknown as Rules;
  #tracer: Tracer | null = null;
  #body: () => unknown = ignore;
  /** The async context of whoever explores. */
  #base: object | undefined = undefined;
  #verdict: Verdict | null = null;
  #next: NextSchedule = noNext;
  #resolve: (verdict: Verdict) => void = ignore;
  #reject: (error: unknown) => void = ignore;
  #main: Goroutine = new Goroutine(null, 0, 0, this);
  #nextIndex = 1;
  #current: Goroutine | null = null;
  #isStepping = false;
  #last: Goroutine | null = null;
  #lastEntry: Entry = undefined as unknown as Entry;
  #goroutineCount = 0;
  /** How many goroutines have not ended. */
  #aliveCount = 0;
  readonly #runnable = new RunQueue();
  #nextReady = 0;
  readonly #timers = new ScheduleTimers((timer, owner) => this.#makeDue(timer, owner));
  readonly #clock = this.#timers.clock;
  #steps = 0;
  #mainEnded = false;
  /** Main has called goexit: the others go on as if it were there. */
  #mainExited = false;
  /** What was resumed in which order, as a number. */
  #hash = 0;
  /** The most steps that anybody who could run was passed over. */
  #starvation = 0;
  #starvationBound = Infinity;
  #maxSteps = Infinity;
  /** Whether the running step has done anything but yield or fail a try. */
  #hasEffect = true;
  readonly #spinning = new SpinWatch();
  /** Real time when the platform's event loop last had a turn. */
  #turnedAt = 0;
  /** How many steps are left until the next look at it, and how many were given at the last. */
  #credit = 0;
  #stride = 1;
  readonly #outside = new OutsideWait();
  /** Whether some goroutine has begun or ended something while one of its operations had not returned. */
  #mayFloat = false;
  /** Whether something was called that goes on outside and may call back. */
  #hasCalledOutside = false;
  #fatal: { error: Error; goroutine: Goroutine | null } | null = null;
  /** What the strategy threw, or is wrong about: the exploration cannot go on. */
  #broken: { readonly error: unknown } | null = null;
  /** Whether something has happened in the schedule that each step has to look for. */
  #isEventful = false;
  /** Whether the schedule has used what is put back before the next only then. */
  #hasLeftovers = true;

  // --- who watches ---
  readonly #resources = new ResourceTable();
  readonly #witnesses = new Witnesses(this.#resources, this.#timers);
  /** The same, if anybody watches. */
  #watched: Witnesses | null = null;
  /** Who watches the schedule that runs, if that is nobody. */
  #unwatched: Watches | null = null;
  #patienceMs: number | undefined;
  #selects: SelectWatch | null = null;
  /** Who waits until all others do. */
  #settling: Waiter | null = null;

  // --- what the program demands ---
  readonly #conditions = new Conditions();
  /** What must be true in some schedule, and whether it was. */
  readonly reached: Map<string, boolean> = new Map();

  readonly #oracle = new Oracle(this.#runnable, {
    hasDeadline: () => this.#hasDeadline(),
    broken: (error) => this.#break(error),
  });

  readonly #random = new RandomSource(0);
  /** The schedule that the random numbers were begun for. */
  #randomEpoch = 0;

  readonly #externals = new ExternalCalls({
    goOn: () => {
      this.#turnedAt = realNow();
      this.#loop.arm();
    },
    giveUp: (goroutine, calls) => this.#end({ kind: "foreign", goroutine, calls }),
  });

  /** From which schedule on contexts can be used again; what was started in earlier ones may still go on in them. */
  #contextsSince = 0;

  readonly #loop = new StepLoop(() => this.#step());

  /** Makes primitives ask this scheduler from now on. What runs outside a schedule goes on to the event loop. */
  install(): void {
    install(this);
    observe(this);
    watchGoexit(this.#onGoexit);
  }

  /** Steps taken in the present schedule, or the last. */
  get steps(): number {
    return this.#steps;
  }
  /** Preemptions in the present schedule, or the last. */
  get preemptions(): number {
    return this.#oracle.preemptions;
  }
  /** How many deadlines could come early in the present schedule, or the last; a replay has the same questions only then. */
  get earlyTimers(): number {
    return this.#oracle.early;
  }
  /** How many did. */
  get cameEarly(): number {
    return this.#oracle.cameEarly;
  }
  /** The answers given, one per question. Reused: copy to keep. */
  get answers(): readonly number[] {
    return this.#oracle.answers;
  }
  /** How many answers each question had. Reused: copy to keep. */
  get counts(): readonly number[] {
    return this.#oracle.counts;
  }
  /** Who can be resumed next. */
  get candidates(): Oracle {
    return this.#oracle;
  }
  /** The clock of the schedule. */
  get clock(): VirtualClock {
    return this.#clock;
  }
  /** What was logged of the schedule, if anybody asked for it. */
  get log(): StepLog | null {
    return this.#witnesses.log;
  }
  /** All goroutines that have not ended. */
  get alive(): readonly Goroutine[] {
    const alive: Goroutine[] = [];
    const left = this.#goroutineCount === 0 ? [] : [this.#main];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (node.isAlive) alive.push(node);
      for (let nth = 0; nth < node.childCount; nth++) left.push(node.children[nth] as Goroutine);
    }
    return alive.sort((a, b) => a.order - b.order);
  }
  /** The same for two runs of one schedule; undefined if it has waited for something that nobody controls. */
  get fingerprint(): Fingerprint | undefined {
    if (this.#outside.hasWaited) return undefined;
    const { answers, counts } = this.#oracle;
    return new Fingerprint(this.#hash, this.#steps, this.#clock.elapsed, answers, counts);
  }
  /** Whether some goroutine of the present schedule, or the last, may not have awaited an operation. */
  get mayFloat(): boolean {
    return this.#mayFloat;
  }
  /** Whether the present schedule, or the last, depends on when something came from outside that is no tracked call. */
  get hasComeBack(): boolean {
    return this.#outside.hasComeBack;
  }
  /** Whether there were choices in the present schedule, or the last, that were made fairly and not explored. */
  get isCut(): boolean {
    return this.#oracle.isCut;
  }
  /** For how many steps at most somebody who could run was passed over in the present schedule, or the last. */
  get starvation(): number {
    return this.#starvation;
  }
  /** Whether a schedule runs. */
  get isRunning(): boolean {
    return this.#isRunning;
  }
  /** Whether the calling code is part of the schedule that runs. */
  get isInside(): boolean {
    if (!this.#isRunning) return false;
    const goroutine = this.#who();
    return goroutine !== null && goroutine.epoch === this.#epoch;
  }
  /** Whether the schedule that runs is recorded. */
  get isTraced(): boolean {
    return this.#tracer !== null;
  }
  /** Marks the promise of an operation where other promises are schedule points. */
  exempt: ((promise: Promise<unknown>) => void) | null = null;
  /**
   * Whether the calling code belongs to no schedule. While none runs nobody does: the platform lets contexts leak, as
   * from a dynamic import, into code that has nothing to do with them.
   */
  get isOutside(): boolean {
    return !this.#isRunning || this.#who() === null;
  }
  /** Random numbers for the program: the same in every schedule, so that a token alone replays it. */
  get random(): RandomSource {
    if (this.#randomEpoch !== this.#epoch) {
      this.#randomEpoch = this.#epoch;
      this.#random.reseed(0);
    }
    return this.#random;
  }

  /**
   * Calls something outside the program and waits for it: until what it returns has settled nobody is resumed and time
   * stands still. Answers are handed over in the order of the calls, one per turn. `label` is what reports call it.
   */
  external(label: string, call: () => unknown): unknown {
    const goroutine = this.#who();
    const { externalGraceMs = Infinity } = this.#rules;
    if (goroutine === null || !this.#isPresent(goroutine)) return call();
    const isTracked = externalGraceMs > 0;
    this.#hasCalledOutside ||= externalGraceMs < Infinity;
    this.#tracer?.uncontrolled?.(goroutine, label, isTracked);
    const result = runOutside(call);
    if (!isTracked || !(result instanceof Promise)) return result;
    const answer = this.#externals.add(goroutine, label, result);
    this.#isEventful = true;
    if (this.#outside.isWaiting) this.#comeBack();
    return answer;
  }

  /** Something that no schedule controls was called and goes on by itself. */
  uncontrolled(label: string): void {
    const goroutine = this.#who();
    this.#hasCalledOutside = true;
    if (goroutine !== null) this.#tracer?.uncontrolled?.(goroutine, label, false);
  }

  /** Whether somebody waits until all others do. */
  get isSettling(): boolean {
    return this.#settling !== null;
  }

  /** Lets `waiter` go on once nobody else can, before time moves. Only one may wait for that. */
  whenSettled(waiter: Waiter): void {
    this.#settling = waiter;
  }

  /** Who is resumed in the present step. */
  get running(): Goroutine | null {
    return this.#who();
  }

  /**
   * Whether the schedule waits for something outside after it has held the thread for so long that the platform may have
   * ended it in the middle: Deno does that to a test in an endless loop of its own promises once its `timeout` is over.
   * The goroutine then looks as if it awaited something foreign, and must not be run again.
   */
  get isPerhapsTerminated(): boolean {
    return this.#outside.hasHogged;
  }

  /** Ends the schedule without a verdict: whoever waits for one waits for ever. */
  abandon(): void {
    this.#resolve = this.#reject = ignore;
    this.#next = noNext;
    this.#loop.disarm();
    this.#isStepping = false;
    if (this.#isRunning) this.#end(PASSED);
    this.#outside.forgive();
  }

  /** Forgets the numbers of goroutines: a new exploration begins. */
  forget(): void {
    this.#giveContexts();
    forgetContexts();
    this.#main = new Goroutine(null, 0, 0, this);
    this.#nextIndex = 1;
    this.#resources.forget();
    this.#oracle.forget();
    this.#witnesses.forget();
    this.reached.clear();
  }

  /** From now on asks a condition after every step. */
  watch(condition: Condition): void {
    this.#conditions.add(condition, this.#who() as Goroutine);
    this.#isEventful = this.#hasLeftovers = true;
  }

  /** Takes note of whether `name` is true. */
  reach(name: string, isTrue: boolean): void {
    this.reached.set(name, isTrue || this.reached.get(name) === true);
  }

  /**
   * Runs a schedule of `body` and says how it ended. Rejects with what `strategy` throws.
   *
   * @param watches Who hears of what each step does; a strategy's own log comes before the one given here.
   * @param next Asked when a schedule has ended, and all that belongs to it has been delivered. If it returns watches another
   *   one begins at once; otherwise that was the last, whose verdict is the result.
   */
  run(
    body: () => unknown,
    strategy: LoggingStrategy,
    rules: Rules,
    tracer: Tracer | null = null,
    watches: Watches = {},
    next: NextSchedule = noNext,
  ): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.#body = body;
      this.#strategy = strategy;
      this.#rules = rules;
      this.#tracer = tracer;
      this.#next = next;
      this.#resolve = resolve;
      this.#reject = reject;
      this.#base = this.#main.base = currentFrame();
      this.#maxSteps = rules.maxSteps;
      this.#starvationBound = rules.starvationBound ?? Infinity;
      this.#unwatched = this.#verdict = null;
      this.#hasLeftovers = true;
      this.#turnedAt = realNow();
      this.#loop.usesTicks = watches.hasPlainStacks === true;
      this.#begin(watches);
    });
  }

  #begin(watches: Watches): void {
    this.#epoch++;
    this.#isRunning = true;
    if (watches !== this.#unwatched || this.#strategy.log !== undefined) this.#letWatch(watches);
    if (this.#hasLeftovers) this.#clearLeftovers();
    this.#current = this.#last = null;
    this.#goroutineCount = this.#aliveCount = 0;
    this.#runnable.clear();
    this.#resources.begin(this.#epoch);
    this.#steps = this.#starvation = this.#hash = 0;
    this.#hasEffect = true;
    this.#mainEnded =
      this.#mainExited =
      this.#hasCalledOutside =
      this.#mayFloat =
        false;
    this.#fatal = this.#broken = null;
    this.#settling = null;
    this.#isEventful = this.#starvationBound < Infinity;
    this.#oracle.begin();
    this.#start(this.#main, this.#body, "main");
    this.#loop.arm();
  }

  /** Sets who watches the schedule that begins. That is done for each, unless nobody watches, as in the one before. */
  #letWatch(watches: Watches): void {
    const strategy = this.#strategy;
    const { again = null, locks = null, awaits = null } = watches;
    const own = again === null ? strategy.log : undefined;
    const log = own ?? watches.log ?? null;
    const isWatched = this.#witnesses.begin(this.#tracer, log, locks, awaits, this.exempt);
    this.#watched = isWatched ? this.#witnesses : null;
    this.#selects = watches.selects ?? null;
    this.#patienceMs = watches.patienceMs;
    this.#unwatched = isWatched || again !== null ? null : watches;
    this.#oracle.follow(strategy, this.#rules.earlyTimers ?? 0, log, again);
  }

  /** Puts back what few schedules use: time, conditions, looking for who gets nowhere, waiting for the outside. */
  #clearLeftovers(): void {
    this.#hasLeftovers = false;
    this.#timers.begin(this.#rules.start);
    forgetTimeouts();
    this.#outside.begin();
    this.#conditions.begin();
    this.#spinning.stop();
  }

  // --- Scheduler ---

  perform<R>(operation: Operation<R>): Promise<R> {
    const goroutine = this.#who();
    if (goroutine === null) return this.#resources.performOutside(operation);
    if (!this.#isPresent(goroutine)) return NEVER;
    const { resource } = operation;
    if (!this.#resources.isOwn(resource)) this.#resources.borrow(resource, operation.verb);
    if (goroutine.parked + goroutine.runnable > 0) this.#mayFloat ||= operation.kind !== "IO wait";
    const entry = goroutine.freeEntry();
    // A write barrier less for whoever does the same again.
    if (entry.operation !== operation) entry.operation = operation;
    entry.epoch = this.#epoch;
    entry.nth = ++goroutine.operations;
    entry.calledIn = this.#steps;
    if (touchesMore(operation)) this.#callMany(entry, operation);
    const isReady = operation.isReady();
    const watched = this.#watched;
    if (watched !== null) watched.called(entry, !isReady);
    if (isReady) {
      this.#commit(entry, operation);
    } else {
      this.#hasEffect = true;
      entry.state = PARKED;
      goroutine.parked++;
      operation.enqueue(entry);
    }
    captor = entry;
    const promise = new Promise(capture);
    if (watched !== null) watched.performed(entry, promise);
    return promise as Promise<R>;
  }

  /** Does what can be done at once; who has called it goes on in a later step. */
  #commit(entry: Entry, operation: Operation<unknown>): void {
    try {
      entry.outcome = operation.commit();
      entry.hasFailed = false;
    } catch (error) {
      entry.outcome = error;
      entry.hasFailed = true;
    }
    if (this.#watched !== null) this.#watched.acted(entry);
    if (entry.select !== null) this.#noteSelect(entry);
    if (!this.#hasEffect) this.#hasEffect = !isIdle(entry);
    this.#makeRunnable(entry);
  }

  /** A select is called, or something else that touches more than its resource. */
  #callMany(entry: Entry, operation: Operation<unknown>): void {
    this.#resources.checkAll(operation);
    if (this.#selects !== null && operation.verb === "select") {
      entry.select = this.#selects.called(entry.goroutine, entry.nth, operation);
    }
  }

  spawn(body: () => unknown, name?: string, end?: GoroutineEnd): void {
    const parent = this.#who();
    if (parent === null) return eventLoop.spawn(body, name, end);
    if (!this.#isPresent(parent)) return;
    this.#hasEffect = true;
    const nth = parent.childCount++;
    let child = parent.children[nth];
    if (child === undefined) {
      child = new Goroutine(parent, nth, this.#nextIndex++, this);
      parent.children.push(child);
    }
    const frame = frameOf();
    const base = frame === parent.frame ? parent.base : frame;
    if (child.base !== base) child.base = base;
    this.#start(child, body, name, end);
    this.#tracer?.spawned(parent, child);
  }

  choose(count: number): number {
    const goroutine = this.#who();
    if (goroutine === null) return eventLoop.choose(count);
    if (!this.#isPresent(goroutine)) return 0;
    return this.#oracle.ask(count, "select");
  }

  /** A choice of the program's own: a number below `count`. Only for code inside the schedule. */
  chooseFreely(count: number): number {
    this.#hasEffect = true;
    return this.#oracle.ask(count, "choose");
  }

  now(): number {
    return this.#who() === null ? eventLoop.now() : this.#clock.now;
  }

  setTimer(timer: Timer, delayMs: number): void {
    const goroutine = this.#who();
    if (goroutine === null) return eventLoop.setTimer(timer, delayMs);
    if (!this.#isPresent(goroutine)) return;
    this.#hasEffect = true;
    timer.scheduler = this;
    this.#hasLeftovers = true;
    this.#timers.add(timer, delayMs, goroutine, this.#witnesses.log?.release());
    this.#tracer?.timerSet(goroutine, timer);
    if (timer.due <= this.#clock.now) this.#timers.collect();
    if (this.#outside.isWaiting) this.#comeBack();
  }

  clearTimer(timer: Timer): boolean {
    return this.#timers.remove(timer);
  }

  numGoroutine(): number {
    return this.#who() === null ? eventLoop.numGoroutine() : this.#aliveCount;
  }

  goroutines(): readonly GoroutineInfo[] | undefined {
    const running = this.#who();
    return running === null ? undefined : this.alive.map((it) => infoOf(it, running));
  }

  // --- Observer ---

  created(resource: Resource): unknown {
    const goroutine = this.#who();
    if (this.#tracer !== null) this.#tracer.created(resource, goroutine);
    if (goroutine === null) return undefined;
    return this.#isPresent(goroutine) ? this.#resources.mark(goroutine, resource) : MADE_EARLIER;
  }

  touched(resource: object, access: Access, detail?: unknown): void {
    const goroutine = this.#who();
    if (goroutine === null || !this.#isPresent(goroutine)) {
      return this.#touchedElsewhere(goroutine, resource, access);
    }
    if (!this.#resources.isOwn(resource)) this.#resources.borrow(resource, access.verb);
    const watched = this.#watched;
    if (this.#conditions.isJudging) return watched?.judged(resource, access);
    if (access.isIdle === undefined) this.#hasEffect = true;
    if (watched !== null) watched.touched(goroutine, resource, access, detail, this.#steps);
  }

  #touchedElsewhere(goroutine: Goroutine | null, resource: object, { verb }: Access): void {
    if (goroutine === null) this.#resources.checkOutside(resource, verb);
    else this.#resources.checkAbandoned(resource, verb);
  }

  moment(): number {
    return this.#watched === null ? 0 : this.#watched.moment();
  }

  after(released: number, waiter?: Member): void {
    this.#watched?.after(released, waiter);
  }

  since(waiter: Member): number {
    return this.#watched === null ? 0 : this.#watched.since(waiter);
  }

  fatal(error: Error): void {
    const goroutine = this.#who();
    if (goroutine === null || !this.#isPresent(goroutine)) return;
    this.#fatal ??= { error, goroutine };
    this.#isEventful = true;
  }

  misused(resource: object): void {
    const goroutine = this.#who();
    if (goroutine === null || !this.#isPresent(goroutine)) return;
    this.#watched?.misused(resource);
  }

  // --- steps ---

  /** Takes a step. Whatever context it is called in, what it does itself is the doing of who is resumed. */
  #step(): void {
    this.#isStepping = true;
    this.#takeStep();
    this.#isStepping = false;
  }

  #takeStep(): void {
    const isPlain = this.#hasEffect && !this.#isEventful && this.#steps < this.#maxSteps &&
      this.#runnable.size > 0;
    this.#current = null;
    if (!isPlain && !this.#canGoOn()) return;
    const entry = this.#oracle.pick(this.#last) ?? this.#pickLater();
    if (this.#watched !== null && this.#oracle.isRedundant) return this.#end({ kind: "redundant" });
    this.#resume(entry);
    this.#loop.arm();
  }

  /** Sees to everything that may come before a step. Returns whether somebody can be resumed now. */
  #canGoOn(): boolean {
    if (!this.#isRunning) this.#loop.settle(this.#conclude);
    else if (this.#externals.arePending) this.#handOver();
    else if (!this.#conditions.areThere || this.#judge()) return this.#isSomebodyNext();
    return false;
  }

  #isSomebodyNext(): boolean {
    if (this.#broken !== null) this.#end(PASSED);
    else if (this.#fatal !== null) this.#end({ kind: "fatal", ...this.#fatal });
    else if (this.#runnable.size > 0 || this.#advance()) {
      if (!this.#hasEffect) this.#spin();
      else if (this.#spinning.steps > 0) this.#stopSpinning();
      if (this.#isRunning && this.#steps >= this.#maxSteps) this.#goOnFairly();
      if (this.#starvationBound < Infinity && this.#isRunning) this.#endStarvation();
    }
    return this.#isRunning && this.#runnable.size > 0;
  }

  /** The schedule has become too long: whoever chooses may keep others from having their turn. */
  #goOnFairly(): void {
    this.#oracle.isFair = true;
    if (this.#steps >= this.#maxSteps * (1 + FAIR_FACTOR)) this.#endLivelock(this.#steps, false);
  }

  /** Asks every condition. Ends the schedule and returns false if one is true that must not be. */
  #judge(): boolean {
    try {
      this.#conditions.judge((goroutine) => this.#current = goroutine);
      return true;
    } catch (error) {
      this.#end({ kind: "race", error });
      return false;
    } finally {
      this.#current = null;
    }
  }

  /**
   * The last step did nothing but yield or fail a try. If everybody who can run does only that, time goes on, as it does
   * in production; with no deadline left that is a livelock. Whoever chooses may keep others from having their turn, so
   * the schedule becomes fair before that is said.
   */
  #spin(): void {
    const limit = this.#rules.maxSpins ?? DEFAULT_MAX_SPINS;
    const spinning = this.#spinning;
    spinning.add(this.#lastEntry, this.#runnable.size);
    this.#isEventful = this.#hasLeftovers = true;
    if (spinning.steps >= limit >> 1) this.#oracle.isFair = true;
    if (!spinning.isEverybody) return;
    if (this.#hasDeadline()) {
      this.#stopSpinning();
      this.#moveTime();
    } else if (spinning.steps >= limit) {
      this.#endLivelock(spinning.steps, true);
    }
  }

  /** Ends the schedule if somebody who can run was passed over for too long. */
  #endStarvation(): void {
    for (let k = 0; k < this.#runnable.size; k++) {
      const { goroutine, runnableSince } = this.#runnable.at(k);
      const steps = this.#steps - runnableSince;
      if (steps <= this.#starvationBound) continue;
      return this.#end({ kind: "starvation", goroutine, steps });
    }
  }

  #endLivelock(steps: number, isSpinning: boolean): void {
    this.#end({ kind: "livelock", steps, timeMs: this.#clock.elapsed, isSpinning });
  }

  #stopSpinning(): void {
    this.#spinning.stop();
    this.#oracle.isFair = false;
  }

  /** Whether time would go on if nobody could run. */
  #hasDeadline(): boolean {
    return this.#timers.hasDeadline && (!this.#mainEnded || this.#rules.afterMain === "run");
  }

  /** Calls to the outside are pending: the answer to the first is the next thing that happens, or takes too long. */
  #handOver(): void {
    const { externalGraceMs = Infinity, externalTimeoutMs } = this.#rules;
    const first = this.#externals.take(externalGraceMs, externalTimeoutMs);
    if (first === null) return;
    this.#current = first.goroutine;
    this.#hasEffect = true;
    first.deliver();
    this.#loop.arm();
  }

  /** The next deadline comes although somebody could run, who must be slow then. */
  #pickLater(): Entry {
    for (;;) {
      this.#tracer?.cameEarly?.();
      this.#hasEffect = true;
      this.#moveTime();
      const entry = this.#oracle.pick(this.#last);
      if (entry !== null) return entry;
    }
  }

  #resume(entry: Entry): void {
    const { goroutine, nth } = entry;
    const waited = this.#steps - entry.runnableSince;
    if (waited > this.#starvation) this.#starvation = waited;
    this.#steps++;
    this.#lastEntry = entry;
    this.#hash = Math.imul(this.#hash ^ goroutine.index, 0x5bd1e995) ^ nth;
    goroutine.runnable--;
    entry.state = FREE;
    this.#current = goroutine;
    if (this.#watched !== null) {
      this.#watched.resumed(entry, this.#oracle.canContinue && this.#last !== goroutine);
    }
    if (entry.timer !== null) return this.#fire(entry, entry.timer);
    this.#last = goroutine;
    this.#hasEffect = nth === 0;
    if (nth === 0) return this.#enter(goroutine);
    const { outcome } = entry;
    if (outcome !== undefined) entry.outcome = undefined;
    if (entry.hasFailed) return entry.resolve(new Failure(outcome));
    try {
      entry.resolve(entry.operation.result(outcome));
    } catch (error) {
      entry.resolve(new Failure(error));
    }
  }

  #fire(entry: Entry, timer: Timer): void {
    this.#hasEffect = true;
    entry.timer = null;
    this.#timers.fire(timer);
  }

  /** Nobody can run: moves time, waits for the outside, or ends the schedule. Returns whether somebody can run now. */
  #advance(): boolean {
    if (this.#settling !== null) return this.#settle(this.#settling);
    if (this.#aliveCount === 0) {
      if (this.#clock.size > 0 && this.#rules.afterMain === "run") return this.#advanceClock();
      this.#end(this.#leftover());
      return false;
    }
    if (this.#hasDeadline()) return this.#advanceClock();
    const foreign = this.alive.find((goroutine) => this.#isForeign(goroutine));
    if (foreign !== undefined) this.#waitOutside({ kind: "foreign", goroutine: foreign });
    else this.#endStuck(this.#mainEnded ? this.#leftover() : { kind: "deadlock" });
    return false;
  }

  /** Whether a goroutine that cannot run awaits something that the scheduler knows nothing of. */
  #isForeign(goroutine: Goroutine): boolean {
    return goroutine.parked === 0 && this.timerOf(goroutine) === undefined;
  }

  /** The first timer of a goroutine that may wake it once time moves. */
  timerOf(goroutine: Goroutine): Timer | undefined {
    return this.#timers.firstOf(goroutine);
  }

  /** All wait for operations, as far as the scheduler knows; but some may be done by somebody outside. */
  #endStuck(verdict: Verdict): void {
    const { awaits } = this.#witnesses;
    const patienceMs = this.#patienceMs;
    const isStuck = verdict.kind === "deadlock" || verdict.kind === "leak";
    if (!isStuck || patienceMs === undefined) return this.#end(verdict);
    const { externalTimeoutMs } = this.#rules;
    let mayCome = this.#hasCalledOutside;
    for (const goroutine of this.alive) {
      const evidence = this.timerOf(goroutine) ? undefined : awaits?.evidence(goroutine);
      if (evidence === "await") return this.#waitOutside({ kind: "foreign", goroutine });
      mayCome ||= evidence !== undefined;
    }
    this.#waitOutside(verdict, () => {
      const found = lookOutside();
      if (found === "nobody") return 0;
      return mayCome || found === "somebody"
        ? externalTimeoutMs
        : Math.min(patienceMs, externalTimeoutMs);
    });
  }

  /** All others wait: `waiter` goes on, before time moves, and comes after all that was done. */
  #settle(waiter: Waiter): boolean {
    const foreign = this.alive.find((goroutine) => this.#isForeign(goroutine));
    if (foreign !== undefined) {
      this.#waitOutside({ kind: "foreign", goroutine: foreign });
      return false;
    }
    this.#settling = null;
    this.#witnesses.barrier = this.#steps;
    this.#watched?.settled(waiter);
    waiter.complete(undefined);
    return true;
  }

  #advanceClock(): boolean {
    this.#moveTime();
    return this.#runnable.size > 0 || this.#advance();
  }

  /** Time goes on to the next deadline. */
  #moveTime(): void {
    this.#witnesses.barrier = this.#steps;
    this.#timers.advance();
  }

  /** A timer is due, and has a step of its own. */
  #makeDue(timer: Timer, owner: Goroutine): Entry {
    const entry = owner.freeEntry();
    entry.timer = timer;
    entry.nth = ++owner.operations;
    this.#makeRunnable(entry);
    return entry;
  }

  /**
   * Nobody can go on unless something comes from outside, such as what settles a promise that is not ours: the platform
   * gets a macrotask, then real time. If nothing comes the schedule ends with `verdict`.
   */
  #waitOutside(
    verdict: Verdict,
    timeoutMs: () => number = () => this.#rules.externalTimeoutMs,
  ): void {
    const isForeign = verdict.kind === "foreign";
    const foreign = isForeign ? verdict.goroutine : this.alive[0] as Goroutine;
    const hasHogged = isForeign && realNow() - this.#turnedAt > HOG_MS;
    this.#hasLeftovers = true;
    if (this.#tracer !== null) this.#tracer.waitsOutside?.(foreign);
    this.#outside.start(foreign, hasHogged, timeoutMs, () => this.#end(verdict));
  }

  /** Something came from outside while nobody could run: go on. */
  #comeBack(): void {
    const goroutine = this.#outside.comeBack();
    if (goroutine !== null) {
      this.#tracer?.uncontrolled?.(goroutine, "a promise of the outside", false);
    }
    this.#turnedAt = realNow();
    this.#loop.arm();
  }

  // --- the end ---

  /** The exploration cannot go on. */
  #break(error: unknown): void {
    this.#broken ??= { error };
    this.#isEventful = true;
  }

  /** The verdict once main has returned and nobody can go on. */
  #leftover(): Verdict {
    if (this.#mainExited) {
      const error = new Error("no goroutines (main called runtime.Goexit) - deadlock!");
      return { kind: "fatal", error, goroutine: null };
    }
    if (!this.#rules.ignoreLeaks && this.#aliveCount > 0) {
      const leaked = this.alive.filter((goroutine) => !this.#mayOutlive(goroutine));
      if (leaked.length > 0) return { kind: "leak", goroutines: leaked };
    }
    const changed = this.#resources.changed();
    if (changed !== null) return { kind: "stateLeak", ...changed };
    const left = this.#rules.failsOnTimers ? this.#timers.left : 0;
    if (left > 0) return { kind: "timers", count: left };
    const { unmet } = this.#conditions;
    if (unmet !== undefined) {
      return { kind: "race", error: new Error(`never became true: ${unmet}`) };
    }
    return PASSED;
  }

  #mayOutlive(goroutine: Goroutine): boolean {
    const info = infoOf(goroutine, null);
    try {
      return this.#rules.allowLeaks.some((filter) =>
        typeof filter === "string" ? filter === info.name : filter(info)
      );
    } catch (error) {
      this.#break(error);
      return true;
    }
  }

  #end(verdict: Verdict): void {
    this.#isRunning = false;
    this.#isEventful = true;
    this.#current = null;
    this.#outside.stop();
    this.#externals.end();
    this.#resources.end();
    // Something outside may still call what goroutines have left behind: it must not be taken for the next schedule's.
    const mayCome = verdict.kind !== "passed" || this.#outside.hasWaited || this.#hasCalledOutside;
    if (mayCome) this.#contextsSince = this.#epoch + 1;
    this.#oracle.end(this.#steps);
    this.#verdict = verdict;
    if (this.#isStepping) this.#loop.armDrained();
    else this.#loop.arm();
  }

  /** The schedule has ended, and everything that belongs to it has been delivered. */
  readonly #conclude = (): void => {
    const verdict = this.#verdict;
    if (verdict === null) return;
    this.#verdict = null;
    this.#isStepping = false;
    let watches: Watches | null = null;
    try {
      if (this.#broken !== null) throw this.#broken.error;
      watches = this.#next(verdict, this.#witnesses.locks);
    } catch (error) {
      return this.#letGoOfRun(() => this.#reject(error));
    }
    if (watches === null) return this.#letGoOfRun(() => this.#resolve(verdict));
    if (!this.#isSliceOver()) return this.#begin(watches);
    const epoch = this.#epoch;
    afterMacrotask(() => {
      if (epoch !== this.#epoch) return;
      this.#turnedAt = realNow();
      this.#begin(watches);
    });
  };

  /** Whether the platform is to have a turn. Looking at the clock takes as long as half a step, so not each time. */
  #isSliceOver(): boolean {
    this.#credit -= this.#steps;
    if (this.#credit > 0) return false;
    const isOver = realNow() - this.#turnedAt >= SLICE_MS;
    this.#stride = isOver ? 1 : Math.min(2 * this.#stride, MOST_UNLOOKED);
    this.#credit = this.#stride;
    return isOver;
  }

  /** Nothing runs: what happens outside is nobody's business, and must not be kept. */
  #letGoOfRun(settle: () => void): void {
    this.#tracer = null;
    this.#body = ignore;
    this.#base = undefined;
    this.#next = noNext;
    settle();
  }

  // --- goroutines ---

  /** Whose code runs now: null for code outside the schedule. */
  #who(): Goroutine | null {
    const current = this.#current;
    if (this.#isStepping) return current;
    if (current !== null && current.frame === frameOf() && current.frame !== undefined) {
      return current;
    }
    return this.#whoElse();
  }

  #whoElse(): Goroutine | null {
    const context = currentContext();
    if (context === undefined) return this.#current;
    if (context.holder === undefined) return isOutside(context) ? null : this.#current;
    return context.epoch === this.#epoch ? context.holder as Goroutine : abandoned;
  }

  /** Whether it belongs to the schedule that runs, and not to one that has ended. */
  #isPresent(goroutine: Goroutine): boolean {
    return goroutine.epoch === this.#epoch && this.#isRunning;
  }

  #start(
    goroutine: Goroutine,
    body: () => unknown,
    name: string | undefined,
    end?: GoroutineEnd,
  ): void {
    goroutine.reset(this.#epoch, body, name, this.#goroutineCount++, end);
    this.#aliveCount++;
    const entry = goroutine.freeEntry();
    entry.nth = 0;
    entry.calledIn = this.#steps;
    if (this.#watched !== null && this.#steps > 0) this.#watched.started(entry);
    this.#makeRunnable(entry);
  }

  #enter(goroutine: Goroutine): void {
    let { context } = goroutine;
    if (context === null || context.base !== goroutine.base || !this.#isFree(context)) {
      context = this.#newContext(goroutine);
    }
    context.isFree = false;
    context.epoch = this.#epoch;
    // Whoever reads stacks sees nothing of the loop then.
    if (!canRunAtOnce || this.#loop.usesTicks) {
      return context.run(this.#onEnter, this.#onEnd, this.#onError);
    }
    this.#isStepping = false;
    context.runAtOnce(this.#onEnter, this.#onEnd, this.#onError);
  }

  #newContext(goroutine: Goroutine): Context {
    const context = takeContext(goroutine.base);
    context.holder = goroutine;
    goroutine.context = context;
    goroutine.frame = context.frame;
    return context;
  }

  /** Whether nothing can go on in a context that was in use. */
  #isFree({ isFree, epoch }: Context): boolean {
    return isFree && epoch >= this.#contextsSince;
  }

  /** All goroutines are forgotten; others may use their contexts. */
  #giveContexts(): void {
    const left = [this.#main];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (node.context !== null && this.#isFree(node.context)) giveContext(node.context);
      for (const child of node.children) left.push(child);
    }
  }

  readonly #onEnd = (context: Context): void => this.#ended(context, context.holder as Goroutine);

  readonly #onError = (context: Context, error: unknown): void =>
    this.#threw(context, context.holder as Goroutine, error);

  readonly #onEnter = (context: Context): void => {
    const goroutine = context.holder as Goroutine;
    let result: unknown;
    try {
      // Not called as a method: stacks would name the goroutine node.
      const { body } = goroutine;
      result = body();
    } catch (error) {
      return this.#threw(context, goroutine, error);
    }
    if (result instanceof Promise) {
      // The compiler knows what this does, and not what the other one does.
      if (result.then === nativeThen) result.then(context.fulfilled, context.rejected);
      else Reflect.apply(nativeThen, result, [context.fulfilled, context.rejected]);
    } else if (isThenable(result)) {
      // It may call back twice, when the context has long been another goroutine's.
      (result as PromiseLike<unknown>).then(
        () => this.#ended(context, goroutine),
        (error) => this.#threw(context, goroutine, error),
      );
    } else {
      this.#ended(context, goroutine);
    }
  };

  #ended(context: Context, goroutine: Goroutine): void {
    if (context.epoch !== this.#epoch || !this.#isRunning) return;
    try {
      goroutine.end?.returned();
    } catch (error) {
      return this.#panicked(goroutine, error);
    }
    this.#leave(context, goroutine);
  }

  /** It has ended, and whom that concerns has been told. */
  #leave(context: Context, goroutine: Goroutine): void {
    goroutine.isAlive = false;
    this.#hasEffect = true;
    this.#aliveCount--;
    if (this.#tracer !== null) this.#tracer.ended(goroutine);
    if (goroutine.isExiting) return this.#end({ kind: "fatal", error: swallowed(), goroutine });
    if (goroutine === this.#main) this.#mainEnded = !this.#mainExited;
    if (goroutine.runnable > 0) this.#mayFloat = true;
    if (goroutine.parked > 0) {
      const entry = goroutine.entries.find((entry) => entry.state === EntryState.Parked) as Entry;
      this.#end({ kind: "unawaited", goroutine, operation: entry.operation });
      return;
    }
    context.isFree = true;
    if (this.#outside.isWaiting) this.#comeBack();
  }

  readonly #onGoexit = (): boolean => {
    const goroutine = this.#who();
    if (goroutine !== null) goroutine.isExiting = true;
    return goroutine !== null;
  };

  #threw(context: Context, goroutine: Goroutine, error: unknown): void {
    if (context.epoch !== this.#epoch || !this.#isRunning) return;
    try {
      if (goroutine.end?.threw(error)) return this.#leave(context, goroutine);
    } catch (error) {
      return this.#panicked(goroutine, error);
    }
    if (hasExited(error)) {
      goroutine.isExiting = false;
      if (goroutine === this.#main) this.#mainExited = true;
      return this.#leave(context, goroutine);
    }
    this.#panicked(goroutine, error);
  }

  #panicked(goroutine: Goroutine, error: unknown): void {
    goroutine.isAlive = false;
    if (this.#tracer !== null) this.#tracer.threw(goroutine, error);
    if (this.#fatal !== null) this.#end({ kind: "fatal", ...this.#fatal });
    else if (goroutine === this.#main) this.#end({ kind: "race", error });
    else this.#end({ kind: "panic", error, goroutine });
  }

  // --- entries ---

  /** An operation has settled. */
  ready(entry: Entry): void {
    if (entry.epoch !== this.#epoch) return this.#checkLeftover(entry);
    if (this.#watched !== null) this.#watched.ready(entry, this.#current !== null);
    if (entry.select !== null) this.#noteSelect(entry);
    this.#makeRunnable(entry);
  }

  /** Whoever an earlier schedule has left waiting is gone: what is handed over would be lost. */
  #checkLeftover({ operation }: Entry): void {
    const goroutine = this.#who();
    if (goroutine === null || !this.#isPresent(goroutine)) return;
    const { kind, resource } = operation.described;
    const type = resource instanceof Resource ? resource.type : "resource";
    throw new Error(
      `Cannot hand over: a goroutine of an earlier schedule still waits for ${kind} at this ${type}; ` +
        "make it anew in each schedule",
    );
  }

  #makeRunnable(entry: Entry): void {
    entry.state = RUNNABLE;
    entry.readyAs = this.#nextReady++;
    const { goroutine } = entry;
    goroutine.runnable++;
    entry.runnableSince = this.#steps;
    this.#runnable.add(entry);
    if (this.#outside.isWaiting) this.#comeBack();
  }

  // --- resources and selects ---

  /** The number of a resource: the same in every schedule of an exploration. */
  idOf(resource: object): number {
    return this.#resources.idOf(resource);
  }

  /** Notes which case a select has taken. */
  #noteSelect(entry: Entry): void {
    if (!entry.hasFailed) this.#selects?.took(entry.select as SelectPlace, entry.outcome);
    entry.select = null;
  }
}

/** Whether an operation that did not wait has done nothing either: a yield, or a select that took its default. */
function isIdle({ operation, outcome }: Entry): boolean {
  const { verb } = operation;
  if (verb === "yieldNow" || verb === "sleep") return true;
  if (verb !== "select") return false;
  const { key, ok } = Object(outcome) as { key?: unknown; ok?: unknown };
  return key === "default" && ok === false;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

function ignore(): void {}

/** Stands for every goroutine of an earlier schedule that something outside has woken: it may not do anything. */
const abandoned = new Goroutine(null, 0, -1, { ready: ignore });
abandoned.epoch = -1;

const { then: nativeThen } = Promise.prototype;

/** The scheduler of explorations. */
export const explorer: Explorer = new Explorer();

// From the first import on, so that it knows of every waiter outside.
explorer.install();
virtualizeGlobals(explorer);
followNodeTimers(explorer);
trackExternals(explorer);
