import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Channel, go, select, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { resolveOptions } from "./options.ts";
import { RandomWalk } from "./random.ts";
import { ScheduleError } from "./schedule_error.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** A program that does something else from its `n`-th run on. */
function changing(from: number): () => Promise<void> {
  let runs = 0;
  return async () => {
    const isLate = ++runs >= from && runs % 2 === 0;
    const jobs = new Channel<number>(1), logs = new Channel<number>(1);
    const wg = new WaitGroup();
    wg.go(() => {}, "other");
    if (isLate) await jobs.send(1); // jobs
    else await logs.receive({ signal: AbortSignal.abort() }).catch(() => {}); // logs
    if (isLate) await yieldNow();
    await wg.wait();
  };
}

function lineOf(mark: string): number {
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  return lines.findIndex((line) => line.endsWith(`; // ${mark}`)) + 1;
}

Deno.test('explore with check "determinism" runs every schedule twice, and counts it once', async () => {
  let runs = 0;
  const { schedules, steps } = await explore(() => {
    runs++;
    go(() => {});
  }, { strategy: "exhaustive", check: "determinism" });
  assertEquals([runs, steps], [2 * schedules, 2 * schedules]);
});

Deno.test("explore reports a program that is not the same the second time, with the first step that differs", async () => {
  const error = await assertRejects(
    () => explore(changing(1), { check: "determinism", name: "changes" }),
    ScheduleError,
  );
  assertEquals([error.kind, error.name], ["nondeterminism", "NondeterminismError"]);
  const lines = error.message.split("\n");
  assertEquals(lines[0], "the same schedule ran differently the second time");
  const { divergence } = error.trace;
  assertEquals(divergence?.step, 1);
  const places = [divergence?.expected.at?.line, divergence?.found.at?.line];
  assertEquals(places.toSorted(), [lineOf("jobs"), lineOf("logs")].toSorted());
  assertMatch(
    error.message,
    /step 1 {2}first {3}g1 .+repeat_check_test\.ts:\d+\n {10}second {2}g1 /,
  );
  assertStringIncludes(error.message, "a module-level cache, a counter of ids.");
});

Deno.test("explore finds that also in the usual search, since one of 50 is run twice", async () => {
  const error = await assertRejects(
    () => explore(changing(40), { strategy: "random", schedules: 1_000 }),
    ScheduleError,
  );
  assertEquals(error.kind, "nondeterminism");
});

Deno.test("explore takes what waits for the outside as it is", async () => {
  const { schedules } = await explore(
    () => new Promise<void>((resolve) => queueMicrotask(() => setImmediate(resolve))),
    { schedules: 3, check: "determinism" },
  );
  assert(schedules >= 1);
});

Deno.test("explore takes random numbers, dates and timers of the platform for the same each time", async () => {
  const { schedules } = await explore(async () => {
    const ch = new Channel<number>(1);
    if (Math.random() < 0.5) await ch.send(Date.now());
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 10));
    go(() => {});
  }, { schedules: 20, check: "determinism" });
  assert(schedules >= 1);
});

Deno.test("explore runs one of 50 schedules that pass twice, and later one of 200", async () => {
  let runs = 0;
  const { schedules } = await explore(() => {
    runs++;
    go(() => {});
    go(() => {});
  }, { strategy: "random", schedules: 1_300 });
  assertEquals([schedules, runs], [1_300, 1_300 + 1_000 / 50 + 1]);
});

/** Whose answer is asked for, and how often a schedule begins and ends. */
class Counting implements Strategy {
  readonly name = "counting";
  readonly earlyTimers = 1;
  readonly #random = new RandomWalk(5);
  readonly calls = { begin: 0, ask: 0, end: 0 };

  begin(schedule: number): boolean {
    this.calls.begin++;
    return this.#random.begin(schedule);
  }
  pick(candidates: Candidates): number {
    this.calls.ask++;
    return this.#random.pick(candidates);
  }
  choose(count: number): number {
    this.calls.ask++;
    return this.#random.choose(count);
  }
  end(): void {
    this.calls.end++;
  }
}

Deno.test("a schedule that is run once more gets the answers it had, early deadlines too, and the strategy is not asked", async () => {
  const seen: string[] = [];
  const body = async (): Promise<void> => {
    const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
    const wg = new WaitGroup();
    let order = "";
    for (const ch of [a, b]) wg.go(() => ch.send(1));
    wg.go(async () => {
      await sleep(1);
      order += "slept ";
    });
    for (const ms of [0, 1]) {
      await sleep(ms);
      order += (await select({ a: a.receiving(), b: b.receiving() })).key;
    }
    await wg.wait();
    seen.push(order);
  };
  const run = async (check: "determinism" | undefined): Promise<Counting["calls"]> => {
    const strategy = new Counting();
    const options = check === undefined ? {} : { check };
    const exploration = new Exploration(body, resolveOptions(options), undefined);
    const begin = (): boolean =>
      exploration.schedules < 40 && strategy.begin(exploration.schedules);
    begin();
    assertEquals((await exploration.attempt(strategy, begin)).kind, "passed");
    return strategy.calls;
  };
  const once = await run(undefined);
  const first = seen.splice(0);
  assertEquals([once.begin, once.end], [40, 40]);
  assert(new Set(first).size >= 4, `only ${[...new Set(first)]}`);
  assertEquals(await run("determinism"), once);
  assertEquals(seen, first.flatMap((order) => [order, order]));
});
