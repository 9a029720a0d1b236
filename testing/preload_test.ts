import { assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "./child_test.ts";

const PRELOAD = new URL("./preload.ts", import.meta.url).href;

/** A program that holds on to the real clock in every way there is, and prints what it sees inside and outside. */
const PROGRAM = `
import { setTimeout as byName } from "node:timers";
import timers, { setImmediate as immediate, setInterval as interval, clearInterval as clear } from "node:timers";
import { setInterval as ticks, setTimeout as wait, scheduler, setImmediate as turn } from "node:timers/promises";
import promises from "node:timers/promises";
const { setTimeout: captured } = globalThis;
const { now } = Date;
import { virtualTime } from "PACKAGE/testing/mod.ts";

const spent = async (body: () => Promise<unknown>) => {
  const start = now();
  await body();
  return now() - start;
};
const ways: Record<string, (ms: number) => Promise<unknown>> = {
  byName: (ms) => new Promise((resolve) => byName(resolve, ms)),
  asObject: (ms) => new Promise((resolve) => timers.setTimeout(resolve, ms)),
  interval: (ms) => new Promise<void>((resolve) => {
    const it = interval(() => { clear(it); resolve(); }, ms);
  }),
  wait: (ms) => wait(ms),
  promises: (ms) => promises.setTimeout(ms),
  ticks: async (ms) => { for await (const _ of ticks(ms)) break; },
  scheduler: (ms) => scheduler.wait(ms),
  captured: (ms) => new Promise((resolve) => captured(resolve, ms)),
};
const inside: Record<string, number> = await virtualTime(async () => {
  const result: Record<string, number> = {};
  for (const [name, way] of Object.entries(ways)) result[name] = await spent(() => way(60_000));
  result.turn = await spent(async () => {
    await turn();
    await new Promise<void>((resolve) => void immediate(() => resolve()));
  });
  return result;
});
const controller = new AbortController();
const aborted = await virtualTime(() => {
  const pending = wait(60_000, "x", { signal: controller.signal }).catch((error) => error.name + " " + error.code);
  controller.abort();
  return pending;
});
const outside = [];
for (const way of Object.values(ways)) outside.push(await spent(() => way(1)));
console.log(JSON.stringify({ inside, aborted, isReal: outside.every((ms) => ms < 5_000) }));
`;

Deno.test("--preload lets everything follow the virtual clock that would hold on to the real one", async () => {
  using folder = new Folder({ "main.ts": PROGRAM });
  const { code, stdout, stderr } = await folder.deno([
    "run",
    "-A",
    `--preload=${PRELOAD}`,
    "main.ts",
  ]);
  assertEquals(code, 0, stderr);
  assertEquals(JSON.parse(stdout), {
    inside: {
      byName: 60_000,
      asObject: 60_000,
      interval: 60_000,
      wait: 60_000,
      promises: 60_000,
      ticks: 60_000,
      scheduler: 60_000,
      captured: 60_000,
      turn: 0,
    },
    aborted: "AbortError ABORT_ERR",
    isReal: true,
  });
  assertEquals(stderr, "", "and nothing is named");
});

/** A module that is loaded before the harness and holds on to what it takes from globalThis. */
const CAPTURING = `const { setTimeout, setImmediate, Date } = globalThis;
const { now } = Date;
export const nap = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });
export const turn = () => new Promise<void>((resolve) => { setImmediate(resolve); });
export const times = () => [now(), new Date().getTime()];
`;

const CAPTURED = `import { nap, times, turn } from "./capturing.ts";
import { explore } from "PACKAGE/testing/mod.ts";
const outcome = (promise: Promise<unknown>) =>
  promise.then((result) => JSON.stringify(result), (error) => error.name + ": " + error.message);
const options = { schedules: 2, seed: 1, externalTimeoutMs: 50 } as const;
let dates: number[] = [];
const short = await outcome(explore(async () => {
  await nap(1);
  await turn();
  dates = times();
}, options));
const long = await outcome(explore(async () => {
  await nap(10_000);
}, options));
console.log(JSON.stringify({ short, long, areReal: dates.map((time) => time > Date.UTC(2020)) }));
Deno.exit(); // without the harness before it the nap is a real one, and would keep the process
`;

Deno.test("what was taken from globalThis before the harness was loaded is named, and virtual with --preload", async () => {
  using folder = new Folder({ "capturing.ts": CAPTURING, "main.ts": CAPTURED });
  const [without, preloaded] = await Promise.all([
    folder.deno(["run", "-A", "main.ts"]),
    folder.deno(["run", "-A", `--preload=${PRELOAD}`, "main.ts"]),
  ]);
  assertEquals([without.code, preloaded.code], [0, 0], without.stderr + preloaded.stderr);

  const found = JSON.parse(without.stdout);
  assertEquals(found.areReal, [true, true], "a clock cannot be told from the real one");
  const { complete, schedules } = JSON.parse(found.short);
  assertEquals(
    [complete, schedules],
    [false, 1],
    "what comes from outside comes in one order only",
  );
  const hint = "run with --preload=jsr:@interleave/go/testing/preload";
  assertStringIncludes(without.stderr, "capturing.ts:3 sets a real timer inside a schedule");
  assertStringIncludes(without.stderr, hint);
  assertStringIncludes(without.stderr, "the outside at main.ts:8");
  const report = found.long.replaceAll(/\s+/g, " ");
  assertStringIncludes(
    report,
    "ForeignAwaitError: g1 main waits for something outside the scheduler",
  );
  assertStringIncludes(report, "awaits at main.ts:13:9 await nap(10_000);");
  assertStringIncludes(report, "A real timer was set at capturing.ts:3");
  assertStringIncludes(report, "--preload=jsr:@interleave/go/testing/preload makes it virtual.");

  const followed = JSON.parse(preloaded.stdout);
  assertEquals(followed.areReal, [false, false]);
  for (const result of [followed.short, followed.long]) {
    assertEquals(JSON.parse(result).complete, true);
  }
  assertEquals(preloaded.stderr, "", "and nothing is named");
});
