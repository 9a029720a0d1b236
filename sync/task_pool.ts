/**
 * Tasks that give results, in a pool: sourcegraph/conc's WaitGroup, Pool, ErrorPool, ContextPool and ResultPool, which
 * differ in options only.
 *
 * Invariants:
 * - A task belongs to the round in which `go` was called, at its place in the order of the calls.
 * - A task runs to its end, whatever the others do. Whoever waits is let go once all have ended.
 * - A round is taken once, by whoever waits; then the next one begins, empty.
 * - The context of a round is done when the round is taken, at the latest.
 *
 * Rejected: a class for each set of options, as in Go, where the type of a task's result depends on them; and methods that
 * change the options, which have to be refused once a task has been started.
 *
 * @module
 */

import type { Cancellation } from "../runtime/cancellation.ts";
import { current } from "../runtime/current.ts";
import { isGoexit } from "../runtime/goexit.ts";
import { type Access, Resource, touch } from "../runtime/observer.ts";
import type { CancelContext, Context } from "./context.ts";
import { Semaphore } from "./semaphore.ts";
import { checkLimit, contextOf, type TaskOptions } from "./task_options.ts";
import { WaitGroup } from "./wait_group.ts";

// What matters to others is told by the semaphore and the WaitGroup inside.
const USE: Access = { verb: "use", bit: 0, mask: 0, isSilent: true };

/**
 * TaskPoolOptions say how a {@linkcode TaskPool} runs its tasks. All are optional.
 *
 * @example
 * ```ts
 * import { TaskPool, type TaskPoolOptions } from "@interleave/go";
 *
 * const options: TaskPoolOptions = { limit: 4, errors: "all" };
 * if (new TaskPool(options).limit !== 4) throw new Error("wrong limit");
 * ```
 */
export interface TaskPoolOptions extends TaskOptions {
  /**
   * What `wait` throws if tasks fail: the error that came first, which is the default, or with "all" an AggregateError of
   * all of them, in the order of the calls of `go`.
   */
  readonly errors?: "first" | "all";
  /** Whether the tasks' context ends once one of them has failed: by default if only the first error counts. */
  readonly cancelOnError?: boolean;
}

/** A task, in its place. */
interface Task<T> {
  /** Undefined until it has ended, and for ever if it called goexit. */
  outcome: PromiseSettledResult<T> | undefined;
}

/** The tasks from one wait to the next. */
class Round<T> {
  readonly context: CancelContext;
  readonly tasks: Task<T>[] = [];
  active = 0;
  firstFailure: PromiseRejectedResult | undefined;

  constructor(options: TaskOptions) {
    this.context = contextOf(options);
  }

  get outcomes(): PromiseSettledResult<T>[] {
    return this.tasks.flatMap(({ outcome }) => outcome ?? []);
  }
}

/**
 * TaskPool runs tasks as goroutines and waits for all of them; what they return and what they throw comes out of `wait`.
 *
 * A task that fails does not stop the others: they are told so by the context that every task is given, and may go on.
 * Options are fixed once the pool has been made. It can be used again after `wait`, and is then empty.
 *
 * For tasks that come from a list use `mapEach`, for those that only give errors an ErrGroup.
 *
 * Follows github.com/sourcegraph/conc's WaitGroup and pools.
 *
 * @typeParam T What tasks return.
 *
 * @example
 * ```ts
 * import { sleep, TaskPool } from "@interleave/go";
 *
 * const pool = new TaskPool<string>({ limit: 2 });
 * for (const [path, delayMs] of [["/a", 3], ["/b", 2], ["/c", 1]] as const) {
 *   await pool.go(async (ctx) => {
 *     await sleep(delayMs, ctx);
 *     return `page ${path}`;
 *   });
 * }
 * const pages = await pool.wait();
 * if (pages.join() !== "page /a,page /b,page /c") throw new Error(pages.join());
 * ```
 */
export class TaskPool<T = void> extends Resource {
  /** "TaskPool". */
  readonly type = "TaskPool";
  readonly #options: TaskPoolOptions;
  readonly #limit: number;
  readonly #slots: Semaphore;
  readonly #active = new WaitGroup();
  #round: Round<T> | null = null;

