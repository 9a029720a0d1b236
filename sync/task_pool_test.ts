// sourcegraph/conc's WaitGroup, pools and panics.Catcher, all of which are a TaskPool here.
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { goexit, sleep, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { conforms } from "./conformance/both_schedulers_test.ts";
import { background, type Context } from "./context.ts";
import { CanceledError, DeadlineExceededError } from "./errors.ts";
import { TaskPool } from "./task_pool.ts";
import { withCancel } from "./with_cancel.ts";
import { withTimeout } from "./with_deadline.ts";

const EVERY = { strategy: "exhaustive", mustComplete: true } as const;
const first = new Error("first"), second = new Error("second");

function throws(error: unknown): () => never {
  return () => {
    throw error;
  };
}

/** Waits until `ctx` is done. */
async function untilDone(ctx: Context): Promise<void> {
  await ctx.done.receive();
}

// --- conc.WaitGroup ---

conforms("a pool runs nothing by itself, and can be used (conc/waitgroup:ctor)", async () => {
  const pool = new TaskPool();
  assertEquals(await pool.wait(), []);
  await pool.go(() => {});
  assertEquals(await pool.wait(), [undefined]);
});

conforms(
  "all tasks run, and wait returns after the last (conc/waitgroup:all spawned run, conc/pool:Pool/basic)",
  async (count) => {
    const pool = new TaskPool();
    let ended = 0;
    for (let i = 0; i < count; i++) {
      await pool.go(async () => {
        await yieldNow();
        ended++;
      });
    }
    await pool.wait();
    assertEquals(ended, count);
  },
  { rounds: [100, 4] },
);

conforms(
  "of two tasks that throw one error comes out of wait (conc/waitgroup:one is propagated)",
  async () => {
    const pool = new TaskPool();
    await pool.go(throws(first));
    await pool.go(throws(second));
    const error = await assertRejects(() => pool.wait());
    assert(error === first || error === second);
  },
);

conforms(
  "the other tasks finish although one throws (conc/waitgroup:non-panics run successfully)",
  async () => {
    const pool = new TaskPool();
    let ended = 0;
    const end = async (): Promise<void> => {
      await yieldNow();
      ended++;
    };
    await pool.go(end);
    await pool.go(throws(first));
    await pool.go(end);
    assertStrictEquals(await assertRejects(() => pool.wait()), first);
    assertEquals(ended, 2);
  },
);

conforms(
  "waitSettled throws nothing, and says what was thrown (conc/waitgroup:waitandrecover, conc/panics:RecoveredAsError/not nil)",
  async () => {
    const pool = new TaskPool();
    await pool.go(throws(first));
    assertEquals(await pool.waitSettled(), [{ status: "rejected", reason: first }]);
  },
);

conforms(
  "waitSettled says of two tasks what each threw, in order (conc/waitgroup:waitandrecover one)",
  async () => {
    const pool = new TaskPool();
    await pool.go(throws(first));
    await pool.go(throws(second));
    const reasons = (await pool.waitSettled()).map((it) => (it as PromiseRejectedResult).reason);
    assertEquals(reasons, [first, second]);
  },
);

conforms(
  "waitSettled comes after those that do not throw, too (conc/waitgroup:waitandrecover nonpanics)",
  async () => {
    const pool = new TaskPool<number>();
    await pool.go(async () => {
      await yieldNow();
      return 1;
    });
    await pool.go(throws(first));
    await pool.go(() => 2);
    assertEquals(await pool.waitSettled(), [
      { status: "fulfilled", value: 1 },
      { status: "rejected", reason: first },
      { status: "fulfilled", value: 2 },
    ]);
  },
);

// --- conc/panics ---

conforms(
  "what is no Error is thrown and told as it is (conc/panics:Catcher/not error)",
  async () => {
    for (const thrown of ["text", 0, undefined, null]) {
      const pool = new TaskPool();
      await pool.go(throws(thrown));
      assertEquals(await pool.waitSettled(), [{ status: "rejected", reason: thrown }]);
      await pool.go(throws(thrown));
      assertStrictEquals(await pool.wait().catch((error) => error), thrown);
    }
  },
);

conforms(
  "wait throws the very object that a task threw (conc/panics:Catcher/repanic panics, conc/pool:Pool/propagate panic)",
  async () => {
    const pool = new TaskPool();
    await pool.go(throws(first));
    assertStrictEquals(await assertRejects(() => pool.wait()), first);
  },
);

conforms(
  "if no task threw there is nothing to throw and nothing to tell (conc/panics:Catcher/repanic no panic, conc/panics:Try/no panic, conc/panics:RecoveredAsError/nil)",
  async () => {
    const pool = new TaskPool();
    await pool.go(() => {});
    await pool.wait();
    await pool.go(() => {});
    assertEquals(await pool.waitSettled(), [{ status: "fulfilled", value: undefined }]);
  },
);

// --- conc/pool ---

Deno.test("a limit below 1 or that is no whole number is refused (conc/pool:Pool/invalid max)", () => {
  const text = "max goroutines in a pool must be greater than zero";
  for (const limit of [0, -1]) assertThrows(() => new TaskPool({ limit }), RangeError, text);
  for (const limit of [1.5, NaN, "2", null]) {
    assertThrows(() => new TaskPool({ limit: limit as number }), TypeError, "whole number");
  }
  assertThrows(() => new TaskPool({ errors: "some" as "all" }), TypeError, 'errors is some, not "');
});

Deno.test("a pool tells its limit (conc/pool:Pool/MaxGoroutines)", () => {
  assertEquals(new TaskPool({ limit: 42 }).limit, 42);
  assertEquals(new TaskPool().limit, Infinity);
});

Deno.test("go refuses what is no function, and counts nothing", async () => {
  const pool = new TaskPool();
  for (const task of [undefined, null, 1, "f", {}]) {
    await assertRejects(() => pool.go(task as () => void), TypeError, "go of nil func value");
  }
  assertEquals(await pool.waitSettled(), []);
});

/** The options of conc's pools that are left here, with the ids of the tests that hold each to be fixed. */
const FIXED = [
  [{}, "conc/pool:Pool/config after wait"],
  [{ context: background() }, "conc/pool:ContextPool/config before"],
  [{ context: background() }, "conc/pool:ContextPool/config after"],
  [{ errors: "all" }, "conc/pool:ErrorPool/config before"],
  [{ errors: "all" }, "conc/pool:ErrorPool/config after"],
  [{}, "conc/pool:ResultPool/config before"],
  [{}, "conc/pool:ResultPool/config after"],
  [{ errors: "all" }, "conc/pool:ResultErrorPool/config before"],
  [{ errors: "all" }, "conc/pool:ResultErrorPool/config after"],
  [{ errors: "all", context: background() }, "conc/pool:ResultContextPool/config before"],
  [{ errors: "all", context: background() }, "conc/pool:ResultContextPool/config after"],
] as const;

for (const [options, id] of FIXED) {
  conforms(
    `a pool cannot be given other options: not before, not while tasks run, not after wait (${id})`,
    async () => {
      const own: { limit: number; errors?: "all" | "first" } = { ...options, limit: 1 };
      const pool = new TaskPool<number>(own);
      const change = (): void => {
        (pool as { limit: number }).limit = 2;
      };
      own.limit = 2; // nobody looks at them any more
      own.errors = "first";
      let active = 0;
      for (const place of ["before", "after"]) {
        assertThrows(change, TypeError, undefined, place);
        for (let i = 0; i < 2; i++) {
          await pool.go(async () => {
            assertEquals(++active, 1);
            await yieldNow();
            return active--;
          });
          assertThrows(change, TypeError);
        }
        assertEquals(await pool.wait(), [1, 1]);
        assertEquals(pool.limit, 1);
      }
      await pool.go(throws(first));
      const isAggregate = await pool.wait().catch((error) => error instanceof AggregateError);
      assertEquals(isAggregate, "errors" in options);
    },
    { schedules: 20 },
  );
}

conforms(
  "if no task fails wait throws nothing (conc/pool:ErrorPool/no errors, conc/pool:ContextPool/no errors)",
  async () => {
    for (const errors of ["first", "all"] as const) {
      const pool = new TaskPool({ errors, context: background() });
      await pool.go(() => {});
      await pool.wait();
    }
  },
);

conforms(
  "results come back in the order of the calls of go, whoever ends first (conc/pool:ResultPool/basic, conc/pool:ResultErrorPool/no errors, conc/pool:ResultContextPool/no errors)",
  async (count) => {
    for (const errors of ["first", "all"] as const) {
      const pool = new TaskPool<number>({ errors, context: background() });
      for (let i = 0; i < count; i++) {
        await pool.go(async (ctx) => {
          await sleep(count - i, ctx);
          return i;
        });
      }
      assertEquals(await pool.wait(), Array.from({ length: count }, (_, i) => i));
    }
  },
  { rounds: [10, 3] },
);

conforms("the error of a task comes out of wait (conc/pool:ContextPool/error)", async () => {
  const pool = new TaskPool({ context: background() });
  await pool.go(throws(first));
  await pool.go(() => {});
  assertStrictEquals(await assertRejects(() => pool.wait()), first);
});

conforms(
  "with errors: all wait throws all of them, in the order of the calls (conc/pool:ErrorPool/all errors, conc/pool:ContextPool/all errors, conc/pool:ResultErrorPool/all errors, conc/pool:ResultContextPool/all errors)",
  async () => {
    const pool = new TaskPool<number>({ errors: "all", context: background() });
    await pool.go(async (ctx) => {
      await sleep(2);
      assertEquals(ctx.err, undefined, "nobody is told to stop");
      throw first;
    });
    await pool.go(() => 1);
    await pool.go(throws(second));
    const error = await assertRejects(() => pool.wait(), AggregateError, "2 of 3 tasks failed");
    assertEquals(error.errors, [first, second]);
  },
);

conforms(
  "with errors: all one error is one of a list, too (conc/pool:ErrorPool/propagates panics)",
  async () => {
    const pool = new TaskPool({ errors: "all" });
    await pool.go(() => {});
    await pool.go(throws(first));
    const error = await assertRejects(() => pool.wait(), AggregateError, "1 of 2 tasks failed");
    assertStrictEquals(error.errors[0], first);
  },
);

conforms(
  "a task that waits for its context is told when the time is over (conc/pool:ContextPool/timed out)",
  async () => {
    using context = withTimeout(background(), 1);
    const pool = new TaskPool({ context });
    await pool.go((ctx) => sleep(60_000, ctx));
    await assertRejects(() => pool.wait(), DeadlineExceededError);
  },
);

conforms(
  "a task that ends in time hears nothing (conc/pool:ContextPool/return before timed out)",
  async () => {
    using context = withTimeout(background(), 60_000);
    const pool = new TaskPool({ context });
    await pool.go((ctx) => sleep(1, ctx));
    await pool.wait();
  },
);

conforms(
  "the end of the context given reaches every task (conc/pool:ResultContextPool/cancel propagates)",
  async () => {
    using context = withCancel(background());
    const pool = new TaskPool({ context, errors: "all" });
    for (let i = 0; i < 2; i++) await pool.go((ctx) => sleep(60_000, ctx));
    context.cancel();
    const { errors } = await assertRejects(() => pool.wait(), AggregateError);
    assertEquals(errors.map((error) => error instanceof CanceledError), [true, true]);
  },
);

conforms("the abort of a signal given reaches every task", async () => {
  const controller = new AbortController();
  const pool = new TaskPool({ signal: controller.signal, errors: "all" });
  for (let i = 0; i < 2; i++) await pool.go((ctx) => sleep(60_000, ctx));
  controller.abort();
  assertEquals((await assertRejects(() => pool.wait(), AggregateError)).errors.length, 2);
});

conforms(
  "with cancelOnError the others are told of the first error, and theirs are kept (conc/pool:ResultContextPool/WithCancelOnError)",
  async () => {
    const pool = new TaskPool({ errors: "all", cancelOnError: true });
    await pool.go((ctx) => sleep(60_000, ctx));
    await pool.go(throws(first));
    const { errors } = await assertRejects(() => pool.wait(), AggregateError);
    assert(errors[0] instanceof CanceledError);
    assertStrictEquals(errors[1], first);
  },
);

conforms(
  "without it only the first error counts, and the others are told of it (conc/pool:ResultContextPool/WithFirstError)",
  async () => {
    const pool = new TaskPool();
    await pool.go(async (ctx) => {
      await untilDone(ctx);
      throw second;
    });
    await pool.go(throws(first));
    assertStrictEquals(await assertRejects(() => pool.wait()), first);
  },
);

conforms(
  "cancelOnError: false lets the others go on, though only the first error counts",
  async () => {
    const pool = new TaskPool({ cancelOnError: false });
    await pool.go(throws(first));
    await pool.go(async (ctx) => {
      await yieldNow();
      assertEquals(ctx.err, undefined);
    });
    assertStrictEquals(await assertRejects(() => pool.wait()), first);
  },
);

conforms(
  "waitSettled keeps what failed tasks gave, in their places (conc/pool:ResultErrorPool/WithCollectErrored, conc/pool:ResultContextPool/WithCollectErrored)",
  async () => {
    const pool = new TaskPool<string>({ errors: "all", context: background() });
    await pool.go(() => "a");
    await pool.go(throws({ partial: "b" })); // in Go a result and an error, here one or the other
    await pool.go(() => "c");
    const outcomes = await pool.waitSettled();
    assertEquals(outcomes.map((it) => it.status === "fulfilled" ? it.value : it.reason.partial), [
      "a",
      "b",
      "c",
    ]);
  },
);

conforms(
  "never more tasks than the limit are active (conc/pool:ErrorPool/limit, conc/pool:ContextPool/limit, conc/pool:ResultErrorPool/limit, conc/pool:ResultContextPool/limit)",
  async (count) => {
    for (const limit of [1, 10, 100]) {
      const pool = new TaskPool<number>({ limit, errors: "all", context: background() });
      const full = Math.min(limit, count);
      let active = 0, most = 0;
      for (let i = 0; i < count; i++) {
        await pool.go(async () => {
          most = Math.max(most, ++active);
          while (most < full) await yieldNow();
          active--;
          return i;
        });
      }
      assertEquals((await pool.wait()).length, count);
      assertEquals(active, 0);
      assertEquals(most, full);
    }
  },
  { rounds: [100, 3] },
);

conforms(
  "after wait a pool is empty and can be used again (conc/pool:ResultPool/reuse, conc/pool:ResultErrorPool/reuse, conc/pool:ResultContextPool/reuse)",
  async () => {
    for (const errors of ["first", "all"] as const) {
      const pool = new TaskPool<number>({ errors, context: background() });
      await pool.go(() => 1);
      await pool.go(() => 2);
      assertEquals(await pool.wait(), [1, 2]);
      assertEquals(await pool.wait(), []);
      await pool.go(throws(first));
      await assertRejects(() => pool.wait());
      await pool.go((ctx) => {
        assertEquals(ctx.err, undefined, "the context is a new one, too");
        return 3;
      });
      assertEquals(await pool.wait(), [3]);
    }
  },
);

// --- what Go cannot have, or does not say ---

conforms("the context of the tasks is done once wait has returned", async () => {
  const pool = new TaskPool<Context>();
  await pool.go((ctx) => ctx);
  const [ctx] = await pool.wait();
  assert(ctx?.err instanceof CanceledError);
});

conforms("who gives up waiting for a slot has started nothing, and leaves no place", async () => {
  const pool = new TaskPool<number>({ limit: 1 });
  await pool.go(async () => {
    await sleep(2);
    return 1;
  });
  using patience = withTimeout(background(), 1);
  await assertRejects(() => pool.go(() => 2, "late", patience), DeadlineExceededError);
  await pool.go(() => 3);
  assertEquals(await pool.wait(), [1, 3]);
});

conforms("who gives up waiting for the end takes nothing", async () => {
  const pool = new TaskPool<number>();
  await pool.go(async () => {
    await sleep(2);
    return 1;
  });
  using patience = withTimeout(background(), 1);
  await assertRejects(() => pool.wait(patience), DeadlineExceededError);
  assertEquals(await pool.wait(), [1]);
});

conforms("a task that calls goexit has ended, without a result", async () => {
  const pool = new TaskPool<number>({ limit: 1 });
  await pool.go(() => goexit());
  await pool.go(() => 2);
  assertEquals(await pool.wait(), [2]);
});

conforms("those who wait for a slot are served first come, first served", async () => {
  const pool = new TaskPool<number>({ limit: 1 });
  const started: number[] = [];
  const calls = [0, 1, 2].map((i) =>
    pool.go(() => {
      started.push(i);
      return i;
    })
  );
  assertEquals(await pool.wait(), [0, 1, 2], "in the order of the calls, whoever started first");
  await Promise.all(calls);
  assertEquals(started.toSorted(), [0, 1, 2]);
});

Deno.test("in every schedule two of three tasks run at a time, and all results come back", async () => {
  const seen = new Set<string>();
  const result = await explore(async () => {
    const pool = new TaskPool<number>({ limit: 2 });
    const order: number[] = [];
    let active = 0;
    for (let i = 0; i < 3; i++) {
      await pool.go(async () => {
        assert(++active <= 2, "over the limit");
        order.push(i);
        await yieldNow();
        active--;
        return i;
      });
    }
    assertEquals(await pool.wait(), [0, 1, 2]);
    seen.add(order.join(""));
  }, EVERY);
  assert(result.complete);
  // The third cannot start before one of the others has ended.
  assertEquals([...seen].sort(), ["012", "021", "102", "120"]);
});

Deno.test("in every schedule the error that came first is thrown", async () => {
  const result = await explore(async () => {
    const pool = new TaskPool();
    const order: Error[] = [];
    for (const error of [first, second]) {
      await pool.go(() => {
        order.push(error);
        throw error;
      });
    }
    assertStrictEquals(await pool.wait().catch((error) => error), order[0]);
  }, EVERY);
  assert(result.complete);
});

Deno.test("a pool of the module can be used from schedule to schedule, and must be left as it was", async () => {
  const pool = new TaskPool<number>();
  const { complete } = await explore(async () => {
    await pool.go(() => 1);
    assertEquals(await pool.wait(), [1]);
  }, EVERY);
  assert(complete);
  const left = await explore(async () => {
    await pool.go(() => 1);
  }, EVERY).catch((error) => error);
  assertEquals(left.kind, "leak", left.message);
  assertEquals(await pool.waitSettled(), []);
});
