// Go's src/context/x_test.go.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  afterFunc,
  background,
  type CancelContext,
  CanceledError,
  cause,
  Channel,
  type Context,
  ContextKey,
  DeadlineExceededError,
  go,
  now,
  select,
  sleep,
  todo,
  WaitGroup,
  withCancel,
  withDeadline,
  withoutCancel,
  withTimeout,
  withValue,
  yieldNow,
} from "../../mod.ts";
import { explore } from "../../testing/explore.ts";
import { conforms } from "./both_schedulers_test.ts";
import { Foreign, Wrapper } from "./foreign_context_test.ts";
import { CANCELED, DEADLINE_EXCEEDED } from "../errors.ts";

/** Asserts that `ctx` is done, with this error and cause. */
async function assertDone(ctx: Context, err: Error, why: unknown = err): Promise<void> {
  assertStrictEquals(ctx.err, err);
  assertStrictEquals(cause(ctx), why);
  assertEquals(await ctx.done.next(), { done: true, value: undefined });
  assertStrictEquals(ctx.signal.reason, why);
}

function assertLive(ctx: Context): void {
  assertEquals([ctx.err, cause(ctx), ctx.done.tryReceive()], [undefined, undefined, undefined]);
  assert(!ctx.signal.aborted);
}

const parentCause = new Error("parentCause"), childCause = new Error("childCause");
const tooSlow = new Error("tooSlow"), finishedEarly = new Error("finishedEarly");

conforms(
  "withCancel: a child leaves its parent alone (context/x_test.go:TestChildFinishesFirst)",
  async () => {
    using cancelable = withCancel(background());
    for (const parent of [background(), cancelable]) {
      const child = withCancel(parent);
      assertLive(child);
      child.cancel();
      await assertDone(child, CANCELED);
      assertLive(parent);
    }
    assertEquals([...(cancelable as unknown as { listeners: Iterable<unknown> }).listeners], []);
  },
);

conforms("background is never done (context/x_test.go:TestBackground)", () => {
  assertLive(background());
  assertStrictEquals(background(), background());
  assertEquals([String(background()), background().deadline], ["context.Background", undefined]);
});

conforms("todo is never done (context/x_test.go:TestTODO)", () => {
  assertLive(todo());
  assertEquals([String(todo()), todo().deadline], ["context.TODO", undefined]);
});

conforms(
  "withCancel: canceling reaches all below at once (context/x_test.go:TestWithCancel)",
  async () => {
    const root = withCancel(background());
    assertEquals(String(root), "context.Background.WithCancel");
    const wrapper = new Wrapper(root), child = withCancel(wrapper);
    const all = [root, wrapper, child];
    for (const ctx of all) assertLive(ctx);
    root.cancel();
    for (const ctx of all) assertStrictEquals(ctx.err, CANCELED);
    for (const ctx of all) await assertDone(ctx, CANCELED);
    assertInstanceOf(CANCELED, CanceledError);
    assertEquals(CANCELED.message, "context canceled");
  },
);

conforms(
  "withDeadline ends when the deadline has passed (context/x_test.go:TestDeadline)",
  async () => {
    const soon = () => withDeadline(background(), now() + 2);
    const direct = soon();
    assertMatch(String(direct), /^context\.Background\.WithDeadline\([\d.]+ \[-?[\d.]+ms\]\)$/);
    for (
      const ctx of [
        direct,
        new Wrapper(soon()),
        withDeadline(new Wrapper(soon()), now() + 10_000),
        withDeadline(background(), now() - 10),
        withDeadline(background(), now()),
      ]
    ) {
      await ctx.done.receive();
      await assertDone(ctx, DEADLINE_EXCEEDED);
      assert(now() >= (ctx.deadline as number));
    }
    assertEquals(DEADLINE_EXCEEDED.message, "context deadline exceeded");
  },
);

