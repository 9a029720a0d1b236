// Go's src/runtime/chan_test.go and chanbarrier_test.go.
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { Channel, go, select, sleep, trySelect, WaitGroup, yieldNow } from "../../mod.ts";
import { conforms, production } from "./both_schedulers_test.ts";

const CAPACITIES = { rounds: [200, 3], schedules: 10 } as const;

conforms(
  "receivers on an empty channel stay parked until somebody sends (runtime/chan_test.go:TestChan/recv-empty)",
  async (most) => {
    for (let capacity = 0; capacity < most; capacity++) {
      const ch = new Channel<number>(capacity);
      const wg = new WaitGroup();
      let received = 0;
      wg.go(async () => {
        await ch.receive();
        received++;
      });
      wg.go(async () => {
        await ch.next();
        received++;
      });
      for (let i = 0; i < 10; i++) await yieldNow();
      assertEquals([received, ch.tryReceive(), trySelect({ got: ch.receiving() })], [
        0,
        undefined,
        undefined,
      ]);
      await ch.send(0);
      await ch.send(0);
      await wg.wait();
      assertEquals(received, 2);
    }
  },
  CAPACITIES,
);

conforms(
  "full and closed: the items in order, then undefined, then done (runtime/chan_test.go:TestChan/recv-closed)",
  async (most) => {
    for (let capacity = 0; capacity < most; capacity++) {
      const ch = new Channel<number>(capacity);
      for (let i = 0; i < capacity; i++) await ch.send(i);
      ch.close();
      for (let i = 0; i < capacity; i++) assertEquals(await ch.receive(), i);
      assertEquals([await ch.receive(), await ch.next()], [undefined, {
        value: undefined,
        done: true,
      }]);
    }
  },
  CAPACITIES,
);

conforms(
  "close wakes a parked receiver with done true (runtime/chan_test.go:TestChan/close-unblocks)",
  async (most) => {
    for (let capacity = 0; capacity < most; capacity++) {
      const ch = new Channel<number>(capacity);
      const done = new Channel<boolean>();
      go(async () => {
        const { value, done: isEnd } = await ch.next();
        await done.send(value === undefined && isEnd === true);
      });
      await yieldNow();
      ch.close();
      assertEquals(await done.receive(), true);
    }
  },
  CAPACITIES,
);

conforms(
  "values arrive in order, by receive and by next (runtime/chan_test.go:TestChan/fifo)",
  async (most) => {
    for (let capacity = 0; capacity < most; capacity++) {
      const ch = new Channel<number>(capacity);
      const count = Math.min(100, 3 * most);
      const sendAll = async () => {
        for (let i = 0; i < count; i++) await ch.send(i);
      };
      go(sendAll);
      for (let i = 0; i < count; i++) assertEquals(await ch.receive(), i);
      go(sendAll);
      for (let i = 0; i < count; i++) assertEquals(await ch.next(), { value: i, done: false });
    }
  },
  CAPACITIES,
);

conforms(
  "size is 0, then the capacity once it is full (runtime/chan_test.go:TestChan/len-cap)",
  async (most) => {
    for (let capacity = 0; capacity < most; capacity++) {
      const ch = new Channel<number>(capacity);
      assertEquals([ch.size, ch.capacity], [0, capacity]);
      for (let i = 0; i < capacity; i++) await ch.send(i);
      assertEquals([ch.size, ch.capacity], [capacity, capacity]);
    }
  },
  CAPACITIES,
);

conforms(
  "a tryReceive never finds empty what holds an item and is then closed (runtime/chan_test.go:TestNonblockRecvRace)",
  async (count) => {
    for (let i = 0; i < count; i++) {
      const ch = new Channel<number>(1);
      const wg = new WaitGroup();
      await ch.send(1);
      wg.go(async () => {
        await yieldNow();
        const got = ch.tryReceive();
        assert(got !== undefined, "found it empty");
        assertEquals(got.done ? undefined : 1, got.value);
      });
      await yieldNow();
      ch.close();
      await yieldNow();
      await ch.receive();
      await wg.wait();
    }
  },
  { rounds: [1000, 1], schedules: 200 },
);

conforms(
  "a select never takes default while one of its channels holds an item or is closed (runtime/chan_test.go:TestNonblockSelectRace2)",
  async (count) => {
    for (let i = 0; i < count; i++) {
      const c1 = new Channel<number>(1), c2 = new Channel<number>();
      const wg = new WaitGroup();
      await c1.send(1);
      wg.go(async () => {
        await yieldNow();
        const { key } = await select({ c1: c1.receiving(), c2: c2.receiving() }, { default: true });
        assert(key !== "default", "found both empty");
      });
      await yieldNow();
      c2.close();
      await yieldNow();
      await select({ c1: c1.receiving() }, { default: true });
      await wg.wait();
    }
  },
  { rounds: [1000, 1], schedules: 200 },
);

