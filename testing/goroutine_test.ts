import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Entry, EntryState, Goroutine } from "./goroutine.ts";

const NOBODY = { ready: (): void => {} };

const paths = fc.array(fc.array(fc.nat(3), { maxLength: 4 }), { minLength: 2, maxLength: 12 });

/** The goroutine at a path below `root`. */
function at(root: Goroutine, path: readonly number[]): Goroutine {
  let node = root;
  for (const nth of path) node = node.children[nth] ??= new Goroutine(node, nth, 0, NOBODY);
  return node;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  }
  return a.length - b.length;
}

Deno.test("Goroutine.isBefore orders by path: parents first, then children in order", () => {
  fc.assert(fc.property(paths, (paths) => {
    const root = new Goroutine(null, 0, 0, NOBODY);
    for (const a of paths) {
      for (const b of paths) {
        assertEquals(at(root, a).isBefore(at(root, b)), compare(a, b) < 0, `${a} and ${b}`);
      }
    }
  }));
});

Deno.test("Goroutine.path is its creator's path and which child it is", () => {
  const root = new Goroutine(null, 0, 0, NOBODY);
  assertEquals(root.path(), "0");
  assertEquals(at(root, [2, 0, 1]).path(), "0.2.0.1");
  assertEquals(at(root, [2, 0, 1]).depth, 3);
});

Deno.test("Goroutine.reset makes it new but for its place", () => {
  const goroutine = new Goroutine(null, 0, 7, NOBODY);
  goroutine.childCount =
    goroutine.parked =
    goroutine.runnable =
    goroutine.operations =
      3;
  const body = (): void => {};
  goroutine.reset(5, body, "name", 2);
  const { epoch, childCount, parked, runnable, operations, isAlive, name, order, index } =
    goroutine;
  assertEquals({ epoch, childCount, parked, runnable, operations, isAlive, name, order, index }, {
    epoch: 5,
    childCount: 0,
    parked: 0,
    runnable: 0,
    operations: 0,
    isAlive: true,
    name: "name",
    order: 2,
    index: 7,
  });
  assert(goroutine.body === body);
});

Deno.test("Entry hears exactly one of complete and fail, and only while it is parked", () => {
  const ready: Entry[] = [];
  const owner = {
    ready(entry: Entry): void {
      entry.state = EntryState.Runnable;
      ready.push(entry);
    },
  };
  const goroutine = new Goroutine(null, 0, 0, NOBODY);
  const entry = new Entry(goroutine, owner);
  assertThrows(() => entry.complete(1), Error, "Cannot wake twice");
  for (const wake of [() => entry.complete("value"), () => entry.fail("value")]) {
    entry.state = EntryState.Parked;
    goroutine.parked = 1;
    wake();
    assertEquals([entry.outcome, goroutine.parked], ["value", 0]);
    assertThrows(() => entry.complete(1), Error, "Cannot wake twice");
    assertThrows(() => entry.fail(1), Error, "Cannot wake twice");
  }
  assertEquals([ready.length, entry.hasFailed], [2, true]);
});
