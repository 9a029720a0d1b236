import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { goexit, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { conforms, deadlocks } from "./conformance/both_schedulers_test.ts";
import { background, cause } from "./context.ts";
import { ErrGroup } from "./err_group.ts";
import { CanceledError } from "./errors.ts";
import { WaitGroup } from "./wait_group.ts";

const ALL = { strategy: "exhaustive", mustComplete: true } as const;

/** What `promise` is rejected with; undefined if it is not. */
function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => undefined, (error) => error);
}

const first = new Error("errgroup_test: 1"), second = new Error("errgroup_test: 2");
const SEQUENCES: readonly (readonly (Error | undefined)[])[] = [
  [],
  [undefined],
  [first],
  [first, undefined],
  [first, undefined, second],
];

// --- Go's tests ---

conforms(
  "without limit and context wait gives the first error so far, after each go (errgroup:TestZeroGroup)",
  async () => {
    for (const errors of SEQUENCES) {
      const group = new ErrGroup();
      let firstError: Error | undefined;
      for (const error of errors) {
        await group.go(() => {
          if (error !== undefined) throw error;
        });
        firstError ??= error;
        assertStrictEquals(await errorOf(group.wait()), firstError);
      }
      assertStrictEquals(await errorOf(group.wait()), firstError);
    }
  },
);

conforms(
  "wait gives the first error, and the context is done then, also without any (errgroup:TestWithContext)",
  async () => {
    for (const errors of [[], [undefined], [undefined, first], [undefined, first, second]]) {
      const { group, ctx } = ErrGroup.withContext(background());
      for (const error of errors) {
        await group.go(() => {
          if (error !== undefined) throw error;
        });
        if (error !== undefined) await errorOf(group.wait());
      }
      assertStrictEquals(await errorOf(group.wait()), errors.includes(first) ? first : undefined);
      assert(ctx.err instanceof CanceledError);
      assertEquals(ctx.done.tryReceive(), { value: undefined, done: true });
    }
  },
);

conforms(
  "after wait the cause is the first error, or that of a canceled context (errgroup:TestCancelCause)",
  async () => {
    for (const error of [undefined, first]) {
      const { group, ctx } = ErrGroup.withContext(background());
      await group.go(() => {
        if (error !== undefined) throw error;
      });
      assertStrictEquals(await errorOf(group.wait()), error);
      if (error !== undefined) assertStrictEquals(cause(ctx), error);
      else assert(cause(ctx) instanceof CanceledError);
    }
  },
);

conforms(
  "never more goroutines than the limit are active (errgroup:TestGoLimit)",
  async (count) => {
    const limit = Math.min(10, count - 2);
    const group = new ErrGroup();
    group.setLimit(limit);
    let active = 0, most = 0;
    for (let i = 0; i < count; i++) {
      await group.go(async () => {
        most = Math.max(most, ++active);
        await yieldNow();
        active--;
      });
    }
    await group.wait();
    assertEquals(active, 0);
    assert(most > 0 && most <= limit, `saw ${most} active goroutines; want at most ${limit}`);
  },
  { rounds: [1025, 4] },
);

conforms(
  "searches in parallel, results in the order of the index (errgroup:ExampleGroup_parallel)",
  async () => {
    const search = (kind: string) => async (query: string) => {
      await yieldNow();
      return `${kind} result for '${query}'`;
    };
    const { group, ctx } = ErrGroup.withContext(background());
    const results: string[] = [];
    for (const [i, it] of ["web", "image", "video"].map(search).entries()) {
      await group.go(async () => {
        results[i] = await it("golang");
      });
    }
    await group.wait();
    assertEquals(results, [
      "web result for 'golang'",
      "image result for 'golang'",
      "video result for 'golang'",
    ]);
    assert(ctx.err !== undefined);
  },
);

// --- starting ---

conforms(
  "go below the limit takes its slot at the call, and starts nothing before it returns",
  async () => {
    const group = new ErrGroup();
    let started = false;
    const going = group.go(() => {
      started = true;
    });
    assertEquals([started, group.state()], [false, "1 active"]);
    await going;
    await group.wait();
    assertEquals([started, group.state()], [true, "0 active"]);
  },
);

