/**
 * What tasks make of the items of a source, as a stream in order.
 *
 * Invariants:
 * - At most `limit` tasks run or have a result that nobody has taken: so much is held, however long the source is.
 * - Results come in the order of the items. While the consumer is busy with one, tasks go on.
 * - When the stream has ended, in whatever way, no task runs any more.
 *
 * Rejected: conc's tasks that return callbacks. The body of a loop is one, runs one at a time, and can leave.
 *
 * @module
 */

import { isGoexit } from "../runtime/goexit.ts";
import { Channel } from "./channel.ts";
import type { Context } from "./context.ts";
import { ErrGroup } from "./err_group.ts";
import { Semaphore } from "./semaphore.ts";
import { checkSource } from "./source_reader.ts";
import { sendAll, type Source } from "./sources.ts";
import { checkLimit, contextOf, errorFor, type TaskOptions } from "./task_options.ts";

/**
 * MapStreamOptions bound the tasks of {@linkcode mapStream}. The limit is not optional: a source may be endless.
 *
 * @example
 * ```ts
 * import { mapStream, type MapStreamOptions } from "@interleave/go";
 *
 * const options: MapStreamOptions = { limit: 4 };
 * for await (const n of mapStream([1], (n) => n + 1, options)) if (n !== 2) throw new Error("wrong");
 * ```
 */
export interface MapStreamOptions extends TaskOptions {
  /** How many tasks run, or have a result that was not taken, at a time. */
  readonly limit: number;
}

/**
 * mapStream runs `task` for each item that `source` gives and yields what they return, in the order of the items, as soon
 * as it is there. At most `limit` tasks run or have a result that was not taken yet. Nothing happens before the first
 * result is asked for.
 *
 * If a task fails, no further item is taken, the others are told so by the context they are given, and the error is thrown
 * once the results of those before it have been yielded, if these did not fail too. Leaving the loop tells them as well, and
 * waits for them; what they throw then is dropped. A task that calls `goexit` yields nothing.
 *
 * Follows github.com/sourcegraph/conc/stream, with the body of the loop as the callback of every task.
 *
 * @typeParam T The items.
 * @typeParam R What tasks return.
 * @param source Where the items come from: an array, a generator, a channel, a stream.
 * @param task What to make of an item. It gets its index, too, and a context that ends when a task has failed.
 * @param options The limit, and what gives up; see {@linkcode MapStreamOptions}.
 * @throws What the first task that failed threw, the same object; what the source threw, if that came first.
 * @throws {TypeError} If `task` is not a function, `source` no source, or the limit no whole number.
 * @throws {RangeError} If the limit is below 1.
 *
 * @example
 * ```ts
 * import { mapStream, sleep } from "@interleave/go";
 *
 * function* numbers() {
 *   for (let n = 1;; n++) yield n;
 * }
 * const square = async (n: number) => {
 *   await sleep(1);
 *   return n * n;
 * };
 * const seen: number[] = [];
 * for await (const n of mapStream(numbers(), square, { limit: 3 })) {
 *   seen.push(n);
 *   if (n > 20) break;
 * }
 * if (seen.join() !== "1,4,9,16,25") throw new Error(seen.join());
 * ```
 */
export function mapStream<T, R>(
  source: Source<T>,
  task: (item: T, index: number, ctx: Context) => R | PromiseLike<R>,
  options: MapStreamOptions,
): AsyncGenerator<R, void, void> {
  if (typeof task !== "function") {
    throw new TypeError(`Cannot map: expected a function, got ${String(task)}`);
  }
  checkSource(source, "map");
  if (options?.limit === undefined) throw new TypeError("Cannot map: expected a limit");
  return results(source, task, checkLimit(options.limit), options);
}

/** What a task gives once it has ended. */
interface Promised<R> {
  /** Gets the result, or is closed without. */
  readonly result: Channel<R>;
  hasFailed: boolean;
}

/** The most a channel can buffer. */
const MOST = 0xffff_ffff;

async function* results<T, R>(
  source: Source<T>,
  task: (item: T, index: number, ctx: Context) => R | PromiseLike<R>,
  limit: number,
  options: TaskOptions,
): AsyncGenerator<R, void, void> {
  const whole = contextOf(options);
  const { group, ctx } = ErrGroup.withContext(whole);
  const most = Math.min(limit, MOST);
  const slots = new Semaphore(most);
  const promised = new Channel<Promised<R>>(most);
  let count = 0;
  const send = async (item: T): Promise<void> => {
    await slots.acquire(1, ctx);
    const index = count++;
    const own: Promised<R> = { result: new Channel<R>(1), hasFailed: false };
    promised.trySend(own);
    await group.go(async () => {
      try {
        own.result.trySend(await task(item, index, ctx));
      } catch (error) {
        own.hasFailed = !isGoexit(error);
        throw error;
      } finally {
        own.result.close();
      }
    }, task.name);
  };
  try {
    await group.go(async () => {
      try {
        await sendAll({ send }, source, ctx);
      } finally {
        promised.close();
      }
    }, "mapStream");
    for await (const own of promised) {
      const { value, done } = await own.result.next();
      slots.release(1);
      if (!done) yield value;
      else if (own.hasFailed) break;
    }
    await group.wait();
  } catch (error) {
    throw errorFor(error, ctx, options);
  } finally {
    whole.cancel();
    await group.wait().catch(() => {});
  }
}
