import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { Mutex, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { type Call, History, linearizable, type Model } from "./linearizable.ts";
import { ScheduleError } from "./schedule_error.ts";

type Register = number | "read";
const register: Model<number, Register, number> = {
  initial: 0,
  step: (state, op) => op === "read" ? { state, result: state } : { state: op, result: op },
};

type Queue = { put: number } | "take";
const queue: Model<readonly number[], Queue, number | null> = {
  initial: [],
  step: (state, op) =>
    op === "take"
      ? { state: state.slice(1), result: state[0] ?? null }
      : { state: [...state, op.put], result: null },
};

type Dictionary = { key: string; put?: number };
const dictionary: Model<number | null, Dictionary, number | null> = {
  initial: null,
  partition: ({ key }) => key,
  step: (state, { put }) =>
    put === undefined ? { state, result: state } : { state: put, result: null },
};

/** Calls from "GOROUTINE BEGAN-ENDED" with what was asked and given. "-" at the end: it has not ended. */
function calls<Op, Result>(...rows: readonly [string, Op, Result?][]): Call<Op, Result>[] {
  return rows.map(([text, op, result]) => {
    const [goroutine = "", times = ""] = text.split(" ");
    const [began, ended] = times.split("-");
    const call = { goroutine, op, began: Number(began) };
    return ended === "" ? call : { ...call, result, ended: Number(ended) };
  });
}

const isLinearizable = <S, O, R>(history: Call<O, R>[], model: Model<S, O, R>): boolean =>
  linearizable(history, model).ok;

Deno.test("linearizable: a register, in which reads may see the write that overlaps, or not", () => {
  const write = ["a 0-3", 1, 1] as [string, Register, number];
  assert(isLinearizable(calls<Register, number>(write, ["b 1-2", "read", 0]), register));
  assert(isLinearizable(calls<Register, number>(write, ["b 1-2", "read", 1]), register));
  assert(!isLinearizable(calls<Register, number>(write, ["b 1-2", "read", 2]), register));
});

Deno.test("linearizable: a register must not give an old value after a new one, or after the write is over", () => {
  const stale = calls<Register, number>(["a 0-1", 1, 1], ["b 2-3", "read", 0]);
  assert(!isLinearizable(stale, register));
  const back = calls<Register, number>(
    ["a 0-9", 1, 1],
    ["b 1-2", "read", 1],
    ["b 3-4", "read", 0],
  );
  assert(!isLinearizable(back, register));
  // Two readers that see two writes in different orders.
  const crossed = calls<Register, number>(
    ["a 0-20", 1, 1],
    ["b 1-21", 2, 2],
    ["c 2-3", "read", 1],
    ["c 4-5", "read", 2],
    ["d 6-7", "read", 1],
  );
  assert(!isLinearizable(crossed, register));
});

Deno.test("linearizable: a queue gives everything once, in order", () => {
  const rows = (first: number | null, second: number | null) =>
    calls<Queue, number | null>(
      ["a 0-1", { put: 1 }, null],
      ["a 2-3", { put: 2 }, null],
      ["b 4-7", "take", first],
      ["c 5-6", "take", second],
    );
  assert(isLinearizable(rows(1, 2), queue));
  assert(isLinearizable(rows(2, 1), queue));
  assert(!isLinearizable(rows(1, 1), queue));
  assert(!isLinearizable(rows(1, null), queue));
  // Herlihy and Wing's: in order, and yet not as a queue.
  const early = calls<Queue, number | null>(
    ["a 0-1", { put: 1 }, null],
    ["b 2-3", { put: 2 }, null],
    ["c 4-5", "take", 2],
    ["c 6-7", "take", 1],
  );
  assert(!isLinearizable(early, queue));
});

Deno.test("linearizable: a map, key by key", () => {
  const rows = (y: number | null) =>
    calls<Dictionary, number | null>(
      ["a 0-1", { key: "x", put: 1 }, null],
      ["a 2-9", { key: "y", put: 2 }, null],
      ["b 3-4", { key: "y" }, 2],
      ["b 5-6", { key: "y" }, y],
      ["b 7-8", { key: "x" }, 1],
    );
  assert(isLinearizable(rows(2), dictionary));
  assert(!isLinearizable(rows(null), dictionary));
  // Key by key is little work, where all together is much.
  const many = Array.from({ length: 60 }, (_, i) => ({
    goroutine: `g${i}`,
    op: { key: `k${i % 20}`, put: i },
    result: null,
    began: i,
    ended: 1_000 + i,
  }));
  assert(linearizable(many, dictionary).states < 200);
});

Deno.test("linearizable: a call that has not ended may have happened, or not", () => {
  const pending = (seen: number) =>
    calls<Register, number>(["a 0-", 1], ["b 1-2", "read", seen], ["b 3-4", "read", seen]);
  assert(isLinearizable(pending(0), register));
  assert(isLinearizable(pending(1), register));
  assert(!isLinearizable(calls<Register, number>(["a 0-", 1], ["b 1-2", "read", 2]), register));
  assert(isLinearizable(calls<Register, number>(["a 0-", 1]), register));
  assert(isLinearizable([], register));
});

Deno.test("linearizable: states that are maps, sets and big integers are told apart", () => {
  const set: Model<ReadonlySet<bigint>, bigint, boolean> = {
    initial: new Set(),
    step: (state, op) => ({ state: new Set([...state, op]), result: !state.has(op) }),
  };
  const rows = (last: boolean) => [
    { goroutine: "a", op: 1n, result: true, began: 0, ended: 9 },
    { goroutine: "b", op: 2n, result: true, began: 1, ended: 8 },
    { goroutine: "c", op: 1n, result: last, began: 10, ended: 11 },
  ];
  assertEquals([linearizable(rows(false), set).ok, linearizable(rows(true), set).ok], [
    true,
    false,
  ]);
});

Deno.test("linearizable says what it looked at, and when it gave up", () => {
  const verdict = linearizable(
    calls<Register, number>(["writer 0-1", 1, 1], ["reader 2-3", "read", 0]),
    register,
  );
  assertEquals(verdict, {
    ok: false,
    states: 1,
    isLimit: false,
    reason: `the history is not linearizable:
  writer  from 0 to 1: 1 gives 1, may come as number 1
  reader  from 2 to 3: "read" gives 0, fits nowhere behind`,
  });
  // Writes that overlap, and a read of what nobody wrote: every order has to be tried.
  const hard = [
    ...Array.from({ length: 12 }, (_, i) => ({
      goroutine: `w${i}`,
      op: i as Register,
      result: i,
      began: i,
      ended: 100 + i,
    })),
    { goroutine: "r", op: "read" as const, result: 99, began: 50, ended: 51 },
  ];
  const limited = linearizable(hard, register, { maxStates: 100 });
  assertEquals(limited, {
    ok: false,
    states: 101,
    isLimit: true,
    reason: "not known whether the history is linearizable: stopped after 100 states",
  });
  assertEquals(linearizable(hard, register).ok, false);
});

/** Every order of every choice of pending calls. */
function byForce<S, O, R>(history: readonly Call<O, R>[], model: Model<S, O, R>): boolean {
  const go = (left: readonly Call<O, R>[], state: S): boolean => {
    if (left.every(({ ended }) => ended === undefined)) return true;
    return left.some((call) => {
      const isFirst = left.every((other) => (other.ended ?? Infinity) > call.began);
      if (!isFirst) return false;
      const after = model.step(state, call.op);
      if (call.ended !== undefined && !Object.is(after.result, call.result)) return false;
      return go(left.filter((other) => other !== call), after.state);
    });
  };
  return go(history, model.initial);
}

Deno.test("linearizable agrees with trying every order, on random histories", () => {
  const counts = { yes: 0, no: 0 };
  const op = fc.oneof(fc.constant<Register>("read"), fc.integer({ min: 1, max: 2 }));
  const call = fc.record({
    op,
    length: fc.nat(6),
    gap: fc.nat(3),
    seen: fc.nat(2),
    isLost: fc.nat(5),
  });
  const thread = fc.array(call, { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(thread, { minLength: 1, maxLength: 3 }), (threads) => {
      const history = threads.flatMap((thread, g): Call<Register, number>[] => {
        let time = g / 10;
        return thread.map(({ op, length, gap, seen, isLost }, i) => {
          const began = time += gap + 0.5;
          const ended = time += length + 0.5;
          const base = { goroutine: `g${g}`, op, began };
          // Only the last call of a goroutine can be without an end.
          if (isLost === 0 && i === thread.length - 1) return base;
          return { ...base, result: op === "read" ? seen : op, ended };
        });
      }).sort((a, b) => a.began - b.began);
      const expected = byForce(history, register);
      counts[expected ? "yes" : "no"]++;
      assertEquals(linearizable(history, register).ok, expected, JSON.stringify(history));
    }),
    { numRuns: 3_000, seed: 1 },
  );
  assert(counts.yes > 300 && counts.no > 300, JSON.stringify(counts));
});

// --- with explore ---

/** A cache in front of a slow store. The broken one puts what it has loaded into the cache though it was written since. */
class Cache {
  readonly #store = new Map<string, number>();
  readonly #cached = new Map<string, number>();
  readonly #mu = new Mutex();
  readonly #isBroken: boolean;

  constructor(isBroken: boolean) {
    this.#isBroken = isBroken;
  }

  async get(key: string): Promise<number | null> {
    const cached = this.#cached.get(key);
    if (cached !== undefined) return cached;
    if (this.#isBroken) return await this.#load(key);
    return await this.#mu.withLock(() => this.#load(key));
  }

  async put(key: string, value: number): Promise<null> {
    await this.#mu.withLock(async () => {
      await sleep(1);
      this.#store.set(key, value);
      this.#cached.delete(key);
    });
    return null;
  }

  async #load(key: string): Promise<number | null> {
    const value = this.#store.get(key) ?? null;
    await yieldNow();
    if (value !== null) this.#cached.set(key, value);
    return value;
  }
}

