import { assert, assertEquals } from "@std/assert";
import { Folder, running } from "./child_test.ts";

/** Runs each program under three strategies and prints every decision, every value and every trace. */
const SCRIPT = `
import { Channel, go, Mutex, now, select, sleep, WaitGroup, yieldNow } from "PACKAGE/mod.ts";
import { explore, ScheduleError } from "PACKAGE/testing/mod.ts";
import { explorer } from "PACKAGE/testing/explorer.ts";
import { Exploration } from "PACKAGE/testing/exploration.ts";
import { resolveOptions } from "PACKAGE/testing/options.ts";
import { Pct } from "PACKAGE/testing/pct.ts";
import { Portfolio } from "PACKAGE/testing/portfolio.ts";
import { RandomWalk } from "PACKAGE/testing/random.ts";

let log = [];
const note = (text) => log.push(text);

const programs = {
  async nestedAsync() {
    const inner = async (name, depth) => depth === 0 ? await yieldNow() : (await inner(name, depth - 1), note(name + depth));
    const wg = new WaitGroup();
    for (const name of ["a", "b", "c"]) wg.go(() => inner(name, 3));
    await wg.wait();
  },
  async promiseAll() {
    const wg = new WaitGroup();
    const ch = new Channel(1);
    wg.go(async () => {
      await Promise.all([1, 2].map(async (i) => { await ch.send(i); note("sent " + i); }));
    });
    wg.go(async () => {
      note("got " + await Promise.all([ch.receive(), ch.receive()]));
    });
    await wg.wait();
  },
  async promiseRace() {
    const wg = new WaitGroup();
    for (const name of ["a", "b"]) {
      wg.go(async () => {
        const first = await Promise.race([yieldNow().then(() => "slow"), Promise.resolve("quick"), sleep(1).then(() => "sleep")]);
        note(name + first);
        await sleep(2);
      });
    }
    await wg.wait();
  },
  async asyncGenerator() {
    async function* numbers(name) {
      for (let i = 0; i < 3; i++) {
        await yieldNow();
        yield name + i;
      }
    }
    const wg = new WaitGroup();
    for (const name of ["a", "b"]) wg.go(async () => { for await (const text of numbers(name)) note(text); });
    await wg.wait();
  },
  async select() {
    const [a, b, quit] = [new Channel(), new Channel(2), new Channel()];
    const wg = new WaitGroup();
    wg.go(async () => { for (let i = 0; i < 2; i++) await a.send(i); });
    wg.go(async () => { for (let i = 0; i < 2; i++) await b.send(i); });
    wg.go(async () => {
      for (let i = 0; i < 4; i++) {
        const chosen = await select({ a: a.receiving(), b: b.receiving(), quit: quit.receiving() });
        note(chosen.key);
      }
    });
    await wg.wait();
  },
  async timers() {
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        await sleep(1 + i % 2);
        note(i + " at " + now());
        await sleep(1);
        note(i + " at " + now());
      });
    }
    await wg.wait();
  },
  async deadlock() {
    const [a, b] = [new Mutex(), new Mutex()];
    const wg = new WaitGroup();
    wg.go(async function left() { await a.lock(); note("la"); await b.lock(); b.unlock(); a.unlock(); });
    wg.go(async function right() { await b.lock(); note("rb"); await a.lock(); a.unlock(); b.unlock(); });
    await wg.wait();
  },
  async streams() {
    const { readable, writable } = new TransformStream();
    const wg = new WaitGroup();
    wg.go(async () => {
      const writer = writable.getWriter();
      for (let i = 0; i < 3; i++) { await yieldNow(); await writer.write(i); }
      await writer.close();
    });
    wg.go(async () => { for await (const value of readable) { note("read " + value); await yieldNow(); } });
    await wg.wait();
  },
};

for (const [name, body] of Object.entries(programs)) {
  for (const strategy of [new RandomWalk(11), new Pct(11, 3), new Portfolio(11)]) {
    const exploration = new Exploration(body, resolveOptions({}), undefined);
    for (let i = 0; i < 60 && strategy.begin(i); i++) {
      log = [];
      const verdict = await exploration.execute(strategy);
      console.log(name, strategy.name, i, verdict.kind, explorer.steps, explorer.answers.join("."), explorer.counts.join("."), log.join(","));
    }
  }
  try {
    const { schedules, steps } = await explore(body, { seed: 3, strategy: "random", schedules: 200 });
    console.log(name, schedules, steps);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    console.log(name, error.kind, error.schedule, JSON.stringify(error.trace));
  }
}
`;

Deno.test("explore with the same seed makes byte-identical traces in three fresh processes, whatever the machine does meanwhile: eight programs", async () => {
  using folder = new Folder({ "script.ts": SCRIPT });
  const run = async (...flags: string[]): Promise<string> => {
    const { code, stdout, stderr } = await folder.deno(running("-A", ...flags, "script.ts"));
    assertEquals(code, 0, stderr);
    return stdout;
  };
  const alone = await run();
  // Two at once slow each other down, and one is slow by itself; no decision may depend on real time.
  for (const again of await Promise.all([run(), run("--v8-flags=--max-lazy,--no-opt")])) {
    assert(again === alone, firstDifference(again, alone));
  }
  const lines = alone.split("\n");
  const names = new Set(lines.map((line) => line.split(" ")[0]).filter((name) => name !== ""));
  assertEquals(names.size, 8);
  assert(lines.length > 8 * 100, `${lines.length}`);
  assert(lines.some((line) => line.includes("deadlock deadlock s1:")), "one of them fails");
});

function firstDifference(a: string, b: string): string {
  const [as, bs] = [a.split("\n"), b.split("\n")];
  const at = as.findIndex((line, i) => line !== bs[i]);
  return `line ${at + 1}:\n${as[at]}\n${bs[at]}`;
}
