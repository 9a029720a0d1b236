import { assertEquals, assertThrows } from "@std/assert";
import { checkDuration } from "./duration.ts";

Deno.test("checkDuration gives back every number but NaN, infinite and negative ones included", () => {
  for (const delayMs of [0, -0, 1.5, -1, 2 ** 31, Number.MAX_VALUE, Infinity, -Infinity]) {
    assertEquals(checkDuration(delayMs, "sleep"), delayMs);
  }
});

Deno.test("checkDuration refuses NaN, and says what could not be done", () => {
  assertThrows(
    () => checkDuration(NaN, "sleep"),
    RangeError,
    "Cannot sleep: expected a number of milliseconds, got NaN",
  );
});

Deno.test("checkDuration refuses what is no number, and says what it got", () => {
  const bad: [unknown, string][] = [
    [undefined, "undefined undefined"],
    [null, "object null"],
    ["5", "string 5"],
    [5n, "bigint 5"],
    [new Date(0), "object "],
    [Symbol("s"), "symbol Symbol(s)"],
    [{ valueOf: () => 5 }, "object [object Object]"],
  ];
  for (const [value, got] of bad) {
    const { message } = assertThrows(() => checkDuration(value as number, "sleep"), TypeError);
    assertEquals(
      message.startsWith(`Cannot sleep: expected a number of milliseconds, got ${got}`),
      true,
      message,
    );
  }
});
