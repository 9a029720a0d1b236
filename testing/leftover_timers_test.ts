// Timers that are still set when the body has returned.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  after,
  background,
  callAfter,
  Channel,
  go,
  select,
  sleep,
  Ticker,
  withTimeout,
} from "../mod.ts";
import { explore } from "./explore.ts";
import { ScheduleError } from "./schedule_error.ts";

const LEAVERS: Record<string, () => unknown> = {
  callAfter: () => callAfter(30_000, () => {}),
  withTimeout: () => withTimeout(background(), 30_000),
  setTimeout: () => setTimeout(() => {}, 30_000),
};

for (const [name, leave] of Object.entries(LEAVERS)) {
  Deno.test(`explore lets a timer of ${name} be left, unless timers is "fail"`, async () => {
    const { complete } = await explore(leave);
    assert(complete);
    const error = await assertRejects(() => explore(leave, { timers: "fail" }), ScheduleError);
    assertEquals([error.kind, error.name], ["leak", "LeakError"]);
    const lines = error.message.split("\n");
    assertEquals(lines[0], "1 timer outlives the test");
    assertStringIncludes(error.message, "main returned at step 1.");
    assertStringIncludes(
      error.message,
      "Left: 1 timer, due at 30s (set at leftover_timers_test.ts:",
    );
  });
}

Deno.test('explore with timers "fail" is content with timers that were stopped, have fired, or that nobody waits for', async () => {
  const { complete } = await explore(async () => {
    callAfter(10, () => {}).stop();
    callAfter(1, () => {});
    using ctx = withTimeout(background(), 10);
    clearTimeout(setTimeout(() => {}, 10));
    // Nothing is set for what nobody waits for.
    new Ticker(1);
    after(10);
    const ch = new Channel<number>(1);
    await ch.send(1);
    await select({ got: ch.receiving(), late: after(10).receiving() });
    await sleep(2);
    ctx.cancel();
  }, { timers: "fail" });
  assert(complete);
});

Deno.test("explore lists the timers that are left beside goroutines", async () => {
  const error = await assertRejects(() =>
    explore(() => {
      callAfter(30_000, () => {});
      go(async function worker() {
        await new Channel<number>().receive();
      });
    }), ScheduleError);
  assertEquals(error.message.split("\n")[0], "1 goroutine outlives the test");
  assertStringIncludes(
    error.message,
    "Also left: 1 timer, due at 30s (set at leftover_timers_test.ts:",
  );
});

Deno.test('explore with timers "fail" leaves it to allowLeaks whether a goroutine may sleep on', async () => {
  const body = (): void => {
    go(async function sleeper() {
      await sleep(30_000);
    });
  };
  const { schedules } = await explore(body, { timers: "fail", allowLeaks: ["sleeper"] });
  assert(schedules >= 1);
  await assertRejects(
    () => explore(body, { timers: "fail" }),
    ScheduleError,
    "1 goroutine outlives",
  );
});
