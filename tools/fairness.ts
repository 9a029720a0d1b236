/**
 * Prints how well the platform's timers and IO are served while two goroutines hand a value to and fro for ever:
 * lateness of a 1 ms timer, response times of an HTTP server in the same process, and what the goroutines get done.
 *
 * The figures are what the constants of `runtime/event_loop.ts` and `runtime/turns.ts` were chosen by. They depend on the
 * machine: compare lines of one run only. Run with `deno run --allow-net tools/fairness.ts`.
 *
 * @module
 */

import { Channel, go, sleep } from "../mod.ts";

const PERIOD_MS = 1000;

/** Hands a value to and fro until stopped; counts the round trips. */
class PingPong {
  roundTrips = 0;
  #stopped = false;

  start(): void {
    const there = new Channel<number>(), back = new Channel<number>();
    go(async () => {
      for await (const n of there) await back.send(n);
    });
    go(async () => {
      while (!this.#stopped) {
        await there.send(this.roundTrips++);
        await back.receive();
      }
      there.close();
    });
  }

  stop(): void {
    this.#stopped = true;
  }
}

/** Calls `sample` again and again for a period; it gives milliseconds. */
async function samplesOf(sample: () => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  const end = performance.now() + PERIOD_MS;
  while (performance.now() < end) samples.push(await sample());
  return samples.sort((a, b) => a - b);
}

async function platformTimerLateness(): Promise<number> {
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 1));
  return performance.now() - start - 1;
}

async function sleepLateness(): Promise<number> {
  const start = performance.now();
  await sleep(1);
  return performance.now() - start - 1;
}

async function responseTime(url: string): Promise<number> {
  const start = performance.now();
  await (await fetch(url)).text();
  return performance.now() - start;
}

/** FairnessRow says how late something was: milliseconds. */
export interface FairnessRow {
  readonly what: string;
  /** Whether two goroutines handed a value to and fro meanwhile. */
  readonly isBusy: boolean;
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** How often they did. */
  readonly roundTrips: number;
}

function summary(samples: readonly number[]) {
  const at = (share: number) => samples[Math.floor(share * (samples.length - 1))] as number;
  return { count: samples.length, p50: at(0.5), p99: at(0.99), worst: at(1) };
}

/** Measures timers and IO, alone and while goroutines are busy; some seconds. */
export async function measureFairness(): Promise<FairnessRow[]> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("ok"),
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const probes: Record<string, () => Promise<number>> = {
    "setTimeout(1), ms late": platformTimerLateness,
    "sleep(1), ms late": sleepLateness,
    "HTTP, ms": () => responseTime(url),
  };
  const rows: FairnessRow[] = [];
  for (const [what, probe] of Object.entries(probes)) {
    await probe();
    rows.push({ what, isBusy: false, ...summary(await samplesOf(probe)), roundTrips: 0 });
    const pingPong = new PingPong();
    pingPong.start();
    await samplesOf(probe); // warms up
    const before = pingPong.roundTrips;
    const samples = await samplesOf(probe);
    const roundTrips = pingPong.roundTrips - before;
    rows.push({ what, isBusy: true, ...summary(samples), roundTrips });
    pingPong.stop();
  }
  await server.shutdown();
  return rows;
}

function line(what: string, cells: readonly string[]): string {
  return what.padEnd(34) + cells.map((cell) => cell.padStart(10)).join("");
}

async function main(): Promise<void> {
  console.log(line("", ["count", "p50", "p99", "worst", "round trips"]));
  for (const { what, isBusy, count, p50, p99, worst, roundTrips } of await measureFairness()) {
    const times = [p50, p99, worst].map((ms) => ms.toFixed(2));
    const busy = isBusy ? [String(roundTrips)] : [];
    console.log(
      line(`${what}, ${isBusy ? "ping-pong" : "nothing else"}`, [String(count), ...times, ...busy]),
    );
  }
}

if (import.meta.main) await main();
