import { assertEquals } from "@std/assert";
import { ErrGroup, go, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** Notes what it is told of each goroutine in one schedule. */
class Noting implements Strategy {
  readonly name = "noting";
  readonly seesEveryStep = true;
  /** By goroutine. */
  readonly codes: number[] = [];
  readonly operations: number[][] = [];
  begin(schedule: number): boolean {
    return schedule < 1;
  }
  pick(candidates: Candidates): number {
    for (let k = 0; k < candidates.count; k++) {
      this.codes[candidates.goroutine(k)] = candidates.code(k);
    }
    (this.operations[candidates.goroutine(0)] ??= []).push(candidates.operations(0));
    return 0;
  }
  choose(): number {
    return 0;
  }
}

/** The codes of main and of all that it starts, in this order. */
async function codesOf(body: () => unknown): Promise<number[]> {
  const strategy = new Noting();
  await explore(body, { strategy });
  return strategy.codes;
}

const nothing = () => {};
const something = () => [];

Deno.test("Candidates.code is the same for functions made in a loop, and not for others", async () => {
  const codes = await codesOf(() => {
    for (let i = 0; i < 2; i++) {
      go(() => i + 1);
      go(() => i + 2);
    }
  });
  assertEquals(codes, [0, 1, 2, 1, 2]);
});

Deno.test("Candidates.code tells names apart, and not their numbers", async () => {
  const codes = await codesOf(() => {
    for (const name of ["worker 1", "worker 22", "reader", "worker 3"]) go(nothing, name);
  });
  assertEquals(codes, [0, 1, 1, 2, 1]);
});

Deno.test("Candidates.code tells functions apart that were bound, by their names", async () => {
  const codes = await codesOf(() => {
    for (const body of [nothing, something, nothing]) go(body.bind(null));
  });
  assertEquals(codes, [0, 1, 2, 1]);
});

Deno.test("Candidates.code is that of the function given to WaitGroup and ErrGroup", async () => {
  const bodies = () => [() => 1, () => 2, () => 1];
  for (const Group of [WaitGroup, ErrGroup]) {
    const codes = await codesOf(async () => {
      const group = new Group();
      for (const body of bodies()) await group.go(body);
      await group.wait();
    });
    assertEquals(codes, [0, 1, 2, 1], Group.name);
  }
});

Deno.test("Candidates.operations is which of its goroutine's operations is resumed, and 0 at the start", async () => {
  const strategy = new Noting();
  await explore(async () => {
    go(async () => {
      await yieldNow();
      await yieldNow();
    });
    await yieldNow();
  }, { strategy });
  assertEquals(strategy.operations, [[0, 1], [0, 1, 2]]);
});
