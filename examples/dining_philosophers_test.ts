import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { explore, ScheduleError } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { dine, leftFirst, lowerFirst } from "./dining_philosophers.ts";

Deno.test("dining philosophers: left fork first passes 1,000 plain runs", async () => {
  for (let i = 0; i < 1_000; i++) assertEquals(await dine(3, leftFirst), 3);
});

Deno.test("dining philosophers: explore finds that left fork first can deadlock, and the token replays it", async () => {
  const body = () => dine(3, leftFirst);
  const error = await assertRejects(
    () => explore(body, { name: "left first", seed: 1 }),
    ScheduleError,
    "all goroutines are asleep - deadlock!",
  );
  assertEquals(error.kind, "deadlock");
  for (const name of ["philosopher 0", "philosopher 1", "philosopher 2"]) {
    assertStringIncludes(error.message, name);
  }
  const again = await assertRejects(
    () => explore(body, { name: "left first", replay: error.schedule }),
    ScheduleError,
  );
  assertEquals(again.kind, "deadlock");
  assertEquals(again.trace.events, error.trace.events);
});

Deno.test("dining philosophers: lower fork first never deadlocks: all schedules of two, many of four", async () => {
  const { complete } = await explore(() => dine(2, lowerFirst), {
    strategy: "exhaustive",
    mustComplete: true,
  });
  assert(complete);
  await explore(async () => assertEquals(await dine(4, lowerFirst), 4), { schedules: 1_000 });
});

Deno.test("dining philosophers: the example shows the deadlock and the fix", async () => {
  const text = (await runExample("dining_philosophers.ts")).join("\n");
  assertStringIncludes(text, "left fork first: 1,000 plain runs, everybody has eaten");
  assertStringIncludes(text, "DeadlockError");
  assertStringIncludes(text, "philosopher 2");
  assert(/lower fork first: [1-9][0-9,]* schedules, everybody has eaten$/.test(text), text);
});
