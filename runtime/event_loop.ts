/**
 * The production scheduler: goroutines are promise jobs, first in first out, in slices that leave room for the
 * platform's timers and IO.
 *
 * Invariants:
 * - The caller of an operation never resumes synchronously; spawn and setTimer run nothing before they return.
 * - Who is let go first resumes or starts first, also across the end of a slice.
 * - Between two turns of the platform's event loop goroutines run for about {@linkcode SLICE_MS} at most, as long as
 *   each of them awaits now and then.
 * - A waiter that fails rejects its promise; nothing is swallowed.
 *
 * Two goroutines that hand a value to and fro over native promises would starve timers and IO for ever, since promise
 * jobs run before anything else. So completions are counted, the clock is read every {@linkcode FEW} to
 * {@linkcode MANY} of them, and once the slice is over whoever may go on is deferred until the platform has had its
 * turns. The deferred are then let go a few at a time, with a look at the clock in between, so that a crowd of goroutines
 * cannot overrun its slice by much either. A crowd that is let go within one job is deferred for that reason even if the
 * slice is young: once all are let go, nothing can stop them.
 *
 * Rejected: a run queue of our own always. Resolving directly saves a push and a shift per operation, and only a crowd
 * needs more.
 *
 * @module
 */

import { currentFrame } from "./async_frame.ts";
import type { Member, Operation, Waiter } from "./operation.ts";
import { Fifo } from "./fifo.ts";
import { hasExited } from "./goexit.ts";
import { reportPanic } from "./panic.ts";
import { PlatformTimers } from "./platform_timers.ts";
import { type GoroutineEnd, type Scheduler, Timer } from "./scheduler.ts";
import { nextTurn, turnsAfterSlice } from "./turns.ts";
import type { WaitQueue } from "./wait_queue.ts";

/** How long goroutines run between two turns of the platform's event loop, in milliseconds. */
const SLICE_MS = 1;
/** How many completions pass between two looks at the clock while they are slow. */
const FEW = 64;
/** The same while they are quick: a look costs as much as a channel operation. */
const MANY = 512;
/** Completions are quick while two looks at the clock are less than this apart, in milliseconds. */
const QUICK_MS = SLICE_MS / 16;

/** How many goroutines start in one job at most. */
const BATCH = 32;

/** What is awaited when there is nothing to wait for. Awaiting a native promise is the cheapest await there is. */
const DONE: Promise<void> = Promise.resolve();

// A constant of this module is compiled in.
const frameNow = currentFrame;

type Settle = (outcome: unknown) => void;

// The executors of all parked promises. A closure per promise costs 3-6 % of a channel operation; a reject function that
// is never kept is never made.
let capturedResolve: Settle = ignore;
let capturedReject: Settle = ignore;
function captureResolve(resolve: Settle): void {
  capturedResolve = resolve;
}
function captureBoth(resolve: Settle, reject: Settle): void {
  capturedResolve = resolve;
  capturedReject = reject;
}
function ignore(): void {}

type Executor<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => void;

// The kinds of parked goroutines are written out, field by field, instead of being derived from Waiter: an object
// of a derived class costs 15 ns more to make, which is a sixth of an unbuffered send and receive.

/**
 * ParkedForSure is a goroutine of the event loop that waits for what succeeds in the end, and with which something is kept
 * meanwhile, such as the value to send. Should it fail all the same, as a send does whose channel is closed, the goroutine
 * resumes two promise jobs later than it could.
 */
export class ParkedForSure implements Waiter {
  declare queue: WaitQueue | null;
  declare place: number;
  declare payload: unknown;
  /** Resolves the promise that the goroutine awaits; set by {@linkcode EventLoop.parkForSure}. */
  declare resolve: Settle;

  constructor(payload?: unknown) {
    this.queue = null;
    this.place = 0;
    this.payload = payload;
    this.resolve = ignore;
  }

  complete(outcome: unknown): void {
    loop.wake(this.resolve, outcome);
  }