conforms("withTimeout ends once its time has passed (context/x_test.go:TestTimeout)", async () => {
  const soon = () => withTimeout(background(), 2);
  assertMatch(String(soon()), /^context\.Background\.WithDeadline\(/);
  for (const ctx of [soon(), new Wrapper(soon()), withTimeout(new Wrapper(soon()), 10_000)]) {
    await ctx.done.receive();
    await assertDone(ctx, DEADLINE_EXCEEDED);
  }
});

conforms("withValue: the nearest value wins (context/x_test.go:TestValues)", () => {
  const k1 = new ContextKey<string | null>("key1"), k2 = new ContextKey<string>("key2");
  const other = new ContextKey<string>("key1");
  const values = (ctx: Context) => [k1.get(ctx), k2.get(ctx), other.get(ctx)];
  assertEquals(values(background()), [undefined, undefined, undefined]);
  const c1 = withValue(background(), k1, "c1k1");
  assertEquals(values(c1), ["c1k1", undefined, undefined]);
  assertEquals(String(c1), "context.Background.WithValue(key1, c1k1)");
  const c2 = withValue(c1, k2, "c2k2");
  assertEquals(values(c2), ["c1k1", "c2k2", undefined]);
  const c3 = withValue(c2, other, "c3other");
  assertEquals(values(c3), ["c1k1", "c2k2", "c3other"]);
  const c4 = withValue(c3, k1, null);
  assertEquals(values(c4), [null, "c2k2", "c3other"]);
  assertEquals(String(c4).split(".WithValue").at(-1), "(key1, <nil>)");
  using timeout = withTimeout(c4, 1e6);
  for (const c of [new Wrapper(c4), withCancel(c4), timeout, withoutCancel(c4)]) {
    assertEquals(values(c), [null, "c2k2", "c3other"]);
    assertEquals(values(withValue(c, k2, "new")), [null, "new", "c3other"]);
  }
  assertEquals(
    String(withValue(background(), 1, { a: 1 })),
    "context.Background.WithValue(number, Object)",
  );
});

conforms(
  "withCancel: a tree canceled from everywhere at once (context/x_test.go:TestSimultaneousCancels)",
  async (count) => {
    const root = withCancel(background());
    const contexts: CancelContext[] = [root];
    for (let i = 0; contexts.length < count; i++) {
      contexts.push(withCancel(contexts[i] as Context), withCancel(contexts[i] as Context));
    }
    const wg = new WaitGroup();
    for (const ctx of contexts) {
      wg.go(() => ctx.cancel());
      wg.go(async () => assertEquals((await ctx.done.next()).done, true));
    }
    await wg.wait();
    for (const ctx of contexts) assertStrictEquals(ctx.err, CANCELED);
  },
  { rounds: [100, 5], schedules: 20 },
);

/** Go's testLayers: random layers of values, cancellation and timeouts. */
async function layers(seed: number, canTimeOut: boolean): Promise<void> {
  let state = seed;
  const random = (count: number) => (state = (state * 48271) % 0x7fff_ffff) % count;
  const keys: ContextKey<number>[] = [], canceling: CancelContext[] = [];
  let ctx: Context = background();
  for (let i = 0; i < 30; i++) {
    if (random(3) === 0) {
      const key = new ContextKey<number>(`layer ${i}`);
      keys.push(key);
      ctx = withValue(ctx, key, keys.length);
    } else {
      const layer = random(2) === 0 ? withCancel(ctx) : withTimeout(ctx, canTimeOut ? 1 : 1e9);
      canceling.push(layer);
      ctx = layer;
    }
  }
  const check = () => keys.forEach((key, i) => assertEquals(key.get(ctx), i + 1));
  check();
  if (!canTimeOut) {
    assertLive(ctx);
    canceling[random(canceling.length)]?.cancel();
    assert((await ctx.done.next()).done);
    assertStrictEquals(ctx.err, CANCELED);
  } else {
    await ctx.done.receive();
    assertStrictEquals(ctx.err, DEADLINE_EXCEEDED);
  }
  check();
  for (const layer of canceling) layer.cancel();
}

conforms("contexts of many layers, one canceled (context/x_test.go:TestLayersCancel)", async () => {
  for (let seed = 1; seed <= 20; seed++) await layers(seed, false);
}, { schedules: 2 });

conforms("contexts of many layers, timed out (context/x_test.go:TestLayersTimeout)", async () => {
  await layers(20_090_910, true);
}, { schedules: 5 });

conforms(
  "withCancel of a parent that is canceled (context/x_test.go:TestWithCancelCanceledParent)",
  async () => {
    const parent = withCancel(background());
    parent.cancel(parentCause);
    await assertDone(withCancel(parent), CANCELED, parentCause);
  },
);

conforms("withValue checks its key (context/x_test.go:TestWithValueChecksKey)", () => {
  for (const key of [null, undefined]) {
    assertThrows(() => withValue(background(), key, "value"), TypeError, "nil key");
  }
});

conforms("contexts are not derived from nothing (context/x_test.go:TestInvalidDerivedFail)", () => {
  const nil = undefined as unknown as Context;
  for (
    const derive of [
      () => withCancel(nil),
      () => withDeadline(nil, now()),
      () => withTimeout(nil, 1),
      () => withValue(nil, "key", "value"),
      () => withoutCancel(nil),
      () => afterFunc(nil, () => {}),
    ]
  ) {
    assertThrows(derive, TypeError, "cannot create context from nil parent");
  }
});

conforms(
  "the error of a deadline says that it is a timeout (context/x_test.go:TestDeadlineExceededSupportsTimeout)",
  () => {
    const { err } = withTimeout(background(), 0);
    assertInstanceOf(err, DeadlineExceededError);
    assert(err.timeout);
  },
);

conforms(
  "the error of a deadline goes for the platform's (context/net_test.go:TestDeadlineExceededIsNetError)",
  () => {
    const { err } = withTimeout(background(), 0);
    assertInstanceOf(err, DeadlineExceededError);
    assertEquals([err.name, err.timeout, err.temporary], ["TimeoutError", true, true]);
    assertEquals(CANCELED.name, "AbortError");
  },
);

/** The rows of TestCause: makes a context, and gives it with the error and the cause it must have. */
const CAUSES: Record<string, () => [Context, Error?, unknown?]> = {
  "context/x_test.go:TestCause/Background": () => [background()],
  "context/x_test.go:TestCause/TODO": () => [todo()],
  "context/x_test.go:TestCause/WithCancel": () => {
    const ctx = withCancel(background());
    ctx.cancel();
    return [ctx, CANCELED, CANCELED];
  },
  "context/x_test.go:TestCause/WithCancelCause": () => {
    const ctx = withCancel(background());
    ctx.cancel(parentCause);
    return [ctx, CANCELED, parentCause];
  },
  "context/x_test.go:TestCause/parent cause before child": () => {
    const parent = withCancel(background()), child = withCancel(parent);
    parent.cancel(parentCause);
    child.cancel(childCause);
    return [child, CANCELED, parentCause];
  },
  "context/x_test.go:TestCause/parent cause before nil": () => {
    const parent = withCancel(background()), child = withCancel(parent);
    parent.cancel(parentCause);
    child.cancel();
    return [child, CANCELED, parentCause];
  },
  "context/x_test.go:TestCause/child cause after nil": () => {
    const parent = withCancel(background()), child = withCancel(parent);
    parent.cancel();
    child.cancel(childCause);
    return [child, CANCELED, CANCELED];
  },
  "context/x_test.go:TestCause/child cause before nil": () => {
    const parent = withCancel(background()), child = withCancel(parent);
    child.cancel(childCause);
    parent.cancel();
    return [child, CANCELED, childCause];
  },
  "context/x_test.go:TestCause/WithTimeout": () => {
    const ctx = withTimeout(background(), 0);
    ctx.cancel();
    return [ctx, DEADLINE_EXCEEDED, DEADLINE_EXCEEDED];
  },
  "context/x_test.go:TestCause/WithTimeout canceled": () => {
    const ctx = withTimeout(background(), 1e6);
    ctx.cancel();
    return [ctx, CANCELED, CANCELED];
  },
  "context/x_test.go:TestCause/WithTimeoutCause": () => {
    const ctx = withTimeout(background(), 0, { cause: tooSlow });
    ctx.cancel();
    return [ctx, DEADLINE_EXCEEDED, tooSlow];
  },
  "context/x_test.go:TestCause/WithTimeoutCause stacked canceled": () => {
    const parent = withCancel(background());
    const child = withTimeout(parent, 1e6, { cause: tooSlow });
    parent.cancel(finishedEarly);
    return [child, CANCELED, finishedEarly];
  },
  "context/x_test.go:TestCause/WithoutCancel": () => [withoutCancel(withCancel(background()))],
  "context/x_test.go:TestCause/WithoutCancel canceled": () => {
    const parent = withCancel(background()), ctx = withoutCancel(parent);
    parent.cancel(parentCause);
    return [ctx];
  },
  "context/x_test.go:TestCause/custom not canceled": () => {
    const ctx = new Foreign(withCancel(background()));
    ctx.cancel();
    return [ctx, ctx.err as Error, ctx.err];
  },
};

for (const [id, make] of Object.entries(CAUSES)) {
  conforms(`cause (${id})`, async () => {
    const [ctx, err, why] = make();
    if (err === undefined) assertLive(ctx);
    else await assertDone(ctx, err, why);
  });
}

conforms(
  "cause is nothing, then the cause, never anything else (context/x_test.go:TestCauseRace)",
  async () => {
    const ctx = withCancel(background()), wg = new WaitGroup();
    wg.go(async () => {
      await yieldNow();
      ctx.cancel(childCause);
    });
    for (;;) {
      const { err } = ctx, why = cause(ctx);
      if (err === undefined) assertStrictEquals(why, undefined);
      else assertStrictEquals(why, childCause);
      if (why !== undefined) break;
      await yieldNow();
    }
    await wg.wait();
  },
);

conforms("withoutCancel has the values alone (context/x_test.go:TestWithoutCancel)", () => {
  const parent = withTimeout(withValue(background(), "key", "value"), 1e6);
  const ctx = withoutCancel(parent);
  parent.cancel();
  assertLive(ctx);
  assertEquals([ctx.deadline, ctx.value("key")], [undefined, "value"]);
  assert(String(ctx).endsWith(".WithoutCancel"));
});

conforms(
  "afterFunc calls once canceled, not before (context/x_test.go:TestAfterFuncCalledAfterCancel)",
  async () => {
    const ctx = withCancel(background()), called = new Channel<void>(2);
    const stop = afterFunc(ctx, () => called.send());
    await yieldNow();
    assertEquals(called.size, 0);
    ctx.cancel();
    assertEquals(called.size, 0, "in a goroutine of its own");
    assertEquals((await called.next()).done, false);
    assertEquals(stop(), false);
  },
);

conforms(
  "afterFunc calls after the timeout (context/x_test.go:TestAfterFuncCalledAfterTimeout)",
  async () => {
    const ctx = withTimeout(background(), 2), called = new Channel<void>();
    afterFunc(ctx, () => called.send());
    await called.receive();
    assertStrictEquals(ctx.err, DEADLINE_EXCEEDED);
  },
);

conforms(
  "afterFunc of what is done calls at once (context/x_test.go:TestAfterFuncCalledImmediately)",
  async () => {
    const ctx = withCancel(background()), called = new Channel<void>();
    ctx.cancel();
    const start = now();
    let isCalled = false;
    const stop = afterFunc(ctx, () => {
      isCalled = true;
      return called.send();
    });
    assert(!isCalled, "in a goroutine of its own");
    await called.receive();
    assertEquals(stop(), false);
    assert(now() - start < 1000);
  },
);

conforms(
  "afterFunc that was stopped never calls (context/x_test.go:TestAfterFuncNotCalledAfterStop)",
  async () => {
    const ctx = withCancel(background());
    const stop = afterFunc(ctx, () => assert(false, "called"));
    assertEquals([stop(), stop()], [true, false]);
    ctx.cancel();
    await sleep(1);
  },
);

// --- src/context/example_test.go ---

conforms(
  "a generator stops when it is canceled (context/example_test.go:ExampleWithCancel)",
  async () => {
    const generate = (ctx: Context) => {
      const out = new Channel<number>();
      go(async () => {
        for (let n = 1;; n++) {
          const c = await select({ quit: ctx.done.receiving(), sent: out.sending(n) });
          if (c.key === "quit") return;
        }
      });
      return out;
    };
    using ctx = withCancel(background());
    const seen: number[] = [];
    for await (const n of generate(ctx)) {
      seen.push(n);
      if (n === 5) break;
    }
    assertEquals(seen, [1, 2, 3, 4, 5]);
  },
);

for (
  const [id, derive] of [
    ["context/example_test.go:ExampleWithDeadline", () => withDeadline(background(), now() + 1)],
    ["context/example_test.go:ExampleWithTimeout", () => withTimeout(background(), 1)],
  ] as const
) {
  conforms(`select over a context and something slower (${id})`, async () => {
    using ctx = derive();
    const ready = new Channel<never>();
    const c = await select({ ready: ready.receiving(), quit: ctx.done.receiving() });
    assertEquals([c.key, c.ok, ctx.err?.message], ["quit", false, "context deadline exceeded"]);
  });
}

conforms(
  "a value by its key, and none by another (context/example_test.go:ExampleWithValue)",
  () => {
    const ctx = withValue(background(), "language", "Go");
    assertEquals([ctx.value("language"), ctx.value("color")], ["Go", undefined]);
  },
);

// --- src/testing/synctest/example_test.go: a sleep of virtual time ends when nobody else can move ---

Deno.test("afterFunc in a run: not called before the cancel, called after it (testing/synctest:TestContextAfterFunc)", async () => {
  await explore(async () => {
    const ctx = withCancel(background());
    let isCalled = false;
    afterFunc(ctx, () => void (isCalled = true));
    await sleep(1);
    assert(!isCalled);
    ctx.cancel();
    await sleep(1);
    assert(isCalled);
  }, { strategy: "exhaustive", mustComplete: true });
});

Deno.test("withTimeout in a run: exact to the unit (testing/synctest:TestContextWithTimeout)", async () => {
  const unit = 2 ** -10;
  await explore(async () => {
    const ctx = withTimeout(background(), 5000);
    await sleep(5000 - unit);
    assertStrictEquals(ctx.err, undefined);
    await sleep(2 * unit);
    assertStrictEquals(ctx.err, DEADLINE_EXCEEDED);
  }, { strategy: "exhaustive", mustComplete: true });
});
