/**
 * The production scheduler: goroutines are promise jobs, first in first out, in slices that leave room for the
 * platform's timers and IO.
 *
 * Invariants:
 * - The caller of an operation never resumes synchronously; spawn and setTimer run nothing before they return.
 * - Who is let go first resumes first, also across the end of a slice.
 * - Between two turns of the platform's event loop goroutines run for about {@linkcode SLICE_MS} at most, as long as
 *   each of them awaits now and then.
 * - A waiter that fails rejects its promise; nothing is swallowed.
 *
 * Two goroutines that hand a value to and fro over native promises would starve timers and IO for ever, since promise
 * jobs run before anything else. So completions are counted, the clock is read every {@linkcode CREDIT} of them, and
 * once the slice is over whoever may go on is deferred until the platform has had its turns. One turn is not enough:
 * Deno looks at IO only every 60 turns or so while JavaScript keeps itself awake.
 *
 * @module
 */

import { Operation, Waiter } from "./operation.ts";
import { reportPanic } from "./panic.ts";
import type { Scheduler, Timer } from "./scheduler.ts";
import { TimerHeap } from "./timer_heap.ts";

/** How long goroutines run between two turns of the platform's event loop, in milliseconds. */
const SLICE_MS = 1;
/** How many completions pass between two looks at the clock. */
const CREDIT = 128;
/** How many turns the platform gets after a slice. */
const TURNS = 16;
/** The longest delay the platform's timers take; longer ones it fires at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** What is awaited when there is nothing to wait for. Awaiting a native promise is the cheapest await there is. */
const DONE: Promise<void> = Promise.resolve();

type Resolve = (value: unknown) => void;

let captured: Resolve = ignore;
/** The one executor of all parked promises: a closure per promise costs 3-6 % of a channel operation. */
function capture(resolve: Resolve): void {
  captured = resolve;
}
function ignore(): void {}

/** Parked is a goroutine of the event loop that waits for an operation. */
export class Parked extends Waiter {
  /** Settles the promise that the goroutine awaits; set by {@linkcode EventLoop.park}. */
  resolve: Resolve = ignore;

  override complete(outcome: unknown): void {
    eventLoop.wake(this.resolve, outcome);
  }

  override fail(error: unknown): void {
    eventLoop.wakeFailed(this.resolve, error);
  }
}

/** A parked goroutine whose operation shapes its result. */
class ParkedForResult extends Parked {
  override complete(outcome: unknown): void {
    eventLoop.wake(this.resolve, this.operation.result(outcome));
  }
}

/** EventLoop is the {@linkcode Scheduler} of production. There is one, {@linkcode eventLoop}. */
export class EventLoop implements Scheduler {
  // Completions left until the next look at the clock; 0 or less while the slice is over.
  #credit = CREDIT;
  #sliceStart = 0;
  #isTurning = false;
  #turnsLeft = 0;
  // Who may go on once the platform has had its turns, in order: pairs of resolve and value.
  #deferred: unknown[] = [];

  #spawned: Array<() => unknown> = [];
  #names: Array<string | undefined> = [];
  #isStarting = false;
  #goroutines = 1;

  readonly #timers = new TimerHeap();
  #platformTimer: ReturnType<typeof setTimeout> | undefined;
  #platformDue = Infinity;
  #isTrimming = false;
  readonly #origin = performance.timeOrigin;

  #random = (Math.random() * 0x1_0000_0000) | 1;

