/**
 * A graceful shutdown in three steps: accept nothing new, finish what was accepted, and after a grace period give up.
 *
 * Two contexts do it. `accepting` ends at the first Ctrl-C (or SIGTERM, which is what a container gets). `working` is the
 * one the jobs run with; it does not derive from `accepting`, so that they can finish, and ends when the grace period is
 * over. A second Ctrl-C ends the process at once.
 *
 * Run it with `deno run -A examples/graceful_shutdown.ts` and press Ctrl-C.
 *
 * @module
 */

import {
  background,
  callAfter,
  CanceledError,
  cause,
  Channel,
  type Context,
  select,
  sleep,
  Ticker,
  WaitGroup,
  withCancel,
} from "@interleave/go";
import { notifyContext } from "@interleave/go/platform";

export interface Daemon {
  /** A new job comes every so many milliseconds. */
  readonly intervalMs: number;
  /** Does a job, until its context ends. */
  readonly work: (job: number, ctx: Context) => Promise<void>;
  readonly workers: number;
  /** How long jobs may go on once the daemon has to stop, in milliseconds. */
  readonly graceMs: number;
}

export interface Report {
  accepted: number;
  finished: number;
  /** Given up after the grace period. */
  abandoned: number;
}

/** Takes and does jobs until `accepting` ends, then stops gracefully. */
export async function runDaemon(accepting: Context, daemon: Daemon): Promise<Report> {
  const { intervalMs, work, workers, graceMs } = daemon;
  const report: Report = { accepted: 0, finished: 0, abandoned: 0 };
  const jobs = new Channel<number>();
  const working = withCancel(background());
  const busy = new WaitGroup();

  async function worker(): Promise<void> {
    for await (const job of jobs) {
      try {
        await work(job, working);
        report.finished++;
      } catch (error) {
        if (!(error instanceof CanceledError)) throw error;
        report.abandoned++;
      }
    }
  }
  for (let i = 0; i < workers; i++) busy.go(worker, `worker ${i}`);

  const ticker = new Ticker(intervalMs);
  while (accepting.err === undefined) {
    const c = await select({ tick: ticker.channel.receiving(), stop: accepting.done.receiving() });
    if (c.key === "stop") break;
    const job = report.accepted + 1;
    // Workers may be busy for long; the daemon has to stop all the same.
    const sent = await select({ sent: jobs.sending(job), stop: accepting.done.receiving() });
    if (sent.key === "sent") report.accepted++;
  }
  ticker.stop();
  jobs.close(); // the workers' loops end after the jobs they have

  const grace = callAfter(graceMs, () => working.cancel(new Error("the grace period is over")));
  await busy.wait();
  grace.stop();
  working.cancel();
  return report;
}

if (import.meta.main) {
  const accepting = notifyContext(background(), "SIGINT", "SIGTERM");
  console.log("working; press Ctrl-C to stop");
  const stopping = accepting.done.next().then(() => {
    console.log(`stopping: ${(cause(accepting) as Error).message}`);
    accepting.cancel(); // no longer listens: the next Ctrl-C ends the process
  });
  const report = await runDaemon(accepting, {
    intervalMs: 10,
    work: async (job, ctx) => {
      if (job === 1) console.log("the first job has come");
      await sleep(job % 5 === 0 ? 10_000 : 30, ctx);
    },
    workers: 3,
    graceMs: 100,
  });
  await stopping;
  const { accepted, finished, abandoned } = report;
  console.log(`stopped: ${accepted} jobs, ${finished} finished, ${abandoned} abandoned`);
}
