import { assertEquals } from "@std/assert";
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
