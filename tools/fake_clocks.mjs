// Three chained sleeps of 10 ms under fake clocks, each driven in the ways it has: what is logged when the driving is over.
// Right is a@10, b@20, c@30. `fake_clocks.ts` brings it to each runtime and prints the table that the README shows.
import { mock } from "node:test";
import process from "node:process";

const realSetTimeout = setTimeout;
const realTime = (ms) => new Promise((resolve) => realSetTimeout(resolve, ms));

/** The program: it knows no clock but the platform's. */
function chained() {
  const log = [];
  const start = Date.now();
  const done = (async () => {
    for (const name of ["a", "b", "c"]) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      log.push(`${name}@${Date.now() - start}`);
    }
  })();
  return { log, done };
}

/** Lets promises of the program go on, as an `await` of a test does. */
async function hops() {
  for (let i = 0; i < 20; i++) await null;
}

const rows = [];

/** Runs the program under a clock; `drive` is over when the log is read. */
async function row(clock, drivenBy, install, drive) {
  const uninstall = install();
  const { log } = chained();
  await hops();
  await drive(uninstall.clock);
  await hops();
  const logged = log.join(" ") || "nothing";
  uninstall();
  rows.push({ clock, drivenBy, logged });
}

const runtime = globalThis.Deno === undefined
  ? `Node ${process.versions.node}`
  : `Deno ${globalThis.Deno.version.deno}`;

const mockTimers = () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  return () => mock.timers.reset();
};
await row(`node:test mock.timers, ${runtime}`, "tick(30)", mockTimers, () => mock.timers.tick(30));
await row(`node:test mock.timers, ${runtime}`, "runAll() three times", mockTimers, async () => {
  for (let i = 0; i < 3; i++) {
    mock.timers.runAll();
    await hops();
  }
});

const { default: FakeTimers } = await import("@sinonjs/fake-timers");
const { version } = (await import("@sinonjs/fake-timers/package.json", { with: { type: "json" } }))
  .default;
const sinon = (mode) => () => {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  if (mode !== undefined) clock.setTickMode(mode);
  return Object.assign(() => clock.uninstall(), { clock });
};
const sinonName = `@sinonjs/fake-timers ${version}, ${runtime}`;
await row(sinonName, "tick(30)", sinon(), (clock) => clock.tick(30));
await row(sinonName, "tickAsync(30)", sinon(), (clock) => clock.tickAsync(30));
await row(sinonName, "runAllAsync()", sinon(), (clock) => clock.runAllAsync());
await row(sinonName, 'the mode "nextAsync"', sinon({ mode: "nextAsync" }), () => realTime(50));

// Whether AbortSignal.timeout is fake: all that can be faked is, and a minute passes.
const clock = FakeTimers.install();
const signal = AbortSignal.timeout(60_000);
await clock.tickAsync(60_001);
const logged = signal.aborted ? "virtual" : "real";
clock.uninstall();
rows.push({ clock: sinonName, drivenBy: "AbortSignal.timeout", logged });

console.log(JSON.stringify(rows));
process.exit(0); // the signal's timer is real
