import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { explore, ScheduleError } from "../testing/mod.ts";
import { go, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { background } from "./context.ts";
import { Channel } from "./channel.ts";
import { CanceledError, ClosedError } from "./errors.ts";
import { channelFrom, sendAll, type Source } from "./sources.ts";
import { withCancel } from "./with_cancel.ts";

/** Counts from 1 to `last`, and tells how it was left. */
function counter(last: number, left: string[] = []) {
  return (async function* () {
    try {
      for (let n = 1; n <= last; n++) {
        await yieldNow();
        yield n;
      }
      left.push("ended");
    } finally {
      left.push("left");
    }
  })();
}

/** The same as a stream. */
function counterStream(last: number, left: string[] = []) {
  let n = 0;
  return new ReadableStream<number>({
    async pull(controller) {
      await yieldNow();
      if (n === last) controller.close();
      else controller.enqueue(++n);
    },
    cancel(reason) {
      left.push(String(reason));
    },
  }, { highWaterMark: 0 });
}

Deno.test("channelFrom: arrays, sets, generators, async generators, streams and channels all give their values", async () => {
  const buffered = new Channel<number>(3);
  for (const n of [1, 2, 3]) buffered.trySend(n);
  buffered.close();
  const sources: Source<number>[] = [
    [1, 2, 3],
    new Set([1, 2, 3]),
    (function* () {
      yield* [1, 2, 3];
    })(),
    counter(3),
    counterStream(3),
    buffered,
    channelFrom([1, 2, 3]),
  ];
  for (const source of sources) assertEquals(await Array.fromAsync(channelFrom(source)), [1, 2, 3]);
});

for (
  const [kind, source] of [["an async generator", counter], ["a stream", counterStream]] as const
) {
  Deno.test(`channelFrom: asks ${kind} for a value only when the one before has gone`, async () => {
    let given = 0;
    async function* counted() {
      for await (const n of source(5)) {
        given = n;
        yield n;
      }
    }
    await explore(async () => {
      given = 0;
      const ctx = withCancel(background());
      const numbers = channelFrom(counted(), ctx);
      for (let n = 1; n <= 3; n++) {
        assertEquals(await numbers.receive(), n);
        assert(given <= n + 1, `${given} given, ${n} received`);
      }
      ctx.cancel();
    }, { name: `channelFrom ${kind}`, schedules: 200 });
  });

  Deno.test(`sendAll: whenever it is canceled, ${kind} is stopped, and what was sent is the beginning`, async () => {
    const lengths = new Set<number>();
    await explore(async () => {
      const left: string[] = [];
      const ctx = withCancel(background());
      const out = new Channel<number>();
      const wg = new WaitGroup();
      const got: number[] = [];
      let outcome: unknown = "ended";
      wg.go(async () => {
        try {
          await sendAll(out, source(3, left), ctx);
        } catch (error) {
          outcome = error;
        } finally {
          out.close();
        }
      });
      wg.go(async () => {
        for await (const n of out) got.push(n);
      });
      wg.go(() => ctx.cancel());
      await wg.wait();
      await yieldNow(); // a generator that was busy is left later
      await yieldNow();
      assertEquals(got, [1, 2, 3].slice(0, got.length));
      if (outcome === "ended") assertEquals(got.length, 3);
      else {
        assert(outcome instanceof CanceledError, String(outcome));
        if (got.length > 0 && source === counterStream) assertEquals(left.length, 1);
      }
      lengths.add(got.length);
    }, { name: `sendAll ${kind}`, schedules: 1_000, seed: 1 });
    assert(lengths.size >= 3, `always ${[...lengths]}`);
  });
}

Deno.test("sendAll: the source's error comes out, after the values before it", async () => {
  await explore(async () => {
    const failure = new Error("disk full");
    const out = new Channel<number>();
    const wg = new WaitGroup();
    const got: number[] = [];
    wg.go(async () => {
      for await (const n of out) got.push(n);
    });
    const thrown = await sendAll(
      out,
      (async function* () {
        yield 1;
        await yieldNow();
        throw failure;
      })(),
    ).catch((error) => error);
    assertStrictEquals(thrown, failure);
    out.close();
    await wg.wait();
    assertEquals(got, [1]);
  }, { name: "source fails", schedules: 200 });
});

Deno.test("sendAll: an error of a stream comes out, and the stream is free for others", async () => {
  const stream = new ReadableStream<number>({ pull: (controller) => controller.error("broken") });
  assertEquals(await sendAll(new Channel(1), stream).catch((error) => error), "broken");
  assertEquals(stream.locked, false);
});

Deno.test("sendAll: a channel that is closed meanwhile fails it, and the source is stopped before that is told", async () => {
  for (const source of [counter, counterStream]) {
    const left: string[] = [];
    const out = new Channel<number>();
    const sending = sendAll(out, source(9, left));
    assertEquals(await out.receive(), 1);
    out.close();
    await assertRejects(() => sending, ClosedError);
    assertEquals(left.length, 1);
  }
});

Deno.test("sendAll: gives up at once although the source does not answer, and drops what it says later", async () => {
  await explore(async () => {
    const answer = new Channel<never>();
    const said: string[] = [];
    async function* slow(): AsyncGenerator<number> {
      try {
        await answer.receive();
        said.push("answered");
        yield 1;
      } finally {
        said.push("left");
      }
    }
    const ctx = withCancel(background());
    const wg = new WaitGroup();
    const out = new Channel<number>(1);
    wg.go(() => ctx.cancel());
    await assertRejects(() => sendAll(out, slow(), ctx), CanceledError);
    answer.close();
    await wg.wait();
    await yieldNow();
    await sleep(1);
    assertEquals(out.size, 0);
    assert(said.length === 0 || said.join() === "answered,left", said.join());
  }, { name: "source does not answer", schedules: 300 });
});

Deno.test("sendAll: gives up at once although a stream does not answer, and cancels it", async () => {
  await explore(async () => {
    let canceledWith: unknown;
    const silent = new ReadableStream<number>({
      cancel(reason) {
        canceledWith = reason;
      },
    }, { highWaterMark: 0 });
    const ctx = withCancel(background());
    go(() => ctx.cancel());
    await assertRejects(() => sendAll(new Channel<number>(), silent, ctx), CanceledError);
    assert(canceledWith instanceof CanceledError);
    assertEquals(silent.locked, false);
  }, { name: "stream does not answer", schedules: 50 });
});

Deno.test("sendAll: waits until a source that it stops has cleaned up", async () => {
  await explore(async () => {
    let isClean = false;
    async function* slowToLeave() {
      try {
        for (let n = 1;; n++) yield n;
      } finally {
        await sleep(5);
        isClean = true;
      }
    }
    const out = new Channel<number>();
    go(async () => {
      await out.receive();
      out.close();
    });
    await assertRejects(() => sendAll(out, slowToLeave()), ClosedError);
    assert(isClean);
  }, { name: "slow to leave", schedules: 50 });
});

Deno.test("sendAll: canceled before it starts, it takes nothing and stops the source", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  const out = new Channel<number>(1);
  let isCanceled = false;
  const stream = new ReadableStream<number>({
    cancel() {
      isCanceled = true;
    },
  });
  await assertRejects(() => sendAll(out, stream, { signal }), Error, "too late");
  assert(isCanceled);
  assertEquals(out.size, 0);
});

