/**
 * A task for each item of a source, a limited number at a time.
 *
 * Invariants:
 * - An item is taken when a task can be started for it, and not before.
 * - Once a task has failed, no further item is taken, and the source is told to stop.
 * - `forEach` returns when all tasks have ended, and not before, whatever happened.
 *
 * @module
 */

import type { Context } from "./context.ts";
import { ErrGroup } from "./err_group.ts";
import { checkSource } from "./source_reader.ts";
import { sendAll, type Source } from "./sources.ts";
import { checkLimit, contextOf, errorFor, type TaskOptions } from "./task_options.ts";

/**
 * forEach runs `task` for each item that `source` gives, `limit` at a time, and returns when all have ended.
 *
 * If a task fails, no further item is taken; those that run are told so by the context they are given, and are waited for.
 * The same holds when the source fails, or when the options say to give up.
 *
 * An item is taken once a task can be started for it, and one more item is held while all are busy. So an endless source
 * needs a limit.
 *
 * Follows github.com/sourcegraph/conc/iter.ForEachIdx.
 *
 * @typeParam T The items.
 * @param source Where the items come from: an array, a generator, a channel, a stream.
 * @param task What to do with an item. It gets its index, too, and a context that ends when a task has failed.
 * @param options The limit, and what gives up; see {@linkcode TaskOptions}.
 * @throws What the first task that failed threw, the same object; what the source threw, if that came first.
 * @throws {TypeError} If `task` is not a function, `source` no source, or the limit no whole number.
 * @throws {RangeError} If the limit is below 1.
 *
 * @example
 * ```ts
 * import { forEach, sleep } from "@interleave/go";
 *
 * let active = 0, most = 0;
 * await forEach(["/a", "/b", "/c", "/d"], async (path, index, ctx) => {
 *   most = Math.max(most, ++active);
 *   await sleep(1, ctx);
 *   active--;
 * }, { limit: 2 });
 * if (most !== 2) throw new Error(`${most} at a time`);
 * ```
 */
export async function forEach<T>(
  source: Source<T>,
  task: (item: T, index: number, ctx: Context) => unknown,
  options: TaskOptions = {},
): Promise<void> {
  if (typeof task !== "function") {
    throw new TypeError(`Cannot run a task for each: expected a function, got ${String(task)}`);
  }
  checkSource(source, "run a task for each");
  const limit = checkLimit(options.limit);
  const whole = contextOf(options);
  const { group, ctx } = ErrGroup.withContext(whole);
  if (limit !== Infinity) group.setLimit(limit);
  let count = 0;
  const send = (item: T): Promise<void> => {
    const index = count++;
    return group.go(() => task(item, index, ctx), task.name, ctx);
  };
  try {
    await sendAll({ send }, source, ctx).catch(async (error) => {
      if (ctx.err !== undefined) await group.wait(); // a task has failed, or somebody has given up
      whole.cancel(error); // else the source has failed: those that run are to know
      await group.wait().catch(() => {});
      throw error;
    });
    await group.wait();
  } catch (error) {
    throw errorFor(error, ctx, options);
  } finally {
    whole.cancel(); // no `using`: Node 20 has none
  }
}
