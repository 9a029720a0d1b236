import { assert, assertEquals, assertRejects } from "@std/assert";
import { background, numGoroutine, sleep, withCancel } from "@interleave/go";
import { explore, ScheduleError } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { primes, stage } from "./pipeline.ts";

Deno.test("pipeline: gives the primes in every order, and cancelling leaves no stage behind", async () => {
  await explore(async () => {
    const ctx = withCancel(background());
    assertEquals(await primes(ctx, 4), [2, 3, 5, 7]);
    ctx.cancel();
  }, { name: "pipeline", schedules: 300 });
});

Deno.test("pipeline: stopping early without cancelling leaves the stages behind, and explore says so", async () => {
  const error = await assertRejects(
    () => explore(() => primes(background(), 3), { schedules: 10 }),
    ScheduleError,
    "outlive",
  );
  assertEquals(error.kind, "leak");
});

Deno.test("pipeline: whenever it is cancelled, what was found by then is right, and everybody ends", async () => {
  const lengths = new Set<number>();
  await explore(async () => {
    const ctx = withCancel(background());
    const finding = primes(ctx, 3);
    await sleep(0);
    ctx.cancel();
    const found = await finding;
    assertEquals(found, [2, 3, 5].slice(0, found.length));
    lengths.add(found.length);
  }, { name: "pipeline: cancelled", schedules: 500, seed: 1 });
  assert(lengths.size > 1, `always ${[...lengths]} primes`);
});

Deno.test("pipeline: an error in a stage is not mistaken for being stopped", async () => {
  const error = await assertRejects(
    () =>
      explore(async () => {
        const ctx = withCancel(background());
        const out = stage(ctx, () => Promise.reject(new Error("disk full")));
        await out.receive();
      }, { schedules: 10 }),
    ScheduleError,
    "disk full",
  );
  assertEquals(error.kind, "panic");
});

Deno.test("pipeline: 100 stages for real", async () => {
  const before = numGoroutine();
  const ctx = withCancel(background());
  const found = await primes(ctx, 100);
  assertEquals(found.at(-1), 541);
  assertEquals(numGoroutine(), before + 101);
  ctx.cancel();
  for (let i = 0; i < 100 && numGoroutine() > before; i++) await sleep(1); // the end travels down the stages
  assertEquals(numGoroutine(), before);
});

Deno.test("pipeline: the example prints the first 25 primes", async () => {
  assertEquals(await runExample("pipeline.ts"), [
    "2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97",
  ]);
});
