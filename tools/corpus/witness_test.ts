import { assertEquals } from "@std/assert";
import { WITNESSES } from "./relation_witnesses.ts";
import { toLine, witness } from "./witness.ts";

Deno.test("the line of a witness, pasted, makes the same witness", () => {
  for (const [name, it] of Object.entries(WITNESSES)) {
    const pasted = new Function("witness", `return { ${toLine(name, it)} }`)(witness);
    assertEquals(pasted, { [name]: it });
  }
});

Deno.test("the line of a witness says no more than what differs from most", () => {
  const line = toLine("Once do - do", witness(3, ["once.do; yield", ""], { count: 2 }));
  assertEquals(line, '"Once do - do": witness(3, ["once.do; yield", ""], { count: 2 }),');
  assertEquals(toLine("a", witness(1, ["b"])), '"a": witness(1, ["b"]),');
});
