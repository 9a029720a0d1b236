import { assert, assertEquals, assertThrows } from "@std/assert";
import { go, WaitGroup, yieldNow } from "../mod.ts";
import { choose, random } from "./choose.ts";
import { explore } from "./explore.ts";
import { ScheduleError } from "./schedule_error.ts";
import type { StrategyName } from "./options.ts";

Deno.test("choose is tried in every way by exhaustive and by reduced search", async () => {
  for (const strategy of ["exhaustive", "deviations", "bounded", "reduced"] as const) {
    const seen: string[] = [];
    const result = await explore(async () => {
      const first = choose(2);
      await yieldNow();
      seen.push(`${first}${choose(3)}`);
    }, { strategy, state: strategy === "reduced" ? "tracked" : "plain" });
    assert(result.complete);
    assertEquals(seen.sort(), ["00", "01", "02", "10", "11", "12"]);
  }
});

Deno.test("choose is answered by every sampling strategy in more than one way, goroutines included", async () => {
  for (const strategy of ["random", "urw", "pos", "pct", "preemptions"] satisfies StrategyName[]) {
    const seen = new Set<string>();
    await explore(async () => {
      const chosen = [0, 0];
      const wg = new WaitGroup();
      for (const i of [0, 1]) {
        wg.go(() => {
          chosen[i] = choose(2);
        });
      }
      await wg.wait();
      seen.add(chosen.join(""));
    }, { strategy, schedules: 100, seed: 1 });
    assertEquals([...seen].sort(), ["00", "01", "10", "11"], strategy);
  }
});

Deno.test("choose is part of the token, and is 0 where it does not matter", async () => {
  const chosen: number[] = [];
  const body = (): void => {
    chosen.length = 0;
    for (let i = 0; i < 6; i++) chosen.push(choose(4));
    if (chosen[3] === 2) throw new Error("two");
  };
  const error = await explore(body, { seed: 3 }).then(() => null, (error) => error);
  assert(error instanceof ScheduleError);
  const again = await explore(body, { replay: error.schedule }).then(() => null, (error) => error);
  assert(again instanceof ScheduleError && again.kind === error.kind);
  assertEquals(chosen, [0, 0, 0, 2, 0, 0]);
});

Deno.test("choose of one is no question", async () => {
  const { schedules, complete } = await explore(() => {
    assertEquals(choose(1), 0);
  });
  assertEquals([schedules, complete], [1, true]);
});

Deno.test("choose and random are errors outside an exploration, and choose of no alternatives anywhere", async () => {
  assertThrows(() => choose(2), Error, "Cannot choose: outside an exploration");
  assertThrows(() => random(), Error, "Cannot draw a random number: outside an exploration");
  for (const count of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => choose(count), RangeError, "expected a whole number from 1");
  }
  await explore(() => {
    assertThrows(() => choose(0), RangeError, "expected a whole number from 1");
  });
});

Deno.test("random gives the same numbers in every schedule and for every seed, each in [0, 1)", async () => {
  const seen = new Set<string>();
  for (const seed of [1, 2]) {
    await explore(() => {
      const numbers = Array.from({ length: 20 }, random);
      assert(numbers.every((number) => number >= 0 && number < 1));
      assertEquals(new Set(numbers).size, 20);
      seen.add(numbers.join());
      go(() => {});
      go(() => {});
    }, { seed });
  }
  assertEquals(seen.size, 1);
});