for (const capacity of [0, 10]) {
  conforms(
    `two goroutines that send and receive on one channel in one select, capacity ${capacity} (runtime/chan_test.go:TestSelfSelect)`,
    async (count) => {
      const ch = new Channel<number>(capacity);
      const wg = new WaitGroup();
      // Unbuffered, each round of one meets a round of the other, so both end together.
      const work = async (own: number) => {
        for (let i = 0; i < count; i++) {
          const taken = own === 0 || i % 2 === 0
            ? await select({ sent: ch.sending(own), got: ch.receiving() })
            : await select({ got: ch.receiving(), sent: ch.sending(own) });
          if (taken.key === "got") assert(capacity > 0 || taken.value !== own, "its own number");
        }
      };
      wg.go(() => work(0));
      wg.go(() => work(1));
      await wg.wait();
    },
    { rounds: [1000, 6] },
  );
}

production(
  "two ready cases among four are taken equally often: 10000 trials within 10 sigma (runtime/chan_test.go:TestSelectFairness)",
  async () => {
    const trials = 10_000;
    const c1 = new Channel<number>(trials + 1), c2 = new Channel<number>(trials + 1);
    for (let i = 0; i <= trials; i++) {
      await c1.send(1);
      await c2.send(2);
    }
    const c3 = new Channel<number>(), c4 = new Channel<number>();
    let first = 0;
    for (let i = 0; i < trials; i++) {
      const { key } = await select({
        c3: c3.receiving(),
        c4: c4.receiving(),
        c1: c1.receiving(),
        c2: c2.receiving(),
      });
      assert(key === "c1" || key === "c2");
      if (key === "c1") first++;
    }
    const sigma = Math.sqrt(trials * 0.25);
    assert(Math.abs(first - trials / 2) < 10 * sigma, `${first} of ${trials}`);
  },
);

conforms(
  "non-blocking sends of objects on a full channel leave it alone (runtime/chan_test.go:TestChanSendInterface)",
  async () => {
    const first = { text: "first" };
    const ch = new Channel<object>(1);
    await ch.send(first);
    assertEquals(ch.trySend({}), false);
    assertEquals(trySelect({ a: ch.sending({}), b: ch.sending(new Map()) }), undefined);
    assertStrictEquals(await ch.receive(), first);
    assertEquals(ch.tryReceive(), undefined);
  },
);

conforms(
  "23 workers and a cascade of closes: count and sum are exact (runtime/chan_test.go:TestMultiConsumer)",
  async (count) => {
    const workers = count > 1000 ? 23 : 3;
    const values = [2, 3, 7, 11, 13, 19, 23, 29, 31, 37];
    const jobs = new Channel<number>(workers), results = new Channel<number>(workers);
    const wg = new WaitGroup();
    for (let worker = 0; worker < workers; worker++) {
      wg.go(async () => {
        for await (const job of jobs) {
          if (job % workers === worker) await yieldNow();
          await results.send(job);
        }
      });
    }
    let expected = 0;
    go(async () => {
      for (let i = 0; i < count; i++) {
        const value = values[i % values.length] as number;
        expected += value;
        await jobs.send(value);
      }
      jobs.close();
      await wg.wait();
      results.close();
    });
    let seen = 0, sum = 0;
    for await (const result of results) {
      seen++;
      sum += result;
    }
    assertEquals([seen, sum], [count, expected]);
  },
  { rounds: [271_828, 12], schedules: 30 },
);

class ResponseError extends Error {}

/** Asks `count` times, each time a goroutine of its own, which answers with `reply`. */
async function requests(
  count: number,
  reply: (out: Channel<Error>, done: Channel<never>, error: Error) => Promise<unknown>,
) {
  for (let i = 0; i < count; i++) {
    const out = new Channel<Error>(), done = new Channel<never>();
    const error = new ResponseError(`answer ${i}`);
    const wg = new WaitGroup();
    wg.go(async () => {
      await sleep(0);
      await reply(out, done, error);
    });
    const received = await out.receive();
    assertStrictEquals(received, error);
    assertInstanceOf(received, ResponseError);
    done.close();
    await wg.wait();
  }
}

conforms(
  "an error sent in a select with a second case arrives intact (runtime/chanbarrier_test.go:TestChanSendSelectBarrier)",
  async (count) => {
    const wg = new WaitGroup();
    for (let i = 0; i < 10; i++) {
      wg.go(() =>
        requests(
          count,
          (out, done, error) => select({ sent: out.sending(error), done: done.receiving() }),
        )
      );
    }
    await wg.wait();
  },
  { rounds: [1000, 1], schedules: 20 },
);

conforms(
  "an error sent plainly arrives intact (runtime/chanbarrier_test.go:TestChanSendBarrier)",
  async (count) => {
    const wg = new WaitGroup();
    for (let i = 0; i < 10; i++) {
      wg.go(() => requests(count, (out, _done, error) => out.send(error)));
    }
    await wg.wait();
  },
  { rounds: [1000, 1], schedules: 20 },
);
