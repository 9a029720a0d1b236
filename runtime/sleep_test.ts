import { assert, assertEquals, assertThrows } from "@std/assert";
import { Channel } from "../sync/channel.ts";
import { WaitGroup } from "../sync/wait_group.ts";
import { go, numGoroutine } from "./go.ts";
import { now, sleep, yieldNow } from "./sleep.ts";

Deno.test("sleep lasts no less than asked for, whatever happens meanwhile (time/sleep_test.go:TestSleep)", async () => {
  for (const delayMs of [0.1, 1, 1.5, 30]) {
    const start = now();
    let over = false;
    go(async () => {
      while (!over) await yieldNow();
    });
    await sleep(delayMs);
    over = true;
    assert(now() - start >= delayMs, `${now() - start} < ${delayMs}`);
  }
});

Deno.test("sleep(0) a hundred times among buffered channel operations ends (time/sleep_test.go:TestSleepZeroDeadlock)", async () => {
  const ch = new Channel<number>(1);
  const wg = new WaitGroup();
  wg.go(async () => {
    for (let i = 0; i < 100; i++) {
      await sleep(0);
      await ch.send(1);
      await ch.receive();
    }
  });
  for (let i = 0; i < 100; i++) {
    await sleep(0);
    const other = new Channel<number>(1);
    await other.send(1);
    await other.receive();
  }
  await wg.wait();
});

Deno.test("sleep of 0 or less only yields: no platform timer is set", async () => {
  const real = globalThis.setTimeout;
  let set = 0;
  Object.assign(globalThis, { setTimeout: () => set++ });
  try {
    for (const delayMs of [0, -0, -1, -Infinity]) {
      const order: string[] = [];
      go(() => order.push("other"));
      await sleep(delayMs);
      order.push("sleeper");
      assertEquals(order, ["other", "sleeper"], `${delayMs}`);
    }
  } finally {
    Object.assign(globalThis, { setTimeout: real });
  }
  assertEquals(set, 0);
});

Deno.test("Sleepers resume in the order of their due times", async () => {
  const resumed: number[] = [];
  // Called in one go, so that a machine that pauses between two goroutines changes no due time; and each two more than a
  // turn of any platform apart.
  await Promise.all([25, 5, 15, 35, 10, 30, 20].map(async (delayMs) => {
    await sleep(delayMs);
    resumed.push(delayMs);
  }));
  assertEquals(resumed, [5, 10, 15, 20, 25, 30, 35]);
});

Deno.test("sleep refuses NaN and what is no number, at once and before anything is armed", () => {
  const before = numGoroutine();
  assertThrows(
    () => sleep(NaN),
    RangeError,
    "Cannot sleep: expected a number of milliseconds, got NaN",
  );
  for (const bad of [undefined, null, "5", 5n, {}, new Date(0)]) {
    assertThrows(
      () => sleep(bad as number),
      TypeError,
      "Cannot sleep: expected a number of milliseconds",
    );
  }
  assertEquals(numGoroutine(), before);
});

Deno.test("sleep(2^31) and more do not end at once (js:timer-2^31)", async () => {
  const controller = new AbortController();
  let ended = 0;
  const sleepers = [2 ** 31, 2 ** 32, Number.MAX_VALUE, Infinity].map((delayMs) =>
    sleep(delayMs, { signal: controller.signal }).then(() => ended++, () => "given up")
  );
  await sleep(5);
  assertEquals(ended, 0);
  controller.abort();
  assertEquals(await Promise.all(sleepers), Array(4).fill("given up"));
});

Deno.test("yieldNow lets everybody run who can, once, before the caller goes on", async () => {
  const log: string[] = [];
  for (let i = 0; i < 5; i++) {
    go(async () => {
      log.push(`${i} first`);
      await yieldNow();
      log.push(`${i} second`);
    });
  }
  await yieldNow();
  log.push("main first");
  await yieldNow();
  log.push("main second");
  assertEquals(log, [
    ...[0, 1, 2, 3, 4].map((i) => `${i} first`),
    "main first",
    ...[0, 1, 2, 3, 4].map((i) => `${i} second`),
    "main second",
  ]);
});

Deno.test("now tells the time since the epoch, with a fraction, and never goes backwards", async () => {
  const start = now();
  assert(Math.abs(start - Date.now()) < 60_000);
  await sleep(2);
  assert(now() - start >= 2);
});
