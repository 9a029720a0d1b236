import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { go, goexit, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { conforms, deadlocks } from "./conformance/both_schedulers_test.ts";
import { Once } from "./once.ts";
import { WaitGroup } from "./wait_group.ts";

const ALL = { strategy: "exhaustive", mustComplete: true } as const;

conforms(
  "the body runs once, and all see its effect when do returns (sync/once_test.go:TestOnce, mem:once)",
  async (count) => {
    const once = new Once();
    const done = new Channel<void>();
    let runs = 0;
    for (let i = 0; i < count; i++) {
      go(async () => {
        await once.do(() => void runs++);
        assertEquals(runs, 1);
        await done.send();
      });
    }
    for (let i = 0; i < count; i++) await done.receive();
    assertEquals(runs, 1);
  },
  { rounds: [10, 4] },
);

conforms(
  "a body that throws counts as done, and its error is the first caller's alone (sync/once_test.go:TestOncePanic)",
  async () => {
    const once = new Once();
    const failing = async () => {
      await yieldNow();
      throw new RangeError("failed");
    };
    const first = assertRejects(() => once.do(failing), RangeError, "failed");
    const second = once.do(() => assert(false, "done was run twice"));
    await first;
    await second;
    await once.do(() => assert(false, "done was run twice"));
    await assertRejects(() => new Once().do(() => failing()), RangeError, "failed");
  },
);

conforms("do returns later, also when it is done", async () => {
  const once = new Once();
  const order: string[] = [];
  for (const round of ["first", "second"]) {
    const doing = once.do(() => void order.push("ran")).then(() => order.push(`${round} returned`));
    order.push(`${round} called`);
    await doing;
  }
  assertEquals(order, [
    "first called",
    "ran",
    "first returned",
    "second called",
    "second returned",
  ]);
});

conforms(
  "whoever comes while the body runs waits until it has finished, and is let go in order",
  async () => {
    const once = new Once();
    const order: string[] = [];
    const finish = new Channel<void>();
    const running = once.do(async () => {
      await finish.receive();
      order.push("finished");
    });
    const waiting = [1, 2].map((i) =>
      once.do(() => assert(false)).then(() => order.push(`waiter ${i}`))
    );
    await yieldNow();
    assertEquals(once.state(), "running");
    await finish.send();
    await Promise.all([running, ...waiting]);
    assertEquals(order.slice(0, 1), ["finished"]);
    assertEquals(order.slice(1).sort(), ["waiter 1", "waiter 2"]);
    assertEquals(once.state(), "done");
  },
);

deadlocks("do of the same Once inside its body waits for itself for ever", async () => {
  const once = new Once();
  await once.do(() => once.do(() => {}));
}, { waiting: ["main [sync.Mutex.Lock]"] });

conforms(
  "a canceled waiter leaves at once, and the others and the body are not disturbed",
  async () => {
    const once = new Once();
    const finish = new Channel<void>();
    const controller = new AbortController();
    const running = once.do(() => finish.receive());
    const givenUp = assertRejects(() => once.do(() => assert(false), controller), Error, "enough");
    const stays = once.do(() => assert(false));
    controller.abort(new Error("enough"));
    await givenUp;
    assertEquals(once.state(), "running");
    await finish.send();
    await running;
    await stays;
    await assertRejects(() => once.do(() => {}, controller), Error, "enough");
  },
);

conforms("a canceled first caller does nothing, and the next one is the first", async () => {
  const once = new Once();
  await assertRejects(() => once.do(() => assert(false), { signal: AbortSignal.abort() }));
  assertEquals(once.state(), "not done");
  let runs = 0;
  await once.do(() => void runs++);
  assertEquals(runs, 1);
});

Deno.test("do of no function is a TypeError that says what it got", () => {
  // @ts-expect-error A body is a function.
  assertThrows(() => new Once().do(undefined), TypeError, "expected a function, got undefined");
});

conforms("a body that calls goexit ends the first caller, and counts as done", async () => {
  const once = new Once();
  const wg = new WaitGroup();
  wg.go(() => once.do(() => goexit()).then(() => assert(false, "goexit does not return")));
  await wg.wait();
  await once.do(() => assert(false, "done was run twice"));
});

Deno.test("in all schedules one of three callers runs the body, and none returns before it has finished", async () => {
  const runners = new Set<number>();
  await explore(async () => {
    const once = new Once();
    const wg = new WaitGroup();
    let runs = 0, hasFinished = false;
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        await once.do(async () => {
          runs++;
          runners.add(i);
          await yieldNow();
          hasFinished = true;
        });
        assert(hasFinished, "the second caller went on before the first had finished");
      });
    }
    await wg.wait();
    assertEquals(runs, 1);
  }, ALL);
  assertEquals([...runners].sort(), [0, 1, 2]);
});

Deno.test("two callers of an empty body have six schedules, listed by hand", async () => {
  // a and b: one step in which they arrive, and one in which they go on. Whoever arrives first runs the body at the start
  // of its second step and ends it in the same step; the other one waits if it arrives before, and goes on at once if not:
  //   a1 a2 b1 b2    a1 b1 a2 b2    and the same with a and b exchanged.
  // The body is awaited, but a promise that nobody holds up needs no step. So four; a1 b1 b2 a2 cannot be.
  const orders = new Set<string>();
  const { schedules } = await explore(async () => {
    const once = new Once();
    const wg = new WaitGroup();
    let order = "";
    for (const name of ["a", "b"]) {
      wg.go(async () => {
        order += `${name}1 `;
        await once.do(() => {});
        order += `${name}2 `;
      });
    }
    await wg.wait();
    orders.add(order.trim());
  }, ALL);
  assertEquals([...orders].sort(), ["a1 a2 b1 b2", "a1 b1 a2 b2", "b1 a1 b2 a2", "b1 b2 a1 a2"]);
  assertEquals(schedules, 4);
});
