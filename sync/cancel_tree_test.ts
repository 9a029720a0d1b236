import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
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
  DeadlineExceededError,
  Mutex,
  numGoroutine,
  select,
  sleep,
  WaitGroup,
  withCancel,
  withoutCancel,
  withSignal,
  withTimeout,
  withValue,
  yieldNow,
} from "../mod.ts";
import { explore } from "../testing/mod.ts";
import { CancelNode } from "./cancel_tree.ts";
import { conforms, production } from "./conformance/both_schedulers_test.ts";

/** How many are told of the end of `ctx`. */
function listeners(ctx: Context): number {
  assertInstanceOf(ctx, CancelNode);
  return [...ctx.listeners].length;
}

conforms(
  "a hundred thousand children: all end with their parent, and leave it",
  async (count) => {
    const root = withCancel(background()), children: CancelContext[] = [];
    for (let i = 0; i < count; i++) {
      children.push(
        withCancel(i % 2 === 0 ? root : withValue(root, "i", i)),
      );
    }
    assertEquals(listeners(root), count);
    children[0]?.cancel();
    children[count - 1]?.cancel();
    assertEquals(listeners(root), count - 2);
    root.cancel("over");
    assertEquals(listeners(root), 0);
    for (const child of children.slice(1, -1)) assertStrictEquals(cause(child), "over");
    assertEquals((await children[1]?.done.next())?.done, true);
  },
  { rounds: [1e5, 4], schedules: 3 },
);

conforms("a chain of a hundred thousand contexts ends without recursion", (count) => {
  const root = withCancel(background());
  let leaf = root;
  for (let i = 0; i < count; i++) leaf = withCancel(leaf);
  assertEquals([leaf.err, leaf.value("nothing")], [undefined, undefined]);
  root.cancel("over");
  assertStrictEquals(cause(leaf), "over");
}, { rounds: [1e5, 4], schedules: 3 });

conforms(
  "whoever waits leaves the context when served, and those who wait are told in order",
  async () => {
    const ctx = withCancel(background()), ch = new Channel<number>(), mu = new Mutex();
    await mu.lock();
    const order: string[] = [];
    const note = (name: string) => (error: Error) => void order.push(`${name}: ${error.message}`);
    const served = ch.receive(ctx);
    assertEquals(listeners(ctx), 1);
    await ch.send(1);
    assertEquals([await served, listeners(ctx)], [1, 0]);
    const waiting = [
      ch.receive(ctx).catch(note("receive")),
      mu.lock(ctx).catch(note("lock")),
      sleep(1e9, ctx).catch(note("sleep")),
      select([ch.receiving()], ctx).catch(note("select")),
    ];
    assertEquals(listeners(ctx), 4);
    ctx.cancel();
    assertEquals(listeners(ctx), 0);
    await Promise.all(waiting);
    assertEquals(order.length, 4);
    assert(order.every((line) => line.endsWith(": context canceled")));
    mu.unlock();
    assert(mu.tryLock() && !ch.trySend(1), "nobody waits any more");
  },
);

production(
  "those who wait resume in the order in which they came, parents' before children's",
  async () => {
    const root = withCancel(background()), child = withCancel(root), order: string[] = [];
    const waits: [string, Context][] = [["child 1", child], ["root 1", root], ["root 2", root]];
    const waiting = waits.map(([name, ctx]) =>
      new Channel().receive(ctx).catch(() => void order.push(name))
    );
    root.cancel();
    await Promise.all(waiting);
    assertEquals(order, ["root 1", "root 2", "child 1"]);
  },
);

conforms("waiting with a context: what it fails with", async () => {
  const fail = (ctx: Context) => new Channel<number>().receive(ctx).catch((error) => error);
  const plain = withCancel(background()), caused = withCancel(background());
  plain.cancel();
  assertStrictEquals(await fail(plain), plain.err);
  caused.cancel("why");
  const error = await fail(withValue(caused, "key", 1));
  assertInstanceOf(error, CanceledError);
  assertEquals([error.message, error.cause], ["context canceled", "why"]);
  const slow = await fail(withTimeout(background(), 0, { cause: "too slow" }));
  assertInstanceOf(slow, DeadlineExceededError);
  assertEquals([slow.message, slow.cause], ["context deadline exceeded", "too slow"]);
});

