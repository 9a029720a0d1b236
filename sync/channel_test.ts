import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { go, yieldNow } from "../runtime/mod.ts";
import { Channel, type ReceiveChannel, type SendChannel } from "./channel.ts";
import { conforms, deadlocks, leaks } from "./conformance/both_schedulers_test.ts";
import { ClosedError } from "./errors.ts";
import { select, trySelect } from "./select.ts";
import { WaitGroup } from "./wait_group.ts";

const CAPACITIES = [0, 1, 2, 10];

/** Gives everybody else many turns. */
async function yields(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await yieldNow();
}

// --- sending and receiving ---

conforms(
  "Channel unbuffered: send does not settle before its receiver has come (spec:unbuffered-rendezvous)",
  async () => {
    const ch = new Channel<number>();
    const wg = new WaitGroup();
    let sent = false;
    wg.go(async () => {
      await ch.send(1);
      sent = true;
    });
    await yields();
    assert(!sent);
    assertEquals(await ch.receive(), 1);
    await wg.wait();
    assert(sent);
  },
);

conforms(
  "Channel unbuffered: receive does not settle before its sender has come (spec:unbuffered-rendezvous)",
  async () => {
    const ch = new Channel<number>();
    const wg = new WaitGroup();
    let received: number | undefined;
    wg.go(async () => {
      received = await ch.receive();
    });
    await yields();
    assertEquals(received, undefined);
    await ch.send(1);
    await wg.wait();
    assertEquals(received, 1);
  },
);

conforms("send settles without a partner exactly while there is room (spec:buffered)", async () => {
  const ch = new Channel<number>(2);
  const wg = new WaitGroup();
  let sent = 0;
  wg.go(async () => {
    for (let i = 0; i < 3; i++) {
      await ch.send(i);
      sent++;
    }
  });
  await yields();
  assert(sent <= 2);
  assertEquals(await ch.receive(), 0);
  await wg.wait();
  assertEquals([sent, ch.size], [3, 2]);
});

conforms(
  "receive settles without a partner while something is buffered, and never synchronously (spec:buffered)",
  async () => {
    const ch = new Channel<number>(1);
    const order: string[] = [];
    const sending = ch.send(1).then(() => order.push("sent"));
    order.push("after send");
    await sending;
    const receiving = ch.receive().then((value) => order.push(`received ${value}`));
    order.push("after receive");
    await receiving;
    assertEquals(order, ["after send", "sent", "after receive", "received 1"]);
  },
);

for (const capacity of CAPACITIES) {
  conforms(
    `Channel of capacity ${capacity}: one sender's values arrive in the order sent (spec:fifo)`,
    async (count) => {
      const ch = new Channel<number>(capacity);
      go(async () => {
        for (let i = 0; i < count; i++) await ch.send(i);
        ch.close();
      });
      let expected = 0;
      for await (const value of ch) assertEquals(value, expected++);
      assertEquals(expected, count);
    },
    { rounds: [1000, 6] },
  );
}

conforms("Channel: whoever waits is served first come, first served, at each end", async () => {
  const ch = new Channel<string>();
  const log: string[] = [];
  const receives = ["a", "b", "c"].map((name) =>
    ch.receive().then((value) => log.push(`${name} got ${value}`))
  );
  assert(ch.trySend("1") && ch.trySend("2") && ch.trySend("3") && !ch.trySend("4"));
  await Promise.all(receives);
  assertEquals(log.sort(), ["a got 1", "b got 2", "c got 3"]);
  const sends = ["1", "2", "3"].map((value) => ch.send(value));
  assertEquals([1, 2, 3].map(() => ch.tryReceive()?.value), ["1", "2", "3"]);
  await Promise.all(sends);
});

const SEND_FORMS: Record<string, (ch: Channel<number>, value: number) => Promise<unknown>> = {
  send: (ch, value) => ch.send(value),
  select: (ch, value) => select({ sent: ch.sending(value), never: Channel.nil().receiving() }),
};
const RECEIVE_FORMS: Record<string, (ch: Channel<number>) => Promise<number | undefined>> = {
  receive: (ch) => ch.receive(),
  next: async (ch) => (await ch.next()).value,
  select: async (ch) => (await select({ got: ch.receiving(), never: undefined })).value,
  "for await": async (ch) => {
    for await (const value of ch) return value;
    return undefined;
  },
};

