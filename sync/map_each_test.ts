import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { goexit, sleep, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { conforms } from "./conformance/both_schedulers_test.ts";
import { mapEach } from "./map_each.ts";

const failure = new Error("task failed");

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

conforms(
  "of nothing there is nothing (conc/iter:Map/empty, conc/iter:MapErr/empty)",
  async () => {
    assertEquals(await mapEach([], () => 1), []);
    assertEquals(await mapEach([], () => 1, { limit: 4 }), []);
  },
);

conforms(
  "tasks may change the items they are given (conc/iter:Map/mutating, conc/iter:MapErr/mutating)",
  async () => {
    const items = [{ n: 1 }, { n: 2 }, { n: 3 }];
    assertEquals(await mapEach(items, (item) => ++item.n), [2, 3, 4]);
    assertEquals(items.map(({ n }) => n), [2, 3, 4]);
  },
);

conforms(
  "results are in the order of the items, which stay as they are (conc/iter:Map/basic, conc/iter:MapErr/basic)",
  async () => {
    for (const limit of [1, 2, 3, Infinity]) {
      const items = [3, 1, 2];
      const results = await mapEach(items, async (n, index) => {
        await sleep(n);
        return `${index}: ${n + 1}`;
      }, { limit });
      assertEquals(results, ["0: 4", "1: 2", "2: 3"]);
      assertEquals(items, [3, 1, 2]);
    }
  },
);

conforms("what a task throws comes out (conc/iter:MapErr/panic)", async () => {
  for (const thrown of [failure, "text", undefined]) {
    const outcome = mapEach([1, 2], (): number => {
      throw thrown;
    });
    assertStrictEquals(await outcome.catch((error) => error), thrown);
  }
});

conforms(
  "the error comes out; an array of the caller's keeps the other results, with a hole (conc/iter:MapErr/error)",
  async () => {
    const into: number[] = [];
    let begun = 0;
    const outcome = mapEach([1, 2, 3], async (n) => {
      begun++;
      while (begun < 3) await yieldNow();
      if (n === 2) throw failure;
      return n * 10;
    }, { into });
    assertStrictEquals(await assertRejects(() => outcome), failure);
    assertEquals(into, [10, , 30]);
    assertEquals(1 in into, false);
  },
);

conforms(
  "many results, all in their places (conc/iter:MapErr/huge)",
  async (count) => {
    const results = await mapEach(range(count), (n) => n + 1, { limit: 8 });
    assertEquals(results, range(count).map((n) => n + 1));
  },
  { rounds: [10_000, 5] },
);

conforms("the array that was given is the one that is returned", async () => {
  const into: number[] = [];
  assertStrictEquals(await mapEach([1], (n) => n, { into }), into);
});

conforms("a task that calls goexit leaves a hole", async () => {
  const results = await mapEach([1, 2], (n) => n === 1 ? goexit() : n);
  assertEquals([results.length, 0 in results, results[1]], [2, false, 2]);
});

Deno.test("what is no function is refused", async () => {
  await assertRejects(() => mapEach([1], 1 as unknown as () => void), TypeError, "Cannot map");
});

Deno.test("in every schedule results are in their places", async () => {
  const ends = new Set<string>();
  const { complete } = await explore(async () => {
    const order: number[] = [];
    const results = await mapEach([0, 1], async (n) => {
      await yieldNow();
      order.push(n);
      return n;
    });
    assertEquals(results, [0, 1]);
    ends.add(order.join(""));
  }, { strategy: "exhaustive", mustComplete: true });
  assert(complete);
  assertEquals([...ends].sort(), ["01", "10"]);
});
