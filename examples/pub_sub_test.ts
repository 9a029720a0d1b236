import { assert, assertEquals } from "@std/assert";
import { WaitGroup } from "@interleave/go";
import { explore } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { Topic } from "./pub_sub.ts";

Deno.test("pub sub: two publishers, two subscribers: both see everything, and in the same order", async () => {
  const orders = new Set<string>();
  await explore(async () => {
    const topic = new Topic<string>();
    const seen: string[][] = [[], []];
    const reading = new WaitGroup();
    for (const [i, capacity] of [0, 2].entries()) {
      const { messages } = topic.subscribe(capacity);
      reading.go(async () => {
        for await (const message of messages) seen[i]?.push(message);
      });
    }
    const publishing = new WaitGroup();
    for (const message of ["a", "b"]) publishing.go(() => topic.publish(message));
    await publishing.wait();
    await topic.close();
    await reading.wait();
    assertEquals(seen[0]?.toSorted(), ["a", "b"]);
    assertEquals(seen[0], seen[1]);
    orders.add(String(seen[0]));
  }, { name: "pub sub", schedules: 500, seed: 1 });
  assertEquals([...orders].sort(), ["a,b", "b,a"]);
});

Deno.test("pub sub: whenever somebody leaves, the publisher goes on and the others miss nothing", async () => {
  const received = new Set<number>();
  await explore(async () => {
    const topic = new Topic<number>();
    const leaver = topic.subscribe();
    const stayer = topic.subscribe();
    const everybody = new WaitGroup();
    const left: number[] = [], stayed: number[] = [];
    everybody.go(async () => {
      for await (const n of leaver.messages) {
        left.push(n);
        if (left.length === 2) break;
      }
      leaver.unsubscribe();
    });
    everybody.go(async () => {
      for await (const n of stayer.messages) stayed.push(n);
    });
    everybody.go(() => leaver.unsubscribe()); // and somebody else may be quicker
    for (const n of [1, 2, 3]) await topic.publish(n);
    await topic.close();
    await everybody.wait();
    assertEquals(left, [1, 2].slice(0, left.length));
    received.add(left.length);
    assertEquals(stayed, [1, 2, 3]);
  }, { name: "pub sub: leaving", schedules: 500, seed: 1 });
  assert(received.size > 1, `always ${[...received]} messages`);
});

Deno.test("pub sub: a thousand messages to ten subscribers for real", async () => {
  const topic = new Topic<number>();
  const reading = new WaitGroup();
  const sums: number[] = [];
  for (let i = 0; i < 10; i++) {
    const { messages } = topic.subscribe(i);
    reading.go(async () => {
      let sum = 0;
      for await (const n of messages) sum += n;
      sums.push(sum);
    });
  }
  for (let n = 1; n <= 1_000; n++) await topic.publish(n);
  await topic.close();
  await reading.wait();
  assertEquals(sums, Array(10).fill(500_500));
});

Deno.test("pub sub: the example's readers read as much as they like", async () => {
  const lines = await runExample("pub_sub.ts");
  assertEquals(lines.filter((line) => line.startsWith("Ada reads")), [
    "Ada reads: Channels found",
    "Ada reads: Select explained",
    "Ada reads: Locks forgotten",
  ]);
  assertEquals(lines.filter((line) => line.startsWith("Bob reads")), ["Bob reads: Channels found"]);
  assertEquals(lines.at(-1), "all published");
});