conforms("tryGo starts a goroutine if there is a slot, and says so", async () => {
  const group = new ErrGroup();
  const finish = new Channel<void>();
  const ran: string[] = [];
  group.setLimit(1);
  assert(group.tryGo(async () => {
    await finish.receive();
    ran.push("first");
  }));
  assert(!group.tryGo(() => ran.push("second")));
  await finish.send();
  await group.wait();
  assert(group.tryGo(() => ran.push("third")));
  await group.wait();
  assertEquals(ran, ["first", "third"]);
});

conforms(
  "whoever waits for a slot is served first come, first served; tryGo does not overtake",
  async () => {
    const group = new ErrGroup();
    const finish = new Channel<void>();
    const started: number[] = [];
    group.setLimit(1);
    await group.go(() => finish.receive());
    const going = [0, 1, 2].map((i) => group.go(() => void started.push(i)));
    assert(!group.tryGo(() => started.push(-1)));
    await finish.send();
    await Promise.all(going);
    await group.wait();
    assertEquals(started, [0, 1, 2]);
  },
);

conforms(
  "a negative limit means none; the limit can be changed once nobody is active",
  async () => {
    const group = new ErrGroup();
    group.setLimit(1);
    group.setLimit(-1);
    for (let i = 0; i < 3; i++) assert(group.tryGo(() => yieldNow()));
    assertThrows(
      () => group.setLimit(2),
      Error,
      "errgroup: modify limit while 3 goroutines in the group are still active",
    );
    assertEquals(group.state(), "3 active");
    await group.wait();
    group.setLimit(2);
    assertEquals(group.state(), "0 of at most 2 active");
  },
);

conforms("with limit 0 nothing starts, until there are slots", async () => {
  const group = new ErrGroup();
  const started: number[] = [];
  group.setLimit(0);
  assert(!group.tryGo(() => {}));
  const going = [0, 1, 2].map((i) => group.go(() => void started.push(i)));
  await yieldNow();
  assertEquals(started, []);
  group.setLimit(2);
  assertEquals(group.state(), "2 of at most 2 active");
  await Promise.all(going);
  await group.wait();
  assertEquals(started.sort(), [0, 1, 2]);
});

deadlocks("go at limit 0 waits for ever", async () => {
  const group = new ErrGroup();
  group.setLimit(0);
  await group.go(() => {});
}, { waiting: ["main [chan send]"] });

deadlocks("wait for a goroutine that waits for ever", async () => {
  const group = new ErrGroup();
  await group.go(() => group.wait(), "worker");
  await group.wait();
}, { waiting: ["main [sync.WaitGroup.Wait]", "worker [sync.WaitGroup.Wait]"] });

Deno.test("bodies and limits of the wrong kind are refused, and nothing is started", async () => {
  const group = new ErrGroup();
  // @ts-expect-error A body is a function.
  await assertRejects(() => group.go(undefined), TypeError, "go of nil func value");
  // @ts-expect-error A body is a function.
  assertThrows(() => group.tryGo(42), TypeError, "go of nil func value (got 42)");
  for (const limit of [1.5, NaN, -Infinity]) {
    assertThrows(() => group.setLimit(limit), TypeError, String(limit));
  }
  assertEquals(group.state(), "0 active");
  assertThrows(
    // @ts-expect-error A parent is a context.
    () => ErrGroup.withContext(undefined),
    TypeError,
    "cannot create context from nil parent",
  );
});

// --- errors ---

conforms("the first error counts, whatever was thrown, and all who wait get it", async () => {
  for (const thrown of [new RangeError("x"), "text", undefined, null]) {
    const group = new ErrGroup();
    await group.go(async () => {
      await yieldNow();
      throw thrown;
    });
    const waiting = [group.wait(), group.wait()];
    for (const result of await Promise.allSettled(waiting)) {
      assert(result.status === "rejected");
      assertStrictEquals(result.reason, thrown);
    }
    assertEquals(group.state(), "0 active, failed");
  }
});

conforms(
  "the first error ends the context at once, and wait still waits for the others",
  async () => {
    const { group, ctx } = ErrGroup.withContext(background());
    const finish = new Channel<void>();
    let hasSeen: unknown;
    await group.go(() => {
      throw first;
    });
    await group.go(async () => {
      await ctx.done.next();
      hasSeen = cause(ctx);
      await finish.receive();
      throw second;
    });
    let hasReturned = false;
    const waiting = errorOf(group.wait()).finally(() => hasReturned = true);
    for (let i = 0; i < 5; i++) await yieldNow();
    assert(!hasReturned, "the second one still works");
    await finish.send();
    assertStrictEquals(await waiting, first);
    assertStrictEquals(hasSeen, first);
  },
);

