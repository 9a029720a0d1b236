/**
 * Starting many and waiting for them: ErrGroup with a limit, WaitGroup, spawn and join; and Once and SingleFlight.
 *
 * @module
 */

import { Channel, ErrGroup, go, Once, SingleFlight, WaitGroup } from "../../mod.ts";
import { Active } from "./active.ts";
import { effect, type Effects } from "./effect.ts";
import { load, OURS, type Run, SOON, type Workload } from "./workload.ts";

// --- at most ten at a time, asked for one after the other ---

const JOBS = 20_000;
const LIMIT = 10;

async function errGroup(): Promise<number> {
  const active = new Active();
  const group = new ErrGroup();
  group.setLimit(LIMIT);
  for (let i = 0; i < JOBS; i++) await group.go(active.job);
  await group.wait();
  return active.upTo(LIMIT);
}

/** Ten loops over one counter: the least, for jobs that are known beforehand. */
async function tenLoops(): Promise<number> {
  const active = new Active();
  let next = 0;
  const loop = async () => {
    while (next++ < JOBS) await active.job();
  };
  await Promise.all(Array.from({ length: LIMIT }, loop));
  return active.upTo(LIMIT);
}

async function pLimit(): Promise<Run> {
  const { default: make } = await load<
    { default: (limit: number) => (job: () => Promise<void>) => Promise<void> }
  >("p-limit");
  return async () => {
    const active = new Active();
    const limit = make(LIMIT);
    const all: Promise<void>[] = [];
    for (let i = 0; i < JOBS; i++) all.push(limit(active.job));
    await Promise.all(all);
    return active.upTo(LIMIT);
  };
}

interface PQueue {
  add(job: () => Promise<void>): Promise<void>;
  onIdle(): Promise<void>;
}

async function pQueue(): Promise<Run> {
  const { default: PQueue } = await load<
    { default: new (options: { concurrency: number }) => PQueue }
  >("p-queue");
  return async () => {
    const active = new Active();
    const queue = new PQueue({ concurrency: LIMIT });
    for (let i = 0; i < JOBS; i++) void queue.add(active.job);
    await queue.onIdle();
    return active.upTo(LIMIT);
  };
}

interface Rx {
  range(start: number, count: number): { pipe(...operators: unknown[]): unknown };
  mergeMap(project: () => Promise<void>, concurrent: number): unknown;
  lastValueFrom(source: unknown): Promise<void>;
  timer(delayMs: number): { subscribe(next: () => void): { unsubscribe(): void } };
}

async function mergeMap(): Promise<Run> {
  const { range, mergeMap, lastValueFrom } = await load<Rx>("rxjs");
  return async () => {
    const active = new Active();
    await lastValueFrom(range(0, JOBS).pipe(mergeMap(active.job, LIMIT)));
    return active.upTo(LIMIT);
  };
}

async function pooledMap(): Promise<Run> {
  const { pooledMap } = await load<
    {
      pooledMap(limit: number, items: Iterable<number>, job: () => Promise<void>): AsyncIterable<
        void
      >;
    }
  >("deno-std/async/pool.js");
  return async () => {
    const active = new Active();
    for await (const _ of pooledMap(LIMIT, Array(JOBS).keys(), active.job));
    return active.upTo(LIMIT);
  };
}

function effectLimited({ Effect }: Effects): Run {
  return () => {
    const active = new Active();
    const job = Effect.gen(function* () {
      active.begin();
      yield* Effect.yieldNow;
      active.end();
    });
    const main = Effect.gen(function* () {
      yield* Effect.forEach(Array(JOBS).keys(), () => job, { concurrency: LIMIT, discard: true });
      return active.upTo(LIMIT);
    });
    return Effect.runPromise(main);
  };
}

// --- waiting for many ---

const MANY = 10_000;

async function waitGroup(count: number): Promise<number> {
  let ended = 0;
  const wg = new WaitGroup();
  const body = async () => {
    await SOON;
    ended++;
  };
  for (let i = 0; i < count; i++) wg.go(body);
  await wg.wait();
  return ended;
}

/** What ours and its peer have in common. */
interface Group {
  add(count: number): void;
  done(): void;
  wait(): Promise<void>;
}

type Body = () => Promise<void>;

/** What wg.go does, by hand: the bodies themselves say that they are done. */
function addAndDone(Group: new () => Group, start: (body: Body) => void, count: number): Run {
  return async () => {
    let ended = 0;
    const wg = new Group();
    const body = async () => {
      await SOON;
      ended++;
      wg.done();
    };
    for (let i = 0; i < count; i++) {
      wg.add(1);
      start(body);
    }
    await wg.wait();
    return ended;
  };
}

async function jpwilliams(): Promise<new () => Group> {
  return (await load<{ WaitGroup: new () => Group }>("@jpwilliams/waitgroup")).WaitGroup;
}

const call = (body: Body): void => void body();

async function promiseAll(count: number): Promise<number> {
  let ended = 0;
  const all: Promise<void>[] = [];
  const body = async () => {
    await SOON;
    ended++;
  };
  for (let i = 0; i < count; i++) all.push(body());
  await Promise.all(all);
  return ended;
}

function effectJoin({ Effect }: Effects, count: number): Run {
  return () => {
    let ended = 0;
    const body = Effect.gen(function* () {
      yield* Effect.yieldNow;
      ended++;
    });
    const main = Effect.gen(function* () {
      yield* Effect.forEach(Array(count).keys(), () => body, {
        concurrency: "unbounded",
        discard: true,
      });
      return ended;
    });
    return Effect.runPromise(main);
  };
}

