/**
 * Mutex, RWMutex and Semaphore.
 *
 * Of the read-write locks only \@rocicorp/lock takes part: MutexRW of mutex-ts lets a reader in beside a writer, and the
 * package rwmutex takes 30 us for what takes others 0.1.
 *
 * @module
 */

import { Mutex, RWMutex, Semaphore } from "../../mod.ts";
import { Active } from "./active.ts";
import { effect, type Effects } from "./effect.ts";
import { ChainMutex } from "./native.ts";
import { load, OURS, type Run, SOON, type Workload } from "./workload.ts";

const LOCKS = 10_000;
const CONTENDERS = 100;

/** How a peer locks. What locking gives is needed for unlocking. */
interface Locks<M, T> {
  make(): M;
  lock(mutex: M): Promise<T>;
  unlock(mutex: M, token: T): void;
}

type Kit = () => Promise<Locks<unknown, unknown>>;

const ours: Locks<Mutex, void> = {
  make: () => new Mutex(),
  lock: (mu) => mu.lock(),
  unlock: (mu) => mu.unlock(),
};

const chain: Locks<ChainMutex, () => void> = {
  make: () => new ChainMutex(),
  lock: (mu) => mu.lock(),
  unlock: (_, unlock) => unlock(),
};

interface AsyncMutex {
  acquire(): Promise<() => void>;
}

async function asyncMutex(): Promise<Locks<AsyncMutex, () => void>> {
  const { Mutex } = await load<{ Mutex: new () => AsyncMutex }>("async-mutex");
  return {
    make: () => new Mutex(),
    lock: (mu) => mu.acquire(),
    unlock: (_, release) => release(),
  };
}

/** What async-sema, await-lock and others have. */
interface Acquirable {
  acquire(): Promise<void>;
  release(): void;
}

async function asyncSema(): Promise<Locks<Acquirable, void>> {
  const { Sema } = await load<{ Sema: new (permits: number) => Acquirable }>("async-sema");
  return {
    make: () => new Sema(1),
    lock: (mu) => mu.acquire(),
    unlock: (mu) => mu.release(),
  };
}

interface Awaiting {
  acquireAsync(): Promise<void>;
  release(): void;
}

async function awaitLock(): Promise<Locks<Awaiting, void>> {
  const { default: AwaitLock } = await load<{ default: new () => Awaiting }>("await-lock");
  return {
    make: () => new AwaitLock(),
    lock: (mu) => mu.acquireAsync(),
    unlock: (mu) => mu.release(),
  };
}

async function henrygd(): Promise<Locks<Acquirable, void>> {
  const { getSemaphore } = await load<
    { getSemaphore(key: unknown, permits: number): Acquirable }
  >("@henrygd/semaphore");
  return {
    make: () => getSemaphore(undefined, 1),
    lock: (mu) => mu.acquire(),
    unlock: (mu) => mu.release(),
  };
}

interface Releasing {
  lock(): Promise<() => void>;
}

async function rocicorp(): Promise<Locks<Releasing, () => void>> {
  const { Lock } = await load<{ Lock: new () => Releasing }>("@rocicorp/lock");
  return {
    make: () => new Lock(),
    lock: (mu) => mu.lock(),
    unlock: (_, release) => release(),
  };
}

function free<M, T>(kit: Locks<M, T>): Run {
  const mu = kit.make();
  return async () => {
    let count = 0;
    for (let i = 0; i < LOCKS; i++) {
      const token = await kit.lock(mu);
      count++;
      kit.unlock(mu, token);
    }
    return count;
  };
}

interface Counter {
  count: number;
}

async function contend<M, T>(kit: Locks<M, T>, mu: M, counter: Counter): Promise<void> {
  for (let i = 0; i < LOCKS / CONTENDERS; i++) {
    const token = await kit.lock(mu);
    const { count } = counter;
    await SOON;
    counter.count = count + 1; // lost, if somebody else was let in meanwhile
    kit.unlock(mu, token);
  }
}

