import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { Waiter } from "./operation.ts";
import { WaitQueue } from "./wait_queue.ts";

function newWaiter(): Waiter {
  return {
    previous: null,
    next: null,
    queue: null,
    payload: undefined,
    operation: undefined as never,
    complete() {},
    fail() {},
  };
}

function membersOf(queue: WaitQueue): Waiter[] {
  const members: Waiter[] = [];
  queue.forEach((waiter) => members.push(waiter));
  return members;
}

Deno.test("WaitQueue behaves like an array under push, shift and remove anywhere", async () => {
  const command = fc.oneof(
    fc.constant({ verb: "push" as const }),
    fc.constant({ verb: "shift" as const }),
    fc.record({ verb: fc.constant("remove" as const), place: fc.nat(20) }),
    fc.record({ verb: fc.constant("push again" as const), place: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), (commands) => {
      const queue = new WaitQueue();
      const model: Waiter[] = [];
      const gone: Waiter[] = [];
      for (const command of commands) {
        if (command.verb === "push") {
          const waiter = newWaiter();
          queue.push(waiter);
          model.push(waiter);
        } else if (command.verb === "shift") {
          const waiter = queue.shift();
          assertStrictEquals(waiter, model.shift() ?? null);
          if (waiter !== null) gone.push(waiter);
        } else if (command.verb === "remove" && model.length > 0) {
          const [waiter] = model.splice(command.place % model.length, 1) as [Waiter];
          queue.remove(waiter);
          gone.push(waiter);
        } else if (command.verb === "push again" && gone.length > 0) {
          const [waiter] = gone.splice(command.place % gone.length, 1) as [Waiter];
          queue.push(waiter);
          model.push(waiter);
        }
        const members = membersOf(queue);
        assertEquals(members.length, model.length);
        for (const [index, waiter] of members.entries()) assertStrictEquals(waiter, model[index]);
        assertStrictEquals(queue.first, model[0] ?? null);
        // Membership can be told from the waiter, and whoever left holds on to nobody.
        for (const waiter of model) assertStrictEquals(waiter.queue, queue);
        for (const waiter of gone) {
          assertEquals([waiter.queue, waiter.previous, waiter.next], [null, null, null]);
        }
      }
      return Promise.resolve();
    }),
    { numRuns: 300 },
  );
});