conforms("contexts that are never canceled cost a wait nothing", async () => {
  const ch = new Channel<number>(1);
  for (const ctx of [background(), withoutCancel(withCancel(background()))]) {
    await ch.send(1, ctx);
    assertEquals(await ch.receive(ctx), 1);
  }
});

conforms("contexts and signals go both ways (js:abortsignal-both-ways)", async () => {
  const ctx = withCancel(background());
  const { signal } = ctx;
  assertStrictEquals(ctx.signal, signal);
  ctx.cancel("why");
  assertEquals([signal.aborted, signal.reason], [true, "why"]);
  const late = withCancel(ctx);
  assertEquals([late.signal.aborted, late.signal.reason], [true, "why"]);

  const controller = new AbortController(), from = withSignal(background(), controller.signal);
  const waiting = from.done.next();
  controller.abort("reason");
  assertEquals([from.err?.message, cause(from)], ["context canceled", "reason"]);
  assertEquals((await waiting).done, true);

  const timeout = new DOMException("late", "TimeoutError");
  const timedOut = withSignal(background(), AbortSignal.abort(timeout));
  assertInstanceOf(timedOut.err, DeadlineExceededError);
  assertStrictEquals(cause(timedOut), timeout);
  const expired = withTimeout(background(), 0).signal.reason;
  assertEquals(expired.name, "TimeoutError");
  const aborted = withSignal(background(), AbortSignal.abort());
  assertInstanceOf(aborted.err, CanceledError);
  assertEquals((cause(aborted) as Error).name, "AbortError");
  assertEquals(
    ctx.toString() + String(aborted).slice(-11),
    "context.Background.WithCancel.WithSignal",
  );
  assertThrows(
    () => withSignal(background(), {} as AbortSignal),
    TypeError,
    "expected an AbortSignal",
  );
});

conforms("a listener of ctx.signal finds everybody told, and may cancel again", () => {
  const ctx = withCancel(background()), child = withCancel(ctx), other = withCancel(background());
  const seen: unknown[] = [];
  ctx.signal.addEventListener("abort", () => {
    seen.push(ctx.err?.message, child.err?.message, child.done.tryReceive()?.done);
    child.cancel("too late");
    other.cancel("in turn");
  });
  ctx.cancel("first");
  assertEquals(seen, ["context canceled", "context canceled", true]);
  assertEquals([cause(child), cause(other)], ["first", "in turn"]);
});

