// Reduced search against exact numbers, most of them counted by others: classes of schedules, and schedules that lead
// nowhere new. The same must come out whatever the order in which goroutines are taken. The larger rows of the table are
// in the corpus: `deno task corpus dpor --all`.
import { assertEquals, assertThrows } from "@std/assert";
import { count, hasDataChoices, isQuick, nameOf, readDporRows } from "../tools/corpus/dpor.ts";
import type { DporRow } from "../tools/corpus/dpor_programs.ts";
import { SameValue } from "../tools/corpus/relations.ts";
import { ACCESS as CELL } from "./shared.ts";

const LARGEST = 300;
/** Few classes, of many steps each. */
const LONG: ReadonlySet<string> = new Set(["filesystem 16", "filesystem 18"]);

const rows = (await readDporRows()).filter((row) =>
  isQuick(row) && row.count <= LARGEST && !LONG.has(nameOf(row))
);

/** Asserts the numbers of the rows in which `counted` is counted, in three orders each. */
async function assertCounts(counted: string, atLeast: number): Promise<void> {
  const expected: Record<string, number[]> = {}, actual: Record<string, readonly number[]> = {};
  const redundant: Record<string, number> = {};
  const chosen = rows.filter((row) => row.counted === counted);
  for (const row of chosen) {
    const result = await count(row);
    expected[nameOf(row)] = result.counts.map(() => row.count);
    actual[nameOf(row)] = result.counts;
    if (result.redundant > 0 && !hasDataChoices(row)) redundant[nameOf(row)] = result.redundant;
  }
  assertEquals(actual, expected);
  assertEquals(redundant, {}, "no schedule leads nowhere new");
  assertEquals(chosen.length >= atLeast, true, `${chosen.length} rows of the table`);
}

Deno.test("Reduced runs exactly one schedule per class, in any order of taking goroutines", async () => {
  await assertCounts("traces", 130);
});

Deno.test("Reduced runs exactly one schedule per class if any two accesses of an object conflict", async () => {
  await assertCounts("objectwise", 19);
});

Deno.test("Reduced runs exactly one schedule per class if writes of the same value commute", async () => {
  await assertCounts("samevalue", 2);
});

Deno.test("Reduced has as many outcomes as there are", async () => {
  await assertCounts("outcomes", 9);
});

Deno.test("Reduced has as many classes that end with somebody waiting as there are", async () => {
  await assertCounts("deadlocks", 4);
});

Deno.test("Exhaustive runs exactly the schedules of these programs", async () => {
  await assertCounts("naive", 18);
});

Deno.test("count: an unknown program is an error", async () => {
  const row: DporRow = {
    program: "nobody",
    counted: "traces",
    parameters: [],
    count: 1,
    source: "",
  };
  let message = "";
  await count(row).catch((error) => message = error.message);
  assertEquals(message, 'Cannot count: unknown program "nobody"');
});

Deno.test("SameValue tells 28 values apart, and says so if there are more", () => {
  const relation = new SameValue();
  for (let value = 0; value < 28; value++) relation.access(CELL.write, value);
  const [one, other] = [relation.access(CELL.write, 1), relation.access(CELL.write, 2)];
  assertEquals([one.mask & one.bit, (one.mask & other.bit) !== 0], [0, true]);
  assertThrows(() => relation.access(CELL.write, 28), RangeError, "more than 28 values");
});
