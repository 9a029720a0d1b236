import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, sleep, yieldNow } from "@interleave/go";
import { explore } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { mapInPool } from "./worker_pool.ts";

Deno.test("worker pool: results in order, never more at a time than workers, in every order", async () => {
  const most = new Set<number>();
  await explore(async () => {
    let busy = 0, peak = 0;
    const doubled = await mapInPool([1, 2, 3, 4], 2, async (n) => {
      peak = Math.max(peak, ++busy);
      await yieldNow();
      busy--;
      return n * 2;
    });
    assertEquals(doubled, [2, 4, 6, 8]);
    assert(peak <= 2, `${peak} at a time`);
    most.add(peak);
  }, { name: "worker pool", schedules: 500 });
  assert(most.has(2), "both workers are used");
});

Deno.test("worker pool: the first error comes out, the others stop, nobody is left behind", async () => {
  await explore(async () => {
    let started = 0, stopped = 0;
    await assertRejects(
      () =>
        mapInPool([1, 2, 3, 4, 5], 2, async (n, ctx) => {
          started++;
          try {
            if (n === 2) throw new Error("two");
            await new Channel<never>().receive(ctx); // for ever, unless it is stopped
          } finally {
            stopped++;
          }
        }),
      Error,
      "two",
    );
    assertEquals(started, stopped);
    assertEquals(started, 2, "no job was started after the error");
  }, { name: "worker pool: error", schedules: 500 });
});

Deno.test("worker pool: it works with one worker, with more workers than inputs, and with no inputs", async () => {
  await explore(async () => {
    assertEquals(await mapInPool([1, 2], 1, (n) => Promise.resolve(-n)), [-1, -2]);
    assertEquals(await mapInPool([1], 3, (n) => Promise.resolve(-n)), [-1]);
    assertEquals(await mapInPool([], 2, () => Promise.resolve(0)), []);
  }, { name: "worker pool: sizes", schedules: 200 });
});

Deno.test("worker pool: 1,000 jobs for real", async () => {
  const inputs = Array.from({ length: 1_000 }, (_, i) => i);
  const results = await mapInPool(inputs, 16, async (n) => {
    if (n % 100 === 0) await sleep(1);
    return n + 1;
  });
  assertEquals(results, inputs.map((n) => n + 1));
});

Deno.test("worker pool: the example prints results in order and the first error", async () => {
  const lines = await runExample("worker_pool.ts");
  assertEquals(lines.length, 7);
  assert(lines.slice(0, 5).every((line) => /^resizing [a-e]\.png, [12] at a time$/.test(line)));
  assertEquals(lines[5], "sizes in order: 500, 500, 500, 500, 500");
  assertEquals(lines[6], "the first error comes out: RangeError: division by zero");
});