conforms("a context from a signal leaves the signal when it ends", () => {
  const { signal } = new AbortController();
  let count = 0;
  const add = signal.addEventListener, remove = signal.removeEventListener;
  signal.addEventListener = (...args: Parameters<typeof add>) => (count++, add.apply(signal, args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (
    count--, remove.apply(signal, args)
  );
  const contexts = [1, 2, 3].map(() => withSignal(background(), signal));
  assertEquals(count, 1, "one listener for all");
  for (const ctx of contexts) ctx.cancel();
  assertEquals(count, 0);
});

conforms("using cancels at the end of the block", () => {
  let kept: Context;
  {
    using ctx = withTimeout(background(), 1e6);
    kept = ctx;
    assertEquals(kept.err, undefined);
  }
  assertEquals(kept.err?.message, "context canceled");
});

conforms("the deadline that comes first stays", () => {
  using early = withTimeout(background(), 1e3);
  using late = withTimeout(early, 1e6);
  assertEquals(late.deadline, early.deadline);
  using none = withTimeout(background(), Infinity);
  assertEquals(none.deadline, undefined);
  assertThrows(() => withTimeout(background(), NaN), RangeError);
});

conforms(
  "afterFunc: several start in the order in which they were asked for, and are goroutines",
  async () => {
    const ctx = withCancel(background()), before = numGoroutine(), called = new Channel<number>(3);
    for (const i of [1, 2, 3]) afterFunc(ctx, () => called.send(i));
    ctx.cancel();
    assertEquals(numGoroutine(), before + 3);
    const seen = new Set<unknown>();
    for (let i = 0; i < 3; i++) seen.add(await called.receive());
    assertEquals(seen, new Set([1, 2, 3]));
    while (numGoroutine() > before) await yieldNow();
  },
);

/** The outcomes of all schedules. */
async function outcomesOf(body: (outcomes: Set<string>) => Promise<void>): Promise<string[]> {
  const outcomes = new Set<string>();
  await explore(() => body(outcomes), { strategy: "exhaustive", mustComplete: true });
  return [...outcomes].sort();
}

Deno.test("cancel racing the deadline: the first counts, in every schedule", async () => {
  const outcomes = await outcomesOf(async (outcomes) => {
    const ctx = withTimeout(background(), 5, { cause: "too slow" }), wg = new WaitGroup();
    wg.go(async () => {
      await sleep(5);
      ctx.cancel("stopped");
    });
    await ctx.done.receive();
    outcomes.add(`${ctx.err?.message}: ${cause(ctx)}`);
    await wg.wait();
  });
  assertEquals(outcomes, ["context canceled: stopped", "context deadline exceeded: too slow"]);
});

Deno.test("cancel racing a send: delivered once, or kept, in every schedule (js:send-abort-no-dup)", async () => {
  const outcomes = await outcomesOf(async (outcomes) => {
    const ch = new Channel<number>(), ctx = withCancel(background()), wg = new WaitGroup();
    let sent = "";
    wg.go(async () => {
      sent = await ch.send(1, ctx).then(() => "sent", () => "kept");
    });
    wg.go(() => ctx.cancel());
    const c = await select({ value: ch.receiving(), quit: ctx.done.receiving() });
    await wg.wait();
    outcomes.add(`${sent}, ${c.key}`);
  });
  assertEquals(outcomes, ["kept, quit", "sent, value"]);
});

// Three goroutines of one step each: 3! orders. The cause is that of who cancels first; the grandchild has one unless it
// is derived before both.
Deno.test("cancel of a parent and of its child: the first cause counts, in all 6 orders", async () => {
  const outcomes = new Set<string>();
  const { schedules } = await explore(async () => {
    const parent = withCancel(background()), child = withCancel(parent), wg = new WaitGroup();
    let grandchild = "";
    wg.go(() => parent.cancel("parent"));
    wg.go(() => child.cancel("child"));
    wg.go(() => {
      grandchild = `${cause(withCancel(child))}`;
    });
    await wg.wait();
    outcomes.add(`${cause(child)}, ${grandchild}`);
  }, { strategy: "exhaustive", mustComplete: true });
  assertEquals([...outcomes].sort(), [
    "child, child",
    "child, undefined",
    "parent, parent",
    "parent, undefined",
  ]);
  assertEquals(schedules, 6);
});

Deno.test("waiting for done is waiting for something of ours: time passes, and a deadlock is seen", async () => {
  await explore(async () => {
    using ctx = withTimeout(background(), 1e9);
    assertEquals((await ctx.done.next()).done, true);
  }, { schedules: 5 });
  const error = await explore(async () => {
    await withCancel(background()).done.receive();
  }, { schedules: 1 }).catch((error) => error);
  assertEquals([error.kind, error.goroutines[0].waitReason], ["deadlock", "chan receive"]);
});

Deno.test("a context made outside the run may be derived from inside, and is left as it was", async () => {
  const root = withCancel(background());
  const waiting = new Channel<number>().receive(root).catch(() => "told");
  await explore(async () => {
    using ctx = withTimeout(withValue(root, "key", 1), 5);
    await ctx.done.receive();
    withCancel(root);
  }, { schedules: 5 });
  assertEquals(listeners(root), 1, "who waits outside, and nobody from inside");
  const error = await explore(() => root.cancel(), { schedules: 1 }).catch((error) => error);
  assertStringIncludes(error.message, "state leaked from one schedule into the next");
  assertEquals(root.err, undefined);
  root.cancel();
  assertEquals(await waiting, "told");
});
