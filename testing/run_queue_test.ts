import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { go, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { Entry, EntryState, Goroutine } from "./goroutine.ts";
import { RunQueue } from "./run_queue.ts";

const owner = { ready() {} };

/** Some goroutines in the order of their paths: main, its children, and a child of each. */
function family(size: number): Goroutine[] {
  const main = new Goroutine(null, 0, 0, owner);
  const all = [main];
  for (let nth = 0; all.length < size; nth++) {
    const child = new Goroutine(main, nth, all.length, owner);
    all.push(child, new Goroutine(child, 0, all.length + 1, owner));
  }
  return all;
}

Deno.test("RunQueue keeps entries by path and gives the oldest, as a list that is sorted anew each time", () => {
  const command = fc.oneof(
    { weight: 5, arbitrary: fc.record({ add: fc.nat(59), nth: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ takeAt: fc.nat(99) }) },
    { weight: 2, arbitrary: fc.record({ takeOldest: fc.constant(true) }) },
    { weight: 1, arbitrary: fc.record({ take: fc.nat(99) }) },
  );
  fc.assert(fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
    const goroutines = family(60);
    const queue = new RunQueue();
    const model: { place: number; nth: number; entry: Entry }[] = [];
    let clock = 0;
    const sorted = () => model.toSorted((a, b) => a.place - b.place || a.nth - b.nth);
    const forget = (entry: Entry): void => {
      entry.state = EntryState.Free;
      model.splice(model.findIndex((it) => it.entry === entry), 1);
    };
    for (const it of commands) {
      if ("add" in it) {
        const { add: place, nth } = it;
        if (model.some((other) => other.place === place && other.nth === nth)) continue;
        const entry = new Entry(goroutines[place] as Goroutine, owner);
        entry.nth = nth;
        entry.readyAs = clock++;
        entry.state = EntryState.Runnable;
        queue.add(entry);
        model.push({ place, nth, entry });
      } else if (model.length > 0) {
        const at = ("takeAt" in it ? it.takeAt : "take" in it ? it.take : 0) % model.length;
        const expected = "takeOldest" in it ? model[0]?.entry : sorted()[at]?.entry;
        if ("takeAt" in it) assert(queue.takeAt(at) === expected);
        else if ("takeOldest" in it) {
          assert(queue.oldest() === expected);
          queue.take(expected as Entry);
        } else queue.take(expected as Entry);
        forget(expected as Entry);
      }
      assertEquals(queue.size, model.length);
      const order = sorted();
      for (const [i, { entry }] of order.entries()) {
        assert(queue.at(i) === entry);
        assertEquals(queue.indexOf(entry), i);
      }
      for (const goroutine of goroutines) {
        const first = order.findIndex(({ entry }) => entry.goroutine === goroutine);
        assertEquals(queue.indexOfGoroutine(goroutine), first);
      }
    }
  }));
});

Deno.test("RunQueue bears schedules of thousands of goroutines", async () => {
  const { steps } = await explore(async () => {
    const wg = new WaitGroup();
    for (let i = 0; i < 4_000; i++) wg.go(() => yieldNow());
    await wg.wait();
  }, { schedules: 2, maxSteps: 100_000, seed: 1 });
  assert(steps > 2 * 8_000);
});

Deno.test("RunQueue starves nobody once a schedule is fair: a chain of goroutines that start one another", async () => {
  let ran = 0;
  await explore(async () => {
    let isOver = false;
    const next = (): void => {
      if (!isOver) go(next);
    };
    go(next);
    for (let i = 0; i < 5; i++) await yieldNow();
    isOver = true;
    ran++;
  }, {
    // Never main, as long as anybody else can run: only the fair part lets it go on.
    strategy: {
      name: "the latest",
      begin: (schedule) => schedule < 1,
      pick: ({ count }) => count - 1,
      choose: () => 0,
    },
    maxSteps: 100,
  });
  assertEquals(ran, 1);
});