Deno.test("sendAll: giving up on a channel takes no value from it and leaves nobody in its queue", async () => {
  await explore(async () => {
    const from = new Channel<number>(), to = new Channel<number>(1);
    const ctx = withCancel(background());
    go(() => ctx.cancel());
    await assertRejects(() => sendAll(to, from, ctx), CanceledError);
    assertEquals(from.trySend(1), false);
    assertEquals(to.size, 0);
  }, { mustComplete: true, strategy: "exhaustive" });
});

Deno.test("sendAll: values of a synchronous source are sent as they are, promises too", async () => {
  const out = new Channel<Promise<number>>(1);
  const promise = Promise.resolve(1);
  await sendAll(out, [promise]);
  assertStrictEquals((await out.next()).value, promise);
});

Deno.test("sendAll, channelFrom: what is no source is refused", async () => {
  for (const it of [undefined, null, 7, {}, () => 1]) {
    const bad = it as unknown as number[];
    assertThrows(() => channelFrom(bad), TypeError, "expected an iterable or a stream");
    await assertRejects(() => sendAll(new Channel(), bad), TypeError, "expected an iterable");
  }
  const stream = new ReadableStream<number>();
  const noSignal = { signal: 7 } as unknown as { signal: AbortSignal };
  await assertRejects(() => sendAll(new Channel(), stream, noSignal), TypeError, "Cannot send all");
  assertEquals(stream.locked, false);
  assertThrows(() => channelFrom([], { capacity: -1 }), RangeError, "size out of range");
});

Deno.test("channelFrom: an error of the source is a panic, not a quiet end", async () => {
  const error = await assertRejects(
    () =>
      explore(async () => {
        await channelFrom(
          (async function* () {
            yield 1;
            throw new Error("connection lost");
          })(),
        ).receive();
        await sleep(1);
      }, { schedules: 5 }),
    ScheduleError,
    "connection lost",
  );
  assertEquals(error.kind, "panic");
});

Deno.test("channelFrom: canceled, it ends quietly; not canceled, a consumer that stops leaves a goroutine behind", async () => {
  await explore(async () => {
    const ctx = withCancel(background());
    for await (const n of channelFrom(counter(9), ctx)) if (n === 2) break;
    ctx.cancel();
  }, { name: "channelFrom canceled", schedules: 200 });
  const error = await assertRejects(
    () =>
      explore(async () => {
        for await (const n of channelFrom([1, 2, 3])) if (n === 2) break;
      }, { schedules: 5 }),
    ScheduleError,
    "channelFrom",
  );
  assertEquals(error.kind, "leak");
});

Deno.test("channelFrom: an aborted signal leaves no listener on it", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = function (...args: unknown[]) {
    listeners++;
    return Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = function (...args: unknown[]) {
    listeners--;
    return Reflect.apply(removeEventListener, signal, args);
  };
  assertEquals(await Array.fromAsync(channelFrom(counter(3), { signal })), [1, 2, 3]);
  assertEquals(await Array.fromAsync(channelFrom(counterStream(3), { signal })), [1, 2, 3]);
  assertEquals(listeners, 0);
});
