/**
 * What is not measured against packages of others: the explorer, the virtual clock, what importing costs, how the platform
 * is served while goroutines are busy.
 *
 * Each measurement runs in a process of its own: `harness.ts NAME` prints its figures as JSON.
 *
 * @module
 */

import { Channel, go, sleep, WaitGroup } from "../../mod.ts";
import { measureFairness } from "../fairness.ts";
import type { ProgramName } from "./explorer_programs.ts";
import { heapUsed } from "../heap.ts";

/** HarnessRow is a figure. */
export interface HarnessRow {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
}

type Measurement = () => Promise<readonly HarnessRow[]>;

/** The least of several tries that take turns, in milliseconds each. */
async function leastMs(tries: number, ...bodies: readonly (() => unknown)[]): Promise<number[]> {
  const least = bodies.map(() => Infinity);
  for (let i = 0; i < tries; i++) {
    for (const [k, body] of bodies.entries()) {
      const start = performance.now();
      await body();
      least[k] = Math.min(least[k] as number, performance.now() - start);
    }
  }
  return least;
}

const RATE = "schedules/s";
const STEP_RATE = "steps/s";
const THEIR_RATE = "schedules/s by fast-check's scheduler";
const LEAST_RATE = "schedules/s by the least possible";

/** Each in a process of its own, since what one has taught the compiler makes the next a third slower. */
const PROGRAMS: readonly ProgramName[] = [
  "3 x 3 locks",
  "3 x 3 locks, an await inside",
  "3 x 3 racy increments",
];

async function exploring(what: ProgramName): Promise<readonly HarnessRow[]> {
  const { EXPLORER_PROGRAMS, runOurs } = await import("./explorer_programs.ts");
  const { RandomWalk } = await import("../../testing/random.ts");
  const { ours } = EXPLORER_PROGRAMS[what];
  const count = 4_000;
  let steps = 0;
  const [ms] = await leastMs(30, async () => {
    steps = await runOurs(ours, new RandomWalk(1), count);
  }) as [number];
  return [
    { what, figure: count / ms * 1e3, unit: RATE },
    { what, figure: steps / ms * 1e3, unit: STEP_RATE },
  ];
}

async function exploringByFastCheck(what: ProgramName): Promise<readonly HarnessRow[]> {
  const { EXPLORER_PROGRAMS, runTheirs } = await import("./explorer_programs.ts");
  const { theirs } = EXPLORER_PROGRAMS[what];
  const count = 1_000;
  const [ms] = await leastMs(30, () => runTheirs(theirs, count)) as [number];
  return [{ what, figure: count / ms * 1e3, unit: THEIR_RATE }];
}

async function exploringAtLeast(): Promise<readonly HarnessRow[]> {
  const { LeastScheduler } = await import("./least_scheduler.ts");
  const { lockRounds } = await import("../../testing/programs_test.ts");
  const scheduler = new LeastScheduler();
  const count = 4_000;
  const [ms] = await leastMs(20, () => scheduler.run(lockRounds, 1, count)) as [number];
  return [{ what: "3 x 3 locks", figure: count / ms * 1e3, unit: LEAST_RATE }];
}

/** How many times as many schedules ours runs as the others. */
function compareExplorers(rows: readonly HarnessRow[]): HarnessRow[] {
  return rows.filter(({ unit }) => unit === THEIR_RATE || unit === LEAST_RATE).map((other) => {
    const own = rows.find(({ what, unit }) => what === other.what && unit === RATE);
    const figure = (own?.figure ?? NaN) / other.figure;
    return { what: other.what, figure, unit: other.unit.replace(/^.* by /, "x ") };
  });
}

async function reducing(): Promise<readonly HarnessRow[]> {
  const { Reduced } = await import("../../testing/reduced.ts");
  const { DPOR_PROGRAMS } = await import("../corpus/dpor_programs.ts");
  const { search } = await import("../corpus/search.ts");
  let executions = 0;
  const [ms] = await leastMs(12, async () => {
    const body = () => DPOR_PROGRAMS.semaphore?.(5, 2);
    executions = (await search(body, new Reduced())).schedules;
  }) as [number];
  const what = "reduced search of semaphore(5,2)";
  return [{ what, figure: executions / ms * 1e3, unit: "executions/s" }];
}

