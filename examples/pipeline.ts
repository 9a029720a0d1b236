/**
 * A pipeline: stages joined by channels, each a goroutine, with a context that stops all of them.
 *
 * A stage closes its output when it is done, so the end of the input travels down by itself. The other way round it does
 * not: a consumer that stops early leaves the stages above it waiting to send, for ever. So every send takes a context,
 * and whoever stops early cancels it.
 *
 * Run it with `deno run -A examples/pipeline.ts`.
 *
 * @module
 */

import {
  background,
  CanceledError,
  Channel,
  type Context,
  DeadlineExceededError,
  go,
  type ReceiveChannel,
  withCancel,
} from "@interleave/go";

type Send<T> = (value: T) => Promise<void>;

/** Starts `run` as a goroutine that sends to the channel returned, until it is done or `ctx` ends. */
export function stage<T>(
  ctx: Context,
  run: (send: Send<T>) => Promise<void>,
): ReceiveChannel<T> {
  const out = new Channel<T>();
  go(async () => {
    try {
      await run((value) => out.send(value, ctx));
    } catch (error) {
      if (!isStop(error)) throw error; // being stopped is no error; anything else is
    } finally {
      out.close();
    }
  });
  return out;
}

function isStop(error: unknown): boolean {
  return error instanceof CanceledError || error instanceof DeadlineExceededError;
}

/** 2, 3, 4, ... */
export function numbers(ctx: Context): ReceiveChannel<number> {
  return stage(ctx, async (send) => {
    for (let n = 2;; n++) await send(n);
  });
}

/** The numbers that `prime` does not divide. */
export function sieve(
  ctx: Context,
  input: ReceiveChannel<number>,
  prime: number,
): ReceiveChannel<number> {
  return stage(ctx, async (send) => {
    for await (const n of input) {
      if (n % prime !== 0) await send(n);
    }
  });
}

/** The first `count` primes: a pipeline that grows by a stage with every prime. */
export async function primes(ctx: Context, count: number): Promise<number[]> {
  const found: number[] = [];
  let candidates = numbers(ctx);
  while (found.length < count) {
    const prime = await candidates.receive();
    if (prime === undefined) break; // `ctx` has ended
    found.push(prime);
    candidates = sieve(ctx, candidates, prime);
  }
  return found;
}

if (import.meta.main) {
  const ctx = withCancel(background());
  console.log((await primes(ctx, 25)).join(" "));
  ctx.cancel(); // 26 goroutines wait to send; now they end
}
