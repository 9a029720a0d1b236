/**
 * A worker pool: at most so many at a time, results in the order of the inputs, and the first error stops the rest.
 *
 * The workers share one channel of jobs. An unbuffered channel is enough: the loop that feeds it waits until a worker is
 * free. When a job fails, a context tells the feeder and the other workers to stop.
 *
 * Run it with `deno run -A examples/worker_pool.ts`.
 *
 * @module
 */

import {
  background,
  CanceledError,
  cause,
  Channel,
  type Context,
  sleep,
  WaitGroup,
  withCancel,
} from "@interleave/go";

/** Applies `work` to the inputs, `workers` at a time. Throws the first error, once all workers have stopped. */
export async function mapInPool<T, R>(
  inputs: readonly T[],
  workers: number,
  work: (input: T, ctx: Context) => Promise<R>,
): Promise<R[]> {
  const ctx = withCancel(background());
  const jobs = new Channel<number>();
  const results = new Array<R>(inputs.length);
  const working = new WaitGroup();

  async function worker(): Promise<void> {
    for await (const index of jobs) {
      try {
        results[index] = await work(inputs[index] as T, ctx);
      } catch (error) {
        ctx.cancel(error); // the first one counts
        return;
      }
    }
  }

  for (let i = 0; i < workers; i++) working.go(worker, `worker ${i}`);
  try {
    for (const index of inputs.keys()) await jobs.send(index, ctx);
  } catch (error) {
    if (!(error instanceof CanceledError)) throw error;
  } finally {
    jobs.close();
    await working.wait();
  }
  if (ctx.err !== undefined) throw cause(ctx);
  return results;
}

if (import.meta.main) {
  let busy = 0;
  const sizes = await mapInPool(["a.png", "b.png", "c.png", "d.png", "e.png"], 2, async (file) => {
    console.log(`resizing ${file}, ${++busy} at a time`);
    await sleep(20);
    busy--;
    return file.length * 100;
  });
  console.log(`sizes in order: ${sizes.join(", ")}`);

  const outcome = await mapInPool([3, 2, 1, 0, 5], 2, async (divisor, ctx) => {
    await sleep(5, ctx); // stops at once when another one fails
    if (divisor === 0) throw new RangeError("division by zero");
    return 6 / divisor;
  }).catch((error) => error);
  console.log(`the first error comes out: ${outcome}`);
}