const cacheProgram = (isBroken: boolean) => async (): Promise<void> => {
  const cache = new Cache(isBroken);
  const history = new History<Dictionary, number | null>();
  const put = (g: string, put: number) =>
    history.call(g, { key: "k", put }, () => cache.put("k", put));
  const get = (g: string) => history.call(g, { key: "k" }, () => cache.get("k"));
  await put("main", 1);
  const wg = new WaitGroup();
  wg.go(() => put("writer", 2));
  wg.go(async () => {
    await sleep(1);
    await get("reader");
    await get("reader");
  });
  await wg.wait();
  await get("main");
  const verdict = linearizable(history, dictionary);
  if (!verdict.ok) throw new Error(verdict.reason);
};

Deno.test("linearizable with explore finds a cache that keeps what was overwritten", async () => {
  const error = await assertRejects(() => explore(cacheProgram(true)), ScheduleError);
  assertEquals(error.kind, "race");
  assertStringIncludes(error.message, "the history is not linearizable:");
  assertStringIncludes(error.message, "fits nowhere behind");
  const { complete } = await explore(cacheProgram(false), { strategy: "exhaustive" });
  assert(complete);
});

Deno.test("History passes on what a call throws, and takes it for one that may have happened", async () => {
  const history = new History<Register, number>();
  const failure = new Error("no");
  const error = await assertRejects(() =>
    history.call("a", 1, () => {
      throw failure;
    })
  );
  assertEquals(error, failure);
  assertEquals(await history.call("b", "read", () => 1), 1);
  assertEquals(history.calls, [
    { goroutine: "a", op: 1, began: 0 },
    { goroutine: "b", op: "read", began: 1, result: 1, ended: 2 },
  ]);
  assert(linearizable(history, register).ok);
});
