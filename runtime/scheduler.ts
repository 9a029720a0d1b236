/**
 * Who runs next, and what time it is. There are two schedulers: {@linkcode EventLoop} in production, and the explorer
 * of `./testing` inside an exploration. Primitives are written once, against this interface.
 *
 * @module
 */

import type { GoroutineInfo } from "./goroutines.ts";
import type { Operation } from "./operation.ts";

/** GoroutineEnd is told of the end of goroutines. It runs no user code. */
export interface GoroutineEnd {
  /** One has returned. */
  returned(): void;
  /** One has thrown `error`. Returns whether that is dealt with; otherwise it is a panic. */
  threw(error: unknown): boolean;
}

/** Scheduler decides who resumes next and when time moves. */
export interface Scheduler {
  /**
   * Starts `body` as a goroutine, running none of it before returning. `end` is told when it has ended, in the goroutine's
   * name; what that throws is a panic of it.
   */
  spawn(body: () => unknown, name?: string, end?: GoroutineEnd): void;

  /**
   * Does `operation` for the calling goroutine: commits it if it is ready now, queues it otherwise. The caller resumes
   * once it has settled, and always later.
   */
  perform<R>(operation: Operation<R>): Promise<R>;

  /** Picks one of `count` equally good outcomes, such as the ready cases of a select: a number from 0 to count - 1. */
  choose(count: number): number;

  /** Milliseconds since the epoch. Never goes backwards; the fraction counts. */
  now(): number;

  /** Arms `timer` to fire once `delayMs` have passed, never earlier and never before this returns. */
  setTimer(timer: Timer, delayMs: number): void;

  /** Disarms `timer`. Returns whether that prevented it from firing. */
  clearTimer(timer: Timer): boolean;

  /** How many goroutines there are, the main one included. */
  numGoroutine(): number;

  /** Which goroutines there are, if the scheduler keeps track of them. */
  goroutines?(): readonly GoroutineInfo[] | undefined;
}

/**
 * Timer is something that is to happen at a time. It is its own node in the scheduler's heap, and can be armed again
 * once it has fired or was cleared.
 */
export abstract class Timer {
  // Declared here and set by the constructor: fields of a base class that define themselves make each object of a derived
  // class four times as dear, because V8 does not compile its constructor into that of the derived class then.

  /** When it fires, in the scheduler's milliseconds. */
  declare due: number;
  /** Its place among timers of the same instant: the order in which they were armed. */
  declare sequence: number;
  /** Its place in the heap; -1 while it is not armed. */
  declare index: number;
  /** The scheduler that armed it last, which is the one to disarm it. */
  declare scheduler: Scheduler | null;

  /**
   * Whether firing does nothing but let one parked goroutine go on. Such timers of one instant commute, and an
   * exploration need not try their orders.
   */
  get onlyWakes(): boolean {
    return false;
  }

  /**
   * Timers of one instant with equal numbers fire in the order in which they were set, as the platform's timers of equal
   * delay do; undefined promises nothing.
   */
  declare readonly inOrder?: number;

  /** Makes a timer that is not armed. */
  constructor() {
    this.due = 0;
    this.sequence = 0;
    this.index = -1;
    this.scheduler = null;
  }

  /** What it waits for, in words, for reports: "sleep". */
  abstract readonly kind: string;

  /** Acts. Called by the scheduler, synchronously; runs no user code. */
  abstract fire(): void;

  /**
   * Reports what firing would have touched. Called instead by the harness if the timer was disarmed when it was due: the
   * other order of the two is another schedule.
   */
  missed(): void {}
}