/** Four goroutines that read, yield and write. */
async function lostUpdate(): Promise<void> {
  let count = 0;
  const wg = new WaitGroup();
  for (let i = 0; i < 4; i++) {
    wg.go(async () => {
      const before = count;
      await sleep(0);
      count = before + 1;
    });
  }
  await wg.wait();
  if (count !== 4) throw new Error(`${count} of 4`);
}

async function reporting(): Promise<readonly HarnessRow[]> {
  const { explore } = await import("../../testing/explore.ts");
  const fail = async (options: { replay?: string }): Promise<string> => {
    try {
      await explore(lostUpdate, { strategy: "random", seed: 1, ...options });
    } catch (error) {
      return (error as { schedule: string }).schedule;
    }
    throw new Error("it passes");
  };
  const replay = await fail({});
  const [findMs, replayMs] = await leastMs(30, () => fail({}), () => fail({ replay })) as [
    number,
    number,
  ];
  const what = "a lost update of four";
  return [
    { what: `${what}: found, shrunk and reported`, figure: findMs, unit: "ms" },
    { what: `${what}: replayed and reported`, figure: replayMs, unit: "ms" },
  ];
}

async function remembering(): Promise<readonly HarnessRow[]> {
  const { EXPLORER_PROGRAMS, runOurs } = await import("./explorer_programs.ts");
  const { RandomWalk } = await import("../../testing/random.ts");
  const body = EXPLORER_PROGRAMS["3 x 3 locks"]?.ours as () => Promise<void>;
  await runOurs(body, new RandomWalk(1), 20_000);
  const before = await heapUsed();
  await runOurs(body, new RandomWalk(2), 1_000_000);
  const growth = (await heapUsed() - before) / 1_024;
  return [{ what: "heap after 1,000,000 more schedules", figure: growth, unit: "KiB more" }];
}

async function virtualSleeping(): Promise<readonly HarnessRow[]> {
  const { virtualTime } = await import("../../testing/virtual_time.ts");
  const sleepers = (count: number, times: number) => () =>
    virtualTime(async () => {
      const wg = new WaitGroup();
      for (let i = 0; i < count; i++) {
        wg.go(async () => {
          for (let nth = 0; nth < times; nth++) await sleep(1 + (i * 7919 + nth) % 1_000);
        });
      }
      await wg.wait();
    }, { maxSteps: 10_000_000 });
  const [often, many] = await leastMs(2, sleepers(10_000, 10), sleepers(100_000, 1)) as [
    number,
    number,
  ];
  return [
    { what: "virtual clock, 10,000 sleep 10 times", figure: often * 1e3 / 1e5, unit: "us a sleep" },
    { what: "virtual clock, 100,000 sleep once", figure: many * 1e3 / 1e5, unit: "us a sleep" },
  ];
}

/** In a process that has loaded nothing before. */
async function importing(): Promise<readonly HarnessRow[]> {
  const url = new URL("../../mod.ts", import.meta.url).href;
  const code = `const start = performance.now(); await import("${url}"); ` +
    "console.log(performance.now() - start)";
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
  const figure = Number(new TextDecoder().decode(stdout));
  return [{ what: "import of mod.ts", figure, unit: "ms" }];
}

/** Nanoseconds for a value through an unbuffered channel, in production. */
async function handingOver(): Promise<number> {
  const COUNT = 100_000;
  const [ms] = await leastMs(10, async () => {
    const ch = new Channel<number>();
    go(async () => {
      for (let i = 0; i < COUNT; i++) await ch.send(i);
      ch.close();
    });
    for await (const _ of ch);
  }) as [number];
  return ms * 1e6 / COUNT;
}

