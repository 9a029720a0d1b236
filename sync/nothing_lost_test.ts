// What is given up leaves nothing behind and takes nothing with it: the promises that users of other libraries miss.
import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import v8 from "node:v8";
import vm from "node:vm";
import { explore } from "../testing/mod.ts";
import { numGoroutine, WaitGroup, yieldNow } from "../mod.ts";
import { Channel } from "./channel.ts";
import { background } from "./context.ts";
import { select } from "./select.ts";
import { withCancel } from "./with_cancel.ts";

v8.setFlagsFromString("--expose-gc");
const collectGarbage: () => void = vm.runInNewContext("gc");

/** Collects garbage, from a turn of its own: what was reached through a WeakRef stays until the present one is over. */
async function collect(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  collectGarbage();
}

/**
 * How many bytes are still reachable after `rounds` of `body` that were not after as many rounds before; the least of three
 * tries. What a round leaves behind shows in each; what V8 compiles at some time only in one.
 */
async function retainedBytes(rounds: number, body: () => Promise<unknown>): Promise<number> {
  let before = Infinity, least = Infinity;
  for (let nth = 0; nth <= 3; nth++) {
    for (let i = 0; i < rounds; i++) await body();
    await collect();
    const { heapUsed } = Deno.memoryUsage();
    least = Math.min(least, heapUsed - before);
    // After the first time tables have their size.
    if (nth === 0) least = Infinity;
    before = heapUsed;
  }
  return least;
}

Deno.test("wish 27: select leaves nothing behind after 40,000 rounds against a channel that is never ready", async () => {
  const never = new Channel<number>();
  const goroutines = numGoroutine();
  const ready = new Channel<number>(1);
  const atOnce = await retainedBytes(5_000, async () => {
    ready.trySend(1);
    await select({ never: never.receiving(), ready: ready.receiving() });
  });
  const handOff = new Channel<number>();
  const afterWaiting = await retainedBytes(5_000, async () => {
    const selecting = select({ never: never.receiving(), handOff: handOff.receiving() });
    handOff.trySend(1);
    await selecting;
  });
  assertLess(atOnce, 100_000);
  assertLess(afterWaiting, 100_000);
  assertEquals(never.trySend(1), false, "nobody waits at the channel that lost every time");
  assertEquals(numGoroutine(), goroutines);
});

Deno.test("wish 27: the measure sees what Promise.race leaves behind", async () => {
  const never = new Promise<void>(() => {});
  const retained = await retainedBytes(10_000, () => Promise.race([never, Promise.resolve()]));
  assertGreater(retained, 1_000_000);
  assertEquals(await Promise.race([never, Promise.resolve(1)]), 1); // it is alive until here
});

Deno.test("wish 27: 18,000 waits that are given up leave nothing behind, with their signal or their channel", async () => {
  // A report was made before: nobody records any more.
  await assertRejects(() => explore(() => new Channel<number>().receive()), Error, "deadlock");
  const channel = new Channel<number>();
  const ctx = withCancel(background());
  const { signal } = new AbortController();
  const retained = await retainedBytes(1_500, async () => {
    const giveUp = withCancel(ctx);
    const receiving = channel.receive(giveUp).catch(() => {});
    giveUp.cancel();
    await receiving;
    const aborting = new AbortController();
    const sending = channel.send(1, { signal: aborting.signal }).catch(() => {});
    aborting.abort();
    await sending;
    const answered = channel.receive({ signal });
    channel.trySend(1);
    await answered;
  });
  assertLess(retained, 75_000);
  assertEquals(channel.trySend(1), false);
});

Deno.test("wish 29: 30,000 receives that are given up leave the queue at once (js:abort-dequeue)", async () => {
  const channel = new Channel<number>();
  const ctx = withCancel(background());
  const receives = Array.from({ length: 30_000 }, () => channel.receive(ctx));
  ctx.cancel();
  assertEquals(channel.trySend(1), false, "nobody stands in the queue");
  const outcomes = await Promise.allSettled(receives);
  assert(outcomes.every(({ status }) => status === "rejected"));
});

Deno.test("wish 36: break in a for await only stops iterating: nothing is read ahead, and the channel stays open (js:for-await-break)", async () => {
  await explore(async () => {
    for (const capacity of [0, 2]) {
      const channel = new Channel<number>(capacity);
      const sending = new WaitGroup();
      sending.go(async () => {
        for (let n = 1; n <= 4; n++) await channel.send(n);
        channel.close();
      });
      const seen: number[] = [];
      for (let loop = 0; loop < 3; loop++) {
        for await (const n of channel) {
          seen.push(n);
          if (loop < 2) break;
        }
      }
      assertEquals(seen, [1, 2, 3, 4]);
      await sending.wait();
    }
  }, { name: "wish 36", schedules: 500 });
});

Deno.test("wish 36: a throw in a for await loses no value either", async () => {
  const channel = new Channel<number>(2);
  await channel.send(1);
  await channel.send(2);
  try {
    for await (const n of channel) throw new Error(`${n}`);
  } catch (error) {
    assertEquals((error as Error).message, "1");
  }
  assertEquals(channel.size, 1);
  assertEquals(await channel.receive(), 2);
});

Deno.test("wish 37: a receive that is given up takes no value, a send that is given up sends none, in every order (js:send-abort-no-dup)", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const channel = new Channel<string>();
    const sender = withCancel(background()), receiver = withCancel(background());
    const wg = new WaitGroup();
    let isSent = false;
    let received: string | undefined;
    wg.go(async () => {
      isSent = await channel.send("value", sender).then(() => true, () => false);
    });
    wg.go(async () => {
      received = await channel.receive(receiver).catch(() => undefined);
    });
    wg.go(() => sender.cancel());
    wg.go(() => receiver.cancel());
    await wg.wait();
    assertEquals(received === "value", isSent);
    assertEquals(channel.tryReceive(), undefined);
    outcomes.add(String(isSent));
  }, { name: "wish 37", strategy: "exhaustive", mustComplete: true });
  assertEquals([...outcomes].sort(), ["false", "true"]);
});

Deno.test("wish 37: the cases of a select that lose consume nothing, and their values stay with the sender", async () => {
  const winners = new Set<string>();
  await explore(async () => {
    const inbox = new Channel<string>(1), outbox = new Channel<string>(1);
    const ctx = withCancel(background());
    const wg = new WaitGroup();
    wg.go(() => {
      inbox.trySend("in");
    });
    wg.go(() => ctx.cancel());
    wg.go(async () => {
      await yieldNow();
      outbox.trySend("mine");
    });
    const taken = await select({
      receive: inbox.receiving(),
      send: outbox.sending("out"),
      quit: ctx.done.receiving(),
    });
    await wg.wait();
    const inside = inbox.tryReceive()?.value, outside = outbox.tryReceive()?.value;
    assertEquals(inside, taken.key === "receive" ? undefined : "in");
    assertEquals(outside, taken.key === "send" ? "out" : "mine");
    winners.add(taken.key);
  }, { name: "wish 37 select", schedules: 1_000, seed: 1 });
  assert(winners.has("send"), [...winners].join());
});
