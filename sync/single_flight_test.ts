import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { go, goexit, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { conforms, deadlocks } from "./conformance/both_schedulers_test.ts";
import { SingleFlight, type SingleFlightResult } from "./single_flight.ts";
import { WaitGroup } from "./wait_group.ts";

const ALL = { strategy: "exhaustive", mustComplete: true } as const;

for (
  const [what, thrown] of [
    ["a text", "panic value"],
    ["undefined", undefined],
    ["an object", Object.create(null)],
    ["a symbol", Symbol("s")],
  ] as const
) {
  conforms(
    `${what} that is thrown reaches all callers as one Error whose cause it is (singleflight:TestPanicErrorUnwrap)`,
    async () => {
      const flights = new SingleFlight<string, never>();
      const finish = new Channel<void>();
      const first = flights.do("key", async () => {
        await finish.receive();
        throw thrown;
      });
      const second = flights.do("key", () => assert(false) as never);
      const errors = Promise.all([assertRejects(() => first), assertRejects(() => second)]);
      await finish.send();
      const [one, two] = await errors;
      assert(one instanceof Error);
      assert("cause" in one);
      assertStrictEquals(one.cause, thrown);
      assertStrictEquals(one, two);
    },
  );
}

conforms("do gives what its function gives (singleflight:TestDo)", async () => {
  const flights = new SingleFlight<string, string>();
  assertEquals(await flights.do("key", () => "bar"), { value: "bar", shared: false });
  assertEquals(await flights.do("key", async () => (await yieldNow(), "baz")), {
    value: "baz",
    shared: false,
  });
});

conforms(
  "do throws the error of its function, the same object (singleflight:TestDoErr)",
  async () => {
    const flights = new SingleFlight<string, string>();
    const someError = new Error("Some error");
    const failing = () => {
      throw someError;
    };
    assertStrictEquals(await assertRejects(() => flights.do("key", failing)), someError);
    assertEquals(flights.state(), "0 in flight");
  },
);

conforms(
  "callers of one key at one time share a call, and all get its value (singleflight:TestDoDupSuppress)",
  async (count) => {
    const flights = new SingleFlight<string, string>();
    const first = new WaitGroup(), all = new WaitGroup();
    const values = new Channel<string>(1);
    let calls = 0;
    const call = async () => {
      if (++calls === 1) first.done();
      const value = await values.receive() as string;
      values.trySend(value); // pump; make available for any future calls
      await yieldNow();
      return value;
    };
    first.add(1);
    for (let i = 0; i < count; i++) {
      first.add(1);
      all.go(async () => {
        first.done();
        assertEquals((await flights.do("key", call)).value, "bar");
      });
    }
    await first.wait();
    // At least one goroutine is in call now, and all of them have got to the line before do.
    await values.send("bar");
    await all.wait();
    assert(
      calls > 0 && calls < count,
      `number of calls = ${calls}; want over 0 and less than ${count}`,
    );
  },
  { rounds: [10, 4], schedules: 50 },
);

conforms(
  "the promise is the channel of Go's DoChan: a goroutine may pass the result on (singleflight:TestDoChan)",
  async () => {
    const flights = new SingleFlight<string, string>();
    const results = new Channel<SingleFlightResult<string>>(1);
    go(async () => await results.send(await flights.do("key", () => "bar")));
    assertEquals(await results.receive(), { value: "bar", shared: false });
  },
);

conforms("two callers that meet share one result (singleflight:ExampleGroup)", async () => {
  const flights = new SingleFlight<string, string>();
  const block = new Channel<never>();
  const one = flights.do("key", async () => {
    await block.next();
    return "func 1";
  });
  const two = flights.do("key", () => "func 2");
  block.close();
  const [first, second] = await Promise.all([one, two]);
  assertEquals(`Shared: ${second.shared}`, "Shared: true");
  assertEquals(`Equal results: ${first.value === second.value}`, "Equal results: true");
  assertEquals(`Result: ${first.value}`, "Result: func 1");
  assertEquals(first.shared, true);
});

conforms("different keys are different calls", async () => {
  const flights = new SingleFlight<number, number>();
  const results = await Promise.all([1, 2].map((key) => flights.do(key, () => key)));
  assertEquals(results, [{ value: 1, shared: false }, { value: 2, shared: false }]);
});

conforms(
  "forget lets the next call start anew, and those who have joined stay with the old one",
  async () => {
    const flights = new SingleFlight<string, number>();
    const finish = new Channel<void>();
    const old = flights.do("key", async () => {
      await finish.receive();
      return 1;
    });
    const joined = flights.do("key", () => 0);
    flights.forget("key");
    const fresh = flights.do("key", async () => {
      await finish.receive();
      return 2;
    });
    await finish.send();
    await finish.send();
    assertEquals(await Promise.all([old, joined, fresh]), [
      { value: 1, shared: true },
      { value: 1, shared: true },
      { value: 2, shared: false },
    ]);
    assertEquals(flights.state(), "0 in flight");
  },
);

conforms("the end of a forgotten call leaves the call that took its place in flight", async () => {
  const flights = new SingleFlight<string, number>();
  const finish = new Channel<void>();
  const old = flights.do("key", () => 1);
  flights.forget("key");
  const fresh = flights.do("key", async () => {
    await finish.receive();
    return 2;
  });
  assertEquals((await old).value, 1);
  const joined = flights.do("key", () => 0);
  await finish.send();
  assertEquals([(await fresh).value, (await joined).value], [2, 2]);
});

deadlocks("a call that waits for its own key waits for ever", async () => {
  const flights = new SingleFlight<string, unknown>();
  await flights.do("key", () => flights.do("key", () => 1));
}, { waiting: ["main [sync.WaitGroup.Wait]"] });

conforms(
  "a canceled caller leaves the call to the others, and does not count as one who shares",
  async () => {
    const flights = new SingleFlight<string, number>();
    const controller = new AbortController();
    const finish = new Channel<void>();
    const first = flights.do("key", async () => {
      await finish.receive();
      return 1;
    });
    const givenUp = assertRejects(() => flights.do("key", () => 0, controller), Error, "enough");
    controller.abort(new Error("enough"));
    await givenUp;
    await finish.send();
    assertEquals(await first, { value: 1, shared: false });
    await assertRejects(() => flights.do("key", () => 0, controller), Error, "enough");
    assertEquals(flights.state(), "0 in flight");
  },
);

Deno.test("do of no function is a TypeError that says what it got", async () => {
  const flights = new SingleFlight<string, number>();
  await assertRejects(
    // @ts-expect-error A body is a function.
    () => flights.do("key", undefined),
    TypeError,
    "expected a function, got undefined",
  );
});

conforms("goexit ends all callers of the call, and the next call is another", async () => {
  const flights = new SingleFlight<string, number>();
  const finish = new Channel<never>();
  const wg = new WaitGroup();
  for (let i = 0; i < 2; i++) {
    wg.go(async () => {
      await flights.do("key", async () => {
        await finish.next();
        return goexit();
      });
      assert(false, "goexit does not return");
    });
  }
  for (let i = 0; i < 20; i++) await yieldNow();
  finish.close();
  await wg.wait();
  assertEquals(await flights.do("key", () => 1), { value: 1, shared: false });
});

Deno.test("in all schedules of three callers each gets the value of a call that ran while it waited", async () => {
  const counts = new Set<number>();
  await explore(async () => {
    const flights = new SingleFlight<string, number>();
    const wg = new WaitGroup();
    let calls = 0;
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        const before = calls;
        const { value } = await flights.do("key", async () => {
          const call = ++calls;
          await yieldNow();
          return call;
        });
        // One that was running already, or one that started since.
        assert(value >= before && value <= calls, `got ${value} of ${before} to ${calls}`);
      });
    }
    await wg.wait();
    assertEquals(flights.state(), "0 in flight");
    counts.add(calls);
  }, { ...ALL, schedules: 100_000 });
  assertEquals([...counts].sort(), [1, 2, 3]);
});

Deno.test("cancellation in all schedules: whoever joins gives up or shares, and the call ends for the first", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const flights = new SingleFlight<string, string>();
    const wg = new WaitGroup();
    const controller = new AbortController();
    let outcome = "";
    const first = flights.do("key", async () => {
      await yieldNow();
      return "first";
    });
    wg.go(async () => {
      try {
        outcome = (await flights.do("key", () => "second", controller)).value;
      } catch {
        outcome = "gave up";
      }
    });
    wg.go(() => controller.abort());
    const { value, shared } = await first;
    await wg.wait();
    assertEquals(value, "first");
    outcomes.add(`${outcome}, shared ${shared}`);
  }, ALL);
  assertEquals([...outcomes].sort(), [
    "first, shared true",
    "gave up, shared false",
    "second, shared false",
  ]);
});