function contended<M, T>(kit: Locks<M, T>): Run {
  const mu = kit.make();
  return async () => {
    const counter = { count: 0 };
    const all: Promise<void>[] = [];
    for (let i = 0; i < CONTENDERS; i++) all.push(contend(kit, mu, counter));
    await Promise.all(all);
    return counter.count;
  };
}

function effectFree({ Effect, Semaphore }: Effects): Run {
  const semaphore = Semaphore.makeUnsafe(1);
  const main = Effect.gen(function* () {
    let count = 0;
    const body = Effect.sync(() => count++);
    for (let i = 0; i < LOCKS; i++) yield* Semaphore.withPermit(semaphore, body);
    return count;
  });
  return () => Effect.runPromise(main);
}

function effectContended({ Effect, Semaphore }: Effects): Run {
  const semaphore = Semaphore.makeUnsafe(1);
  return () => {
    let shared = 0;
    const body = Effect.gen(function* () {
      const count = shared;
      yield* Effect.yieldNow;
      shared = count + 1;
    });
    const contend = Effect.gen(function* () {
      for (let i = 0; i < LOCKS / CONTENDERS; i++) yield* Semaphore.withPermit(semaphore, body);
    });
    const main = Effect.gen(function* () {
      yield* Effect.forEach(Array(CONTENDERS).keys(), () => contend, {
        concurrency: "unbounded",
        discard: true,
      });
      return shared;
    });
    return Effect.runPromise(main);
  };
}

// --- read-write locks ---

/** How a peer locks for reading and for writing. */
interface RWLocks<M, T> {
  make(): M;
  read(mutex: M): Promise<T>;
  readDone(mutex: M, token: T): void;
  write(mutex: M): Promise<T>;
  writeDone(mutex: M, token: T): void;
}

const oursRW: RWLocks<RWMutex, void> = {
  make: () => new RWMutex(),
  read: (mu) => mu.rLock(),
  readDone: (mu) => mu.rUnlock(),
  write: (mu) => mu.lock(),
  writeDone: (mu) => mu.unlock(),
};

interface RocicorpRW {
  read(): Promise<() => void>;
  write(): Promise<() => void>;
}

async function rocicorpRW(): Promise<RWLocks<RocicorpRW, () => void>> {
  const { RWLock } = await load<{ RWLock: new () => RocicorpRW }>("@rocicorp/lock");
  return {
    make: () => new RWLock(),
    read: (mu) => mu.read(),
    readDone: (_, done) => done(),
    write: (mu) => mu.write(),
    writeDone: (_, done) => done(),
  };
}

interface Guarded {
  isWriting: boolean;
  reads: number;
  writes: number;
}

/** One access in ten writes. */
async function readMostly<M, T>(
  kit: RWLocks<M, T>,
  mu: M,
  guarded: Guarded,
  first: number,
): Promise<void> {
  for (let i = 0; i < LOCKS / CONTENDERS; i++) {
    if ((first + i) % 10 === 0) {
      const token = await kit.write(mu);
      guarded.isWriting = true;
      const { writes } = guarded;
      await SOON;
      guarded.writes = writes + 1;
      guarded.isWriting = false;
      kit.writeDone(mu, token);
    } else {
      const token = await kit.read(mu);
      await SOON;
      if (!guarded.isWriting) guarded.reads++;
      kit.readDone(mu, token);
    }
  }
}

function readWrite<M, T>(kit: RWLocks<M, T>): Run {
  const mu = kit.make();
  return async () => {
    const guarded = { isWriting: false, reads: 0, writes: 0 };
    const all: Promise<void>[] = [];
    for (let i = 0; i < CONTENDERS; i++) all.push(readMostly(kit, mu, guarded, i));
    await Promise.all(all);
    return guarded.reads + guarded.writes;
  };
}

// --- semaphores ---

