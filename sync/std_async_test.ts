// Channels with the genuine @std/async: its Channel, and its functions over promises and async iterables.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { abortable, deadline, MuxAsyncIterator, pooledMap, retry } from "@std/async";
import { Channel as StdChannel, ChannelClosedError } from "@std/async/channel";
import { explore } from "../testing/mod.ts";
import { sleep, WaitGroup, yieldNow } from "../mod.ts";
import { Channel } from "./channel.ts";
import { background } from "./context.ts";
import { CanceledError } from "./errors.ts";
import { channelFrom, sendAll } from "./sources.ts";
import { withCancel } from "./with_cancel.ts";

Deno.test("std Channel to ours: channelFrom gives its values and ends when it is closed", async () => {
  const std = new StdChannel<number>({ capacity: 3 });
  for (const n of [1, 2, 3]) await std.send(n);
  std.close();
  const ours = channelFrom(std);
  assertEquals(await Array.fromAsync(ours), [1, 2, 3]);
  assertEquals(await ours.receive(), undefined, "ours ends,");
  await assertRejects(() => std.receive(), ChannelClosedError); // theirs rejects
});

Deno.test("std Channel to ours: one that is closed with a reason fails sendAll with it", async () => {
  const std = new StdChannel<number>({ capacity: 1 });
  await std.send(1);
  std.close(new Error("connection lost"));
  const ours = new Channel<number>(1);
  await assertRejects(() => sendAll(ours, std), Error, "connection lost");
  assertEquals(await ours.receive(), 1);
});

Deno.test("ours to a std Channel: sendAll waits for those who receive", async () => {
  const ours = new Channel<number>(), std = new StdChannel<number>();
  const wg = new WaitGroup();
  wg.go(async () => {
    for (let n = 1; n <= 3; n++) await ours.send(n);
    ours.close();
  });
  wg.go(async () => {
    await sendAll(std, ours);
    std.close();
  });
  assertEquals(await Array.fromAsync(std), [1, 2, 3]);
  await wg.wait();
});

Deno.test("ours to a std Channel: canceling leaves no sender with it, closing it leaves our values", async () => {
  const std = new StdChannel<number>();
  const ctx = withCancel(background());
  const ours = new Channel<number>(2);
  for (const n of [1, 2]) ours.trySend(n);
  const sending = sendAll(std, ours, { signal: ctx.signal });
  await yieldNow();
  ctx.cancel();
  await assertRejects(() => sending, CanceledError);
  assertEquals(std.tryReceive(), { state: "empty" });
  std.close();
  await assertRejects(() => sendAll(std, ours), ChannelClosedError);
  assertEquals(ours.size, 0, "one value was on its way each time");
});

Deno.test("there and back: from goroutine to std Channel to goroutine, in many orders, nothing is lost", async () => {
  await explore(async () => {
    const first = new Channel<number>(), middle = new StdChannel<number>({ capacity: 1 });
    const wg = new WaitGroup();
    wg.go(async () => {
      for (const n of [1, 2, 3]) await first.send(n);
      first.close();
    });
    wg.go(async () => {
      await sendAll(middle, first);
      middle.close();
    });
    assertEquals(await Array.fromAsync(channelFrom(middle)), [1, 2, 3]);
    await wg.wait();
  }, { name: "there and back", schedules: 200 });
});

Deno.test("pooledMap: maps what comes out of a channel, so many at a time, and a channel takes its results", async () => {
  await explore(async () => {
    let active = 0, most = 0;
    const mapped = pooledMap(2, channelFrom([1, 2, 3, 4, 5]), async (n) => {
      most = Math.max(most, ++active);
      await sleep(1);
      active--;
      return n * n;
    });
    assertEquals(await Array.fromAsync(channelFrom(mapped)), [1, 4, 9, 16, 25]);
    assertEquals(most, 2);
  }, { name: "pooledMap", schedules: 100, externalTimeoutMs: 500 });
});

Deno.test("deadline: with its signal in the receive too, a deadline takes no value from the channel", async () => {
  const channel = new Channel<number>();
  const ctx = withCancel(background());
  await assertRejects(() => deadline(channel.receive(ctx), 1), DOMException);
  ctx.cancel();
  assertEquals(channel.trySend(1), false, "nobody waits any more");
  assertEquals(await deadline(Promise.resolve(2), 1_000), 2);
});

Deno.test("retry: tries a send until there is room", async () => {
  const channel = new Channel<string>(1);
  await channel.send("first");
  let attempts = 0;
  await retry(() => {
    if (++attempts === 2) channel.tryReceive();
    if (!channel.trySend("second")) throw new Error("full");
  }, { minTimeout: 1, maxTimeout: 1, jitter: 0 });
  assertEquals(attempts, 2);
  assertEquals(await channel.receive(), "second");
});

Deno.test("abortable: a loop over a channel ends with its signal; a receive with the signal itself takes nothing", async () => {
  const channel = new Channel<number>(1);
  const controller = new AbortController();
  const { signal } = controller;
  const seen: number[] = [];
  const looping = (async () => {
    for await (const n of abortable(channel, signal)) seen.push(n);
  })();
  await channel.send(1);
  while (seen.length === 0) await yieldNow();
  const receiving = abortable(channel.receive({ signal }), signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => looping, Error, "enough");
  await assertRejects(() => receiving, Error, "enough");
  assertEquals(seen, [1]);
  // abortable cannot tell the channel that the loop has ended: its last receive is still there. Ours with a signal is not.
  assert(channel.trySend(2));
  assertEquals(channel.size, 0);
  assert(channel.trySend(3));
  assertEquals(channel.size, 1);
});

Deno.test("MuxAsyncIterator: merges channels, each value once, in many orders", async () => {
  await explore(async () => {
    const mux = new MuxAsyncIterator<number>();
    mux.add(channelFrom([1, 2, 3]));
    mux.add(channelFrom([4, 5]));
    const all = await Array.fromAsync(channelFrom(mux));
    assertEquals(all.toSorted(), [1, 2, 3, 4, 5]);
    assertEquals(all.filter((n) => n <= 3), [1, 2, 3]);
  }, { name: "mux", schedules: 200 });
});
