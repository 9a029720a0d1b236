// What is said about the state of a program: complete counts classes if it is tracked, and that it is tracked is checked.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, go, Mutex, WaitGroup, yieldNow } from "../mod.ts";
import { DPOR_PROGRAMS } from "../tools/corpus/dpor_programs.ts";
import { guard } from "../tools/corpus/tracked.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import { Shared } from "./shared.ts";

const TRACKED = { state: "tracked", mustComplete: true } as const satisfies ExploreOptions;
/** As the programs of the corpus need it. */
const LOOSE = { leaks: "ignore", afterMain: "run", races: "ignore", lockOrder: "ignore" } as const;

/** What exploring `body` throws. */
async function failure(body: () => unknown, options: ExploreOptions): Promise<ScheduleError> {
  return await assertRejects(() => explore(body, options), ScheduleError);
}

/** Two read, yield and write back what `cell` gives access to. */
function count(cell: () => { get(): number; set(value: number): void }): () => Promise<void> {
  return async () => {
    const x = cell();
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        const before = x.get();
        await yieldNow();
        x.set(before + 1);
      });
    }
    await wg.wait();
    if (x.get() !== 2) throw new Error(`count is ${x.get()}, expected 2`);
  };
}

/** A variable that nobody tracks. */
function plain(): { get(): number; set(value: number): void } {
  let value = 0;
  return { get: () => value, set: (changed) => void (value = changed) };
}

Deno.test("explore refuses the strategy reduced unless state is tracked, and says so", async () => {
  const error = await assertRejects(() => explore(() => {}, { strategy: "reduced" }), TypeError);
  assert(error.message.includes('state: "tracked"'), error.message);
  assertEquals((await explore(() => {}, { strategy: "reduced", state: "tracked" })).complete, true);
});

Deno.test("explore refuses an unknown state", async () => {
  const options = { state: "shared" } as unknown as ExploreOptions;
  await assertRejects(() => explore(() => {}, options), TypeError, '"plain" or "tracked"');
});

Deno.test("explore with tracked state counts classes: as many as are known", async () => {
  const known: [string, number[], number][] = [
    ["philosophers", [3], 7],
    ["mutex", [3, 2], 90],
    ["semaphore", [4, 2], 192],
    ["pipeline", [3, 2], 1],
    ["select2", [3, 0], 88],
    ["close_range", [3, 2], 16],
  ];
  for (const [name, parameters, expected] of known) {
    const body = () => DPOR_PROGRAMS[name]?.(...parameters);
    const result = await explore(body, { ...TRACKED, ...LOOSE, seed: 1 });
    assertEquals([name, result.complete, result.traces], [name, true, expected]);
  }
});

Deno.test("explore says what complete counts: traces if state is tracked, schedules if not", async () => {
  const body = () => DPOR_PROGRAMS.mutex?.(2, 2);
  const options = { ...LOOSE, schedules: 3, mustComplete: true, seed: 1 } as const;
  const tracked = await failure(body, { ...options, state: "tracked" });
  assert(/3 schedules of [123] traces?, state tracked, 1 swap checked/.test(tracked.message));
  const { message } = await failure(body, options);
  assert(!message.includes("trace") && message.includes("3 schedules"), message);
  const plainly = await explore(body, LOOSE);
  assertEquals([plainly.complete, plainly.traces], [true, undefined]);
});

Deno.test("explore with tracked state exchanges steps that commute, and says how many", async () => {
  const body = () => DPOR_PROGRAMS.semaphore?.(4, 2);
  const { swaps = 0 } = await explore(body, { ...TRACKED, ...LOOSE, seed: 1 });
  assert(swaps >= 10, `${swaps} swaps`);
});

Deno.test("explore refuses the counter on a plain variable within 100 schedules if state is tracked", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const error = await failure(count(plain), { state: "tracked", schedules: 100, seed });
    assertEquals(error.kind, "nondeterminism", error.message);
    assert(error.message.includes("state that is not tracked"), error.message);
  }
});

Deno.test("explore refuses plain state that decides what is sent, and names both schedules", async () => {
  const body = async () => {
    const ch = new Channel<number>(1);
    let isFirst = true;
    go(() => void (isFirst = false));
    go(() => isFirst ? ch.send(1) : yieldNow());
    await yieldNow();
    await yieldNow();
  };
  for (const strategy of ["portfolio", "reduced", "random"] as const) {
    const options = {
      state: "tracked",
      leaks: "ignore",
      schedules: 100,
      seed: 3,
      strategy,
    } as const;
    const error = await failure(body, options);
    assertEquals(error.kind, "nondeterminism", error.message);
    assert(/the other schedule is s1:/.test(error.message), error.message);
  }
});

Deno.test("explore finds the lost update of a cell, as a failure of the program, if state is tracked", async () => {
  const body = count(() => new Shared(0, { atomic: true }));
  const error = await failure(body, { ...TRACKED, seed: 1 });
  assertEquals(error.kind, "race", error.message);
  assert(error.message.includes("count is 1"), error.message);
});

Deno.test("explore finds races of plain variables by default although all that is tracked commutes", async () => {
  const body = count(() => {
    const { get, set } = plain();
    const locks = [new Mutex(), new Mutex()];
    let next = 0;
    // Everybody locks a mutex of their own: nothing tracked is ever shared.
    const locked = <R>(act: () => R): R => {
      const mu = locks[next++ % 2] as Mutex;
      if (!mu.tryLock()) return act();
      const result = act();
      mu.unlock();
      return result;
    };
    return { get: () => locked(get), set: (value) => locked(() => set(value)) };
  });
  const error = await failure(body, { seed: 1 });
  assertEquals(error.kind, "race", error.message);
});

Deno.test("explore never completes with fewer schedules than there are, unless state is tracked", async () => {
  const body = () => {
    go(() => yieldNow());
    go(() => yieldNow());
  };
  assertEquals((await explore(body, LOOSE)).schedules >= 6, true);
  assertEquals((await explore(body, { ...LOOSE, ...TRACKED })).traces, 1);
});

Deno.test("explore with tracked state is not complete if schedules were cut", async () => {
  const body = async () => {
    const ch = new Channel<number>(1);
    for (let i = 0; i < 30; i++) {
      await ch.send(i);
      await ch.receive();
    }
  };
  const { complete } = await explore(body, { state: "tracked", maxSteps: 20, schedules: 50 });
  assertEquals(complete, false);
  assertEquals((await explore(body, { state: "tracked" })).complete, true);
});

Deno.test("explore takes no tracked program for an untracked one", async () => {
  // `deno task corpus tracked` takes 1,000 programs, and 1,000 schedules of each.
  const { completed, refused } = await guard(1, 60, 200);
  assertEquals(refused, []);
  assert(completed >= 25, `${completed} completed`);
});
