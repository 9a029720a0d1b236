/**
 * What we want to be level with, or ahead of by how much: each target beside what was measured in the same run.
 *
 * Ratios are by minima, ours divided by the other's: a busy machine makes medians tell of itself.
 *
 * @module
 */

import type { HarnessRow } from "./harness.ts";
import type { PeerRow } from "./run.ts";
import { OURS } from "./workload.ts";

/** Target is a ratio that is not to be exceeded, or a figure. */
interface Target {
  readonly id: string;
  /** A workload of the peers, or what a figure of the harness is called. */
  readonly what: string;
  /** Whom ours is compared with; the unit of a figure of the harness. */
  readonly than: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One processor: a goroutine of ours has one, too. */
const GO = "Go, 1 CPU";
/** The fastest package of npm, whichever that is. */
const BEST = "best of npm";
const STD = "@std/async Channel";

const target = (id: string, what: string, than: string, atMost: number): Target => ({
  id,
  what,
  than,
  atMost,
});

const TARGETS: readonly Target[] = [
  target("P1", "unbuffered", GO, 0.75),
  target("P1", "unbuffered", STD, 1),
  target("P2", "ping-pong", GO, 0.8),
  target("P3", "buffered(128)", GO, 1.5),
  target("P3", "buffered(128)", STD, 1),
  target("P3", "buffered(128), tried first", GO, 0.55),
  target("P4", "fan-in 100", GO, 1),
  target("P5", "select 2 ready", GO, 0.8),
  target("P5", "select 8 ready", GO, 0.3),
  target("P5", "select 64 ready", GO, 0.05),
  target("P5", "select 2 ready", BEST, 1 / 2),
  target("P5", "select 8 ready", BEST, 1 / 2),
  target("P5", "select 64 ready", BEST, 1 / 6),
  target("P6", "select 8 parked", GO, 0.5),
  target("P6", "select 64 parked", GO, 0.3),
  target("P6", "select 8 parked", BEST, 1 / 3),
  target("P6", "select 64 parked", BEST, 1 / 3),
  target("P7", "prime sieve, 400 primes", GO, 0.95),
  target("P7", "prime sieve, 400 primes", BEST, 1),
  target("P8", "skynet 100k", GO, 3),
  target("P8", "skynet 100k", "native promises", 1.15),
  target("P9", "spawn and join 100k", GO, 0.15),
  target("P10", "bytes of a parked goroutine", GO, 0.26),
  target("P10", "300k parked and woken", GO, 0.6),
  target("P11", "Mutex free", GO, 2),
  target("P11", "Mutex, 100 contend", GO, 0.4),
  target("P11", "Mutex free", "async-mutex", 1 / 50),
  target("P12", "RWMutex, 9 of 10 read", GO, 0.5),
  target("P12", "RWMutex, 9 of 10 read", BEST, 1 / 4),
  target("P13", "WaitGroup 10k", GO, 0.25),
  target("P13", "broadcast to 10k", GO, 0.1),
  target("P14", "ErrGroup, limit 10", GO, 0.35),
  target("P14", "ErrGroup, limit 10", "@std/async pooledMap", 1 / 15),
  target("P14", "ErrGroup, limit 10", "rxjs mergeMap", 1 / 30),
  target("P14", "Semaphore 10, 100k tasks at once", GO, 0.65),
  target("P14", "Semaphore 10, 100k tasks at once", "p-limit", 1),
  target("P15", "sleep: 100k over 20 ms", GO, 0.5),
  target("P15", "sleep: 100k over 20 ms", "setTimeout", 1 / 2.5),
  target("P15", "timer: start and stop", GO, 1.2),
  target("P15", "timer: start and stop", "setTimeout, clearTimeout", 1 / 5),
  target("P16", "sleep(1), ms late, ping-pong for ever: p99", "ms", 2),
  target("P16", "sleep(1), ms late, ping-pong for ever: worst", "ms", 20),
  target("P16", "HTTP, ms, ping-pong for ever: p50", "ms", 5),
  target("P16", "HTTP, ms, ping-pong for ever: worst", "ms", 15),
  target("P17", "context: derive and cancel", GO, 0.2),
  target("P17", "context: derive and cancel", "AbortSignal.any", 1 / 15),
  target("P17", "context: wake 100k", GO, 0.4),
  target("P18", "import of mod.ts", "ms", 5),
  { id: "X1", what: "3 x 3 locks", than: "schedules/s", atLeast: 150_000 },
  { id: "X1", what: "3 x 3 locks, an await inside", than: "steps/s", atLeast: 3_000_000 },
  { id: "X1", what: "3 x 3 locks", than: "x fast-check's scheduler", atLeast: 8 },
  { id: "X2", what: "reduced search of semaphore(5,2)", than: "executions/s", atLeast: 20_000 },
  { id: "H1", what: "3 x 3 racy increments", than: "schedules/s", atLeast: 250_000 },
  { id: "H1", what: "3 x 3 racy increments", than: "x fast-check's scheduler", atLeast: 9 },
  target("H2", "virtual clock, 10,000 sleep 10 times", "us a sleep", 1),
];

/** TargetRow says whether a target is met. */
export interface TargetRow {
  readonly id: string;
  readonly what: string;
  readonly than: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Undefined if it was not measured. */
  readonly measured?: number;
  readonly isMet?: boolean;
}

/** Puts what was measured beside each target. */
export function judge(
  peers: readonly PeerRow[],
  harness: readonly HarnessRow[],
): TargetRow[] {
  return TARGETS.map((target): TargetRow => {
    const measured = figureOf(target, harness) ?? ratioOf(target, peers);
    if (measured === undefined) return target;
    const { atMost = Infinity, atLeast = -Infinity } = target;
    return { ...target, measured, isMet: measured <= atMost && measured >= atLeast };
  });
}

function figureOf({ what, than }: Target, rows: readonly HarnessRow[]) {
  return rows.find((row) => row.what === what && row.unit === than)?.figure;
}

function ratioOf({ what, than }: Target, peers: readonly PeerRow[]): number | undefined {
  const rows = peers.filter(({ workload }) => workload === what);
  const own = rows.find(({ name }) => name === OURS)?.min;
  const others = than === BEST
    ? rows.filter(({ name }) => isPackage(name))
    : rows.filter(({ name }) => name === than);
  const least = Math.min(...others.map(({ min = Infinity }) => min));
  return own === undefined || least === Infinity ? undefined : own / least;
}

/** Not ours, not Go, not what people write by hand. */
function isPackage(name: string): boolean {
  return !/^(interleave|Go,|least possible|native|Promise|a |one |by hand|setTimeout|Abort|ten loops)/
    .test(name);
}

/** The table, in columns. */
export function renderTargets(rows: readonly TargetRow[]): string {
  const lines = rows.map(({ id, what, than, atMost, atLeast, measured, isMet }) => {
    const limit = atMost === undefined ? `>= ${format(atLeast as number)}` : `<= ${format(atMost)}`;
    const verdict = isMet === undefined ? "not measured" : isMet ? "" : "missed";
    const figure = measured === undefined ? "" : format(measured);
    return [id, what, than, limit, figure, verdict] as const;
  });
  return [["target", "what", "than, or unit", "wanted", "measured", ""] as const, ...lines].map(
    ([id, what, than, limit, figure, verdict]) =>
      `${id.padEnd(7)}${what.padEnd(46)}${than.padEnd(26)}${limit.padStart(11)}${
        figure.padStart(11)
      }  ${verdict}`.trimEnd(),
  ).join("\n");
}

function format(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString("en");
  return value.toFixed(value < 0.1 ? 3 : 2);
}
