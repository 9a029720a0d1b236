import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { go, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { conforms, deadlocks, failure } from "./conformance/both_schedulers_test.ts";
import { select, trySelect } from "./select.ts";
import { WaitGroup } from "./wait_group.ts";

conforms("what was done before done is seen after wait (mem:waitgroup)", async (count) => {
  const wg = new WaitGroup();
  const results: number[] = [];
  wg.add(count);
  for (let i = 0; i < count; i++) {
    go(async () => {
      await yieldNow();
      results[i] = i * i;
      wg.done();
    });
  }
  await wg.wait();
  assertEquals(results, Array.from({ length: count }, (_, i) => i * i));
}, { rounds: [1000, 3] });

conforms("wait with the counter at zero returns, but later", async () => {
  const wg = new WaitGroup();
  const order: string[] = [];
  const waiting = wg.wait().then(() => order.push("waited"));
  order.push("after wait");
  await waiting;
  assertEquals(order, ["after wait", "waited"]);
});

conforms(
  "all who wait are let go by the last done (sync:WaitGroup/many-waiters)",
  async (count) => {
    const wg = new WaitGroup();
    const waiters = new WaitGroup();
    let isDone = false, passed = 0;
    wg.add(2);
    for (let i = 0; i < count; i++) {
      waiters.go(async () => {
        await wg.wait();
        assert(isDone);
        passed++;
      });
    }
    go(async () => {
      wg.done();
      await yieldNow();
      isDone = true;
      wg.done();
    });
    await waiters.wait();
    assertEquals(passed, count);
  },
  { rounds: [100, 4] },
);

conforms(
  "wait returns although somebody adds for the next round before the caller resumes, if it did not have to wait",
  async () => {
    const wg = new WaitGroup();
    const waiting = wg.wait();
    wg.add(1);
    await waiting;
    wg.done();
  },
);

conforms("waiting is a case of a select, and leaves the queue if it is not taken", async () => {
  const wg = new WaitGroup();
  const quit = new Channel<never>();
  assertEquals(trySelect({ idle: wg.waiting() })?.key, "idle");
  wg.add(1);
  assertEquals(trySelect({ idle: wg.waiting() }), undefined);
  const givenUp = select({ idle: wg.waiting(), quit: quit.receiving() });
  const waiting = select({ idle: wg.waiting() });
  quit.close();
  assertEquals((await givenUp).key, "quit");
  wg.done();
  assertEquals((await waiting).key, "idle");
});

conforms(
  "done once too often throws Go's text and leaves the counter alone (sync/waitgroup_test.go:TestWaitGroupMisuse)",
  async () => {
    const wg = new WaitGroup();
    wg.add(1);
    wg.done();
    assertThrows(() => wg.done(), RangeError, "sync: negative WaitGroup counter");
    assertThrows(() => wg.add(-2), RangeError, "sync: negative WaitGroup counter");
    wg.add(2);
    assertThrows(() => wg.add(-3), RangeError, "sync: negative WaitGroup counter");
    wg.add(-2);
    await wg.wait();
  },
);

Deno.test("add of what is no whole number is a TypeError that says what it got", () => {
  const wg = new WaitGroup();
  for (const delta of [1.5, NaN, Infinity]) {
    assertThrows(() => wg.add(delta), TypeError, String(delta));
  }
  // @ts-expect-error A delta is a number.
  assertThrows(() => wg.add("1"), TypeError, "1");
});

Deno.test("WaitGroup.go of no function throws in the caller and does not count", async () => {
  const wg = new WaitGroup();
  // @ts-expect-error A body is a function.
  assertThrows(() => wg.go(undefined), TypeError, "go of nil func value");
  await wg.wait();
});

Deno.test("WaitGroup.go: a body that throws is a panic and goes on counting", async () => {
  const error = await failure(async () => {
    const wg = new WaitGroup();
    wg.go(async () => {
      await yieldNow();
      throw new Error("disk full");
    }, "writer");
    await wg.wait();
    throw new Error("waited for less than the end");
  });
  assertEquals(error.kind, "panic");
  assertStringIncludes(error.message, "disk full");
});

Deno.test("wait fails with Go's text if the group is used for the next round before its caller has returned", async () => {
  const reused = () =>
    explore(async () => {
      const wg = new WaitGroup();
      wg.add(1);
      go(() => {
        wg.done();
        wg.add(1);
      });
      await wg.wait();
    });
  await assertRejects(reused, Error, "sync: WaitGroup is reused before previous Wait has returned");
});

deadlocks("wait for a counter nobody brings to zero", async () => {
  const wg = new WaitGroup();
  wg.add(2);
  go(() => wg.done());
  await wg.wait();
}, { waiting: ["main [sync.WaitGroup.Wait]"] });
