import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { go, sleep, yieldNow } from "../runtime/mod.ts";
import { Channel } from "./channel.ts";
import { conforms, deadlocks, leaks } from "./conformance/both_schedulers_test.ts";
import { ClosedError } from "./errors.ts";
import { Mutex } from "./mutex.ts";
import { select, type SelectCases, trySelect } from "./select.ts";
import { WaitGroup } from "./wait_group.ts";

conforms(
  "select evaluates all channels and values exactly once, in source order (spec:select-eval)",
  async () => {
    const order: string[] = [];
    const channels = {
      a: new Channel<string>(1),
      b: new Channel<string>(1),
      c: new Channel<string>(),
    };
    const channel = (name: "a" | "b" | "c") => (order.push(`channel ${name}`), channels[name]);
    const value = (name: string) => (order.push(`value ${name}`), name);
    const taken = await select({
      c: channel("c").receiving(),
      a: channel("a").sending(value("a")),
      none: (order.push("none"), undefined),
      b: channel("b").sending(value("b")),
    });
    assertEquals(order, ["channel c", "channel a", "value a", "none", "channel b", "value b"]);
    assert(taken.key === "a" || taken.key === "b");
    assertEquals(channels.a.size + channels.b.size, 1);
  },
);

conforms("select evaluates its operands before it fails (spec:select-eval)", () => {
  const ch = new Channel<number>(1);
  const failing = () => {
    throw new RangeError("from the operand");
  };
  assertThrows(() => select({ sent: ch.sending(1), bad: ch.sending(failing()) }), RangeError);
  assertEquals(ch.size, 0);
});

Deno.test("select on the event loop: 12000 selects of three ready cases, each within 6 sigma (spec:select-random)", async () => {
  const trials = 12_000, cases = 3;
  const ch = new Channel<number>();
  ch.close();
  const counts = [0, 0, 0];
  for (let i = 0; i < trials; i++) {
    const taken = await select([
      ch.receiving(),
      undefined,
      ch.receiving(),
      Channel.nil<number>().receiving(),
      ch.receiving(),
    ]);
    const index = [0, 2, 4].indexOf(taken.key);
    counts[index] = (counts[index] ?? NaN) + 1;
  }
  const sigma = Math.sqrt(trials * (1 / cases) * (1 - 1 / cases));
  for (const count of counts) assert(Math.abs(count - trials / cases) < 6 * sigma, `${counts}`);
});

conforms("select takes its default exactly if no case is ready (spec:select-default)", async () => {
  const ch = new Channel<number>(1);
  const receive = { got: ch.receiving() };
  assertEquals(await select(receive, { default: true }), {
    key: "default",
    value: undefined,
    ok: false,
  });
  assertEquals(trySelect(receive), undefined);
  await ch.send(1);
  assertEquals(await select(receive, { default: true }), { key: "got", value: 1, ok: true });
  assertEquals(trySelect({ sent: ch.sending(2) })?.key, "sent");
  assertEquals(trySelect({ sent: ch.sending(3) }), undefined);
  assertEquals(trySelect(receive), { key: "got", value: 2, ok: true });
  ch.close();
  assertEquals(await select(receive, { default: true }), {
    key: "got",
    value: undefined,
    ok: false,
  });
});

leaks("select of no cases parks for ever (spec:select-empty)", async () => {
  go(() => select({}), "byKey");
  go(() => select([]), "list");
  await yieldNow();
}, { waiting: ["byKey [select (no cases)]", "list [select (no cases)]"] });

leaks("select of nothing but nil cases parks for ever (spec:select-all-nil)", async () => {
  const nil = Channel.nil<number>();
  go(() => select({ a: undefined, b: undefined }), "undefineds");
  go(() => select({ a: nil.receiving(), b: nil.sending(1), c: undefined }), "nils");
  await yieldNow();
}, { waiting: ["undefineds [select (no cases)]", "nils [select]"] });

deadlocks("select of nothing but undefined cases in main (spec:select-all-nil)", async () => {
  await select({ a: undefined });
}, { waiting: ["main [select (no cases)]"] });

conforms("trySelect of no cases, and of nil cases, takes nothing", () => {
  assertEquals(trySelect({}), undefined);
  assertEquals(trySelect({ a: Channel.nil<number>().receiving(), b: undefined }), undefined);
});