const withoutHarness: Measurement = async () => [
  { what: "a value in production", figure: await handingOver(), unit: "ns" },
];

async function withHarness(): Promise<readonly HarnessRow[]> {
  await import("../../testing/mod.ts");
  const what = "a value outside of explorations, ./testing loaded";
  return [{ what, figure: await handingOver(), unit: "ns" }];
}

async function fairness(): Promise<readonly HarnessRow[]> {
  const rows: HarnessRow[] = [];
  for (const { what, isBusy, p50, p99, worst } of await measureFairness()) {
    if (!isBusy) continue;
    rows.push(
      { what: `${what}, ping-pong for ever: p50`, figure: p50, unit: "ms" },
      { what: `${what}, ping-pong for ever: p99`, figure: p99, unit: "ms" },
      { what: `${what}, ping-pong for ever: worst`, figure: worst, unit: "ms" },
    );
  }
  return rows;
}

/** By name: what is measured, and in how many processes; the best counts. */
const MEASUREMENTS: Readonly<Record<string, readonly [Measurement, times: number]>> = {
  ...Object.fromEntries(PROGRAMS.flatMap((name): [string, readonly [Measurement, number]][] => [
    [`exploring ${name}`, [() => exploring(name), 3]],
    [`exploring ${name} by fast-check`, [() => exploringByFastCheck(name), 3]],
  ])),
  exploringAtLeast: [exploringAtLeast, 3],
  reducing: [reducing, 1],
  reporting: [reporting, 1],
  remembering: [remembering, 1],
  virtualSleeping: [virtualSleeping, 1],
  importing: [importing, 7],
  withoutHarness: [withoutHarness, 3],
  withHarness: [withHarness, 3],
  fairness: [fairness, 1],
};

async function runOnce(name: string): Promise<readonly HarnessRow[]> {
  const file = new URL(import.meta.url).pathname;
  const flags = ["-A", "--no-check", "--quiet", "--v8-flags=--expose-gc"];
  const root = new URL("../../", import.meta.url);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/with_std.ts", "run", ...flags, file, name],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  if (code !== 0) throw new Error(`${name} failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Measures everything, each in a process of its own. */
export async function measureHarness(onProgress: (text: string) => void): Promise<HarnessRow[]> {
  const rows: HarnessRow[] = [];
  for (const [name, [, times]] of Object.entries(MEASUREMENTS)) {
    onProgress(`harness: ${name}`);
    let best = await runOnce(name);
    for (let i = 1; i < times; i++) {
      const again = await runOnce(name);
      best = best.map((row, k) => better(row, again[k] ?? row));
    }
    rows.push(...best);
  }
  return [...rows, ...compareExplorers(rows)];
}

function better(a: HarnessRow, b: HarnessRow): HarnessRow {
  const isRate = a.unit.includes("/s");
  return isRate === a.figure > b.figure ? a : b;
}

/** The table, in columns. */
export function renderHarness(rows: readonly HarnessRow[]): string {
  const lines = [["harness", "figure", ""]];
  for (const { what, figure, unit } of rows) lines.push([what, formatFigure(figure), unit]);
  return lines.map(([what = "", figure = "", unit = ""]) =>
    `${what.padEnd(58)}${figure.padStart(12)} ${unit}`.trimEnd()
  ).join("\n");
}

function formatFigure(figure: number): string {
  return Math.abs(figure) >= 1_000
    ? Math.round(figure).toLocaleString("en")
    : figure.toFixed(figure < 10 ? 2 : 1);
}

if (import.meta.main) {
  const [name] = Deno.args;
  if (name === undefined) console.log(renderHarness(await measureHarness(console.error)));
  else {
    const [measurement] = MEASUREMENTS[name] ?? [];
    if (measurement === undefined) {
      throw new Error(`There is no ${name}; there are ${Object.keys(MEASUREMENTS).join(", ")}`);
    }
    console.log(JSON.stringify(await measurement()));
    Deno.exit(0);
  }
}