// --- giving up ---

conforms("a canceled go leaves its place to the next one and starts nothing", async () => {
  const group = new ErrGroup();
  const controller = new AbortController();
  const finish = new Channel<void>();
  const started: number[] = [];
  group.setLimit(1);
  await group.go(() => finish.receive());
  const given = assertRejects(
    () => group.go(() => started.push(0), "given up", controller),
    Error,
    "enough",
  );
  const next = group.go(() => void started.push(1));
  controller.abort(new Error("enough"));
  await given;
  await finish.send();
  await next;
  await group.wait();
  assertEquals(started, [1]);
  await assertRejects(
    () => group.go(() => started.push(2), "too late", controller),
    Error,
    "enough",
  );
  assertEquals([started, group.state()], [[1], "0 of at most 1 active"]);
});

conforms("a canceled wait leaves the group as it is, and its context too", async () => {
  const { group, ctx } = ErrGroup.withContext(background());
  const controller = new AbortController();
  const finish = new Channel<void>();
  await group.go(() => finish.receive());
  const givenUp = assertRejects(() => group.wait(controller), Error, "enough");
  const stays = group.wait();
  controller.abort(new Error("enough"));
  await givenUp;
  assertEquals(ctx.err, undefined);
  await finish.send();
  await stays;
  assert(ctx.err !== undefined);
});

// --- every schedule of small programs ---

conforms("a goroutine that calls goexit ends without an error, and frees its slot", async () => {
  const group = new ErrGroup();
  group.setLimit(1);
  let hasCleanedUp = false;
  await group.go(async () => {
    try {
      await yieldNow();
      goexit();
    } finally {
      hasCleanedUp = true;
    }
  });
  await group.go(() => {});
  await group.wait();
  assertEquals([hasCleanedUp, group.state()], [true, "0 of at most 1 active"]);
});

Deno.test("in all schedules of three goroutines and a limit of two no more are active, and wait waits for all", async () => {
  const most = new Set<number>();
  await explore(async () => {
    const group = new ErrGroup();
    let active = 0, peak = 0, ended = 0;
    group.setLimit(2);
    for (let i = 0; i < 3; i++) {
      await group.go(async () => {
        peak = Math.max(peak, ++active);
        await yieldNow();
        active--;
        ended++;
      });
    }
    await group.wait();
    assertEquals([active, ended, group.state()], [0, 3, "0 of at most 2 active"]);
    most.add(peak);
  }, ALL);
  assertEquals([...most].sort(), [1, 2]);
});

Deno.test("in all schedules of two failing goroutines wait gives the error of the one that ended first", async () => {
  const orders = new Set<string>();
  await explore(async () => {
    const { group, ctx } = ErrGroup.withContext(background());
    const ended: string[] = [];
    for (const name of ["a", "b"]) {
      await group.go(async () => {
        await yieldNow();
        ended.push(name);
        throw new Error(name);
      });
    }
    const error = await errorOf(group.wait());
    assert(error instanceof Error);
    assertEquals(error.message, ended[0]);
    assertStrictEquals(cause(ctx), error);
    orders.add(ended.join(""));
  }, ALL);
  assertEquals([...orders].sort(), ["ab", "ba"]);
});

Deno.test("cancellation in all schedules: a slot is never lost, whether its waiter gave up or not", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const group = new ErrGroup();
    const wg = new WaitGroup();
    const controller = new AbortController();
    const started: string[] = [];
    group.setLimit(1);
    await group.go(() => yieldNow());
    wg.go(async () => {
      await errorOf(group.go(() => void started.push("first"), "first", controller));
      await group.go(() => void started.push("second"));
    });
    wg.go(() => controller.abort());
    await wg.wait();
    await group.wait();
    assertEquals(group.state(), "0 of at most 1 active");
    outcomes.add(started.join());
  }, ALL);
  assertEquals([...outcomes].sort(), ["first,second", "second"]);
});
