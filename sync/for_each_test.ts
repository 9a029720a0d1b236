import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { goexit, sleep, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { conforms } from "./conformance/both_schedulers_test.ts";
import { background, cause } from "./context.ts";
import { CanceledError, DeadlineExceededError } from "./errors.ts";
import { forEach } from "./for_each.ts";
import type { Source } from "./sources.ts";
import { withCancel } from "./with_cancel.ts";
import { withTimeout } from "./with_deadline.ts";
import { withValue } from "./with_value.ts";

const EVERY = { strategy: "exhaustive", mustComplete: true } as const;
const failure = new Error("task failed");

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

// --- conc/iter ---

conforms(
  "a limit is honoured to the full: so many tasks are active at once (conc/iter:Iterator/allows more than default)",
  async (limit) => {
    let active = 0;
    const all = new Channel<void>();
    await forEach(range(limit), async () => {
      if (++active === limit) all.close();
      await all.next();
    }, { limit });
    assertEquals(active, limit);
  },
  { rounds: [1000, 4] },
);

conforms(
  "of nothing no task is run (conc/iter:ForEach/empty, conc/iter:ForEachIdx/empty)",
  async () => {
    for (const source of [[], new Set<number>(), "", new Map(), async function* () {}()]) {
      await forEach(source as Source<unknown>, () => {
        throw new Error("called");
      });
    }
  },
);

conforms(
  "what a task throws comes out (conc/iter:ForEach/panic, conc/iter:ForEachIdx/panic)",
  async () => {
    for (const limit of [1, 2, Infinity]) {
      const outcome = forEach([1, 2, 3], () => {
        throw failure;
      }, { limit });
      assertStrictEquals(await assertRejects(() => outcome), failure);
    }
  },
);

conforms(
  "each of many items gets its task, with its index (conc/iter:ForEach/huge, conc/iter:ForEachIdx/huge inputs)",
  async (count) => {
    const items = range(count).map((i) => ({ i, calls: 0 }));
    await forEach(items, (item, index) => {
      assertEquals(item.i, index);
      item.calls++;
    }, { limit: 8 });
    assert(items.every(({ calls }) => calls === 1));
  },
  { rounds: [10_000, 4] },
);

// --- limits, sources ---

conforms("never more tasks than the limit are active", async (count) => {
  for (const limit of [1, 2, 10]) {
    const full = Math.min(limit, count);
    let active = 0, most = 0;
    await forEach(range(count), async () => {
      most = Math.max(most, ++active);
      while (most < full) await yieldNow();
      active--;
    }, { limit });
    assertEquals([active, most], [0, full]);
  }
}, { rounds: [100, 3] });

conforms("with a limit of 1 tasks run one after the other, in order", async () => {
  const order: string[] = [];
  await forEach("ab", async (letter) => {
    order.push(`${letter}1`);
    await yieldNow();
    order.push(`${letter}2`);
  }, { limit: 1 });
  assertEquals(order.join(), "a1,a2,b1,b2");
});

conforms("items come from channels and generators, too", async () => {
  const channel = new Channel<number>(3);
  for (const n of [1, 2, 3]) channel.trySend(n);
  channel.close();
  async function* generate() {
    yield* [1, 2, 3];
  }
  const sources: Source<number>[] = [[1, 2, 3], new Set([1, 2, 3]), channel, generate()];
  for (const source of sources) {
    const seen: number[] = [];
    await forEach(source, (n, index) => {
      assertEquals(n, index + 1);
      seen.push(n);
    }, { limit: 2 });
    assertEquals(seen.toSorted(), [1, 2, 3]);
  }
});

conforms("an item is taken when a task can be started for it, one in advance at most", async () => {
  let taken = 0, ended = 0;
  function* endless() {
    for (;;) yield ++taken;
  }
  const outcome = forEach(endless(), async (n) => {
    assert(taken - ended <= 3, `${taken} taken, ${ended} ended`);
    await yieldNow();
    ended++;
    if (n === 5) throw failure;
  }, { limit: 2 });
  assertStrictEquals(await assertRejects(() => outcome), failure);
});

// --- failing, giving up ---

conforms(
  "once a task has failed the others are told, no item is taken, and the source is stopped",
  async () => {
    let stopped = 0;
    function* endless() {
      try {
        for (let n = 0;; n++) yield n;
      } finally {
        stopped++;
      }
    }
    let told = 0, most = 0;
    const outcome = forEach(endless(), async (n, _, ctx) => {
      most = Math.max(most, n);
      if (n === 1) throw failure;
      await ctx.done.receive();
      assertStrictEquals(cause(ctx), failure);
      told++;
      throw new Error("too late to count");
    }, { limit: 2 });
    assertStrictEquals(await assertRejects(() => outcome), failure);
    assertEquals([stopped, told, most], [1, 1, 1]);
  },
);

conforms("what the source throws comes out, once the tasks that run have ended", async () => {
  async function* broken() {
    yield 1;
    await yieldNow();
    throw failure;
  }
  let ended = 0;
  const outcome = forEach(broken(), async (_, __, ctx) => {
    await ctx.done.receive();
    ended++;
    throw new Error("because of the source");
  });
  assertStrictEquals(await assertRejects(() => outcome), failure);
  assertEquals(ended, 1);
});

conforms("it gives up with its context, and waits for the tasks", async () => {
  using context = withTimeout(background(), 1);
  let ended = 0;
  const outcome = forEach(range(10), async (_, __, ctx) => {
    await sleep(60_000, ctx).catch(() => {});
    ended++;
  }, { limit: 2, context });
  await assertRejects(() => outcome, DeadlineExceededError);
  assertEquals(ended, 2);
});

conforms("it gives up with its signal, also while the source is silent", async () => {
  const controller = new AbortController();
  const silent = new Channel<number>();
  const outcome = forEach(silent, () => {}, { signal: controller.signal });
  controller.abort(failure);
  assertStrictEquals(await assertRejects(() => outcome), failure);
});

conforms("given up before it began it does nothing", async () => {
  using context = withCancel(background());
  context.cancel();
  let count = 0;
  const outcome = forEach([1], () => void count++, { context });
  await assertRejects(() => outcome, CanceledError);
  assertEquals(count, 0);
});

conforms(
  "once the source has ended it gives up no more: tasks that do not listen end as ever",
  async () => {
    using context = withCancel(background());
    let isOver = false;
    function* source() {
      yield 1;
      isOver = true;
    }
    await forEach(source(), async () => {
      while (!isOver) await yieldNow();
      context.cancel();
      await yieldNow();
    }, { context });
  },
);

conforms("tasks see the values of the context that was given", async () => {
  await forEach([1], (_, __, ctx) => assertEquals(ctx.value("user"), "ada"), {
    context: withValue(background(), "user", "ada"),
  });
});

conforms("a task that calls goexit has ended", async () => {
  let ended = 0;
  await forEach([1, 2], (n) => n === 1 ? goexit() : void ended++, { limit: 1 });
  assertEquals(ended, 1);
});

Deno.test("what is no function, no source or no limit is refused before anything is taken", async () => {
  const task = () => {};
  await assertRejects(() => forEach([1], null as unknown as () => void), TypeError, "function");
  for (const source of [undefined, null, 1, {}]) {
    const text = `Cannot run a task for each: expected an iterable or a stream, got ${source}`;
    await assertRejects(() => forEach(source as unknown as number[], task), TypeError, text);
  }
  await assertRejects(() => forEach([1], task, { limit: 0 }), RangeError, "greater than zero");
  await assertRejects(() => forEach([1], task, { limit: 0.5 }), TypeError, "whole number");
});

Deno.test("in every schedule a failing task leaves nobody behind, and nothing is begun after it was seen", async () => {
  const outcomes = new Set<string>();
  const { complete } = await explore(async () => {
    const begun: number[] = [];
    const outcome = await forEach([0, 1, 2], async (n, _, ctx) => {
      begun.push(n);
      assertEquals(ctx.err, undefined);
      if (n === 0) throw failure;
      await yieldNow();
    }, { limit: 1 }).catch((error) => error);
    assertStrictEquals(outcome, failure);
    outcomes.add(begun.join(""));
  }, EVERY);
  assert(complete);
  assertEquals([...outcomes], ["0"]);
});
