/**
 * Small programs that the explorer and fast-check's own scheduler both run: what exploring costs is told on them.
 *
 * @module
 */

import fc from "fast-check";
import { Mutex, WaitGroup, yieldNow } from "../../mod.ts";
import { prepareDrain } from "../../testing/drain.ts";
import { Exploration } from "../../testing/exploration.ts";
import { resolveOptions } from "../../testing/options.ts";
import { lockRounds } from "../../testing/programs_test.ts";
import type { Strategy } from "../../testing/strategy.ts";

const GOROUTINES = 3;
const ROUNDS = 3;

/** ExplorerProgram is a program in two forms. */
export interface ExplorerProgram {
  /** For the explorer. */
  readonly ours: () => Promise<void>;
  /** For fast-check's scheduler: each start, and each return of an operation, is scheduled. */
  readonly theirs: (s: fc.Scheduler) => Promise<void>;
}

/** Three goroutines, three rounds of `round` each. */
function rounds(make: () => () => Promise<void>): () => Promise<void> {
  return async () => {
    const round = make();
    const wg = new WaitGroup();
    for (let i = 0; i < GOROUTINES; i++) {
      wg.go(async () => {
        for (let nth = 0; nth < ROUNDS; nth++) await round();
      });
    }
    await wg.wait();
  };
}

function scheduledRounds(
  make: (point: () => Promise<void>) => () => Promise<void>,
): (s: fc.Scheduler) => Promise<void> {
  return async (s) => {
    const point = () => s.schedule(Promise.resolve());
    const round = make(point);
    const worker = async (): Promise<void> => {
      await point();
      for (let nth = 0; nth < ROUNDS; nth++) await round();
    };
    await s.waitFor(Promise.all(Array.from({ length: GOROUTINES }, worker)));
  };
}

/** A lock whose every acquisition is scheduled. */
function scheduledLock(point: () => Promise<void>) {
  let isLocked = false;
  const waiting: (() => void)[] = [];
  return {
    async lock(): Promise<void> {
      // What is scheduled must be able to finish: fast-check waits for whom it has picked.
      if (isLocked) await new Promise<void>((resolve) => waiting.push(resolve));
      isLocked = true;
      await point();
    },
    unlock(): void {
      const next = waiting.shift();
      if (next === undefined) isLocked = false;
      else next();
    },
  };
}

/** The programs, by name. */
export const EXPLORER_PROGRAMS = {
  "3 x 3 locks": {
    ours: () => lockRounds(GOROUTINES, ROUNDS),
    theirs: scheduledRounds((point) => {
      const mu = scheduledLock(point);
      return async () => {
        await mu.lock();
        mu.unlock();
      };
    }),
  },
  "3 x 3 locks, an await inside": {
    ours: rounds(() => {
      const mu = new Mutex();
      return async () => {
        await mu.lock();
        await yieldNow();
        mu.unlock();
      };
    }),
    theirs: scheduledRounds((point) => {
      const mu = scheduledLock(point);
      return async () => {
        await mu.lock();
        await point();
        mu.unlock();
      };
    }),
  },
  "3 x 3 racy increments": {
    ours: rounds(() => {
      let count = 0;
      return async () => {
        await yieldNow();
        const before = count;
        await yieldNow();
        count = before + 1;
      };
    }),
    theirs: scheduledRounds((point) => {
      let count = 0;
      return async () => {
        await point();
        const before = count;
        await point();
        count = before + 1;
      };
    }),
  },
} satisfies Readonly<Record<string, ExplorerProgram>>;

/** What they are called. */
export type ProgramName = keyof typeof EXPLORER_PROGRAMS;

/** Runs `count` schedules of `body` and returns how many steps they had. Decisions are recorded, as ever. */
export async function runOurs(
  body: () => unknown,
  strategy: Strategy,
  count: number,
): Promise<number> {
  await prepareDrain();
  const exploration = new Exploration(body, resolveOptions({}), undefined);
  const begin = () => exploration.schedules < count && strategy.begin(exploration.schedules);
  if (begin()) await exploration.attempt(strategy, begin);
  return exploration.steps;
}

/** Runs `count` schedules of `body` by fast-check. */
export async function runTheirs(
  body: (s: fc.Scheduler) => Promise<void>,
  count: number,
): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.scheduler(), body), { numRuns: count, seed: 1 });
}
