import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { explore } from "../testing/mod.ts";
import { numGoroutine, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { background, cause } from "./context.ts";
import { Channel } from "./channel.ts";
import { ClosedError } from "./errors.ts";
import { toReadableStream, toWritableStream } from "./streams.ts";
import { withCancel } from "./with_cancel.ts";

/** A channel that gives `values` and ends. */
function filled<T>(...values: T[]): Channel<T> {
  const channel = new Channel<T>(values.length);
  for (const value of values) channel.trySend(value);
  channel.close();
  return channel;
}

Deno.test("toReadableStream: gives what the channel gives, in order, and ends with it", async () => {
  assertEquals(await Array.fromAsync(toReadableStream(filled(1, undefined, 3))), [1, undefined, 3]);
  assertEquals(
    await new Response(
      toReadableStream(filled("a", "b")).pipeThrough(new TextEncoderStream()),
    ).text(),
    "ab",
  );
});

Deno.test("toReadableStream: receives nothing before it is asked for, so senders feel the backpressure", async () => {
  const channel = new Channel<number>(3);
  for (const n of [1, 2, 3]) await channel.send(n);
  const stream = toReadableStream(channel);
  await yieldNow();
  assertEquals(channel.size, 3);
  const reader = stream.getReader();
  assertEquals(await reader.read(), { value: 1, done: false });
  await yieldNow();
  assertEquals(channel.size, 2);
  await reader.cancel();
});

Deno.test("toReadableStream: streams, loops and receivers share a channel, and nothing is lost or doubled", async () => {
  await explore(async () => {
    const channel = new Channel<number>();
    const got: number[] = [];
    const readers = new WaitGroup();
    for (let i = 0; i < 2; i++) {
      readers.go(async () => {
        for await (const n of toReadableStream(channel)) got.push(n);
      });
    }
    readers.go(async () => {
      for await (const n of channel) got.push(n);
    });
    for (let n = 0; n < 4; n++) await channel.send(n);
    channel.close();
    await readers.wait();
    assertEquals(got.toSorted(), [0, 1, 2, 3]);
  }, { name: "shared stream", schedules: 400 });
});

Deno.test("toReadableStream: canceling tells the producer, takes the read out of the queue, and leaves the channel open", async () => {
  const channel = new Channel<number>();
  const ctx = withCancel(background());
  const stream = toReadableStream(channel, { onCancel: (reason) => ctx.cancel(reason) });
  const reader = stream.getReader();
  const reading = reader.read();
  await yieldNow();
  const reason = new Error("seen enough");
  await reader.cancel(reason);
  assertEquals((await reading).done, true);
  assertStrictEquals(cause(ctx), reason);
  assertEquals(channel.trySend(1), false, "nobody receives any more");
  const receiving = channel.receive();
  assert(channel.trySend(2));
  assertEquals(await receiving, 2);
});

Deno.test("wish 36: leaving a for await over a stream of a channel loses no value and leaves the channel open", async () => {
  await explore(async () => {
    const channel = new Channel<number>();
    const sending = new WaitGroup();
    sending.go(async () => {
      for (let n = 1; n <= 4; n++) await channel.send(n);
      channel.close();
    });
    const seen: number[] = [];
    for await (const n of toReadableStream(channel)) {
      seen.push(n);
      if (n === 2) break;
    }
    for await (const n of channel) {
      seen.push(n);
      if (n === 3) break;
    }
    for await (const n of toReadableStream(channel)) seen.push(n);
    assertEquals(seen, [1, 2, 3, 4]);
    await sending.wait();
  }, { name: "wish 36 stream", schedules: 300 });
});

Deno.test("wish 37: a stream canceled in the moment in which a value arrives hands that value back", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const channel = new Channel<string>();
    const discarded: string[] = [];
    const stream = toReadableStream(channel, { onDiscard: (value) => discarded.push(value) });
    const reader = stream.getReader();
    const wg = new WaitGroup();
    let read: ReadableStreamReadResult<string> | undefined;
    wg.go(async () => {
      read = await reader.read();
    });
    wg.go(() => reader.cancel());
    const sender = withCancel(background());
    let isSent = false;
    const sending = new WaitGroup();
    sending.go(async () => {
      isSent = await channel.send("value", sender).then(() => true, () => false);
    });
    await wg.wait();
    await sleep(1); // until nobody can go on
    sender.cancel();
    await sending.wait();
    const places = [read?.value, ...discarded].filter((value) => value === "value").length;
    assertEquals(places, isSent ? 1 : 0);
    outcomes.add(!isSent ? "kept" : discarded.length > 0 ? "handed back" : "read");
  }, { name: "wish 37 stream", schedules: 2_000, seed: 1 });
  assertEquals([...outcomes].sort(), ["handed back", "kept", "read"]);
});

