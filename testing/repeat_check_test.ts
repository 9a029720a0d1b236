import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Channel, go, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { ScheduleError } from "./schedule_error.ts";

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

Deno.test("explore runs one of 50 passing schedules twice", async () => {
  let runs = 0;
  const { schedules } = await explore(async () => {
    runs++;
    go(() => {});
    await sleep(1);
  }, { strategy: "random", schedules: 149 });
  assertEquals([schedules, runs], [149, 151]);
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