conforms("the cases not taken leave no trace, whether the select had to wait or not", async () => {
  const a = new Channel<number>(), b = new Channel<number>(1), c = new Channel<number>();
  const mu = new Mutex();
  await mu.lock();
  const wg = new WaitGroup();
  wg.add(1);
  const waiting = select({
    a: a.receiving(),
    b: b.receiving(),
    c: c.sending(1),
    locked: mu.locking(),
    waited: wg.waiting(),
    late: undefined,
  });
  assert(a.trySend(7));
  assertEquals(await waiting, { key: "a", value: 7, ok: true });
  assertEquals([a.trySend(8), c.tryReceive()], [false, undefined]);
  assert(b.trySend(1) && b.size === 1, "a dead case took the value");
  mu.unlock();
  assert(mu.tryLock(), "a dead case took the lock");
  assertEquals(trySelect({ b: b.receiving(), c: c.sending(2), a: a.receiving() }), {
    key: "b",
    value: 1,
    ok: true,
  });
  assertEquals(c.tryReceive(), undefined);
});

conforms("two selects on the same two channels meet in exactly one case", async () => {
  const a = new Channel<string>(), b = new Channel<string>();
  const wg = new WaitGroup();
  const log: string[] = [];
  wg.go(async () => {
    const taken = await select({ sent: a.sending("over a"), got: b.receiving() });
    if (taken.key === "got") log.push(taken.value ?? "closed");
  });
  wg.go(async () => {
    const taken = await select({ got: a.receiving(), sent: b.sending("over b") });
    if (taken.key === "got") log.push(taken.value ?? "closed");
  });
  await wg.wait();
  assertEquals(log.length, 1);
  assertEquals([a.tryReceive(), b.tryReceive(), a.trySend(""), b.trySend("")], [
    undefined,
    undefined,
    false,
    false,
  ]);
});

conforms("a select never meets itself, though it sends and receives on one channel", async () => {
  const ch = new Channel<string>();
  const waiting = select({ sent: ch.sending("own"), got: ch.receiving() });
  await yieldNow();
  assert(ch.trySend("other"));
  assertEquals(await waiting, { key: "got", value: "other", ok: true });
  assertEquals(ch.tryReceive(), undefined);
});

conforms(
  "selects and plain operations on one channel are served first come, first served",
  async () => {
    const ch = new Channel<number>();
    const first = select({ got: ch.receiving(), never: Channel.nil<number>().receiving() });
    const second = ch.receive();
    const third = select([ch.receiving()]);
    for (const value of [1, 2, 3]) assert(ch.trySend(value));
    assertEquals([(await first).value, await second, (await third).value], [1, 2, 3]);
  },
);

conforms(
  "a send on a closed channel counts as ready, and fails the select (spec:select-random)",
  async () => {
    const closed = new Channel<number>(), silent = new Channel<number>();
    closed.close();
    await assertRejects(
      () => select({ sent: closed.sending(1), got: silent.receiving() }),
      ClosedError,
      "send on closed channel",
    );
    assertEquals(silent.trySend(1), false);
  },
);

conforms(
  "close while a select waits to send fails it once, and its other cases leave their queues",
  async () => {
    const closing = new Channel<number>(), other = new Channel<number>();
    const waiting = select({ sent: closing.sending(1), got: other.receiving() });
    closing.close();
    assertEquals(other.trySend(1), false, "the dead case took the value");
    await assertRejects(() => waiting, ClosedError, "send on closed channel");
  },
);

conforms(
  "a case with key 0 of a record, and an index of a list, are told apart by their type",
  async () => {
    const ch = new Channel<number>();
    ch.close();
    assertStrictEquals((await select({ 0: ch.receiving() })).key, "0");
    assertStrictEquals((await select([undefined, ch.receiving()])).key, 1);
    const parked = new Channel<number>();
    const byKey = select({ 0: parked.receiving() }),
      byIndex = select([undefined, parked.receiving()]);
    assert(parked.trySend(1) && parked.trySend(2));
    assertStrictEquals((await byKey).key, "0");
    assertStrictEquals((await byIndex).key, 1);
  },
);

