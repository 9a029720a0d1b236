import { assertEquals } from "@std/assert";
import { groupBy } from "./group_by.ts";

Deno.test("groupBy puts each item under its key, in order", () => {
  assertEquals([...groupBy([1, 2, 3, 4], (n) => n % 2 === 0)], [[false, [1, 3]], [true, [2, 4]]]);
  assertEquals(groupBy([], String).size, 0);
});