  perform<R>(operation: Operation<R>): Promise<R> {
    if (operation.isReady()) {
      let outcome: unknown;
      try {
        outcome = operation.commit();
      } catch (error) {
        return this.failed(error) as Promise<R>;
      }
      return this.passed(operation.result(outcome));
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
    const promise = new Promise<R>(capture as (resolve: (value: R) => void) => void);
    waiter.resolve = captured;
    return promise;
  }

  /** An operation has finished at once with nothing to give: what its caller awaits. */
  done(): Promise<void> {
    if (--this.#credit > 0 || !this.#isSliceOver()) return DONE;
    return this.#deferredPromise<void>(undefined);
  }

  /** An operation has finished at once with `value`: what its caller awaits. */
  passed<T>(value: T): Promise<T> {
    if (--this.#credit > 0 || !this.#isSliceOver()) return Promise.resolve(value);
    return this.#deferredPromise(value);
  }

  /** An operation has failed at once: what its caller awaits. */
  failed(error: unknown): Promise<never> {
    this.#credit--;
    return Promise.reject(error);
  }

  /** Lets the goroutine that awaits the promise of `resolve` go on with `outcome`. */
  wake(resolve: Resolve, outcome: unknown): void {
    if (--this.#credit > 0 || !this.#isSliceOver()) resolve(outcome);
    else this.#deferred.push(resolve, outcome);
  }

  /** Lets the goroutine that awaits the promise of `resolve` go on with a failure. */
  wakeFailed(resolve: Resolve, error: unknown): void {
    // A rejected promise is made only when it is handed over, or the platform would take it for unhandled meanwhile.
    this.wake((outcome) => resolve(Promise.reject(outcome)), error);
  }

  /** Lets the caller go on behind everybody who may go on now. */
  yieldNow(): Promise<void> {
    return this.done();
  }

  spawn(body: () => unknown, name?: string): void {
    this.#goroutines++;
    this.#spawned.push(body);
    this.#names.push(name);
    if (this.#isStarting) return;
    this.#isStarting = true;
    this.wake(this.#queueStart, undefined);
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
    timer.scheduler = this;
    this.#timers.add(timer, performance.now() + Math.max(0, delayMs));
    if (this.#timers.first === timer) this.#armPlatform();
  }

  clearTimer(timer: Timer): boolean {
    const wasPending = this.#timers.remove(timer);
    // The platform's timer is costly to clear. Wait for the end of this job: somebody may set the next one.
    if (wasPending && this.#timers.size === 0 && !this.#isTrimming) {
      this.#isTrimming = true;
      queueMicrotask(this.#trim);
    }
    return wasPending;
  }

  numGoroutine(): number {
    return this.#goroutines;
  }

  // --- goroutines ---

  readonly #queueStart = (): void => queueMicrotask(this.#start);

  /** Starts who was spawned, in order. Whoever they spawn in turn comes behind those who are ready by now. */
  readonly #start = (): void => {
    const bodies = this.#spawned;
    const names = this.#names;
    this.#spawned = [];
    this.#names = [];
    this.#isStarting = false;
    for (let i = 0; i < bodies.length; i++) {
      this.#credit--;
      this.#run(bodies[i] as () => unknown, names[i]);
    }
  };

  #run(body: () => unknown, name: string | undefined): void {
    let result: unknown;
    try {
      result = body();
    } catch (error) {
      this.#goroutines--;
      reportPanic(error, name ?? body.name);
      return;
    }
    if (!(result instanceof Promise)) {
      if (isThenable(result)) this.#follow(Promise.resolve(result), name);
      else this.#goroutines--;
      return;
    }
    this.#follow(result, name);
  }

  #follow(result: Promise<unknown>, name: string | undefined): void {
    // A closure per goroutine costs about 100 bytes each, so only a goroutine with a name of its own has one.
    result.then(
      this.#ended,
      name === undefined ? this.#panicked : (error) => this.#panicked(error, name),
    );
  }

  readonly #ended = (): void => {
    this.#goroutines--;
  };

  readonly #panicked = (error: unknown, name?: string): void => {
    this.#goroutines--;
    reportPanic(error, name);
  };

  // --- slices ---

  /** Looks at the clock once the credit is used up. */
  #isSliceOver(): boolean {
    if (this.#isTurning) return true;
    const now = performance.now();
    if (now - this.#sliceStart < SLICE_MS) {
      this.#credit = CREDIT;
      return false;
    }
    this.#isTurning = true;
    this.#turnsLeft = TURNS;
    nextTurn(this.#turn);
    return true;
  }

  #deferredPromise<T>(value: T): Promise<T> {
    const promise = new Promise<T>(capture as (resolve: (value: T) => void) => void);
    this.#deferred.push(captured, value);
    return promise;
  }

  readonly #turn = (): void => {
    if (--this.#turnsLeft > 0) {
      nextTurn(this.#turn);
      return;
    }
    const deferred = this.#deferred;
    this.#deferred = [];
    this.#isTurning = false;
    this.#credit = CREDIT;
    this.#sliceStart = performance.now();
    for (let i = 0; i < deferred.length; i += 2) (deferred[i] as Resolve)(deferred[i + 1]);
    // The platform fires timers when it likes; ours that are due by now need not wait for it.
    if (this.#timers.size > 0) this.#fireDue(this.#sliceStart);
  };

  // --- timers ---

  #fireDue(now: number): void {
    for (let first = this.#timers.first; first !== undefined && first.due <= now;) {
      this.#timers.remove(first);
      first.fire();
      first = this.#timers.first;
    }
  }

  readonly #onPlatformTimer = (): void => {
    this.#platformTimer = undefined;
    this.#platformDue = Infinity;
    this.#fireDue(performance.now());
    if (this.#timers.size > 0) this.#armPlatform();
  };

  #armPlatform(): void {
    const { due } = this.#timers.first as Timer;
    if (this.#platformDue <= due) return;
    if (this.#platformTimer !== undefined) clearTimeout(this.#platformTimer);
    this.#platformDue = due;
    // Rounded up, so that nothing fires early; and never more than the platform takes.
    const delayMs = Math.min(Math.ceil(due - performance.now()), LONGEST_DELAY_MS);
    this.#platformTimer = setTimeout(this.#onPlatformTimer, delayMs);
  }

  readonly #trim = (): void => {
    this.#isTrimming = false;
    if (this.#timers.size > 0 || this.#platformTimer === undefined) return;
    clearTimeout(this.#platformTimer);
    this.#platformTimer = undefined;
    this.#platformDue = Infinity;
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as { then?: unknown }).then === "function";
}

let nextTurn = (turn: () => void): void => {
  // Found at the first use: the first touch of setImmediate costs Deno about 10 ms.
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (setImmediate !== undefined) {
    nextTurn = setImmediate;
  } else {
    const { port1, port2 } = new MessageChannel();
    let callback = turn;
    port1.onmessage = () => callback();
    nextTurn = (turn) => {
      callback = turn;
      port2.postMessage(0);
    };
  }
  nextTurn(turn);
};

/** The scheduler of production. */
export const eventLoop: EventLoop = new EventLoop();