for (const [sends, send] of Object.entries(SEND_FORMS)) {
  for (const [receives, receive] of Object.entries(RECEIVE_FORMS)) {
    for (const capacity of [0, 1, 2]) {
      conforms(
        `${sends} meets ${receives} in order, whoever waits, capacity ${capacity} (spec:fifo)`,
        async () => {
          const values = [1, 2, 3, 4];
          const ch = new Channel<number>(capacity);
          const sending = values.map((value) => send(ch, value));
          assertEquals(await Promise.all(values.map(() => receive(ch))), values);
          await Promise.all(sending);
          const receiving = values.map(() => receive(ch));
          await Promise.all(values.map((value) => send(ch, value)));
          assertEquals(await Promise.all(receiving), values);
          assertEquals([ch.size, ch.tryReceive()], [0, undefined]);
        },
        { schedules: 20 },
      );
    }
  }
}

conforms(
  "receive lets the longest waiting sender into the freed slot in the same step",
  async () => {
    const ch = new Channel<number>(1);
    await ch.send(1);
    const parked = ch.send(2);
    assertEquals([ch.size, ch.tryReceive()?.value, ch.size], [1, 1, 1]);
    await parked;
    assertEquals(await ch.receive(), 2);
  },
);

conforms(
  "send: channel and value are evaluated before it finds out that the channel is closed (spec:send-eval)",
  async () => {
    const order: string[] = [];
    const closed = new Channel<number>();
    closed.close();
    const channel = () => (order.push("channel"), closed);
    const value = () => (order.push("value"), 1);
    const error = await assertRejects(
      () => channel().send(value()),
      ClosedError,
      "send on closed channel",
    );
    assertEquals([order, error.name], [["channel", "value"], "ClosedError"]);
    const failing = () => {
      throw new RangeError("from the operand");
    };
    await assertRejects(async () => await closed.send(failing()), RangeError, "from the operand");
  },
);

conforms("send without await acts at the call (js:missing-await)", async () => {
  const ch = new Channel<number>(1);
  void ch.send(1);
  assertEquals(ch.size, 1);
  ch.close();
  assertEquals([await ch.receive(), await ch.receive()], [1, undefined]);
});

conforms(
  "a large buffer is a ring: it grows on demand and keeps the order across its end",
  async () => {
    const ch = new Channel<number>(5);
    let next = 0, expected = 0;
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 1 + round % 5; i++) await ch.send(next++);
      while (ch.size > 0) assertEquals(await ch.receive(), expected++);
    }
    assertEquals(expected, next);
  },
);

// --- closing ---

conforms(
  "receive on a closed channel drains the buffer, then gives undefined and never waits (spec:recv-closed)",
  async () => {
    const ch = new Channel<number>(3);
    for (const value of [1, 2, 3]) await ch.send(value);
    ch.close();
    assertEquals([await ch.receive(), await ch.next()], [1, { value: 2, done: false }]);
    assertEquals(ch.tryReceive(), { value: 3, done: false });
    for (let i = 0; i < 3; i++) {
      assertEquals(await ch.receive(), undefined);
      assertEquals(await ch.next(), { value: undefined, done: true });
      assertEquals(ch.tryReceive(), { value: undefined, done: true });
      assertEquals(trySelect({ got: ch.receiving() }), { key: "got", value: undefined, ok: false });
    }
  },
);

conforms(
  "next().done is false exactly when the value was sent, also for undefined (spec:recv-ok)",
  async () => {
    const ch = new Channel<undefined>(1);
    await ch.send(undefined);
    ch.close();
    assertEquals(await ch.next(), { value: undefined, done: false });
    assertEquals(await ch.next(), { value: undefined, done: true });
    const handed = new Channel<undefined>();
    go(async () => {
      await handed.send(undefined);
      handed.close();
    });
    assertEquals(await handed.next(), { value: undefined, done: false });
    assertEquals(await handed.next(), { value: undefined, done: true });
  },
);

conforms(
  "close of Channel.nil throws Go's text; of undefined it does not compile (spec:close-nil)",
  () => {
    assertThrows(() => Channel.nil<number>().close(), TypeError, "close of nil channel");
    // @ts-expect-error undefined has no close.
    assertThrows(() => (undefined as Channel<number> | undefined).close(), TypeError);
  },
);

