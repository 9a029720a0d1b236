// Runs in an empty folder where the npm tarball is installed, on whatever runtime it is started with: plain JavaScript,
// public specifiers only. `pack_smoke.ts` brings it there, together with expected.json, which says what the sources export.
import { capturedTimeout } from "data:text/javascript,export const capturedTimeout = setTimeout;"; // before the package
import {
  background,
  cause,
  Channel,
  channelFrom,
  events,
  go,
  Mutex,
  select,
  sleep,
  toReadableStream,
  toWritableStream,
  WaitGroup,
  yieldNow,
} from "@interleave/go";
import { notify, notifyContext } from "@interleave/go/platform";
import { explore, virtualTime } from "@interleave/go/testing";
import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { setTimeout as timeoutOfModule } from "node:timers";
import { setTimeout as timeoutOfPromises } from "node:timers/promises";

const isBun = process.versions.bun !== undefined;

const checks = {
  async "every export of the sources is there, with its symbol-named members"() {
    const expected = JSON.parse(
      await readFile(new URL("./expected.json", import.meta.url), "utf8"),
    );
    for (const [specifier, members] of Object.entries(expected)) {
      const module = await import(specifier);
      equal(Object.keys(module).sort(), Object.keys(members).sort(), specifier);
      for (const [name, symbols] of Object.entries(members)) {
        for (const symbol of symbols) {
          const there = typeof Symbol[symbol] === "symbol" &&
            Symbol[symbol] in module[name].prototype;
          equal(there, true, `${specifier}: ${name}[Symbol.${symbol}]`);
        }
      }
    }
  },

  async "goroutines drain a channel with for await, and a WaitGroup waits for them"() {
    const jobs = new Channel();
    const wg = new WaitGroup();
    let sum = 0;
    for (let worker = 0; worker < 3; worker++) {
      wg.go(async () => {
        for await (const job of jobs) sum += job;
      });
    }
    for (let job = 1; job <= 10; job++) await jobs.send(job);
    jobs.close();
    await wg.wait();
    equal(sum, 55, "sum");
  },

  async "select takes the case that becomes ready, and sleep wakes it"() {
    const jobs = new Channel();
    const quit = new Channel();
    go(async () => {
      await sleep(1);
      quit.close();
    });
    const taken = await select({ job: jobs.receiving(), quit: quit.receiving() });
    equal(taken.key, "quit", "case");
  },

  async "a channel goes through the platform's streams and back, and events come as a channel"() {
    const back = new Channel();
    go(() => toReadableStream(channelFrom([1, 2, 3])).pipeTo(toWritableStream(back)));
    const values = [];
    for await (const value of back) values.push(value);
    equal(values, [1, 2, 3], "values");
    const target = new EventTarget();
    const pings = events(target, "ping");
    target.dispatchEvent(new Event("ping"));
    pings.stop();
    let count = 0;
    for await (const _ping of pings) count++;
    equal(count, 1, "events");
  },

  async "a signal comes through a channel and ends a context"() {
    if (process.platform === "win32") return;
    const keepAlive = setInterval(() => {}, 1_000);
    const signals = notify("SIGWINCH");
    const ctx = notifyContext(background(), "SIGWINCH");
    process.kill(process.pid, "SIGWINCH");
    equal(await signals.channel.receive(), "SIGWINCH", "signal");
    equal(cause(ctx).message, "window changed signal received", "cause");
    signals.stop();
    ctx.cancel();
    equal(process.listenerCount("SIGWINCH"), 0, "listeners");
    clearInterval(keepAlive);
  },

  async "explore passes what holds in every order"() {
    await explore(() => increment(new Mutex()));
  },

  async "explore finds the lost update, and says how to replay it"() {
    const failure = await explore(() => increment()).then(() => undefined, (error) => error);
    equal(failure instanceof Error, true, "rejects with an error");
    equal(failure.message.includes("lost update"), true, "quotes what the body threw");
    equal(failure.message.includes("--replay="), true, "gives a replay token");
  },

  async "the timers of every module follow the virtual clock"() {
    const log = await virtualTime(async () => {
      const started = Date.now();
      const log = [];
      const ofGlobal = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const ofModule = (ms) => new Promise((resolve) => timeoutOfModule(resolve, ms));
      // Nobody can replace what a module of Bun's own exports by name.
      const all = isBun ? [ofGlobal] : [ofGlobal, ofModule, timeoutOfPromises];
      for (const timeout of all) {
        await timeout(10);
        log.push(Date.now() - started);
      }
      return log;
    });
    equal(log, isBun ? [10] : [10, 20, 30], "times");
  },

  async "a timer taken before the package was loaded is a foreign await, named with its line"() {
    const body = async () => {
      await new Promise((resolve) => capturedTimeout(resolve, 10_000).unref());
    };
    const failure = await explore(body, { externalTimeoutMs: 20 }).then(() => {}, (error) => error);
    equal(failure?.name, "ForeignAwaitError", "name");
    if (isBun) return; // its stacks do not have the function that awaits, and nobody hears of its timers
    equal(/awaits at .*pack_smoke\.mjs:\d+/.test(failure.message), true, failure.message);
    const named = failure.message.replaceAll(/\s+/g, " ");
    equal(/A real timer was set at pack_smoke\.mjs:\d+/.test(named), true, failure.message);
  },

  async "who waits for an operation that a callback of the outside does is no deadlock"() {
    const value = await virtualTime(async () => {
      const ch = new Channel(1);
      capturedTimeout(() => ch.trySend(7), 5);
      return await ch.receive();
    });
    equal(value, 7, "value");
  },

  async "a goroutine has the AsyncLocalStorage of its go; one of an exploration that of whoever explores"() {
    const storage = new AsyncLocalStorage();
    const started = async () => {
      const wg = new WaitGroup();
      const seen = [];
      for (const n of [1, 2, 2, 3]) {
        storage.run(n, () =>
          wg.go(async () => {
            const first = storage.getStore();
            await sleep(1);
            seen.push([n, first, storage.getStore()]);
          }));
      }
      await wg.wait();
      return seen.sort();
    };
    equal(await started(), [[1, 1, 1], [2, 2, 2], [2, 2, 2], [3, 3, 3]], "in production");
    for (const n of [7, 8]) {
      const seen = new Set();
      await storage.run(n, () =>
        explore(async () => {
          seen.add(storage.getStore());
          const wg = new WaitGroup();
          wg.go(() => seen.add(storage.getStore()));
          await wg.wait();
          seen.add(storage.getStore());
        }, { schedules: 5, strategy: "random" }));
      equal([...seen], [n], "explored");
    }
  },
};

/** Two goroutines increment one number, under `mutex` if there is one. */
async function increment(mutex) {
  const wg = new WaitGroup();
  let n = 0;
  for (let i = 0; i < 2; i++) {
    wg.go(async () => {
      await mutex?.lock();
      const seen = n;
      await yieldNow();
      n = seen + 1;
      mutex?.unlock();
    });
  }
  await wg.wait();
  if (n !== 2) throw new Error(`lost update: ${n}`);
}

function equal(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

const runtime = isBun ? `Bun ${process.versions.bun}` : `Node ${process.versions.node}`;
for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`${runtime}: ${name}`);
}
