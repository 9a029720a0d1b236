/**
 * Calling back when the microtask queue is empty: the end of a step.
 *
 * A fixed number of hops is no substitute: nested async functions, async generators and web streams need any number. There
 * are two ways, and both are exact:
 *
 * - Deno can be told to run all microtasks now. {@linkcode StepLoop} does so from a macrotask of its own, so that steps and
 *   whole schedules follow each other in one loop. That is no public interface: {@linkcode prepareDrain} tries it out, and
 *   without it, or where it does something else, the second way is taken.
 * - `process.nextTick`, called from a microtask, runs once the queue is empty, however deep the chains in it are; called
 *   from a tick or a macrotask it would run before them. A step costs three times as much, and a schedule needs a macrotask
 *   of its own, in which the platform delivers unhandled rejections. So it is on other runtimes, and behind the ticks of a
 *   program that uses `process.nextTick` itself.
 *
 * @module
 */

import process from "node:process";
import { type DenoCore, denoCore } from "./deno_core.ts";

const { nextTick } = process;
// Taken before anybody makes reactions schedule points.
const { then } = Promise.prototype;
const setMacrotask: (callback: () => void) => unknown = setImmediate;

/** Calls `callback` from a macrotask of its own, after the platform has delivered what was pending. */
export function afterMacrotask(callback: () => void): void {
  setMacrotask(callback);
}

/** Its reactions are microtasks, and cheaper than those of `queueMicrotask`, which wraps its callback at each call. */
const RESOLVED = Promise.resolve();

/** What is known to drain exactly; once it is that stays so. */
let core: DenoCore | null = null;

/**
 * StepLoop calls a function again and again, each time with an empty microtask queue.
 *
 * Invariants:
 * - One call of `arm` is one call of the function, from the next empty queue on; arming twice is arming once.
 * - The function is never called from within a microtask.
 */
export class StepLoop {
  /** Whether ticks are used even where there is a faster way: then stacks of errors show nothing of it. */
  usesTicks = false;
  readonly #step: () => void;
  #isArmed = false;
  /** Whether the queue is known to be empty. */
  #isDrained = false;
  /** Whether the loop runs: everything but code of the platform is called by it then. */
  #isLooping = false;
  /** Whether a tick of ours runs. */
  #isTicking = false;
  #isGuarded = false;

  /** Makes a loop that is not armed. */
  constructor(step: () => void) {
    this.#step = step;
  }

  /** Calls the function once the microtask queue is empty. */
  arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    if (this.#isLooping) return;
    if (core === null || this.usesTicks || this.#isTicking) this.#armTick();
    else setMacrotask(this.#loop);
  }

  /** Calls the function again at once: the one that runs has called no code of the program, so that the queue is empty. */
  armDrained(): void {
    this.arm();
    this.#isDrained = this.#isLooping;
  }

  /** Calls `callback` once the platform has delivered rejections that nobody has handled. To be called by the function. */
  settle(callback: () => void): void {
    if (core === null || !this.#isLooping) return afterMacrotask(callback);
    core.runNextTicks();
    callback();
  }

  /** Forgets that it is armed. */
  disarm(): void {
    this.#isArmed = this.#isLooping = this.#isTicking = false;
  }

  readonly #loop = (): void => {
    const { runMicrotasks, hasTickScheduled } = core as DenoCore;
    this.#guard();
    this.#isLooping = true;
    while (this.#isArmed) {
      this.#isArmed = this.#isDrained = false;
      this.#step();
      // Whoever awaits the end must not go on in here.
      if (!this.#isArmed) break;
      if (this.#isDrained) continue;
      runMicrotasks();
      // Those of the program come first.
      if (hasTickScheduled()) break;
    }
    this.#isLooping = false;
    if (this.#isArmed) this.#armTick();
  };

  /**
   * Deno ends a test whose time is up in the middle of whatever it does, so that a loop of the program's own promises ends
   * this one, too. Once a macrotask runs that cannot be going on: the function is called, and finds out.
   */
  #guard(): void {
    if (this.#isGuarded) return;
    this.#isGuarded = true;
    setMacrotask(this.#onGuard);
  }

  readonly #onGuard = (): void => {
    this.#isGuarded = false;
    if (!this.#isLooping) return;
    this.disarm();
    this.#step();
  };

  #armTick(): void {
    then.call(RESOLVED, this.#onMicrotask);
  }

  readonly #onMicrotask = (): void => {
    nextTick(this.#onTick);
  };

  readonly #onTick = (): void => {
    if (!this.#isArmed) return;
    this.#isArmed = false;
    this.#isTicking = true;
    this.#step();
    this.#isTicking = false;
  };
}

/**
 * Finds out how this runtime drains. To be awaited before a {@linkcode StepLoop} is armed. Where the quick way has worked it is
 * not tried out again; it may have failed because of ticks that were there by chance, so that it is otherwise.
 *
 * @throws {Error} If `process.nextTick` runs before a chain of 1,000 microtasks has ended.
 */
export async function prepareDrain(): Promise<void> {
  if (core !== null) return;
  const exact = denoCore !== null && await isExact(denoCore) ? denoCore : null;
  const hopsAtDrain = await new Promise<number>((resolve) => {
    queueMicrotask(() => {
      const chain = new Chain();
      then.call(RESOLVED, () => nextTick(() => resolve(chain.hops)));
    });
  });
  if (hopsAtDrain !== CHAIN_LENGTH) {
    throw new Error(
      `Cannot explore on this runtime: process.nextTick ran after ${hopsAtDrain} of 1,000 pending microtasks`,
    );
  }
  core = exact;
}

/** Whether all microtasks run at once, ticks are not taken for microtasks, and rejections are delivered at once. */
function isExact({ runMicrotasks, runNextTicks, hasTickScheduled }: DenoCore): Promise<boolean> {
  return new Promise((resolve) => {
    setMacrotask(() => {
      const probe = new Error(
        "@interleave/go looks when rejections are delivered; this one is handled",
      );
      let isDelivered = false;
      const onRejection = (event: Event): void => {
        if ((event as Event & { reason?: unknown }).reason !== probe) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        isDelivered = true;
      };
      globalThis.addEventListener("unhandledrejection", onRejection, { capture: true });
      try {
        const chain = new Chain();
        runMicrotasks();
        const { hops } = chain;
        const isQuiet = !hasTickScheduled();
        let hasTicked = false;
        nextTick(() => hasTicked = true);
        runMicrotasks();
        const isTickSeen = hasTickScheduled() && !hasTicked;
        void Promise.reject(probe);
        runNextTicks();
        const isTickRun = hasTicked && !hasTickScheduled();
        resolve(hops === CHAIN_LENGTH && isQuiet && isTickSeen && isTickRun && isDelivered);
      } catch {
        // Whatever they are, they are not what they were.
        resolve(false);
      } finally {
        globalThis.removeEventListener("unhandledrejection", onRejection, { capture: true });
      }
    });
  });
}

const CHAIN_LENGTH = 1_000;

/** A chain of microtasks, each of which begins the next. */
class Chain {
  hops = 0;

  constructor() {
    queueMicrotask(this.#hop);
  }

  readonly #hop = (): void => {
    if (++this.hops < CHAIN_LENGTH) queueMicrotask(this.#hop);
  };
}
