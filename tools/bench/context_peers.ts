/**
 * Contexts against AbortSignal: deriving and canceling one, ending a tree, waking all who wait.
 *
 * One listener of an AbortSignal for each of those who wait is not among the contestants of the last: adding one takes
 * as long as there are listeners already, and 100,000 take minutes.
 *
 * @module
 */

import { background, type Context, withCancel } from "../../mod.ts";
import { effect, type Effects } from "./effect.ts";
import { OURS, type Run, type Workload } from "./workload.ts";

const DERIVATIONS = 2000;
const WIDTH = 10, LEVELS = 4;
const TREE = (WIDTH ** (LEVELS + 1) - 1) / (WIDTH - 1) - 1;
const WAITERS = 100_000;

/** An AbortController that is aborted by its parent, and lets go of it when it is aborted itself. */
class Chained {
  readonly controller = new AbortController();
  readonly #parent: AbortSignal;

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    if (parent.aborted) this.controller.abort(parent.reason);
    else parent.addEventListener("abort", this.#onAbort);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  readonly #onAbort = (): void => this.abort();

  abort(): void {
    this.#parent.removeEventListener("abort", this.#onAbort);
    this.controller.abort();
  }
}

function derive(): number {
  const parent = withCancel(background());
  let canceled = 0;
  for (let i = 0; i < DERIVATIONS; i++) {
    const ctx = withCancel(parent);
    ctx.cancel();
    if (ctx.err !== undefined) canceled++;
  }
  return canceled;
}

function deriveChained(): number {
  const parent = new AbortController();
  let canceled = 0;
  for (let i = 0; i < DERIVATIONS; i++) {
    const child = new Chained(parent.signal);
    child.abort();
    if (child.signal.aborted) canceled++;
  }
  return canceled;
}

function deriveAny(): number {
  const parent = new AbortController();
  let canceled = 0;
  for (let i = 0; i < DERIVATIONS; i++) {
    const own = new AbortController();
    const signal = AbortSignal.any([parent.signal, own.signal]);
    own.abort();
    if (signal.aborted) canceled++;
  }
  return canceled;
}

function effectDerive({ Effect, Fiber }: Effects): Run {
  const main = Effect.gen(function* () {
    let canceled = 0;
    for (let i = 0; i < DERIVATIONS; i++) {
      const fiber = yield* Effect.forkChild(Effect.never);
      yield* Fiber.interrupt(fiber);
      canceled++;
    }
    return canceled;
  });
  return () => Effect.runPromise(main);
}

/** Derives the whole tree, ends it at its root, and counts who has ended. */
function endTree<S>(root: S, derive: (parent: S) => S, end: () => void, ended: (s: S) => boolean) {
  const all: S[] = [];
  let level: S[] = [root];
  for (let depth = 0; depth < LEVELS; depth++) {
    const next: S[] = [];
    for (const parent of level) for (let i = 0; i < WIDTH; i++) next.push(derive(parent));
    all.push(...next);
    level = next;
  }
  end();
  let count = 0;
  for (const s of all) if (ended(s)) count++;
  return count;
}

function tree(): number {
  const root = withCancel(background());
  return endTree<Context>(root, withCancel, () => root.cancel(), (ctx) => ctx.err !== undefined);
}

function treeChained(): number {
  const root = new AbortController();
  return endTree<AbortSignal>(
    root.signal,
    (parent) => new Chained(parent).signal,
    () => root.abort(),
    (signal) => signal.aborted,
  );
}

function treeAny(): number {
  const root = new AbortController();
  return endTree<AbortSignal>(
    root.signal,
    (parent) => AbortSignal.any([parent, new AbortController().signal]),
    () => root.abort(),
    (signal) => signal.aborted,
  );
}

async function wake(): Promise<number> {
  const ctx = withCancel(background());
  const { done } = ctx;
  let woken = 0;
  const wait = async () => {
    await done.receive();
    woken++;
  };
  const all: Promise<void>[] = [];
  for (let i = 0; i < WAITERS; i++) all.push(wait());
  ctx.cancel();
  await Promise.all(all);
  return woken;
}

/** One listener for all, and a promise for them to wait for. */
async function wakeByPromise(): Promise<number> {
  const controller = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  let woken = 0;
  const wait = async () => {
    await aborted;
    woken++;
  };
  const all: Promise<void>[] = [];
  for (let i = 0; i < WAITERS; i++) all.push(wait());
  controller.abort();
  await Promise.all(all);
  return woken;
}

export const workloads: readonly Workload[] = [
  {
    name: "context: derive and cancel",
    of: "context",
    operations: DERIVATIONS,
    expected: DERIVATIONS,
    inGo: true,
    contestants: {
      [OURS]: () => derive,
      "AbortController chain": () => deriveChained,
      "AbortSignal.any": () => deriveAny,
      "effect fork, interrupt": async () => effectDerive(await effect()),
    },
  },
  {
    name: "context: end a tree",
    of: "context",
    operations: TREE,
    expected: TREE,
    inGo: true,
    contestants: {
      [OURS]: () => tree,
      "AbortController chain": () => treeChained,
      "AbortSignal.any": () => treeAny,
    },
  },
  {
    name: "context: wake 100k",
    of: "waiter",
    operations: WAITERS,
    expected: WAITERS,
    inGo: true,
    contestants: { [OURS]: () => wake, "a promise, one listener": () => wakeByPromise },
  },
];
