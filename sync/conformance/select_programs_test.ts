// Programs of Go's test/chan about select.
import { assert, assertEquals } from "@std/assert";
import { Channel, go, select, trySelect, WaitGroup, yieldNow } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

conforms(
  "values through a select over four sends: none arrives twice, none is lost (test/chan/doubleselect.go)",
  async (count) => {
    const channels = [0, 1, 2, 3].map(() => new Channel<number>());
    const common = new Channel<number>();
    const wg = new WaitGroup();
    go(async () => {
      for (let i = 0; i < count; i++) await select(channels.map((ch) => ch.sending(i)));
      for (const ch of channels) ch.close();
    });
    for (const ch of channels) {
      wg.go(async () => {
        for await (const value of ch) await common.send(value);
      });
    }
    go(async () => {
      await wg.wait();
      common.close();
    });
    const seen = new Set<number>();
    for await (const value of common) {
      assert(!seen.has(value), `${value} arrived twice`);
      seen.add(value);
    }
    assertEquals(seen.size, count);
  },
  { rounds: [100_000, 8], schedules: 50 },
);

conforms(
  "both values are evaluated on every pass, also for a case that is nil (test/chan/select.go)",
  async () => {
    let counter = 0, shift = 0;
    const value = () => {
      counter++;
      return 1 << shift;
    };
    const send = async (
      a: Channel<number> | undefined,
      b: Channel<number> | undefined,
    ): Promise<number> => {
      let sent = 0;
      for (;;) {
        const [toA, toB] = [value(), value()];
        const { key } = await select({ a: a?.sending(toA), b: b?.sending(toB) }, { default: true });
        if (key === "default") return sent;
        sent++;
        if (key === "a") a = undefined;
        else b = undefined;
        shift++;
      }
    };
    const a = new Channel<number>(1), b = new Channel<number>(1);
    assertEquals(await send(a, b), 2);
    assertEquals((await a.receive() as number) | (await b.receive() as number), 3);
    assertEquals(await send(a, undefined), 1);
    assertEquals(counter, 10);
  },
);

conforms("only the code of the case taken runs (test/chan/select4.go)", async () => {
  const ready = new Channel<number>(1), silent = new Channel<number>();
  await ready.send(42);
  let got: number | undefined;
  const destination = (): { value: number | undefined } => {
    throw new Error("the destination of a case that is not taken was evaluated");
  };
  const taken = await select({ silent: silent.receiving(), ready: ready.receiving() });
  switch (taken.key) {
    case "silent":
      destination().value = taken.value;
      break;
    case "ready":
      got = taken.value;
  }
  assertEquals(got, 42);
});

const SENDS: Record<string, (ch: Channel<number>) => Promise<unknown>> = {
  plain: (ch) => ch.send(1),
  "select of one": (ch) => select({ sent: ch.sending(1) }),
  "select of two": (ch) => select({ sent: ch.sending(1), dummy: new Channel<number>().sending(2) }),
};
const RECEIVES: Record<string, (ch: Channel<number>) => Promise<unknown>> = {
  plain: (ch) => ch.receive(),
  "select of one": (ch) => select({ got: ch.receiving() }),
  "select of two": (ch) =>
    select({ got: ch.receiving(), dummy: new Channel<number>().receiving() }),
};

for (const [sends, send] of Object.entries(SENDS)) {
  for (const [receives, receive] of Object.entries(RECEIVES)) {
    conforms(`send by ${sends} meets receive by ${receives} (test/chan/select7.go)`, async () => {
      for (const receiverFirst of [true, false]) {
        const ch = new Channel<number>();
        const wg = new WaitGroup();
        wg.go(async () => {
          await (receiverFirst ? receive(ch) : send(ch));
        });
        await yieldNow();
        await (receiverFirst ? send(ch) : receive(ch));
        await wg.wait();
        assertEquals([ch.trySend(0), ch.tryReceive()], [false, undefined]);
      }
    }, { schedules: 20 });
  }
}

conforms(
  "break inside a case leaves the switch on the key only (test/chan/select8.go)",
  async () => {
    const ch = new Channel<number>();
    go(async () => {
      for (;;) await ch.send(5);
    }, "sender");
    const never = new Channel<number>();
    const log: string[] = [];
    for (const count of [1, 2, 3]) {
      const dummies = {
        two: count > 1 ? never.receiving() : undefined,
        three: count > 2 ? never.sending(1) : undefined,
      };
      const taken = await select({ got: ch.receiving(), ...dummies });
      switch (taken.key) {
        case "got":
          if (taken.value === 5) break;
          log.push("not reached");
          break;
        default:
          log.push("wrong case");
      }
      log.push(`after ${count}`);
    }
    assertEquals(log, ["after 1", "after 2", "after 3"]);
  },
  { leaves: ["sender"] },
);

conforms("a select of two, again and again, leaves nobody in the queues", async (count) => {
  const used = new Channel<number>(), other = new Channel<number>(), quit = new Channel<never>();
  const wg = new WaitGroup();
  wg.go(async () => {
    for (let i = 0; i < count; i++) await used.send(i);
    quit.close();
  });
  for (let i = 0;; i++) {
    const taken = await select({
      used: used.receiving(),
      other: other.receiving(),
      quit: quit.receiving(),
    });
    if (taken.key === "quit") break;
    assertEquals(taken, { key: "used", value: i, ok: true });
  }
  await wg.wait();
  assertEquals([used.trySend(0), other.trySend(0)], [false, false]);
}, { rounds: [100_000, 6] });

// --- src/reflect: dynamic channel operations ---

conforms("the dynamic forms agree with the plain ones (reflect:TestChan)", async () => {
  const buffered = new Channel<number>(1);
  assertEquals([buffered.size, buffered.capacity, buffered.tryReceive()], [0, 1, undefined]);
  assert(buffered.trySend(1));
  assertEquals([buffered.trySend(2), buffered.size], [false, 1]);
  assertEquals(buffered.tryReceive(), { value: 1, done: false });
  await buffered.send(3);
  buffered.close();
  assertEquals(buffered.tryReceive(), { value: 3, done: false });
  assertEquals(buffered.tryReceive(), { value: undefined, done: true });

  const unbuffered = new Channel<number>();
  assertEquals([unbuffered.trySend(1), unbuffered.tryReceive()], [false, undefined]);
  const received = unbuffered.receive();
  assertEquals([unbuffered.trySend(4), await received], [true, 4]);
  const sent = unbuffered.send(5);
  assertEquals(unbuffered.tryReceive(), { value: 5, done: false });
  await sent;
});

conforms(
  "cases may be made at run time, in any number (reflect:TestSelectMaxCases)",
  async (count) => {
    const channels = Array.from({ length: count }, () => new Channel<number>(1));
    const cases = channels.map((ch) => ch.receiving());
    assertEquals(trySelect(cases), undefined);
    const last = count - 1;
    const waiting = select(cases);
    assert(channels[last]?.trySend(7));
    const { key, value, ok } = await waiting;
    assertEquals({ key, value, ok }, { key: last, value: 7, ok: true });
    for (const ch of channels) assert(ch.trySend(1) && ch.size === 1);
  },
  { rounds: [70_000, 500], schedules: 5 },
);

conforms("a select with only a default takes it (reflect:TestSelectNop)", async () => {
  assertEquals((await select({}, { default: true })).key, "default");
  assertEquals((await select([], { default: true })).key, "default");
  assertEquals((await select({ nil: undefined }, { default: true })).key, "default");
  assertEquals(trySelect([]), undefined);
});
