import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { renderTable, toRows } from "./bench.ts";

const bench = (group: string, name: string, min: number, avg: number, baseline = false) => ({
  group,
  name,
  baseline,
  results: [{ ok: { n: 10, min, avg } }],
});

Deno.test("toRows puts each contestant beside the baseline of its group, wherever that stands", () => {
  const rows = toRows([
    bench("a", "slow", 20, 30),
    bench("a", "base", 10, 10, true),
    bench("b", "alone", 1, 2),
  ]);
  assertEquals(rows.map(({ name, avgRatio, minRatio }) => [name, avgRatio, minRatio]), [
    ["slow", 3, 2],
    ["base", undefined, undefined],
    ["alone", undefined, undefined],
  ]);
});

Deno.test("toRows refuses a bench that failed, naming it", () => {
  const failed = { group: "a", name: "bad", baseline: false, results: [{ failed: "boom" }] };
  assertThrows(() => toRows([failed]), Error, 'The bench "bad" of group "a" failed');
});

Deno.test("renderTable shows units that fit and ratios", () => {
  const table = renderTable(
    toRows([bench("a", "base", 1, 2_000, true), bench("a", "other", 5, 4_000_000)]),
  );
  assertStringIncludes(table, "2.0 us");
  assertStringIncludes(table, "4.0 ms");
  assertStringIncludes(table, "5.00x");
});