conforms(
  "close a second time throws Go's text and changes nothing (spec:close-twice)",
  async () => {
    const ch = new Channel<number>(1);
    await ch.send(1);
    ch.close();
    const error = assertThrows(() => ch.close(), ClosedError, "close of closed channel");
    assertEquals(error.name, "ClosedError");
    assertEquals([await ch.receive(), await ch.receive()], [1, undefined]);
  },
);

conforms(
  "close wakes every parked receiver with the end, in whatever form it receives",
  async () => {
    const ch = new Channel<number>();
    const log: string[] = [];
    const wg = new WaitGroup();
    wg.go(async () => void log.push(`receive ${await ch.receive()}`));
    wg.go(async () => void log.push(`next ${(await ch.next()).done}`));
    wg.go(async () => void log.push(`select ${(await select({ got: ch.receiving() })).ok}`));
    wg.go(async () => {
      for await (const value of ch) log.push(`value ${value}`);
      log.push("range");
    });
    await yields();
    ch.close();
    await wg.wait();
    assertEquals(log.sort(), ["next true", "range", "receive undefined", "select false"]);
  },
);

conforms(
  "close makes every parked sender fail, in whatever form it sends, and their values are not received",
  async () => {
    const ch = new Channel<number>(1);
    await ch.send(0);
    const failures: string[] = [];
    const wg = new WaitGroup();
    const attempt = (send: () => Promise<unknown>) =>
      wg.go(async () => {
        const error = await assertRejects(send, ClosedError, "send on closed channel");
        failures.push(error.message);
      });
    attempt(() => ch.send(1));
    attempt(() => select({ sent: ch.sending(2) }));
    attempt(() => select({ sent: ch.sending(3), never: Channel.nil<number>().receiving() }));
    await yields();
    ch.close();
    await wg.wait();
    assertEquals(failures.length, 3);
    assertEquals([await ch.receive(), await ch.next()], [0, { value: undefined, done: true }]);
  },
);

conforms("every form of sending on a closed channel fails with Go's text", async () => {
  for (const capacity of CAPACITIES) {
    const ch = new Channel<number>(capacity);
    ch.close();
    await assertRejects(() => ch.send(1), ClosedError, "send on closed channel");
    assertThrows(() => ch.trySend(1), ClosedError, "send on closed channel");
    await assertRejects(
      () => select({ sent: ch.sending(1) }),
      ClosedError,
      "send on closed channel",
    );
    await assertRejects(
      () => select({ sent: ch.sending(1) }, { default: true }),
      ClosedError,
      "send on closed channel",
    );
    assertThrows(() => trySelect({ sent: ch.sending(1) }), ClosedError, "send on closed channel");
    assertEquals(ch.size, 0);
  }
});

// --- range ---

conforms(
  "for await receives until closed and drained, then ends normally (spec:range-chan)",
  async () => {
    const ch = new Channel<number>(2);
    go(async () => {
      for (let i = 0; i < 5; i++) await ch.send(i);
      ch.close();
    });
    const seen: number[] = [];
    for await (const value of ch) seen.push(value);
    assertEquals(seen, [0, 1, 2, 3, 4]);
    for await (const value of ch) throw new Error(`${value} after the end`);
  },
);

conforms(
  "break out of for await leaves the channel open, swallows nothing, leaves no waiter (js:for-await-break)",
  async () => {
    const ch = new Channel<number>(4);
    for (const value of [1, 2, 3]) await ch.send(value);
    for await (const value of ch) if (value === 1) break;
    await assertRejects(
      async () => {
        for await (const value of ch) throw new Error(`at ${value}`);
      },
      Error,
      "at 2",
    );
    assertEquals([ch.size, ch.tryReceive()], [1, { value: 3, done: false }]);
    assert(ch.trySend(4) && ch.size === 1, "somebody still waited for a value");
  },
);

conforms("for await never reads ahead", async () => {
  const ch = new Channel<number>();
  const wg = new WaitGroup();
  let sent = 0;
  wg.go(async () => {
    for (; sent < 2; sent++) await ch.send(sent);
  });
  for await (const value of ch) {
    await yields();
    assert(sent <= value + 1);
    if (value === 0) assert(!ch.trySend(99), "the loop waits for a value while its body runs");
    else break;
  }
  await wg.wait();
});