// --- letting many go at once ---

async function waitFor(gate: { wait(): Promise<void> }, seen: { count: number }): Promise<void> {
  await gate.wait();
  seen.count++;
}

async function broadcast(gate: { wait(): Promise<void> }, open: () => void): Promise<number> {
  const seen = { count: 0 };
  const all: Promise<void>[] = [];
  for (let i = 0; i < MANY; i++) all.push(waitFor(gate, seen));
  open();
  await Promise.all(all);
  return seen.count;
}

function byGroup(Group: new () => Group): Run {
  return () => {
    const wg = new Group();
    wg.add(1);
    return broadcast(wg, () => wg.done());
  };
}

function byClose(): Promise<number> {
  const ch = new Channel<void>();
  return broadcast({ wait: () => ch.receive() }, () => ch.close());
}

function byPromise(): Promise<number> {
  let open = () => {};
  const opened = new Promise<void>((resolve) => open = resolve);
  return broadcast({ wait: () => opened }, open);
}

// --- once, and one at a time for each key ---

const CALLS = 10_000;

async function once(): Promise<number> {
  const once = new Once();
  let made = 0;
  for (let i = 0; i < CALLS; i++) await once.do(() => void made++);
  return made;
}

async function promiseCache(): Promise<number> {
  let cached: Promise<void> | undefined;
  let made = 0;
  for (let i = 0; i < CALLS; i++) await (cached ??= Promise.resolve(void made++));
  return made;
}

const KEYS = 100;

async function load100(get: (key: number) => Promise<number>): Promise<number> {
  let sum = 0;
  const call = async (key: number) => {
    const value = await get(key);
    sum += value;
  };
  const all: Promise<void>[] = [];
  for (let i = 0; i < CALLS; i++) all.push(call(i % KEYS));
  await Promise.all(all);
  return sum;
}

async function singleFlight(): Promise<number> {
  const flights = new SingleFlight<number, number>();
  let loads = 0, sum = 0;
  const load = async (key: number) => {
    loads++;
    await SOON;
    return key;
  };
  const call = async (key: number) => {
    const { value } = await flights.do(key, () => load(key));
    sum += value;
  };
  const all: Promise<void>[] = [];
  for (let i = 0; i < CALLS; i++) all.push(call(i % KEYS));
  await Promise.all(all);
  return loads === KEYS ? sum : -loads;
}

/** What people write by hand: a Map of promises, each deleted once it has settled. */
async function mapOfPromises(): Promise<number> {
  const flights = new Map<number, Promise<number>>();
  let loads = 0;
  const sum = await load100((key) => {
    let flight = flights.get(key);
    if (flight === undefined) {
      flight = (async () => {
        try {
          loads++;
          await SOON;
          return key;
        } finally {
          flights.delete(key);
        }
      })();
      flights.set(key, flight);
    }
    return flight;
  });
  return loads === KEYS ? sum : -loads;
}

export const workloads: readonly Workload[] = [
  {
    name: "ErrGroup, limit 10",
    of: "job",
    operations: JOBS,
    expected: JOBS,
    inGo: true,
    contestants: {
      [OURS]: () => errGroup,
      "ten loops, native": () => tenLoops,
      "p-limit": pLimit,
      "p-queue": pQueue,
      "rxjs mergeMap": mergeMap,
      "@std/async pooledMap": pooledMap,
      "effect": async () => effectLimited(await effect()),
    },
  },
  {
    name: "WaitGroup 10k",
    of: "goroutine",
    operations: MANY,
    expected: MANY,
    inGo: true,
    contestants: {
      [OURS]: () => () => waitGroup(MANY),
      "interleave add, go, done": () => addAndDone(WaitGroup, go, MANY),
      "interleave add, call, done": () => addAndDone(WaitGroup, call, MANY),
      "Promise.all": () => () => promiseAll(MANY),
      "@jpwilliams/waitgroup": async () => addAndDone(await jpwilliams(), call, MANY),
      "effect": async () => effectJoin(await effect(), MANY),
    },
  },
  {
    name: "spawn and join 100k",
    of: "goroutine",
    operations: 10 * MANY,
    expected: 10 * MANY,
    inGo: true,
    contestants: {
      [OURS]: () => () => waitGroup(10 * MANY),
      "interleave add, call, done": () => addAndDone(WaitGroup, call, 10 * MANY),
      "Promise.all": () => () => promiseAll(10 * MANY),
      "@jpwilliams/waitgroup": async () => addAndDone(await jpwilliams(), call, 10 * MANY),
    },
  },
  {
    name: "broadcast to 10k",
    of: "waiter",
    operations: MANY,
    expected: MANY,
    inGo: true,
    contestants: {
      [OURS]: () => byGroup(WaitGroup),
      "interleave close": () => byClose,
      "one native promise": () => byPromise,
      "@jpwilliams/waitgroup": async () => byGroup(await jpwilliams()),
    },
  },
  {
    name: "Once, done",
    of: "call",
    operations: CALLS,
    expected: 1,
    inGo: true,
    contestants: { [OURS]: () => once, "a cached promise": () => promiseCache },
  },
  {
    name: "SingleFlight, 100 keys",
    of: "call",
    operations: CALLS,
    expected: CALLS / KEYS * (KEYS * (KEYS - 1) / 2),
    contestants: { [OURS]: () => singleFlight, "a Map of promises": () => mapOfPromises },
  },
];