conforms(
  "the caller of select resumes later, also when a case is ready or the default is taken",
  async () => {
    const order: string[] = [];
    const ch = new Channel<number>(1);
    const sent = select({ sent: ch.sending(1) }).then(({ key }) => order.push(key));
    assertEquals(ch.size, 1, "select acts at the call");
    const byDefault = select({ sent: ch.sending(2) }, { default: true }).then(({ key }) =>
      order.push(key)
    );
    order.push("after select");
    await Promise.all([sent, byDefault]);
    assertEquals(order.toSorted(), ["after select", "default", "sent"]);
    assertEquals(order[0], "after select");
  },
);

conforms("a described operation may be shared and performed again and again", async () => {
  const ch = new Channel<number>(3);
  const sending = ch.sending(7);
  for (let i = 0; i < 3; i++) await select({ sending });
  const receiving = ch.receiving();
  const cases = { receiving };
  for (let i = 0; i < 3; i++) assertEquals((await select(cases)).value, 7);
  const both = [select(cases), select(cases)];
  assert(ch.trySend(1) && ch.trySend(2));
  assertEquals((await Promise.all(both)).map(({ value }) => value), [1, 2]);
});

conforms(
  "giving up a send in the very step in which a receiver comes (js:send-abort-no-dup)",
  async () => {
    for (const closeFirst of [true, false]) {
      const ch = new Channel<number>(), quit = new Channel<never>();
      const sending = select({ sent: ch.sending(1), quit: quit.receiving() });
      if (closeFirst) quit.close();
      const got = ch.tryReceive();
      if (!closeFirst) quit.close();
      const { key } = await sending;
      assertEquals({ key, value: got?.value }, {
        key: closeFirst ? "quit" : "sent",
        value: closeFirst ? undefined : 1,
      });
      assertEquals(ch.tryReceive(), undefined);
    }
  },
);

conforms(
  "select with a timeout gives up a receive, and the value goes to the next (js:send-abort-no-dup)",
  async () => {
    const ch = new Channel<number>(), late = new Channel<never>();
    go(async () => {
      await sleep(1);
      late.close();
    });
    const taken = await select({ got: ch.receiving(), late: late.receiving() });
    assertEquals(taken.key, "late");
    const receiving = ch.receive();
    assert(ch.trySend(1));
    assertEquals(await receiving, 1);
  },
);

Deno.test("select: a switch on the key narrows the value, and only the keys of the cases compile", async () => {
  const jobs = new Channel<number>(1), names = new Channel<string>(1);
  await jobs.send(7);
  const taken = await select({ job: jobs.receiving(), name: names.receiving() });
  // @ts-expect-error Nobody knows yet which case it is.
  const early: number = taken.value;
  assertEquals(early, 7);
  switch (taken.key) {
    case "job": {
      if (!taken.ok) throw new Error("closed");
      const value: number = taken.value;
      assertEquals(value, 7);
      break;
    }
    case "name": {
      // @ts-expect-error Undefined, if the channel is closed.
      const value: string = taken.value;
      throw new Error(value);
    }
    // @ts-expect-error No case has this key.
    case "other":
      throw new Error("unreachable");
  }
});

Deno.test("select: a promise among the cases is a TypeError with a hint, and nothing has happened", async () => {
  const ch = new Channel<number>(2);
  await ch.send(1);
  const promise = new Channel<number>(1).send(1);
  // A Record<string, never> tells the compiler nothing, as in plain JavaScript.
  const cases = { a: ch.receiving(), b: promise } as unknown as SelectCases;
  for (
    const attempt of [
      () => select(cases),
      () => trySelect(cases),
      () => select(cases, { default: true }),
    ]
  ) {
    assertThrows(attempt, TypeError, "use the participle");
  }
  assertThrows(() => trySelect({ a: 1 } as unknown as SelectCases), TypeError, 'case "a"');
  assertThrows(() => trySelect(undefined as unknown as SelectCases), TypeError, "Cannot select");
  assertEquals(ch.size, 1);
});

Deno.test("select: a misspelt option, and a case that hides the default, are TypeErrors", () => {
  const ch = new Channel<number>();
  // @ts-expect-error The option is called default.
  assertThrows(() => select({ a: ch.receiving() }, { defualt: true }), TypeError, "defualt");
  assertThrows(() => select({ default: ch.receiving() }, { default: true }), TypeError, "default");
});
