import { assertEquals } from "@std/assert";
import { now, sleep } from "@interleave/go";
import { explore } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { merge, source, spread } from "./fan_in_fan_out.ts";

Deno.test("fan in, fan out: every value is worked on exactly once, and the result ends, in every order", async () => {
  await explore(async () => {
    const squares: number[] = [];
    for await (const n of spread(source([1, 2, 3]), 2, (n) => n * n)) squares.push(n);
    assertEquals(squares.sort(), [1, 4, 9]);
  }, { name: "fan out", schedules: 500 });
});

Deno.test("fan in, fan out: merging keeps the order of each input", async () => {
  const orders = new Set<string>();
  await explore(async () => {
    const all: string[] = [];
    for await (const value of merge(source(["a1", "a2"]), source(["b1", "b2"]))) all.push(value);
    assertEquals(all.filter((value) => value.startsWith("a")), ["a1", "a2"]);
    assertEquals(all.filter((value) => value.startsWith("b")), ["b1", "b2"]);
    orders.add(all.join());
  }, { name: "fan in", schedules: 2_000, seed: 1 });
  assertEquals(orders.size, 6, "all interleavings of two and two");
});

Deno.test("fan in, fan out: merging nothing gives a channel that has ended", async () => {
  await explore(async () => {
    assertEquals((await merge<number>().next()).done, true);
  }, { mustComplete: true });
});

Deno.test("fan in, fan out: four lanes take a quarter of the time", async () => {
  await explore(async () => {
    const start = now();
    let count = 0;
    const slow = spread(source(Array(8).fill("city")), 4, () => sleep(50));
    for await (const _ of slow) count++;
    assertEquals(count, 8);
    assertEquals(now() - start, 100);
  }, { name: "fan out: time", schedules: 50 });
});

Deno.test("fan in, fan out: the example asks for every city once", async () => {
  const lines = await runExample("fan_in_fan_out.ts");
  const cities = lines.slice(0, -1).map((line) => line.split(":")[0]);
  assertEquals(cities.sort(), "Cairo Delhi Lima Oslo Perth Quito Tokyo Turin".split(" "));
  assertEquals(/^8 requests of 50 ms took the time of \d+$/.test(lines.at(-1) ?? ""), true);
});