  fail(error: unknown): void {
    const { resolve } = this;
    // The rejected promise is made when it is handed over, or the platform would take it for unhandled meanwhile.
    loop.wake((error) => resolve(Promise.reject(error)), error);
  }
}

/** Parked is a goroutine of the event loop that waits for an operation, which may fail. */
export class Parked implements Waiter {
  declare queue: WaitQueue | null;
  declare place: number;
  declare payload: unknown;
  declare operation: Operation<unknown>;
  /** Resolves the promise that the goroutine awaits; set by {@linkcode EventLoop.park}. */
  declare resolve: Settle;
  /** Rejects it. */
  declare reject: Settle;

  constructor(operation: Operation<unknown>) {
    this.queue = null;
    this.place = 0;
    this.payload = undefined;
    this.operation = operation;
    this.resolve = ignore;
    this.reject = ignore;
  }

  complete(outcome: unknown): void {
    loop.wake(this.resolve, outcome);
  }

  fail(error: unknown): void {
    loop.wake(this.reject, error);
  }
}

/** A parked goroutine whose operation shapes its result; off the fast paths. */
export class ParkedForResult extends Parked {
  override complete(outcome: unknown): void {
    let result: unknown;
    try {
      result = this.operation.result(outcome);
    } catch (error) {
      // It is the waiting goroutine's failure, not that of whoever wakes it.
      return this.fail(error);
    }
    loop.wake(this.resolve, result);
  }
}

/** A goroutine of the event loop that sleeps. */
class Sleeper extends Timer {
  readonly #resolve: Settle;

  constructor(resolve: Settle) {
    super();
    this.#resolve = resolve;
  }

  get kind(): string {
    return "sleep";
  }

  override get onlyWakes(): boolean {
    return true;
  }

  fire(): void {
    loop.wake(this.#resolve, undefined);
  }
}

/** Several who await one promise and may go on once the platform has had its turns. */
class DeferredCrowd {
  readonly settle: Settle;
  readonly count: number;

  constructor(settle: Settle, count: number) {
    this.settle = settle;
    this.count = count;
  }
}

/** Goroutines of one name, end and async context that have not started, and among which nobody else was let go. */
class Batch {
  readonly first: () => unknown;
  /** Those behind the first. Most batches that somebody waits for are of one, who needs no array. */
  rest: (() => unknown)[] | null = null;
  readonly name: string | undefined;
  readonly end: GoroutineEnd;
  /** The async context in which all of them start. */
  readonly frame: unknown;
  next: Batch | null = null;

  constructor(
    first: () => unknown,
    name: string | undefined,
    end: GoroutineEnd,
    frame: unknown,
  ) {
    this.first = first;
    this.name = name;
    this.end = end;
    this.frame = frame;
  }
}

/** The end of a goroutine that nobody waits for. */
const NOBODY: GoroutineEnd = { returned: ignore, threw: () => false };

/** EventLoop is the {@linkcode Scheduler} of production. There is one, {@linkcode eventLoop}. */
export class EventLoop implements Scheduler {
  // Completions left until the next look at the clock; 0 or less while completions are deferred.
  #credit = FEW;
  #stride = FEW;
  #lastLook = 0;
  // Infinity between two slices.
  #sliceStart = Infinity;
  // From the end of a slice until everybody deferred has been let go.
  #isDeferring = false;
  // How many turns of the platform are left of those that end a slice. They are asked for when it begins, so that a slice
  // in which goroutines had nothing to do ends by itself, and whoever comes after does not wait for them.
  #turnsLeft = 0;
  #hasHadTurns = false;
  // Since the last look nobody of those who were let go before it has run.
  #isOneJob = false;
  // Who may go on once the platform has had its turns, by twos: what settles the promise, and with what. An object for each
  // would be one more for the collector where a hundred thousand wait.
  readonly #deferred = new Fifo<unknown>();

  #firstBatch: Batch | null = null;
  #lastBatch: Batch | null = null;
  // The batch that is still open, and the credit when it was: once that has moved, somebody else was let go.
  #batch: Batch | undefined;
  #batchCredit = 0;
  #goroutines = 1;

