import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { Member, Waiter } from "./operation.ts";
import { WaitQueue } from "./wait_queue.ts";

function newWaiter(): Waiter {
  return {
    queue: null,
    place: 0,
    payload: undefined,
    complete() {},
    fail() {},
  };
}

function membersOf<M extends Member>(queue: WaitQueue<M>): M[] {
  const members: M[] = [];
  queue.forEach((member) => members.push(member));
  return members;
}

function isWaiter(member: Member): member is Waiter {
  return typeof member !== "function";
}

Deno.test("WaitQueue behaves like an array under push, shift and remove anywhere, also of functions among waiters", async () => {
  const command = fc.oneof(
    fc.constant({ verb: "push" as const }),
    fc.constant({ verb: "push a function" as const }),
    fc.constant({ verb: "shift" as const }),
    fc.record({ verb: fc.constant("remove" as const), place: fc.nat(100) }),
    fc.record({ verb: fc.constant("push again" as const), place: fc.nat(100) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 300, size: "max" }), (commands) => {
      const queue = new WaitQueue<Member>();
      const model: Member[] = [];
      const gone: Waiter[] = [];
      for (const command of commands) {
        if (command.verb === "push" || command.verb === "push a function") {
          const member = command.verb === "push" ? newWaiter() : () => {};
          queue.push(member);
          model.push(member);
        } else if (command.verb === "shift") {
          const member = queue.shift();
          assertStrictEquals(member, model.shift() ?? null);
          if (member !== null && isWaiter(member)) gone.push(member);
        } else if (command.verb === "remove" && model.some(isWaiter)) {
          const waiters = model.filter(isWaiter);
          const waiter = waiters[command.place % waiters.length] as Waiter;
          model.splice(model.indexOf(waiter), 1);
          queue.remove(waiter);
          gone.push(waiter);
        } else if (command.verb === "push again" && gone.length > 0) {
          const [waiter] = gone.splice(command.place % gone.length, 1) as [Waiter];
          queue.push(waiter);
          model.push(waiter);
        }
        const members = membersOf(queue);
        assertEquals(members.length, model.length);
        for (const [index, member] of members.entries()) assertStrictEquals(member, model[index]);
        assertStrictEquals(queue.first, model[0] ?? null);
        // Membership can be told from the waiter.
        for (const waiter of model.filter(isWaiter)) assertStrictEquals(waiter.queue, queue);
        for (const waiter of gone) assertStrictEquals(waiter.queue, null);
        assertStrictEquals(queue.last, model.at(-1) ?? null);
      }
      return Promise.resolve();
    }),
    { numRuns: 300 },
  );
});

Deno.test("WaitQueue keeps its order when almost all of a crowd leave, from whichever end or anywhere", () => {
  const crowd = 1000, stay = 7;
  const orders: Record<string, (left: number, step: number) => number> = {
    "from the front": () => 0,
    "from the back": (left) => left - 1,
    "anywhere": (left, step) => (step * 7919) % left,
  };
  for (const [name, pick] of Object.entries(orders)) {
    const queue = new WaitQueue();
    const model: Waiter[] = [];
    for (let round = 0; round < 3; round++) {
      while (model.length < crowd) {
        const waiter = newWaiter();
        queue.push(waiter);
        model.push(waiter);
      }
      for (let step = 0; model.length > stay; step++) {
        queue.remove(model.splice(pick(model.length, step), 1)[0] as Waiter);
      }
      assertStrictEquals(queue.last, model.at(-1));
      const members = membersOf(queue);
      assertEquals(members.length, stay, name);
      for (const [index, waiter] of members.entries()) assertStrictEquals(waiter, model[index]);
      assertStrictEquals(queue.shift(), model.shift());
    }
    for (const waiter of model) assertStrictEquals(queue.shift(), waiter);
    assertEquals([queue.shift(), queue.first, queue.last], [null, null, null]);
  }
});
