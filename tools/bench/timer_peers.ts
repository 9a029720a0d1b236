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
  yieldNow,
} from "../../mod.ts";
import { type Csp, csp, std } from "./channel_kits.ts";
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

/**
 * A receive with a timeout, in a loop: what timers are mostly for. If the sender comes first, the value is always there;
 * otherwise the receiver always has to wait a moment.
 */
function receiveOrTimeout(isSenderFirst: boolean): Run {
  return async () => {
    const ch = new Channel<number>();
    let received = 0;
    const wg = new WaitGroup();
    wg.go(async () => {
      for (let i = 0; i < STARTS; i++) await ch.send(i);
    });
    if (isSenderFirst) await yieldNow();
    for (let i = 0; i < STARTS; i++) {
      const c = await select({ value: ch.receiving(), timeout: after(1000).receiving() });
      if (c.key === "value") received++;
    }
    await wg.wait();
    return received;
  };
}

/** A channel of arrays, whose receive takes no timer unless it has to wait, and then one of the platform's. */
class TimeoutChannel {
  readonly #senders: { readonly value: number; readonly resolve: () => void }[] = [];
  #receiver: ((value: number) => void) | undefined;

  send(value: number): Promise<void> {
    if (this.#receiver === undefined) {
      return new Promise((resolve) => this.#senders.push({ value, resolve }));
    }
    this.#receiver(value);
    return SOON;
  }

  receive(timeoutMs: number): Promise<number | undefined> {
    const sender = this.#senders.shift();
    if (sender !== undefined) {
      sender.resolve();
      return Promise.resolve(sender.value);
    }
    return new Promise((resolve) => {
      const timeout = setTimeout(() => {
        this.#receiver = undefined;
        resolve(undefined);
      }, timeoutMs);
      this.#receiver = (value) => {
        this.#receiver = undefined;
        clearTimeout(timeout);
        resolve(value);
      };
    });
  }
}

/** The same by hand. */
function promiseOrTimeout(isSenderFirst: boolean): Run {
  return async () => {
    const ch = new TimeoutChannel();
    const producing = (async () => {
      if (!isSenderFirst) await SOON;
      for (let i = 0; i < STARTS; i++) await ch.send(i);
    })();
    let received = 0;
    for (let i = 0; i < STARTS; i++) if (await ch.receive(1000) !== undefined) received++;
    await producing;
    return received;
  };
}

type Deadline = (promise: Promise<number>, timeoutMs: number) => Promise<number>;

/** A channel and `deadline` of \@std/async, which puts a timer beside every receive. */
async function stdDeadline(isSenderFirst: boolean): Promise<Run> {
  const { make, send, receive } = await std();
  const { deadline } = await load<{ deadline: Deadline }>("deno-std/async/deadline.js");
  return async () => {
    const ch = make(0);
    const producing = (async () => {
      if (!isSenderFirst) await SOON;
      for (let i = 0; i < STARTS; i++) await send(ch, i);
    })();
    let received = 0;
    for (let i = 0; i < STARTS; i++) {
      await deadline(receive(ch) as Promise<number>, 1000);
      received++;
    }
    await producing;
    return received;
  };
}

/** The timeouts of js-csp are never taken back. */
function cspTimeout({ chan, go, put, alts, timeout }: Csp, isSenderFirst: boolean): Run {
  return () =>
    new Promise((resolve) => {
      const ch = chan();
      const send = function* () {
        for (let i = 0; i < STARTS; i++) yield put(ch, i);
      };
      if (isSenderFirst) go(send);
      go(function* () {
        let received = 0;
        for (let i = 0; i < STARTS; i++) {
          const late = timeout(1000);
          const { channel } = (yield alts([ch, late])) as unknown as { channel: unknown };
          if (channel === ch) received++;
        }
        resolve(received);
      });
      if (!isSenderFirst) go(send);
    });
}

function receiving(isSenderFirst: boolean): Workload {
  return {
    name: `receive or time out: ${isSenderFirst ? "ready" : "waits"}`,
    of: "receive",
    operations: STARTS,
    expected: STARTS,
    inGo: !isSenderFirst,
    contestants: {
      [OURS]: () => receiveOrTimeout(isSenderFirst),
      "by hand, setTimeout": () => promiseOrTimeout(isSenderFirst),
      "@std/async deadline": () => stdDeadline(isSenderFirst),
      "js-csp alts, timeout": async () => cspTimeout(await csp(), isSenderFirst),
    },
  };
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
  receiving(true),
  receiving(false),
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