Deno.test("toWritableStream: sends what is written, with backpressure, and closes the channel when it is closed", async () => {
  await explore(async () => {
    const channel = new Channel<number>();
    const writing = new WaitGroup();
    let written = 0;
    writing.go(async () => {
      const writer = toWritableStream(channel).getWriter();
      for (const n of [1, 2, 3]) {
        await writer.write(n);
        written = n;
      }
      await writer.close();
    });
    const got: number[] = [];
    for await (const n of channel) {
      assert(written <= n, "written before it was received");
      got.push(n);
      await yieldNow();
    }
    assertEquals(got, [1, 2, 3]);
    await writing.wait();
  }, { name: "writable", schedules: 300 });
});

Deno.test("toWritableStream: piping a stream that fails closes the channel, tells the receivers, and rejects", async () => {
  const channel = new Channel<number>();
  const ctx = withCancel(background());
  const failure = new Error("connection lost");
  const source = new ReadableStream<number>({
    pull(controller) {
      if (first) controller.enqueue(1);
      else controller.error(failure);
      first = false;
    },
  }, { highWaterMark: 0 });
  let first = true;
  const piping = source.pipeTo(
    toWritableStream(channel, { onAbort: (reason) => ctx.cancel(reason) }),
  );
  const rejected = assertRejects(() => piping, Error, "connection lost");
  assertEquals(await Array.fromAsync(channel), [1]);
  assertStrictEquals(cause(ctx), failure);
  await rejected;
});

Deno.test("toWritableStream: aborting gives up a write that waits, and its value is not sent", async () => {
  const channel = new Channel<number>();
  const writer = toWritableStream(channel).getWriter();
  const writing = writer.write(1);
  writer.closed.catch(() => {});
  await yieldNow();
  const reason = new Error("no more");
  const aborting = writer.abort(reason);
  assertStrictEquals(await writing.catch((error) => error), reason);
  await aborting;
  assertEquals(await channel.next(), { value: undefined, done: true });
});

Deno.test("toWritableStream: a channel that somebody else closes fails the pipe, and the source is canceled", async () => {
  const channel = new Channel<number>();
  let canceledWith: unknown;
  const source = new ReadableStream<number>({
    pull: (controller) => controller.enqueue(1),
    cancel: (reason) => {
      canceledWith = reason;
    },
  });
  const piping = source.pipeTo(toWritableStream(channel));
  const rejected = assertRejects(() => piping, ClosedError);
  assertEquals(await channel.receive(), 1);
  channel.close();
  await rejected;
  assert(canceledWith instanceof ClosedError);
});

Deno.test("streams: 10,000 values through a stream and back, and nobody is left behind", async () => {
  const before = numGoroutine();
  const from = new Channel<number>(), to = new Channel<number>(8);
  const wg = new WaitGroup();
  wg.go(async () => {
    for (let n = 0; n < 10_000; n++) await from.send(n);
    from.close();
  });
  wg.go(() => toReadableStream(from).pipeTo(toWritableStream(to)));
  let next = 0;
  for await (const n of to) assertEquals(n, next++);
  await wg.wait();
  assertEquals(next, 10_000);
  await sleep(1);
  assertEquals(numGoroutine(), before);
});
