import { assert, assertEquals } from "@std/assert";
import type { TakenStep } from "./follow.ts";
import { simplerOrders } from "./merge_blocks.ts";

/** Steps of goroutines by letter; a capital letter preempts. */
function steps(text: string): TakenStep[] {
  return [...text].map((letter, event) => ({
    event,
    goroutine: letter.toLowerCase().charCodeAt(0) - 97,
    answers: [],
    isPreemption: letter !== letter.toLowerCase(),
  }));
}

function orders(text: string): string[] {
  return [...simplerOrders(steps(text))].map((order) =>
    order.map(({ event }) => text[event]?.toLowerCase()).join("")
  );
}

Deno.test("simplerOrders leaves each goroutine for the end, then joins blocks around a preemption", () => {
  assertEquals(orders("aaBa"), [
    "baaa", // a at the end
    "aaab", // b at the end
    "aaab", // the second a up
    "baaa", // the first down
  ]);
});

Deno.test("simplerOrders has nothing to offer where nobody is preempted", () => {
  assertEquals(orders("aabbcc"), []);
  assertEquals(orders("aabbaa"), []);
});

Deno.test("simplerOrders keeps every step once and each goroutine's steps in order", () => {
  const text = "abAcBaCcbA";
  const all = [...simplerOrders(steps(text))];
  assert(all.length > 6);
  for (const order of all) {
    assertEquals(order.length, text.length);
    for (const goroutine of [0, 1, 2]) {
      const own = order.filter((step) => step.goroutine === goroutine).map(({ event }) => event);
      assertEquals(own, own.toSorted((a, b) => a - b));
    }
  }
});
