/**
 * A tree of contexts: one budget for a request, smaller ones for its parts, and nobody works on after it is of no use.
 *
 * A page has 100 ms. The cache gets 10 of them; if it does not answer, the database gets what is left, and is asked
 * through two replicas of which the first to answer wins. Whatever ends a context ends all derived from it; what is
 * derived can end earlier, never later.
 *
 * Run it with `deno run -A examples/context_deadline_tree.ts`.
 *
 * @module
 */

import {
  background,
  cause,
  Channel,
  type Context,
  ContextKey,
  DeadlineExceededError,
  go,
  now,
  sleep,
  withCancel,
  withTimeout,
  withValue,
} from "@interleave/go";

/** Which request something is done for, without a parameter in every function between. */
export const requestId = new ContextKey<string>("request id");

/** How long the services take to answer, in milliseconds. */
export interface Latencies {
  readonly cacheMs: number;
  readonly replicaMs: readonly number[];
}

export type Note = (line: string) => void;

/** The page, or a DeadlineExceededError after 100 ms. */
export async function fetchPage(parent: Context, latencies: Latencies, note: Note) {
  const ctx = withTimeout(parent, 100, { cause: new Error("the page has taken too long") });
  try {
    return await askCache(ctx, latencies.cacheMs, note) ??
      await askFirstReplica(ctx, latencies.replicaMs, note);
  } finally {
    ctx.cancel(); // stops the timer, and whatever still works for this request
  }
}

async function askCache(parent: Context, delayMs: number, note: Note): Promise<string | undefined> {
  const ctx = withTimeout(parent, 10); // at most; less if the parent has less
  try {
    return await ask(ctx, "cache", delayMs, note);
  } catch (error) {
    // Only the cache's own time is up: there is still time for the database.
    if (error instanceof DeadlineExceededError && parent.err === undefined) return undefined;
    throw error;
  } finally {
    ctx.cancel();
  }
}

async function askFirstReplica(parent: Context, delaysMs: readonly number[], note: Note) {
  const ctx = withCancel(parent);
  const answers = new Channel<string>(delaysMs.length); // room for all: a loser must not wait for a receiver
  for (const [i, delayMs] of delaysMs.entries()) {
    go(async () => {
      try {
        await answers.send(await ask(ctx, `replica ${i}`, delayMs, note));
      } catch (error) {
        if (ctx.err === undefined) throw error; // nobody is interested any more
      }
    });
  }
  try {
    return await answers.receive(parent);
  } finally {
    ctx.cancel(); // the others may stop
  }
}

async function ask(ctx: Context, service: string, delayMs: number, note: Note): Promise<string> {
  const start = now();
  try {
    await sleep(delayMs, ctx);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    note(
      `${requestId.get(ctx)}: ${service} gives up after ${Math.round(now() - start)} ms: ${why}`,
    );
    throw error;
  }
  note(`${requestId.get(ctx)}: ${service} answers after ${Math.round(now() - start)} ms`);
  return `page from ${service}`;
}

if (import.meta.main) {
  const requests: Record<string, Latencies> = {
    quick: { cacheMs: 2, replicaMs: [] },
    usual: { cacheMs: 50, replicaMs: [40, 20] },
    late: { cacheMs: 50, replicaMs: [500, 800] },
  };
  for (const [id, latencies] of Object.entries(requests)) {
    const ctx = withCancel(withValue(background(), requestId, id));
    const page = await fetchPage(ctx, latencies, console.log).catch((error) => error.message);
    console.log(`${id}: ${page}\n`);
  }
  const ctx = withCancel(background());
  ctx.cancel(new Error("the visitor has left"));
  await fetchPage(ctx, { cacheMs: 1, replicaMs: [] }, console.log).catch(() => {});
  console.log(`cancelled: ${cause(ctx)}`);
}
