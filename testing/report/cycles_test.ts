import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { finalCycle, fold, type Folded } from "./cycles.ts";

Deno.test("finalCycle finds the shortest cycle and where it begins", () => {
  assertEquals(finalCycle([..."xyabcabcabc"]), { start: 2, period: 3, count: 3 });
  assertEquals(finalCycle([..."xaaaa"]), { start: 1, period: 1, count: 4 });
  assertEquals(finalCycle([..."abcd"]), undefined);
  assertEquals(finalCycle([]), undefined);
});

Deno.test("finalCycle counts whole rounds only", () => {
  assertEquals(finalCycle([..."abababa"]), { start: 0, period: 2, count: 3 });
});

Deno.test("fold shows a block once and counts the rest, from three times on", () => {
  assertEquals(fold([..."aab"]), [{ index: 0 }, { index: 1 }, { index: 2 }]);
  assertEquals(fold([..."xababab"]), [
    { index: 0 },
    { index: 1 },
    { index: 2 },
    { again: 2, period: 2 },
  ]);
});

function unfold(signatures: readonly string[], folded: readonly Folded[]): string[] {
  const steps: string[] = [];
  for (const it of folded) {
    if ("index" in it) steps.push(signatures[it.index]!);
    else for (let round = 0; round < it.again; round++) steps.push(...steps.slice(-it.period));
  }
  return steps;
}

Deno.test("fold loses no step and invents none", () => {
  const anySignatures = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 60 });
  fc.assert(fc.property(anySignatures, (signatures) => {
    assertEquals(unfold(signatures, fold(signatures)), signatures);
  }));
});
