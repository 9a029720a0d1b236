import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { goexit, numGoroutine, sleep, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { conforms } from "./conformance/both_schedulers_test.ts";
import { background } from "./context.ts";
import { DeadlineExceededError } from "./errors.ts";
import { mapStream } from "./map_stream.ts";
import { withTimeout } from "./with_deadline.ts";

const failure = new Error("task failed");

/** 0, 1, 2, ... */
function* endless(): Generator<number> {
  for (let n = 0;; n++) yield n;
}

/** What a stream gives before it ends or fails, and with what it fails. */
async function drain<T>(stream: AsyncIterable<T>): Promise<{ values: T[]; error?: unknown }> {
  const values: T[] = [];
  try {
    for await (const value of stream) values.push(value);
  } catch (error) {
    return { values, error };
  }
  return { values };
}

conforms("results come in the order of the items, whichever is ready first", async () => {
  for (const limit of [1, 2, 10]) {
    const stream = mapStream([5, 1, 3], async (n, index) => {
      await sleep(n);
      return `${index}: ${n}`;
    }, { limit });
    assertEquals(await drain(stream), { values: ["0: 5", "1: 1", "2: 3"] });
  }
});

conforms(
  "a task may give nothing, and a loop may do nothing with it (conc/stream:nil callback)",
  async () => {
    let ran = 0;
    for await (const nothing of mapStream([1, 2, 3], () => void ran++, { limit: 2 })) {
      assertEquals(nothing, undefined);
    }
    assertEquals(ran, 3);
  },
);

conforms(
  "what a task throws comes out of the loop, after the results before it (conc/stream:panic in task)",
  async () => {
    const stream = mapStream([0, 1, 2, 3], async (n) => {
      if (n === 0) await yieldNow();
      if (n === 2) throw failure;
      return n;
    }, { limit: 3 });
    assertEquals(await drain(stream), { values: [0, 1], error: failure });
  },
);

conforms("nothing is taken and nobody runs before the first result is asked for", async () => {
  let taken = 0;
  function* counted() {
    for (const n of endless()) {
      taken++;
      yield n;
    }
  }
  const before = numGoroutine();
  const stream = mapStream(counted(), (n) => n, { limit: 2 });
  await yieldNow();
  assertEquals([taken, numGoroutine()], [0, before]);
  await stream.return();
  assertEquals(taken, 0);
});

conforms("at most so many tasks run or have a result that nobody has taken", async () => {
  const limit = 3;
  let begun = 0, given = 0, most = 0;
  const stream = mapStream(endless(), async (n) => {
    // What the loop is about to get is taken already.
    most = Math.max(most, ++begun - given);
    await yieldNow();
    return n;
  }, { limit });
  for await (const n of stream) {
    assertEquals(n, given++);
    if (n === 5) break;
    await sleep(1); // the others end meanwhile
  }
  assert(most >= limit && most <= limit + 1, `${most} at a time`);
});

conforms("leaving the loop tells the tasks and waits for them, and stops the source", async () => {
  const before = numGoroutine();
  let running = 0, stopped = 0;
  function* source() {
    try {
      yield* endless();
    } finally {
      stopped++;
    }
  }
  for await (
    const n of mapStream(source(), async (n, _, ctx) => {
      running++;
      if (n > 0) await ctx.done.receive();
      running--;
      return n;
    }, { limit: 3 })
  ) {
    assertEquals(n, 0);
    break;
  }
  assertEquals([running, stopped], [0, 1]);
  for (let i = 0; i < 100 && numGoroutine() > before; i++) await yieldNow();
  assertEquals(numGoroutine(), before);
});

conforms("what the source throws comes out, and tasks are told", async () => {
  async function* broken() {
    yield 1;
    await yieldNow();
    throw failure;
  }
  const stream = mapStream(broken(), async (_, __, ctx) => {
    await ctx.done.receive();
    throw new Error("because of the source");
  }, { limit: 2 });
  assertEquals(await drain(stream), { values: [], error: failure });
});

conforms("it gives up with its context, also while the source is silent", async () => {
  using context = withTimeout(background(), 1);
  const silent = new Channel<number>(1);
  silent.trySend(7);
  const { values, error } = await drain(mapStream(silent, (n) => n, { limit: 2, context }));
  assertEquals(values, [7]);
  assert(error instanceof DeadlineExceededError);
});

conforms("it gives up with its signal", async () => {
  const controller = new AbortController();
  const stream = mapStream(endless(), async (n, _, ctx) => {
    if (n >= 2) await sleep(60_000, ctx);
    return n;
  }, {
    limit: 2,
    signal: controller.signal,
  });
  assertEquals((await stream.next()).value, 0);
  controller.abort(failure);
  const { values, error } = await drain(stream);
  assert(values.length <= 1);
  assertStrictEquals(error, failure);
});

conforms("a task that calls goexit gives nothing, and the others go on", async () => {
  const stream = mapStream([0, 1, 2], (n) => n === 1 ? goexit() : n, { limit: 2 });
  assertEquals(await drain(stream), { values: [0, 2] });
});

conforms("streams are sources: one maps what another gives", async () => {
  const squares = mapStream([1, 2, 3], (n) => n * n, { limit: 2 });
  const texts = mapStream(squares, (n) => `<${n}>`, { limit: 2 });
  assertEquals(await drain(texts), { values: ["<1>", "<4>", "<9>"] });
});

Deno.test("what is no function, no source or no limit is refused at the call", () => {
  const task = (n: number) => n;
  const anyOf = (it: unknown) => it as never;
  assertThrows(() => mapStream([1], anyOf(null), { limit: 1 }), TypeError, "function");
  assertThrows(() => mapStream(anyOf(1), task, { limit: 1 }), TypeError, "Cannot map: expected an");
  assertThrows(() => mapStream([1], task, anyOf(undefined)), TypeError, "expected a limit");
  assertThrows(() => mapStream([1], task, anyOf({})), TypeError, "expected a limit");
  assertThrows(() => mapStream([1], task, { limit: 0 }), RangeError, "greater than zero");
});

Deno.test("in every schedule results are in order, and nobody is left behind", async () => {
  const ends = new Set<string>();
  const { complete } = await explore(async () => {
    const order: number[] = [];
    const stream = mapStream([0, 1], async (n) => {
      await yieldNow();
      order.push(n);
      return n;
    }, { limit: 2 });
    assertEquals(await drain(stream), { values: [0, 1] });
    ends.add(order.join(""));
  }, { strategy: "reduced", state: "tracked", mustComplete: true });
  assert(complete);
  assertEquals([...ends].sort(), ["01", "10"]);
});
