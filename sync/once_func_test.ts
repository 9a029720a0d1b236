import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { goexit, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { conforms } from "./conformance/both_schedulers_test.ts";
import { onceFunc, onceValue } from "./once_func.ts";
import { WaitGroup } from "./wait_group.ts";

/** What awaiting `promise` throws, which need not be an Error. */
async function thrownBy(promise: Promise<unknown>): Promise<{ thrown: unknown }> {
  try {
    await promise;
  } catch (thrown) {
    return { thrown };
  }
  throw new Error("nothing was thrown");
}

conforms("onceFunc: many calls, one run (sync/oncefunc_test.go:TestOnceFunc)", async () => {
  let runs = 0;
  const f = onceFunc(() => void runs++);
  for (let i = 0; i < 10; i++) await f();
  assertEquals(runs, 1);
});

conforms("onceFunc gives nothing, whatever its function gives", async () => {
  const f = onceFunc(() => 42);
  assertEquals([await f(), await f()], [undefined, undefined]);
});

conforms(
  "onceValue: one run, every call gives its value (sync/oncefunc_test.go:TestOnceValue)",
  async () => {
    let runs = 0;
    const f = onceValue(() => ++runs);
    for (let i = 0; i < 10; i++) assertEquals(await f(), 1);
    assertEquals(runs, 1);
  },
);

conforms(
  "onceValue of a tuple: one run, every call gives both (sync/oncefunc_test.go:TestOnceValues)",
  async () => {
    let runs = 0;
    const f = onceValue(async () => {
      await yieldNow();
      return [++runs, runs + 1] as const;
    });
    for (let i = 0; i < 10; i++) {
      const [one, two] = await f();
      assertEquals([one, two], [1, 2]);
    }
  },
);

for (
  const [what, once, id] of [
    ["onceFunc", onceFunc, "sync/oncefunc_test.go:TestOnceFuncPanic"],
    ["onceValue", onceValue, "sync/oncefunc_test.go:TestOnceValuePanic"],
  ] as const
) {
  conforms(
    `${what}: every call throws the same, and the body ran once (${id})`,
    async () => {
      let runs = 0;
      const f = once(() => {
        runs++;
        throw "x";
      });
      for (let i = 0; i < 10; i++) assertEquals(await thrownBy(f()), { thrown: "x" });
      assertEquals(runs, 1);
    },
  );
}

conforms(
  "undefined is kept and thrown again like anything else (sync/oncefunc_test.go:TestOnceFuncPanicNil)",
  async () => {
    let runs = 0;
    const f = onceFunc(() => {
      runs++;
      throw undefined;
    });
    for (let i = 0; i < 2; i++) assertEquals(await thrownBy(f()), { thrown: undefined });
    assertEquals(runs, 1);
  },
);

conforms(
  "the same Error each time, whose stack reaches into the body (sync/oncefunc_test.go:TestOnceFuncPanicTraceback)",
  async () => {
    const f = onceFunc(function buildCatalog() {
      throw new Error("x");
    });
    const first = await assertRejects(f, Error, "x");
    assertStrictEquals(await assertRejects(f, Error, "x"), first);
    assertStringIncludes(first.stack ?? "", "buildCatalog");
  },
);

conforms(
  "a file is read once, and the value or the error is shared (sync/example_test.go:ExampleOnceValues)",
  async (count) => {
    let reads = 0;
    const read = onceValue(async () => {
      reads++;
      await yieldNow();
      return { data: undefined, error: new Deno.errors.NotFound("open example.txt") };
    });
    const wg = new WaitGroup();
    const errors: Error[] = [];
    for (let i = 0; i < count; i++) {
      wg.go(async () => {
        const { data, error } = await read();
        assertEquals(data, undefined);
        errors.push(error);
      });
    }
    await wg.wait();
    assertEquals([reads, errors.length, new Set(errors).size], [1, count, 1]);
  },
  { rounds: [10, 4] },
);

conforms("a caller that gives up leaves the computation to the others", async () => {
  const controller = new AbortController();
  const f = onceValue(async () => {
    await yieldNow();
    return 42;
  });
  const first = f();
  const givenUp = assertRejects(() => f(controller), Error, "enough");
  controller.abort(new Error("enough"));
  await givenUp;
  assertEquals([await first, await f()], [42, 42]);
});

Deno.test("onceFunc and onceValue of no function are TypeErrors at once, not at the first call", () => {
  // @ts-expect-error A body is a function.
  assertThrows(() => onceFunc(undefined), TypeError, "expected a function, got undefined");
  // @ts-expect-error A body is a function.
  assertThrows(() => onceValue(42), TypeError, "expected a function, got 42");
});

conforms(
  "a function that calls goexit ends the first caller; the others are told, and it is not run again",
  async () => {
    let runs = 0;
    const f = onceValue(() => {
      runs++;
      goexit();
    });
    const wg = new WaitGroup();
    wg.go(() => f().then(() => assert(false, "goexit does not return")));
    await wg.wait();
    for (let i = 0; i < 2; i++) await assertRejects(() => f(), Error, "the function called goexit");
    assertEquals(runs, 1);
  },
);

Deno.test("in all schedules of three callers the function runs once, and all get what it gives", async () => {
  await explore(async () => {
    let runs = 0;
    const f = onceValue(async () => {
      const run = ++runs;
      await yieldNow();
      return run;
    });
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) wg.go(async () => assert(await f() === 1));
    await wg.wait();
    assertEquals(runs, 1);
  }, { strategy: "exhaustive", mustComplete: true });
});