  readonly #timers = new PlatformTimers();
  readonly #origin = performance.timeOrigin;

  #random = (Math.random() * 0x1_0000_0000) | 1;

  perform<R>(operation: Operation<R>): Promise<R> {
    if (operation.isReady()) {
      let result: R;
      try {
        result = operation.result(operation.commit());
      } catch (error) {
        return this.failed(error);
      }
      return this.passed(result);
    }
    const waiter = new ParkedForResult(operation);
    operation.enqueue(waiter);
    return this.park(waiter);
  }

  /**
   * Parks the calling goroutine on `waiter`, which is queued already: the fast path of primitives, which find out
   * without an operation object whether they have to wait.
   */
  park<R>(waiter: Parked): Promise<R> {
    const promise = new Promise<R>(captureBoth as Executor<R>);
    waiter.resolve = capturedResolve;
    waiter.reject = capturedReject;
    return promise;
  }

  /** Parks the calling goroutine like {@linkcode EventLoop.park}; it costs 70 bytes less. */
  parkForSure<R>(waiter: ParkedForSure): Promise<R> {
    const promise = new Promise<R>(captureResolve as Executor<R>);
    waiter.resolve = capturedResolve;
    return promise;
  }

  /**
   * Parks the calling goroutine at the end of `queue`, for what succeeds in the end and nobody can give up: then the function
   * that resolves its promise is all that need stand there. It costs 130 bytes less than {@linkcode EventLoop.park}, and a
   * lock for which a hundred contend takes an eighth less time.
   */
  parkIn<R>(queue: WaitQueue<Member>): Promise<R> {
    const promise = new Promise<R>(captureResolve as Executor<R>);
    queue.push(capturedResolve);
    return promise;
  }

  /** Lets `member` of a queue go on, whose operation has happened with this outcome. */
  complete(member: Member, outcome: unknown): void {
    if (typeof member === "function") this.wake(member, outcome);
    else member.complete(outcome);
  }

