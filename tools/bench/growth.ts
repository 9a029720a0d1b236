/**
 * Whether costs stay what they are when there is more of everything: goroutines, waiters of one channel, pending timers,
 * cases of a select, others that give up waiting.
 *
 * @module
 */

import {
  background,
  callAfter,
  type CallTimer,
  Channel,
  select,
  sleep,
  WaitGroup,
  withCancel,
} from "../../mod.ts";

/** GrowthRow is a line of the table: what one operation takes at a size, and how that compares with the first size. */
export interface GrowthRow {
  readonly what: string;
  readonly size: number;
  /** Nanoseconds per operation; the least of a few tries. */
  readonly ns: number;
  /** Against the first size. */
  readonly ratio: number;
}

const TRIES = 2;
/** A try consists of at least so many operations, in several runs if need be. */
const LEAST_OPERATIONS = 10_000;

interface Growth {
  readonly what: string;
  readonly sizes: readonly number[];
  /** Does `size` of something; gives the operations done and the milliseconds they took, or undefined for all of it. */
  run(size: number): Promise<{ readonly operations: number; readonly ms?: number }>;
}

/** Goroutines that hand a token around in a ring. */
async function ring(size: number): Promise<{ operations: number; ms: number }> {
  const channels = Array.from({ length: size }, () => new Channel<number>());
  const wg = new WaitGroup();
  for (let i = 0; i < size; i++) {
    const from = channels[i] as Channel<number>, to = channels[(i + 1) % size] as Channel<number>;
    wg.go(async () => {
      for (;;) {
        const left = await from.receive() as number;
        if (left > 0) await to.send(left - 1);
        else return to.close();
        if (left < size) return;
      }
    });
  }
  await sleep(0);
  const operations = 2 * size;
  const start = performance.now();
  await (channels[0] as Channel<number>).send(operations);
  await wg.wait();
  return { operations, ms: performance.now() - start };
}

/** Goroutines that wait for one channel, each of which gets a value. */
async function oneChannel(size: number): Promise<{ operations: number }> {
  const ch = new Channel<number>();
  const wg = new WaitGroup();
  let received = 0;
  for (let i = 0; i < size; i++) {
    wg.go(async () => {
      await ch.receive();
      received++;
    });
  }
  for (let i = 0; i < size; i++) await ch.send(i);
  await wg.wait();
  if (received !== size) throw new Error("somebody is missing");
  return { operations: size };
}

/** Starting and stopping a timer while others are pending. */
async function timers(size: number): Promise<{ operations: number; ms: number }> {
  const pending: CallTimer[] = [];
  for (let i = 0; i < size; i++) pending.push(callAfter(60_000 + (i * 7919) % 10_007, () => {}));
  await sleep(0);
  const operations = 2000;
  const start = performance.now();
  for (let i = 0; i < operations; i++) callAfter(60_000 + (i * 104_729) % 10_007, () => {}).stop();
  const ms = performance.now() - start;
  for (const timer of pending) timer.stop();
  return { operations, ms };
}

/** A select that is parked on all of its cases; an operation is one case. */
async function parkedSelect(size: number): Promise<{ operations: number; ms: number }> {
  const channels = Array.from({ length: size }, () => new Channel<number>());
  const cases = channels.map((ch) => ch.receiving());
  const selects = Math.max(1, Math.floor(20_000 / size));
  const start = performance.now();
  for (let i = 0; i < selects; i++) {
    const selected = select(cases);
    (channels[i % size] as Channel<number>).trySend(i);
    if ((await selected).value !== i) throw new Error("wrong value");
  }
  return { operations: selects * size, ms: performance.now() - start };
}

/** One that gives up waiting in the middle of a queue of others. */
async function givingUp(size: number): Promise<{ operations: number; ms: number }> {
  const ch = new Channel<number>();
  const wg = new WaitGroup();
  const all = withCancel(background());
  const wait = () => wg.go(() => ch.receive(all).then(() => {}, () => {}));
  for (let i = 0; i < size / 2; i++) wait();
  await sleep(0);
  const contexts = Array.from({ length: 2000 }, () => withCancel(background()));
  const failed = contexts.map((ctx) => ch.receive(ctx).then(() => 0, () => 1));
  for (let i = 0; i < size / 2; i++) wait();
  await sleep(0);
  const start = performance.now();
  for (const ctx of contexts) ctx.cancel();
  // Leaving the queue, and not the turns of the platform until they go on.
  const ms = performance.now() - start;
  const gaveUp = await Promise.all(failed);
  if (gaveUp.includes(0)) throw new Error("somebody did not give up");
  all.cancel();
  await wg.wait();
  return { operations: contexts.length, ms };
}

const GROWTHS: readonly Growth[] = [
  { what: "hand-over in a ring of goroutines", sizes: [10, 1000, 300_000], run: ring },
  { what: "wake-up of waiters of one channel", sizes: [1, 100, 100_000], run: oneChannel },
  { what: "start and stop among pending timers", sizes: [10, 1000, 100_000], run: timers },
  { what: "case of a parked select", sizes: [2, 64, 1024], run: parkedSelect },
  { what: "giving up among waiters", sizes: [10, 1000, 100_000], run: givingUp },
];

async function timeOf({ run }: Growth, size: number): Promise<number> {
  let operations = 0, ms = 0;
  while (operations < LEAST_OPERATIONS && ms < 100) {
    const start = performance.now();
    const done = await run(size);
    operations += done.operations;
    ms += done.ms ?? performance.now() - start;
  }
  return ms * 1e6 / operations;
}

/** Measures everything at every size. */
export async function measureGrowth(onProgress: (text: string) => void): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = [];
  for (const growth of GROWTHS) {
    onProgress(`growth: ${growth.what}`);
    await timeOf(growth, growth.sizes[1] as number); // so that it is compiled
    let first = 0;
    for (const size of growth.sizes) {
      let ns = Infinity;
      for (let i = 0; i < TRIES; i++) ns = Math.min(ns, await timeOf(growth, size));
      if (first === 0) first = ns;
      rows.push({ what: growth.what, size, ns, ratio: ns / first });
    }
  }
  return rows;
}

/** The table, in columns. */
export function renderGrowth(rows: readonly GrowthRow[]): string {
  const lines = [["growth", "size", "per operation", "of the first"]];
  let last = "";
  for (const { what, size, ns, ratio } of rows) {
    lines.push([
      what === last ? "" : what,
      String(size),
      `${ns.toFixed(1)} ns`,
      `${ratio.toFixed(2)}x`,
    ]);
    last = what;
  }
  return lines.map(([what, ...cells]) =>
    (what as string).padEnd(38) + cells.map((cell) => cell.padStart(15)).join("")
  ).join("\n");
}

if (import.meta.main) console.log(renderGrowth(await measureGrowth(console.error)));
