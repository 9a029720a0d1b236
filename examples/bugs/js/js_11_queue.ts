/**
 * JS-11: a queue in six versions (fast-check, tutorial "Detect race conditions").
 *
 * `queue(f)` is to behave like f, but answer in call order, one call at a time. Each version passes the test that the
 * version before failed, and the last one passes all.
 *
 * @module
 */

import { wrap } from "@interleave/go/testing";
import type { Kernel } from "../kernel.ts";
import { runTasks } from "./tasks.ts";

type Call = (id: number) => Promise<number>;

/** Makes a queue of calls of `f`. `drop` is given the promises that nobody handles. */
type Version = (f: Call, drop: (promise: Promise<unknown>) => void) => Call;

/** The versions; see the table. */
export const VERSIONS: Readonly<Record<string, Version>> = {
  /** Passes every call through. */
  V0: (f) => f,
  /** Answers after the call before. */
  V1: (f) => {
    let last: Promise<unknown> = Promise.resolve();
    return async (id) => {
      const before = last;
      const own = f(id);
      last = own;
      await before;
      return await own;
    };
  },
  /** Answers after all calls before, and then forgets all, those that have come meanwhile included. */
  V2: (f) => {
    const calls: Promise<number>[] = [];
    return async (id) => {
      const before = Promise.all(calls);
      const own = f(id);
      calls.push(own);
      try {
        await before;
      } finally {
        calls.length = 0;
      }
      return await own;
    };
  },
  /** Forgets only if nobody has come meanwhile, which is never. */
  V3: (f) => {
    let calls: readonly Promise<number>[] = [];
    return async (id) => {
      const waitedFor = calls;
      const own = f(id);
      calls = [...calls, own];
      try {
        await Promise.all(waitedFor);
      } finally {
        if (calls === waitedFor) calls = [];
      }
      return await own;
    };
  },
  /** Starts each call when the one before has settled. */
  V4: (f, drop) => {
    let chain: Promise<number> | undefined;
    return (id) => {
      const own = chain === undefined ? f(id) : chain.then(() => f(id), () => f(id));
      chain = own;
      drop(own.finally(() => {
        if (chain === own) chain = undefined;
      }));
      return own;
    };
  },
  /** Keeps a list of those that wait. */
  V5: (f) => {
    const waiting: (() => void)[] = [];
    let isIdle = true;
    return async (id) => {
      if (!isIdle) await new Promise<void>((resolve) => waiting.push(resolve));
      isIdle = false;
      try {
        return await f(id);
      } finally {
        const next = waiting.shift();
        if (next === undefined) isIdle = true;
        else next();
      }
    };
  },
};

/** What is called, and what must hold. */
interface Scenario {
  /** How many calls are made in one step, and how many in the next. */
  readonly batches: readonly number[];
  /** Whether the batches come in any order, rather than in sequence. */
  readonly isAnyOrder?: boolean;
  /** Whether no two calls may be in flight at once. */
  readonly isOneAtATime?: boolean;
  readonly fails?: (id: number) => boolean;
  /** Whether promises that nobody handles count. */
  readonly isStrict?: boolean;
}

const BATCHES: readonly Scenario[] = [[2, 1], [1, 2], [1, 1, 1], [2, 2]].map((batches) => ({
  batches,
}));
const OVERLAP = BATCHES.map((scenario) => ({ ...scenario, isOneAtATime: true }));
const FAILURES = OVERLAP.flatMap((scenario) =>
  [(id: number) => id % 2 === 0, (id: number) => id % 2 === 1, () => true, () => false]
    .map((fails) => ({ ...scenario, fails }))
);

/** The checks: all scenarios of each. */
export const CHECKS: Readonly<Record<string, readonly Scenario[]>> = {
  two: [{ batches: [2] }],
  many: [{ batches: [1] }, { batches: [3] }, { batches: [4] }],
  separate: [{ batches: [1, 1], isAnyOrder: true }, { batches: [1, 1, 1], isAnyOrder: true }],
  batches: BATCHES,
  overlap: OVERLAP,
  failures: FAILURES,
  unhandled: FAILURES.map((scenario) => ({ ...scenario, isStrict: true })),
};

/** Which versions fail which check in some order: the first so many. */
export const FIRST_TO_PASS: Readonly<Record<string, number>> = {
  two: 1,
  many: 2,
  separate: 3,
  batches: 3,
  overlap: 4,
  failures: 4,
  unhandled: 5,
};

/** Calls a queue as the scenario says, and looks at the answers. */
export async function check(version: Version, scenario: Scenario): Promise<void> {
  const { batches, isAnyOrder, isOneAtATime, fails, isStrict } = scenario;
  let inFlight = 0;
  let most = 0;
  const world = wrap({
    answer: (id: number) => {
      inFlight -= 1;
      return fails?.(id) ? Promise.reject(new Error(`${id} fails`)) : Promise.resolve(id);
    },
    nextBatch: () => Promise.resolve(),
  }, { points: "before" });
  const f = (id: number) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    return world.answer(id);
  };
  const queue = version(f, (promise) => isStrict || promise.catch(() => {}));

  const calls: Promise<unknown>[] = [];
  const answers: string[] = [];
  const expected: string[] = [];
  const makeCalls = (count: number) => {
    for (let i = 0; i < count; i++) {
      const id = calls.length;
      expected.push(fails?.(id) ? `Error: ${id} fails` : `${id}`);
      const answered = (answer: unknown) => answers.push(String(answer));
      calls.push(queue(id).then(answered, answered));
    }
    return Promise.resolve();
  };
  if (isAnyOrder) {
    await runTasks(...batches.map((count) => () => makeCalls(count)));
  } else {
    for (const [i, count] of batches.entries()) {
      if (i > 0) await world.nextBatch();
      makeCalls(count);
    }
  }
  await Promise.all(calls);
  if (answers.join() !== expected.join()) {
    throw new Error(`answers out of order: ${answers}, expected ${expected}`);
  }
  if (isOneAtATime && most > 1) throw new Error(`${most} calls at once, expected 1`);
}

function kernelOf(
  name: string,
  lesson: string,
  scenario: Scenario,
  expected: Kernel["expected"],
): Kernel {
  const run = (version: string) => check(VERSIONS[version] as Version, scenario);
  return {
    id: `JS-11 ${name}`,
    name: "fast-check queue",
    lesson,
    shows: "in some schedules",
    buggy: () => run(name),
    fixed: () => run("V5"),
    expected,
  };
}

const OUT_OF_ORDER = { kind: "race", message: "answers out of order" };

/** The versions that fail, each with the first check that it fails. */
export const kernels: readonly Kernel[] = [
  kernelOf("V0", "answers come when they come", { batches: [2] }, OUT_OF_ORDER),
  kernelOf("V1", "waiting for the last one only", { batches: [3] }, OUT_OF_ORDER),
  kernelOf(
    "V2",
    "a clean-up that takes along what has come meanwhile",
    { batches: [1, 1, 1], isAnyOrder: true },
    OUT_OF_ORDER,
  ),
  kernelOf("V3", "answers in order, calls all at once", { batches: [1, 1], isOneAtATime: true }, {
    kind: "race",
    message: "2 calls at once, expected 1",
  }),
  kernelOf(
    "V4",
    "the promise of a `finally` rejects, too",
    { batches: [1, 1], isOneAtATime: true, fails: (id) => id === 1, isStrict: true },
    { kind: "panic", names: ["main"], message: "1 fails" },
  ),
];
