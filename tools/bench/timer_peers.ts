/**
 * Timers, sleeping, tickers and rate limiters.
 *
 * @module
 */

import {
  after,
  callAfter,
  Channel,
  RateLimiter,
  select,
  sleep,
  Ticker,
  WaitGroup,
} from "../../mod.ts";
import { effect, type Effects } from "./effect.ts";
import { load, OURS, type Run, SOON, type Workload } from "./workload.ts";

const STARTS = 2000;
const SLEEPERS = 100_000;
/** Spread over 20 ms, in no particular order. */
const delayOf = (index: number) => 1 + (index * 7919) % 20;

function startStop(): number {
  let stopped = 0;
  for (let i = 0; i < STARTS; i++) if (callAfter(1000, fail).stop()) stopped++;
  return stopped;
}

function fail(): void {
  throw new Error("a timer has fired that was stopped");
}

function setClear(): number {
  let stopped = 0;
  for (let i = 0; i < STARTS; i++) {
    clearTimeout(setTimeout(fail, 1000));
    stopped++;
  }
  return stopped;
}

interface Rx {
  timer(delayMs: number): { subscribe(next: () => void): { unsubscribe(): void } };
}

async function rxTimer(): Promise<Run> {
  const { timer } = await load<Rx>("rxjs");
  return () => {
    let stopped = 0;
    for (let i = 0; i < STARTS; i++) {
      timer(1000).subscribe(fail).unsubscribe();
      stopped++;
    }
    return stopped;
  };
}

function effectTimer({ Effect, Fiber }: Effects): Run {
  const main = Effect.gen(function* () {
    let stopped = 0;
    const sleeping = Effect.sleep("1 second");
    for (let i = 0; i < STARTS; i++) {
      const fiber = yield* Effect.forkChild(sleeping);
      yield* Effect.yieldNow; // so that it has begun to sleep
      yield* Fiber.interrupt(fiber);
      stopped++;
    }
    return stopped;
  });
  return () => Effect.runPromise(main);
}

/** A receive with a timeout, in a loop: what timers are mostly for. */
async function receiveOrTimeout(): Promise<number> {
  const ch = new Channel<number>();
  let received = 0;
  const wg = new WaitGroup();
  wg.go(async () => {
    for (let i = 0; i < STARTS; i++) await ch.send(i);
  });
  for (let i = 0; i < STARTS; i++) {
    const c = await select({ value: ch.receiving(), timeout: after(1000).receiving() });
    if (c.key === "value") received++;
  }
  await wg.wait();
  return received;
}

/** The same by hand: a channel of arrays, and a promise that a timer or a value resolves. */
async function promiseOrTimeout(): Promise<number> {
  const senders: { readonly value: number; readonly resolve: () => void }[] = [];
  let receiver: ((value: number) => void) | undefined;
  const send = (value: number) => {
    if (receiver === undefined) {
      return new Promise<void>((resolve) => senders.push({ value, resolve }));
    }
    receiver(value);
    return SOON;
  };
  const receive = () => {
    const sender = senders.shift();
    if (sender !== undefined) {
      sender.resolve();
      return Promise.resolve(sender.value);
    }
    return new Promise<number | undefined>((resolve) => {
      const timeout = setTimeout(() => {
        receiver = undefined;
        resolve(undefined);
      }, 1000);
      receiver = (value) => {
        receiver = undefined;
        clearTimeout(timeout);
        resolve(value);
      };
    });
  };
  const producing = (async () => {
    for (let i = 0; i < STARTS; i++) await send(i);
  })();
  let received = 0;
  for (let i = 0; i < STARTS; i++) if (await receive() !== undefined) received++;
  await producing;
  return received;
}

async function sleeps(sleep: (delayMs: number) => Promise<unknown>): Promise<number> {
  let woken = 0;
  const body = async (delayMs: number) => {
    await sleep(delayMs);
    woken++;
  };
  const all: Promise<void>[] = [];
  for (let i = 0; i < SLEEPERS; i++) all.push(body(delayOf(i)));
  await Promise.all(all);
  return woken;
}

const native = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

