import { assertEquals } from "@std/assert";
import { noticedBy, relationEntries, TABLES } from "./relation.ts";
import { WITNESSES } from "./relation_witnesses.ts";

Deno.test("each entry of the tables of accesses is needed: made wrong, its witness notices", async () => {
  const unnoticed: string[] = [];
  for (const entry of relationEntries()) {
    const witness = WITNESSES[entry.name];
    if (witness === undefined || (await noticedBy(witness, [entry])).length === 0) {
      unnoticed.push(entry.name);
    }
  }
  assertEquals(unnoticed, [], "find others: deno task corpus relation");
});

Deno.test("there is no witness for what is no entry", () => {
  const names = relationEntries().map(({ name }) => name);
  assertEquals(Object.keys(WITNESSES).toSorted(), names.toSorted());
});

Deno.test("two accesses of one resource conflict in either order, or in none", () => {
  const odd: string[] = [];
  for (const [primitive, { rows, others }] of Object.entries(TABLES)) {
    const all = Object.entries({ ...others, ...rows });
    for (const [one, a] of all) {
      for (const [other, b] of all) {
        if (((a.mask & b.bit) !== 0) !== ((b.mask & a.bit) !== 0)) {
          odd.push(`${primitive} ${one} - ${other}`);
        }
      }
    }
  }
  assertEquals(odd, []);
});
