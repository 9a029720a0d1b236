// Goroutines that could run, and are passed over for longer than is allowed.
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { Channel, go, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { EventLoopOrder } from "./event_loop_order.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import type { Candidates } from "./strategy.ts";

async function starvation(
  body: () => unknown,
  options: ExploreOptions,
): Promise<ScheduleError> {
  const error = await assertRejects(() => explore(body, options), ScheduleError);
  assertEquals([error.kind, error.name], ["starvation", "StarvationError"], error.message);
  return error;
}

/** One goes on until another tells it to stop; main waits for both. */
async function pumpUntilStopped(): Promise<void> {
  let isStopped = false;
  const wg = new WaitGroup();
  wg.go(async function pump() {
    for (let i = 0; i < 300 && !isStopped; i++) await yieldNow();
  });
  wg.go(async function stop() {
    await yieldNow();
    isStopped = true;
  });
  await wg.wait();
}

Deno.test("explore finds that somebody can go on without whoever should stop it, if a bound is set", async () => {
  const passed = await explore(pumpUntilStopped, { seed: 1, schedules: 200 });
  assertEquals(passed.starvation > 100, true, `${passed.starvation}`);
  const error = await starvation(pumpUntilStopped, { seed: 1, starvationBound: 100 });
  assertMatch(error.message, /^g3 stop could run and was passed over for 101 steps\n/);
  assertEquals(error.goroutines.map(({ status }) => status), ["waiting", "runnable", "runnable"]);
});

Deno.test("explore allows exactly as many steps as the bound", async () => {
  const body = () => {
    go(() => {});
    go(async () => {
      for (let i = 0; i < 6; i++) await yieldNow();
    });
  };
  // The last one first: the other is passed over for all of its steps.
  const pick = ({ canContinue, count }: Candidates) => canContinue ? 0 : count - 1;
  const last = { name: "last", begin: () => true, pick, choose: () => 0 };
  const { starvation: most } = await explore(body, {
    strategy: last,
    schedules: 1,
    leaks: "ignore",
  });
  assertEquals(most, 7);
  const options = { strategy: last, schedules: 1, leaks: "ignore" } as const;
  await explore(body, { ...options, starvationBound: 7 });
  await starvation(body, { ...options, starvationBound: 6 });
});

Deno.test("a schedule in which somebody starves replays from its token, with few preemptions, and nobody else starves in it", async () => {
  for (const strategy of ["portfolio", "pct", "preemptions", "bounded"] as const) {
    const options = { seed: 7, starvationBound: 20, strategy };
    const found = await starvation(pumpUntilStopped, options);
    const again = await starvation(pumpUntilStopped, {
      replay: found.schedule,
      starvationBound: 20,
    });
    assertEquals(again.schedule, found.schedule);
    assertEquals(JSON.stringify(again.trace.events), JSON.stringify(found.trace.events));
    assertEquals(again.trace.failure?.goroutine, found.trace.failure?.goroutine);
    const preemptions = found.trace.steps.filter(({ isPreemption }) => isPreemption).length;
    assertEquals(preemptions <= 1, true, found.message);
    assertStringIncludes(found.message, `--replay=${found.schedule}`);
  }
});

Deno.test("without the bound the same token does not fail", async () => {
  const { schedule } = await starvation(pumpUntilStopped, { seed: 1, starvationBound: 100 });
  const { endedBy } = await explore(pumpUntilStopped, { replay: schedule });
  assertEquals(endedBy, "replay");
});

Deno.test("nobody starves in the order of the event loop, nor who waits and cannot run", async () => {
  const body = async () => {
    const ch = new Channel<number>();
    go(async () => {
      await sleep(1_000);
      await ch.send(1);
    });
    for (let i = 0; i < 3; i++) {
      go(async () => {
        for (let i = 0; i < 50; i++) await yieldNow();
      });
    }
    await ch.receive();
  };
  const options = { starvationBound: 4, schedules: 1, strategy: new EventLoopOrder() };
  await explore(body, options);
});

Deno.test("a bound that is no whole number from 1 is refused", async () => {
  for (const starvationBound of [0, -1, 1.5, NaN, Infinity]) {
    await assertRejects(
      () => explore(() => {}, { starvationBound }),
      RangeError,
      `option "starvationBound" is ${starvationBound}, expected a whole number from 1`,
    );
  }
  const text = "10" as unknown as number;
  await assertRejects(() => explore(() => {}, { starvationBound: text }), TypeError);
});