// --- size, capacity, nil ---

conforms(
  "size is what is buffered, capacity the size of the buffer, 0 and 0 for nil (spec:len-cap)",
  async () => {
    const ch = new Channel<number>(10);
    assertEquals([ch.size, ch.capacity], [0, 10]);
    for (let i = 1; i <= 10; i++) {
      await ch.send(i);
      assertEquals(ch.size, i);
    }
    ch.close();
    assertEquals([await ch.receive(), ch.size, ch.capacity], [1, 9, 10]);
    const unbuffered = new Channel<number>();
    const parked = unbuffered.send(1);
    assertEquals([unbuffered.size, unbuffered.capacity], [0, 0]);
    assertEquals(await unbuffered.receive(), 1);
    await parked;
    const nil = Channel.nil<number>();
    assertEquals([nil.size, nil.capacity], [0, 0]);
  },
);

conforms(
  "a nil channel is never ready, and a case that is undefined is ignored (spec:chan-zero)",
  async () => {
    const nil = Channel.nil<number>();
    const ch = new Channel<number>(1);
    assertEquals([nil.trySend(1), nil.tryReceive()], [false, undefined]);
    assertEquals(
      trySelect({ sent: nil.sending(1), got: nil.receiving(), none: undefined }),
      undefined,
    );
    await ch.send(7);
    const taken = await select({
      nilSend: nil.sending(1),
      nilReceive: nil.receiving(),
      none: undefined,
      got: ch.receiving(),
    });
    assertEquals(taken, { key: "got", value: 7, ok: true });
  },
);

leaks("send and receive on a nil channel park for ever (spec:chan-zero)", async () => {
  const nil = Channel.nil<number>();
  go(() => nil.send(1), "sender");
  go(() => nil.receive(), "receiver");
  go(() => nil.next(), "ranger");
  await yields(3);
}, {
  waiting: [
    "sender [chan send (nil chan)]",
    "receiver [chan receive (nil chan)]",
    "ranger [chan receive (nil chan)]",
  ],
});

deadlocks("receive on a nil channel in main (spec:chan-zero)", async () => {
  await Channel.nil<number>().receive();
}, { waiting: ["main [chan receive (nil chan)]"] });

Deno.test("Channel: a capacity that is no size is Go's makechan panic, a RangeError", () => {
  for (const capacity of [-1, 1.5, NaN, Infinity, 2 ** 32]) {
    assertThrows(() => new Channel(capacity), RangeError, "makechan: size out of range");
  }
  // @ts-expect-error A capacity is a number.
  assertThrows(() => new Channel("1"), RangeError, "makechan: size out of range");
  assertEquals(new Channel(0).capacity, 0);
});

// --- elements that are promises ---

conforms(
  "next, tryReceive, for await and select hand a promise over as it is; receive awaits it (js:thenable-value)",
  async () => {
    const ch = new Channel<Promise<number>>(5);
    const promises = [1, 2, 3, 4, 5].map((n) => Promise.resolve(n));
    for (const promise of promises) await ch.send(promise);
    assertStrictEquals((await ch.next()).value, promises[0]);
    assertStrictEquals(ch.tryReceive()?.value, promises[1]);
    assertStrictEquals((await select({ got: ch.receiving() })).value, promises[2]);
    for await (const value of ch) {
      // `for await` over an async iterator does not await the values.
      assertStrictEquals(value, promises[3]);
      break;
    }
    assertEquals(await ch.receive() as unknown, 5);
  },
);

conforms(
  "a parked receiver, too, gets a promise as it is through next and select (js:thenable-value)",
  async () => {
    const ch = new Channel<PromiseLike<number>>();
    const thenable: PromiseLike<number> = {
      then: () => {
        throw new Error("asked");
      },
    };
    const next = ch.next();
    const selected = select({ got: ch.receiving(), none: undefined });
    assert(ch.trySend(thenable) && ch.trySend(thenable));
    assertStrictEquals((await next).value, thenable);
    assertStrictEquals((await selected).value, thenable);
  },
);

