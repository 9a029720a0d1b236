import { assertEquals, assertStringIncludes } from "@std/assert";
import { judge, renderTargets } from "./targets.ts";

const row = (name: string, min: number) =>
  ({ workload: "select 8 ready", name, unit: "ns", of: "select", median: 2 * min, min }) as const;

Deno.test("judge compares minima with Go and with the best package, and says what was not measured", () => {
  const peers = [
    row("interleave", 40),
    row("js-csp", 90),
    row("medium", 70),
    row("least possible", 1),
    row("Go, 1 CPU", 100),
    row("Go, 2 CPUs", 1),
  ];
  const harness = [
    { what: "import of mod.ts", figure: 3, unit: "ms" },
    { what: "3 x 3 racy increments", figure: 100_000, unit: "schedules/s" },
  ];
  const rows = judge(peers, harness);
  const measured = rows.filter(({ isMet }) => isMet !== undefined);
  assertEquals(measured.map(({ id, measured, isMet }) => [id, measured, isMet]), [
    ["P5", 0.4, false],
    ["P5", 40 / 70, false],
    ["P18", 3, true],
    ["H1", 100_000, false],
  ]);
  const table = renderTargets(rows);
  assertStringIncludes(table, "not measured");
  assertStringIncludes(table, ">= 250,000    100,000  missed");
});
