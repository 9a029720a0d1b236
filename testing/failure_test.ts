import { assertEquals } from "@std/assert";
import { formatError } from "./failure.ts";

Deno.test("formatError never throws, and shows name and message", () => {
  assertEquals(formatError(new TypeError("no")), "TypeError: no");
  assertEquals(formatError(new Error("")), "Error");
  assertEquals(formatError("text"), '"text"');
  assertEquals(formatError(undefined), "undefined");
  const bad = new Error("x");
  Object.defineProperty(bad, "message", {
    get: () => {
      throw new Error("unreadable");
    },
  });
  assertEquals(formatError(bad), "(an error whose message cannot be read)");
});