  /** An operation has finished at once with nothing to give: what its caller awaits. */
  done(): Promise<void> {
    if (--this.#credit > 0 || !this.#isSliceOver()) return DONE;
    return this.passed(undefined);
  }

  /** An operation has finished at once with `value`: what its caller awaits. */
  passed<T>(value: T): Promise<T> {
    if (--this.#credit > 0 || !this.#isSliceOver()) return Promise.resolve(value);
    const promise = new Promise<T>(captureResolve as Executor<T>);
    this.#defer(capturedResolve, value);
    return promise;
  }

  /** An operation has failed at once: what its caller awaits. */
  failed(error: unknown): Promise<never> {
    if (--this.#credit > 0 || !this.#isSliceOver()) return Promise.reject(error);
    const promise = new Promise<never>(captureBoth as Executor<never>);
    this.#defer(capturedReject, error);
    return promise;
  }

  /** Lets a goroutine go on by settling the promise it awaits: `settle` is that promise's resolve or reject. */
  wake(settle: Settle, outcome: unknown): void {
    if (--this.#credit > 0 || !this.#isSliceOver()) settle(outcome);
    else this.#defer(settle, outcome);
  }

  /** The same for `count` goroutines that await one promise. */
  wakeCrowd(settle: Settle, outcome: unknown, count: number): void {
    this.#credit -= count;
    if (this.#credit > 0 || !this.#isSliceOver()) settle(outcome);
    else this.#defer(new DeferredCrowd(settle, count), outcome);
  }

  spawn(body: () => unknown, name?: string, end: GoroutineEnd = NOBODY): void {
    this.#goroutines++;
    const frame = frameNow();
    const open = this.#batch;
    if (
      open !== undefined && this.#credit === this.#batchCredit && open.end === end &&
      open.name === name && open.frame === frame
    ) {
      if (open.rest === null) {
        open.rest = [body];
        return;
      }
      if (open.rest.length < BATCH - 1) {
        open.rest.push(body);
        return;
      }
    }
    const batch = this.#batch = new Batch(body, name, end, frame);
    if (this.#lastBatch === null) this.#firstBatch = batch;
    else this.#lastBatch.next = batch;
    this.#lastBatch = batch;
    // Whichever it is, the reaction is made here: it carries the async context of whoever calls.
    if (--this.#credit > 0 || !this.#isSliceOver()) DONE.then(this.#startBatch);
    else {
      const turn = new Promise<void>(captureResolve as Executor<void>);
      this.#defer(capturedResolve, undefined);
      turn.then(this.#startBatch);
    }
    this.#batchCredit = this.#credit;
  }

  choose(count: number): number {
    if (count === 1) return 0;
    // xorshift32 (Marsaglia 2003); the high bits of a product give an unbiased enough index for any real select.
    let random = this.#random;
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    this.#random = random;
    return Math.floor(((random >>> 0) / 0x1_0000_0000) * count);
  }

  now(): number {
    return this.#origin + performance.now();
  }

  setTimer(timer: Timer, delayMs: number): void {
    this.#timers.set(timer, delayMs);
    timer.scheduler = this;
  }

  /** Arms `timer` like {@linkcode EventLoop.setTimer}, to fire at `due`, in milliseconds of {@linkcode EventLoop.now}. */
  setTimerAt(timer: Timer, due: number): void {
    this.#timers.setAt(timer, due - this.#origin);
    timer.scheduler = this;
  }

  /** Lets the caller go on once `delayMs`, which is above 0, have passed: `sleep` in one object. */
  sleep(delayMs: number): Promise<void> {
    const promise = new Promise<void>(captureResolve as Executor<void>);
    this.setTimer(new Sleeper(capturedResolve), delayMs);
    return promise;
  }

  clearTimer(timer: Timer): boolean {
    return this.#timers.clear(timer);
  }

  numGoroutine(): number {
    return this.#goroutines;
  }

  // --- goroutines ---

  // The reaction of a resolved promise is a job like any other; queueMicrotask costs more than twice as much.
  readonly #startBatch = (): void => {
    const batch = this.#firstBatch as Batch;
    this.#firstBatch = batch.next;
    if (batch.next === null) this.#lastBatch = null;
    if (batch === this.#batch) this.#batch = undefined;
    const { first, rest, name, end } = batch;
    this.#credit -= rest === null ? 1 : 1 + rest.length;
    this.#start(first, name, end);
    if (rest !== null) { for (const body of rest) this.#start(body, name, end); }
  };

  #start(body: () => unknown, name: string | undefined, end: GoroutineEnd): void {
    try {
      const result = body();
      if (result instanceof Promise) {
        this.#follow(result, body, name, end);
        return;
      }
      if (isThenable(result)) {
        this.#follow(Promise.resolve(result), body, name, end);
        return;
      }
    } catch (error) {
      this.#threw(error, name ?? body.name, end);
      return;
    }
    this.#returned(name, body, end);
  }

  #follow(
    promise: Promise<unknown>,
    body: () => unknown,
    given: string | undefined,
    end: GoroutineEnd,
  ): void {
    // Closures cost a goroutine about 100 bytes; those of one name and group are mostly started one after the other.
    // And so are those of one body, whose name is not asked for again: that costs as much as its first await.
    if (end !== this.#lastEnd || given !== this.#lastGiven || body !== this.#lastBody) {
      this.#lastBody = body;
      this.#lastGiven = given;
      const name = given ?? body.name;
      if (end !== this.#lastEnd || name !== this.#lastName) {
        this.#lastName = name;
        this.#lastEnd = end;
        this.#lastReturned = () => this.#returned(name, undefined, end);
        this.#lastThrew = (error) => this.#threw(error, name, end);
      }
    }
    promise.then(this.#lastReturned, this.#lastThrew);
  }

  // What handles the end of a goroutine that is called #lastName and has the end #lastEnd: that of the one that was
  // started last, with #lastBody and, if it was given one, the name #lastGiven.
  #lastBody: () => unknown = ignore;
  #lastGiven: string | undefined = undefined;
  #lastName = "";
  #lastEnd = NOBODY;
  #lastReturned = (): void => this.#returned("", undefined, NOBODY);
  #lastThrew = (error: unknown): void => this.#threw(error, "", NOBODY);

  #ended(): void {
    // Nobody is to be kept in memory by having been the last.
    if (--this.#goroutines === 1) this.#lastBody = ignore;
  }

  #returned(
    name: string | undefined,
    body: (() => unknown) | undefined,
    end: GoroutineEnd,
  ): void {
    this.#ended();
    if (end === NOBODY) return;
    try {
      end.returned();
    } catch (error) {
      reportPanic(error, name ?? body?.name ?? "");
    }
  }

  #threw(error: unknown, name: string, end: GoroutineEnd): void {
    this.#ended();
    try {
      if (end.threw(error)) return;
    } catch (error) {
      reportPanic(error, name);
      return;
    }
    if (!hasExited(error)) reportPanic(error, name);
  }

  // --- slices ---

  #defer(who: Settle | DeferredCrowd, outcome: unknown): void {
    this.#deferred.push(who);
    this.#deferred.push(outcome);
  }

  /** Looks at the clock. Called once the credit is used up; returns whether completions are to be deferred. */
  #isSliceOver(): boolean {
    if (this.#isDeferring) return true;
    const now = performance.now();
    if (this.#sliceStart === Infinity) this.#startSlice(now);
    const isOver = now - this.#sliceStart >= SLICE_MS;
    if (!isOver && !this.#isOneJob) {
      this.#isOneJob = true;
      DONE.then(this.#endJob);
      this.#stride = now - this.#lastLook < QUICK_MS ? Math.min(2 * this.#stride, MANY) : FEW;
      this.#credit = this.#stride;
      this.#batch = undefined;
      this.#lastLook = now;
      return false;
    }
    this.#isDeferring = true;
    // A crowd that is let go in one job could not be stopped any more once the slice is over.
    if (isOver) this.#endSlice();
    else DONE.then(this.#releaseMore);
    return true;
  }

  readonly #endJob = (): void => void (this.#isOneJob = false);

  #endSlice(): void {
    // The first turn of all costs some milliseconds; a program that never fills a slice does not pay for it.
    if (this.#turnsLeft === 0) this.#askForTurns();
  }

  #startSlice(now: number): void {
    this.#sliceStart = now;
    if (this.#hasHadTurns) this.#askForTurns();
  }

  #askForTurns(): void {
    this.#hasHadTurns = true;
    nextTurn(this.#turn);
    this.#turnsLeft = turnsAfterSlice();
  }

  readonly #turn = (): void => {
    if (--this.#turnsLeft > 0) {
      nextTurn(this.#turn);
      return;
    }
    this.#lastBody = ignore;
    if (!this.#isDeferring) {
      this.#sliceStart = Infinity;
      return;
    }
    this.#startSlice(performance.now());
    // The platform fires timers when it likes; ours that are due by now need not wait for it.
    this.#timers.fireDue();
    this.#release();
  };

  /** Lets a few of the deferred go; if there are more, looks at the clock once these have run. */
  readonly #release = (): void => {
    for (let count = 0; count < FEW;) {
      const who = this.#deferred.shift() as Settle | DeferredCrowd | undefined;
      if (who === undefined) {
        this.#isDeferring = false;
        this.#credit = this.#stride;
        this.#batch = undefined;
        this.#lastLook = this.#sliceStart;
        return;
      }
      const outcome = this.#deferred.shift();
      if (typeof who === "function") {
        count++;
        who(outcome);
      } else {
        count += who.count;
        who.settle(outcome);
      }
    }
    DONE.then(this.#releaseMore);
  };

  readonly #releaseMore = (): void => {
    if (performance.now() - this.#sliceStart < SLICE_MS) this.#release();
    else this.#endSlice();
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

// For this module, to which it is a constant.
const loop = new EventLoop();

/** The scheduler of production. */
export const eventLoop: EventLoop = loop;
