import { assertEquals } from "@std/assert";
import { background } from "../sync/context.ts";
import { WaitGroup } from "../sync/wait_group.ts";
import { withCancel } from "../sync/with_cancel.ts";

const COUNT = 1000;

/** Starts so many waits that they need several crowds, with some in between that could be given up. */
function waitInTurn(wg: WaitGroup, seen: number[]): Promise<void>[] {
  const ctx = withCancel(background());
  return Array.from({ length: COUNT }, async (_, i) => {
    await (i % 300 % 199 === 3 ? wg.wait(ctx) : wg.wait());
    seen.push(i);
  });
}

const inOrder = Array.from({ length: COUNT }, (_, i) => i);

Deno.test("Crowd: those who share a promise go on in the order in which they came, among others", async () => {
  const wg = new WaitGroup();
  wg.add(1);
  const seen: number[] = [];
  const all = waitInTurn(wg, seen);
  assertEquals(seen, []);
  wg.done();
  assertEquals(seen, [], "nobody resumes inside the call");
  await Promise.all(all);
  assertEquals(seen, inOrder);
});

Deno.test("Crowd: who comes after one was let go waits for the next round", async () => {
  const wg = new WaitGroup();
  const seen: number[] = [];
  for (let round = 0; round < 2; round++) {
    wg.add(1);
    const late = wg.wait().then(() => seen.push(round));
    assertEquals(seen.length, round);
    wg.done();
    await late;
  }
  assertEquals(seen, [0, 1]);
});