const TASKS = 100_000;
const PERMITS = 10;

async function withPermit(semaphore: Acquirable, task: () => Promise<void>): Promise<void> {
  await semaphore.acquire();
  try {
    await task();
  } finally {
    semaphore.release();
  }
}

function acquiring(make: () => Acquirable): Run {
  const semaphore = make();
  return async () => {
    const active = new Active();
    const all: Promise<void>[] = [];
    for (let i = 0; i < TASKS; i++) all.push(withPermit(semaphore, active.job));
    await Promise.all(all);
    return active.exactly(PERMITS);
  };
}

type Limit = (task: () => Promise<void>) => Promise<void>;

function limiting(limit: Limit): Run {
  return async () => {
    const active = new Active();
    const all: Promise<void>[] = [];
    for (let i = 0; i < TASKS; i++) all.push(limit(active.job));
    await Promise.all(all);
    return active.exactly(PERMITS);
  };
}

async function pLimit(): Promise<Run> {
  const { default: make } = await load<{ default: (limit: number) => Limit }>("p-limit");
  return limiting(make(PERMITS));
}

async function pQueue(): Promise<Run> {
  const { default: PQueue } = await load<
    { default: new (options: { concurrency: number }) => { add: Limit } }
  >("p-queue");
  const queue = new PQueue({ concurrency: PERMITS });
  return limiting((task) => queue.add(task));
}

const withKits = (
  kits: Readonly<Record<string, Kit>>,
  toRun: (kit: Locks<unknown, unknown>) => Run,
): Record<string, () => Promise<Run>> =>
  Object.fromEntries(
    Object.entries(kits).map(([name, kit]) => [name, async () => toRun(await kit())]),
  );

const KITS = {
  "chain of promises": () => Promise.resolve(chain),
  "@henrygd/semaphore": henrygd,
  "await-lock": awaitLock,
  "async-sema": asyncSema,
  "async-mutex": asyncMutex,
  "@rocicorp/lock": rocicorp,
} as Readonly<Record<string, Kit>>;

export const workloads: readonly Workload[] = [
  {
    name: "Mutex free",
    of: "lock and unlock",
    operations: LOCKS,
    expected: LOCKS,
    inGo: true,
    contestants: {
      [OURS]: () => free(ours),
      ...withKits(KITS, free),
      "effect": async () => effectFree(await effect()),
    },
  },
  {
    name: "Mutex, 100 contend",
    of: "lock and unlock",
    operations: LOCKS,
    expected: LOCKS,
    inGo: true,
    contestants: {
      [OURS]: () => contended(ours),
      ...withKits(KITS, contended),
      "effect": async () => effectContended(await effect()),
    },
  },
  {
    name: "RWMutex, 9 of 10 read",
    of: "lock and unlock",
    operations: LOCKS,
    expected: LOCKS,
    inGo: true,
    contestants: {
      [OURS]: () => readWrite(oursRW),
      "@rocicorp/lock": async () => readWrite(await rocicorpRW()),
    },
  },
  {
    name: "Semaphore 10, 100k tasks at once",
    of: "task",
    operations: TASKS,
    expected: TASKS,
    inGo: true,
    contestants: {
      [OURS]: () => acquiring(() => new Semaphore(PERMITS)),
      "interleave withPermit": () => {
        const semaphore = new Semaphore(PERMITS);
        return limiting((task) => semaphore.withPermit(task));
      },
      "@henrygd/semaphore": async () => {
        const { getSemaphore } = await load<
          { getSemaphore(key: unknown, permits: number): Acquirable }
        >("@henrygd/semaphore");
        return acquiring(() => getSemaphore(undefined, PERMITS));
      },
      "async-sema": async () => {
        const { Sema } = await load<{ Sema: new (permits: number) => Acquirable }>("async-sema");
        return acquiring(() => new Sema(PERMITS));
      },
      "p-limit": pLimit,
      "p-queue": pQueue,
    },
  },
];