  /**
   * Makes an empty pool.
   *
   * @throws {TypeError} If the limit is neither a whole number nor Infinity, or `errors` is neither "first" nor "all".
   * @throws {RangeError} If it is below 1: "max goroutines in a pool must be greater than zero".
   */
  constructor(options: TaskPoolOptions = {}) {
    super();
    const { limit, context, signal, errors = "first" } = options;
    if (errors !== "first" && errors !== "all") {
      throw new TypeError(`Cannot make a pool: errors is ${String(errors)}, not "first" or "all"`);
    }
    this.#limit = checkLimit(limit);
    this.#slots = new Semaphore(Math.min(this.#limit, Number.MAX_SAFE_INTEGER));
    this.#options = {
      context,
      signal,
      errors,
      cancelOnError: options.cancelOnError ?? errors === "first",
    };
  }

  /** How many tasks run at a time. */
  get limit(): number {
    return this.#limit;
  }

  /**
   * Starts `task` as a goroutine. At the limit it waits until one of the others has ended; those who wait are served first
   * come, first served.
   *
   * @param task What to do. It is given a context that ends with the pool's, or once another task has failed if the pool is
   * told so.
   * @param name What reports call it; the function's own name by default.
   * @param cancellation Gives up waiting at the limit, and starts nothing then; see {@linkcode Cancellation}.
   * @throws {TypeError} If `task` is not a function.
   *
   * @example
   * ```ts
   * import { TaskPool } from "@interleave/go";
   *
   * const pool = new TaskPool<number>();
   * await pool.go(() => 6 * 7);
   * if ((await pool.wait())[0] !== 42) throw new Error("wrong result");
   * ```
   */
  async go(
    task: (ctx: Context) => T | PromiseLike<T>,
    name?: string,
    cancellation?: Cancellation,
  ): Promise<void> {
    if (typeof task !== "function") {
      throw new TypeError(`Cannot start a task: go of nil func value (got ${String(task)})`);
    }
    touch(this, USE);
    const round = this.#round ??= new Round(this.#options);
    const own: Task<T> = { outcome: undefined };
    round.tasks.push(own);
    round.active++;
    this.#active.add(1);
    try {
      await this.#slots.acquire(1, cancellation);
    } catch (error) {
      round.tasks.splice(round.tasks.indexOf(own), 1);
      this.#end(round);
      throw error;
    }
    current().spawn(() => this.#run(round, own, task), name ?? (task.name || undefined));
  }

  /**
   * Waits until all tasks have ended, and gives what they returned, in the order in which `go` was called. The pool is then
   * empty. The result of a task that called `goexit` is left out.
   *
   * @param cancellation Gives up waiting; see {@linkcode Cancellation}. It does not end the tasks.
   * @throws What the first task that failed threw, the same object.
   * @throws {AggregateError} If `errors` is "all" and tasks have failed: everything they threw, in order.
   *
   * @example
   * ```ts
   * import { TaskPool } from "@interleave/go";
   *
   * const pool = new TaskPool<number>({ errors: "all" });
   * for (const n of [1, 2, 3]) {
   *   await pool.go(() => {
   *     if (n > 1) throw new Error(`no ${n}`);
   *     return n;
   *   });
   * }
   * const error = await pool.wait().catch((error) => error);
   * if (error.errors.length !== 2) throw error;
   * ```
   */
  async wait(cancellation?: Cancellation): Promise<T[]> {
    const round = await this.#take(cancellation);
    const outcomes = round?.outcomes ?? [];
    if (round?.firstFailure === undefined) return outcomes.filter(isFulfilled).map(valueOf);
    if (this.#options.errors === "first") throw round.firstFailure.reason;
    const errors = outcomes.filter(isRejected).map(({ reason }) => reason);
    throw new AggregateError(errors, `${errors.length} of ${outcomes.length} tasks failed`);
  }

  /**
   * Waits until all tasks have ended, and says of each how, in the order in which `go` was called: what it returned or what
   * it threw. It throws nothing that a task threw.
   *
   * @param cancellation Gives up waiting; see {@linkcode Cancellation}. It does not end the tasks.
   *
   * @example
   * ```ts
   * import { TaskPool } from "@interleave/go";
   *
   * const pool = new TaskPool();
   * await pool.go(() => {
   *   throw "out of paper";
   * });
   * const [outcome] = await pool.waitSettled();
   * if (outcome?.status !== "rejected" || outcome.reason !== "out of paper") throw outcome;
   * ```
   */
  async waitSettled(cancellation?: Cancellation): Promise<PromiseSettledResult<T>[]> {
    return (await this.#take(cancellation))?.outcomes ?? [];
  }

  /** "2 active of 3 tasks". */
  state(): string {
    const { active, tasks } = this.#round ?? { active: 0, tasks: [] };
    return `${active} active of ${tasks.length} tasks`;
  }

  /** Returns a function that restores the present state. */
  snapshot(): () => void {
    const round = this.#round;
    const active = round?.active ?? 0;
    const tasks = [...round?.tasks ?? []];
    return () => {
      this.#round = round;
      if (round === null) return;
      round.active = active;
      round.tasks.splice(0, round.tasks.length, ...tasks);
    };
  }

  async #run(
    round: Round<T>,
    own: Task<T>,
    task: (ctx: Context) => T | PromiseLike<T>,
  ): Promise<void> {
    try {
      own.outcome = { status: "fulfilled", value: await task(round.context) };
    } catch (reason) {
      // Who calls goexit has ended like any other, and its goroutine is to end too.
      if (isGoexit(reason)) throw reason;
      own.outcome = { status: "rejected", reason };
      round.firstFailure ??= own.outcome;
      if (this.#options.cancelOnError) round.context.cancel(reason);
    } finally {
      this.#slots.release(1);
      this.#end(round);
    }
  }

  #end(round: Round<T>): void {
    round.active--;
    this.#active.done();
  }

  /** Waits for the round to end, and takes it; null if there was no task. */
  async #take(cancellation: Cancellation | undefined): Promise<Round<T> | null> {
    await this.#active.wait(cancellation);
    touch(this, USE);
    const round = this.#round;
    if (round !== null && round.active > 0) {
      throw new Error("Cannot wait: a task was started before the previous wait has returned");
    }
    this.#round = null;
    round?.context.cancel();
    return round;
  }
}

function isFulfilled<T>(outcome: PromiseSettledResult<T>): outcome is PromiseFulfilledResult<T> {
  return outcome.status === "fulfilled";
}

function isRejected<T>(outcome: PromiseSettledResult<T>): outcome is PromiseRejectedResult {
  return outcome.status === "rejected";
}

function valueOf<T>({ value }: PromiseFulfilledResult<T>): T {
  return value;
}