const TICKERS = 2000, TICKS = 4, PERIOD_MS = 5;

async function tickers(): Promise<number> {
  let ticks = 0;
  const wg = new WaitGroup();
  for (let i = 0; i < TICKERS; i++) {
    wg.go(async () => {
      const ticker = new Ticker(PERIOD_MS);
      for (let tick = 0; tick < TICKS; tick++) {
        await ticker.channel.receive();
        ticks++;
      }
      ticker.stop();
    });
  }
  await wg.wait();
  return ticks;
}

function intervals(): Promise<number> {
  let ticks = 0;
  return new Promise((resolve) => {
    for (let i = 0; i < TICKERS; i++) {
      let own = 0;
      const interval = setInterval(() => {
        ticks++;
        if (++own < TICKS) return;
        clearInterval(interval);
        if (ticks === TICKERS * TICKS) resolve(ticks);
      }, PERIOD_MS);
    }
  });
}

// --- rate limiters whose tokens do not run out ---

const REQUESTS = 200;
const PLENTY = 1e9;

function requesting(request: () => Promise<unknown>): Run {
  return async () => {
    let count = 0;
    for (let i = 0; i < REQUESTS; i++) {
      await request();
      count++;
    }
    return count;
  };
}

async function limiter(): Promise<Run> {
  const { RateLimiter } = await load<
    {
      RateLimiter: new (
        options: { tokensPerInterval: number; interval: "second" },
      ) => { removeTokens(count: number): Promise<number> };
    }
  >("limiter");
  const limiter = new RateLimiter({ tokensPerInterval: PLENTY, interval: "second" });
  return requesting(() => limiter.removeTokens(1));
}

async function pThrottle(): Promise<Run> {
  const { default: pThrottle } = await load<
    {
      default(
        options: { limit: number; interval: number },
      ): (f: () => Promise<void>) => () => Promise<void>;
    }
  >("p-throttle");
  const request = pThrottle({ limit: PLENTY, interval: 1000 })(() => Promise.resolve());
  return requesting(request);
}

async function bottleneck(): Promise<Run> {
  const { default: Bottleneck } = await load<
    {
      default: new (options: object) => { schedule(f: () => Promise<void>): Promise<void> };
    }
  >("bottleneck");
  const limiter = new Bottleneck({
    reservoir: PLENTY,
    reservoirRefreshAmount: PLENTY,
    reservoirRefreshInterval: 1000,
  });
  return requesting(() => limiter.schedule(() => Promise.resolve()));
}

export const workloads: readonly Workload[] = [
  {
    name: "timer: start and stop",
    of: "timer",
    operations: STARTS,
    expected: STARTS,
    inGo: true,
    contestants: {
      [OURS]: () => startStop,
      "setTimeout, clearTimeout": () => setClear,
      "rxjs timer": rxTimer,
      "effect fork, interrupt": async () => effectTimer(await effect()),
    },
  },
  {
    name: "timer: receive or time out",
    of: "receive",
    operations: STARTS,
    expected: STARTS,
    inGo: true,
    contestants: { [OURS]: () => receiveOrTimeout, "promises, setTimeout": () => promiseOrTimeout },
  },
  {
    name: "sleep: 100k over 20 ms",
    of: "sleep",
    operations: SLEEPERS,
    expected: SLEEPERS,
    inGo: true,
    contestants: {
      [OURS]: () => () => sleeps(sleep),
      "setTimeout": () => () => sleeps(native),
    },
  },
  {
    name: "ticker: 2000, 4 ticks of 5 ms",
    of: "tick",
    operations: TICKERS * TICKS,
    expected: TICKERS * TICKS,
    inGo: true,
    contestants: { [OURS]: () => tickers, "setInterval": () => intervals },
  },
  {
    name: "rate limiter, tokens free",
    of: "request",
    operations: REQUESTS,
    expected: REQUESTS,
    contestants: {
      [OURS]: () => {
        const limiter = new RateLimiter(PLENTY, PLENTY);
        return requesting(() => limiter.wait());
      },
      limiter,
      "p-throttle": pThrottle,
      bottleneck,
    },
  },
];