conforms(
  "a Channel is not thenable: an async function can return it (js:thenable-value)",
  async () => {
    const ch = new Channel<number>();
    assert(!("then" in ch));
    const made = async () => await Promise.resolve(ch);
    assertStrictEquals(await made(), ch);
  },
);

// --- directions ---

Deno.test("a Channel is assignable to either direction, and is the same channel (spec:dir)", () => {
  const ch = new Channel<number>(1);
  const out: SendChannel<number> = ch;
  const source: ReceiveChannel<number> = ch;
  assert(out.trySend(1));
  assertEquals(source.tryReceive(), { value: 1, done: false });
  assertStrictEquals<unknown>(out, source);
});

Deno.test("a direction is never assignable back, nor across, nor does it have the other's verbs (spec:dir)", () => {
  const compiled = (out: SendChannel<number>, source: ReceiveChannel<number>) => {
    // @ts-expect-error A sending end is no channel.
    const a: Channel<number> = out;
    // @ts-expect-error A receiving end is no channel.
    const b: Channel<number> = source;
    // @ts-expect-error A sending end is no receiving end.
    const c: ReceiveChannel<number> = out;
    // @ts-expect-error A receiving end is no sending end.
    const d: SendChannel<number> = source;
    // @ts-expect-error A channel of numbers is none of texts.
    const e: ReceiveChannel<string> = new Channel<number>();
    // @ts-expect-error Texts cannot be sent where numbers are.
    const f: SendChannel<string> = new Channel<number>();
    return [a, b, c, d, e, f];
  };
  assertEquals(typeof compiled, "function");
});

// --- the memory model, as far as plain variables show it ---

conforms(
  "what was done before the k-th send is seen after the k-th receive (mem:send-recv)",
  async (count) => {
    for (const capacity of [0, 1, 3]) {
      const ch = new Channel<number>(capacity);
      const written: number[] = [];
      go(async () => {
        for (let k = 0; k < count; k++) {
          written[k] = k * k;
          await ch.send(k);
        }
        ch.close();
      });
      for await (const k of ch) assertEquals(written[k], k * k);
    }
  },
  { rounds: [100, 4] },
);

conforms(
  "what was done before close is seen by a receive that returns because of it (mem:close-recv)",
  async () => {
    const done = new Channel<never>();
    let text = "";
    go(() => {
      text = "hello";
      done.close();
    });
    assertEquals([await done.receive(), text], [undefined, "hello"]);
  },
);

conforms(
  "the k-th receive happens before the send k + capacity completes: a channel is a semaphore (mem:send-recv)",
  async (count) => {
    const slots = new Channel<true>(2);
    const wg = new WaitGroup();
    let active = 0, most = 0;
    for (let i = 0; i < count; i++) {
      wg.go(async () => {
        await slots.send(true);
        most = Math.max(most, ++active);
        await yieldNow();
        active--;
        await slots.receive();
      });
    }
    await wg.wait();
    assertEquals([active, most <= 2], [0, true]);
  },
  { rounds: [100, 4] },
);

conforms(
  "an abandoned receive leaves its queue at once: 1e5 of them, and no waiter is left (js:abort-dequeue)",
  async (count) => {
    const ch = new Channel<number>();
    for (let i = 0; i < count; i++) {
      const quit = new Channel<never>();
      const waiting = select({ got: ch.receiving(), quit: quit.receiving() });
      quit.close();
      assertEquals((await waiting).key, "quit");
    }
    assert(!ch.trySend(1), "an abandoned receiver took the value");
  },
  { rounds: [100_000, 20], schedules: 10 },
);

conforms(
  "giving up a parked send: delivered and reported, or neither (js:send-abort-no-dup)",
  async () => {
    const ch = new Channel<number>(), quit = new Channel<never>();
    const wg = new WaitGroup();
    let reported = "", received: IteratorResult<number, undefined> | undefined;
    wg.go(async () => {
      reported = (await select({ sent: ch.sending(1), quit: quit.receiving() })).key;
    });
    wg.go(async () => {
      await yieldNow();
      received = ch.tryReceive();
    });
    wg.go(async () => {
      await yieldNow();
      quit.close();
    });
    await wg.wait();
    assertEquals(received?.value, reported === "sent" ? 1 : undefined);
  },
);
