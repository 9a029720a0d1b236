import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Timer } from "./scheduler.ts";
import { TimerHeap } from "./timer_heap.ts";

class TestTimer extends Timer {
  readonly kind = "test";
  fire(): void {}
}

const byDue = (a: Timer, b: Timer) => a.due - b.due || a.sequence - b.sequence;

Deno.test("TimerHeap behaves like a sorted array under add, shift and remove anywhere", async () => {
  const add = fc.record({ verb: fc.constant("add" as const), due: fc.nat(30) });
  const sizes = { maxLength: 60, size: "max" } as const;
  const command = fc.oneof(
    { weight: 2, arbitrary: add },
    { weight: 1, arbitrary: fc.constant({ verb: "shift" as const }) },
    {
      weight: 2,
      arbitrary: fc.record({ verb: fc.constant("remove" as const), place: fc.nat(99) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(add, sizes), fc.array(command, sizes), (adds, commands) => {
      const heap = new TimerHeap();
      const model: Timer[] = [];
      for (const command of [...adds, ...commands]) {
        if (command.verb === "add") {
          const timer = new TestTimer();
          assertEquals(timer.index, -1);
          heap.add(timer, command.due);
          model.push(timer);
          model.sort(byDue);
        } else if (command.verb === "shift") {
          assertStrictEquals(heap.shift(), model.shift());
        } else if (model.length > 0) {
          const [timer] = model.splice(command.place % model.length, 1) as [Timer];
          assert(heap.remove(timer));
          assertEquals(timer.index, -1);
          assert(!heap.remove(timer), "removed twice");
        }
        assertEquals(heap.size, model.length);
        assertStrictEquals(heap.first, model[0]);
        const members = heap.toArray();
        for (const timer of members) assertStrictEquals(members[timer.index], timer);
      }
      while (model.length > 0) assertStrictEquals(heap.shift(), model.shift());
      assertStrictEquals(heap.shift(), undefined);
      return Promise.resolve();
    }),
    { numRuns: 300 },
  );
});

Deno.test("TimerHeap.remove moves what fills the gap up as well as down", () => {
  const heap = new TimerHeap();
  const add = (due: number) => {
    const timer = new TestTimer();
    heap.add(timer, due);
    return timer;
  };
  const timers = [1, 10, 2, 11, 12, 3, 4].map(add);
  // In the place of 11, below 10, comes 4.
  assert(heap.remove(timers[3] as Timer));
  for (const due of [20, 21]) add(due);
  const order: number[] = [];
  for (let timer = heap.shift(); timer !== undefined; timer = heap.shift()) order.push(timer.due);
  assertEquals(order, [1, 2, 3, 4, 10, 12, 20, 21]);
});

Deno.test("TimerHeap.clear leaves every timer free to be armed again, and counts anew", () => {
  const heap = new TimerHeap();
  const timers = [5, 3, 4].map((due) => {
    const timer = new TestTimer();
    heap.add(timer, due);
    return timer;
  });
  assertEquals(heap.nextSequence, 3);
  heap.clear();
  assertEquals([heap.size, heap.nextSequence, heap.first], [0, 0, undefined]);
  for (const timer of timers) {
    assert(!heap.remove(timer));
    heap.add(timer, 1);
  }
  assertStrictEquals(heap.first, timers[0]);
});

Deno.test("TimerHeap.add refuses a timer that is armed already, in this heap or another", () => {
  const heap = new TimerHeap();
  const timer = new TestTimer();
  heap.add(timer, 1);
  for (const other of [heap, new TimerHeap()]) {
    assertThrows(() => other.add(timer, 2), Error, "armed already");
  }
  assertEquals([heap.size, timer.due], [1, 1]);
});

Deno.test("TimerHeap.add refuses a due time of NaN and takes an infinite one", () => {
  const heap = new TimerHeap();
  const never = new TestTimer();
  assertThrows(() => heap.add(never, NaN), RangeError, "NaN");
  assertEquals([heap.size, never.index], [0, -1]);
  heap.add(never, Infinity);
  const soon = new TestTimer();
  heap.add(soon, 1e300);
  assertStrictEquals(heap.shift(), soon);
  assertStrictEquals(heap.shift(), never);
});

Deno.test("TimerHeap.remove does not touch a member of another heap", () => {
  const mine = new TimerHeap(), other = new TimerHeap();
  const timer = new TestTimer();
  other.add(timer, 1);
  assert(!mine.remove(timer));
  assertStrictEquals(other.first, timer);
  mine.add(new TestTimer(), 1);
  assert(!mine.remove(timer));
  assertStrictEquals(other.first, timer);
});
