/**
 * What tasks make of the items of a source, in order.
 *
 * @module
 */

import type { Context } from "./context.ts";
import { forEach } from "./for_each.ts";
import type { Source } from "./sources.ts";
import type { TaskOptions } from "./task_options.ts";

/**
 * MapEachOptions bound the tasks of {@linkcode mapEach}, and say where its results go. All are optional.
 *
 * @typeParam R What tasks return.
 *
 * @example
 * ```ts
 * import { mapEach, type MapEachOptions } from "@interleave/go";
 *
 * const options: MapEachOptions<number> = { limit: 1, into: [] };
 * await mapEach([1, 2, 3], (n) => {
 *   if (n === 2) throw new Error("no 2");
 *   return n;
 * }, options).catch(() => {});
 * if (options.into?.join() !== "1") throw new Error("the first one was through");
 * ```
 */
export interface MapEachOptions<R> extends TaskOptions {
  /**
   * The array that is filled and returned: a new one by default. What mapEach throws is all that is left of its results,
   * unless they were written into an array of the caller's: that then has a hole for each task that failed.
   */
  readonly into?: R[];
}

/**
 * mapEach runs `task` for each item that `source` gives, `limit` at a time, and gives what they return, in the order of the
 * items, whichever ends first.
 *
 * It is {@linkcode forEach} with results, and fails as that does. A task that calls `goexit` leaves a hole.
 *
 * Follows github.com/sourcegraph/conc/iter.Map and MapErr.
 *
 * @typeParam T The items.
 * @typeParam R What tasks return.
 * @param source Where the items come from: an array, a generator, a channel, a stream.
 * @param task What to make of an item. It gets its index, too, and a context that ends when a task has failed.
 * @param options The limit, what gives up, and where results go; see {@linkcode MapEachOptions}.
 * @throws What the first task that failed threw, the same object; what the source threw, if that came first.
 * @throws {TypeError} If `task` is not a function, `source` no source, or the limit no whole number.
 * @throws {RangeError} If the limit is below 1.
 *
 * @example
 * ```ts
 * import { mapEach, sleep } from "@interleave/go";
 *
 * const squares = await mapEach([3, 2, 1], async (n) => {
 *   await sleep(n);
 *   return n * n;
 * }, { limit: 2 });
 * if (squares.join() !== "9,4,1") throw new Error(squares.join());
 * ```
 */
export async function mapEach<T, R>(
  source: Source<T>,
  task: (item: T, index: number, ctx: Context) => R | PromiseLike<R>,
  options: MapEachOptions<R> = {},
): Promise<R[]> {
  if (typeof task !== "function") {
    throw new TypeError(`Cannot map: expected a function, got ${String(task)}`);
  }
  const { into = [] } = options;
  const keep = async (item: T, index: number, ctx: Context): Promise<void> => {
    into[index] = await task(item, index, ctx);
  };
  Object.defineProperty(keep, "name", { value: task.name });
  await forEach(source, keep, options);
  return into;
}
