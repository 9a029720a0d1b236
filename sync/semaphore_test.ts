import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { go, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { conforms, deadlocks } from "./conformance/both_schedulers_test.ts";
import { background } from "./context.ts";
import { DeadlineExceededError } from "./errors.ts";
import { select, trySelect } from "./select.ts";
import { Semaphore } from "./semaphore.ts";
import { WaitGroup } from "./wait_group.ts";
import { withTimeout } from "./with_deadline.ts";

const ALL = { strategy: "exhaustive", mustComplete: true } as const;

// --- Go's tests ---

conforms(
  "a semaphore of one is a lock: ten goroutines acquire and release it again and again (sync/mutex_test.go:TestSemaphore)",
  async (count) => {
    const semaphore = new Semaphore(1);
    const wg = new WaitGroup();
    let inside = 0;
    for (let i = 0; i < (count > 10 ? 10 : 2); i++) {
      wg.go(async () => {
        for (let round = 0; round < count; round++) {
          await semaphore.acquire();
          assertEquals(++inside, 1);
          if (round % 10 === 0) await yieldNow();
          inside--;
          semaphore.release();
        }
      });
    }
    await wg.wait();
    assertEquals(semaphore.state(), "0 of 1 held");
  },
  { rounds: [1000, 3] },
);

conforms(
  "goroutines with weights 0 to n - 1 hammer one semaphore and finish (semaphore:TestWeighted)",
  async (count) => {
    const semaphore = new Semaphore(count);
    const wg = new WaitGroup();
    let held = 0;
    for (let weight = 0; weight < count; weight++) {
      wg.go(async () => {
        for (let round = 0; round < count; round++) {
          await semaphore.acquire(weight);
          held += weight;
          assert(held <= count);
          await yieldNow();
          held -= weight;
          semaphore.release(weight);
        }
      });
    }
    await wg.wait();
    assertEquals(semaphore.state(), `0 of ${count} held`);
  },
  { rounds: [20, 3] },
);

conforms(
  "releasing what was not acquired throws Go's text and releases nothing (semaphore:TestWeightedPanic)",
  async () => {
    const semaphore = new Semaphore(2);
    assertThrows(() => semaphore.release(1), RangeError, "semaphore: released more than held");
    await semaphore.acquire(1);
    assertThrows(() => semaphore.release(2), RangeError, "semaphore: released more than held");
    assertEquals(semaphore.state(), "1 of 2 held");
    semaphore.release(1);
    assert(semaphore.tryAcquire(2));
  },
);

conforms(
  "tryAcquire succeeds while enough are free (semaphore:TestWeightedTryAcquire)",
  async () => {
    const semaphore = new Semaphore(2);
    const tries: boolean[] = [];
    await semaphore.acquire(1);
    tries.push(semaphore.tryAcquire(1));
    tries.push(semaphore.tryAcquire(1));
    semaphore.release(2);
    tries.push(semaphore.tryAcquire(1));
    await semaphore.acquire(1);
    tries.push(semaphore.tryAcquire(1));
    assertEquals(tries, [true, false, true, false]);
  },
);

Deno.test("acquire with a deadline gives up when it has passed, and not before (semaphore:TestWeightedAcquire)", async () => {
  await explore(async () => {
    const semaphore = new Semaphore(2);
    const tryAcquire = async (weight: number) => {
      using ctx = withTimeout(background(), 10);
      try {
        await semaphore.acquire(weight, ctx);
      } catch (error) {
        assert(error instanceof DeadlineExceededError);
        return false;
      }
      return true;
    };
    const tries: boolean[] = [];
    await semaphore.acquire(1);
    tries.push(await tryAcquire(1));
    tries.push(await tryAcquire(1));
    semaphore.release(2);
    tries.push(await tryAcquire(1));
    await semaphore.acquire(1);
    tries.push(await tryAcquire(1));
    assertEquals(tries, [true, false, true, false]);
  });
});

conforms(
  "a large acquire does not starve against many small ones (semaphore:TestLargeAcquireDoesntStarve)",
  async (count) => {
    const semaphore = new Semaphore(count);
    const wg = new WaitGroup();
    let isRunning = true;
    for (let i = 0; i < count; i++) {
      await semaphore.acquire(1);
      wg.go(async () => {
        while (isRunning) {
          await yieldNow();
          semaphore.release(1);
          await semaphore.acquire(1);
        }
        semaphore.release(1);
      });
    }
    await semaphore.acquire(count);
    isRunning = false;
    semaphore.release(count);
    await wg.wait();
  },
  { rounds: [8, 3] },
);

function collatzSteps(n: number): number {
  let steps = 0;
  for (; n > 1; steps++) n = n % 2 === 0 ? n / 2 : 3 * n + 1;
  return steps;
}

conforms(
  "a pool of workers gives its results in order (semaphore:Example_workerPool)",
  async (workers) => {
    const semaphore = new Semaphore(workers);
    const steps: number[] = [];
    for (let i = 0; i < 32; i++) {
      await semaphore.acquire(1);
      go(async () => {
        await yieldNow();
        steps[i] = collatzSteps(i + 1);
        semaphore.release(1);
      });
    }
    await semaphore.acquire(workers);
    // deno-fmt-ignore
    assertEquals(steps, [
    0, 1, 7, 2, 5, 8, 16, 3, 19, 6, 14, 9, 9, 17, 17, 4, 12, 20, 20, 7, 7, 15, 15, 10, 23, 10, 111, 18, 18, 18, 106, 5,
  ]);
  },
  { rounds: [8, 3] },
);

// --- fairness ---

conforms(
  "strictly first come, first served: a big request bars small ones that would fit",
  async () => {
    const semaphore = new Semaphore(3);
    const order: string[] = [];
    await semaphore.acquire(2);
    const big = semaphore.acquire(3).then(() => order.push("big"));
    const small = semaphore.acquire(1).then(() => order.push("small"));
    assert(!semaphore.tryAcquire(1), "one is free, but somebody waits");
    assertEquals(semaphore.state(), "2 of 3 held");
    semaphore.release(2);
    await big;
    assertEquals([order, semaphore.state()], [["big"], "3 of 3 held"]);
    semaphore.release(3);
    await small;
    assertEquals(order, ["big", "small"]);
  },
);

conforms("one release serves as many as fit, in order", async () => {
  const semaphore = new Semaphore(4);
  const served: number[] = [];
  await semaphore.acquire(4);
  const waiting = [1, 2, 2, 1].map((weight, i) =>
    semaphore.acquire(weight).then(() => served.push(i))
  );
  semaphore.release(4);
  assertEquals(semaphore.state(), "3 of 4 held", "the third does not fit, and bars the fourth");
  await Promise.all(waiting.slice(0, 2));
  assertEquals(served.sort(), [0, 1]);
  semaphore.release(1);
  await waiting[2];
  semaphore.release(4);
  await waiting[3];
});

conforms(
  "a request for more than there is waits without barring anybody, until it is canceled",
  async () => {
    const semaphore = new Semaphore(2);
    const controller = new AbortController();
    const doomed = assertRejects(() => semaphore.acquire(3, controller), Error, "enough");
    await semaphore.acquire(2);
    const next = semaphore.acquire(2);
    semaphore.release(2);
    await next;
    controller.abort(new Error("enough"));
    await doomed;
    assertEquals(semaphore.state(), "2 of 2 held");
  },
);

deadlocks("a request for more than there is waits for ever", async () => {
  await new Semaphore(2).acquire(3);
}, { waiting: ["main [semacquire]"] });

conforms("weight 0 needs no permit, but stands in line", async () => {
  const semaphore = new Semaphore(1);
  await semaphore.acquire(1);
  await semaphore.acquire(0);
  assert(semaphore.tryAcquire(0));
  const order: string[] = [];
  const first = semaphore.acquire(1).then(() => order.push("first"));
  const second = semaphore.acquire(0).then(() => order.push("second"));
  assert(!semaphore.tryAcquire(0));
  semaphore.release(1);
  await Promise.all([first, second]);
  assertEquals(order.sort(), ["first", "second"]);
});

conforms("withPermit releases exactly once, however its body ends", async () => {
  const semaphore = new Semaphore(1);
  const failing = async () => {
    await yieldNow();
    throw new RangeError("in the body");
  };
  assertEquals(await semaphore.withPermit(() => semaphore.state()), "1 of 1 held");
  await assertRejects(() => semaphore.withPermit(failing), RangeError, "in the body");
  assertEquals(semaphore.state(), "0 of 1 held");
});

Deno.test("sizes and weights must be whole numbers from 0", () => {
  const semaphore = new Semaphore(2);
  for (const wrong of [1.5, NaN, Infinity]) {
    assertThrows(() => new Semaphore(wrong), TypeError, String(wrong));
    assertThrows(() => semaphore.acquire(wrong), TypeError, String(wrong));
    assertThrows(() => semaphore.tryAcquire(wrong), TypeError, String(wrong));
    assertThrows(() => semaphore.acquiring(wrong), TypeError, String(wrong));
    assertThrows(() => semaphore.release(wrong), TypeError, String(wrong));
  }
  assertThrows(() => new Semaphore(-1), RangeError, "-1");
  assertThrows(() => semaphore.acquire(-1), RangeError, "-1");
  assertThrows(() => semaphore.release(-1), RangeError, "-1");
  // @ts-expect-error A weight is a number.
  assertThrows(() => semaphore.acquire("1"), TypeError, "1");
  assertEquals(semaphore.state(), "0 of 2 held");
});

// --- giving up ---

conforms(
  "acquiring as a case of a select takes its permits if chosen; given up, it lets in those behind it",
  async () => {
    const semaphore = new Semaphore(2);
    const quit = new Channel<never>();
    assertEquals(trySelect({ slot: semaphore.acquiring() })?.key, "slot");
    assertEquals(trySelect({ both: semaphore.acquiring(2) }), undefined);
    const givenUp = select({ both: semaphore.acquiring(2), quit: quit.receiving() });
    const behind = select({ slot: semaphore.acquiring(1) });
    assertEquals(semaphore.state(), "1 of 2 held");
    quit.close();
    assertEquals(semaphore.state(), "2 of 2 held");
    assertEquals([(await givenUp).key, (await behind).key], ["quit", "slot"]);
    semaphore.release(2);
    assert(semaphore.tryAcquire(2), "whoever gave up must not be handed a permit");
  },
);

conforms(
  "a select that asks twice is served once: giving up one case does not let in the other",
  async () => {
    const semaphore = new Semaphore(2);
    const quit = new Channel<never>();
    await semaphore.acquire(2);
    const givenUp = select({
      big: semaphore.acquiring(2),
      small: semaphore.acquiring(1),
      quit: quit.receiving(),
    });
    const behind = semaphore.acquire(1);
    semaphore.release(1);
    quit.close();
    assertEquals(semaphore.state(), "2 of 2 held", "whoever was behind both is served");
    assertEquals((await givenUp).key, "quit");
    await behind;
    semaphore.release(2);
  },
);

conforms("a select that asks twice and is canceled is served by neither case", async () => {
  const semaphore = new Semaphore(2);
  const controller = new AbortController();
  await semaphore.acquire(2);
  const givenUp = assertRejects(
    () => select([semaphore.acquiring(2), semaphore.acquiring(1)], { signal: controller.signal }),
    Error,
    "enough",
  );
  semaphore.release(1);
  controller.abort(new Error("enough"));
  await givenUp;
  assertEquals(semaphore.state(), "1 of 2 held");
});

conforms(
  "a canceled big request at the head lets in the small ones behind it, as many as fit, in order",
  async () => {
    const semaphore = new Semaphore(4);
    const controller = new AbortController();
    await semaphore.acquire(2);
    const big = assertRejects(() => semaphore.acquire(4, controller), Error, "enough");
    const served: number[] = [];
    const small = [1, 1, 1].map((weight, i) =>
      semaphore.acquire(weight).then(() => served.push(i))
    );
    controller.abort(new Error("enough"));
    assertEquals(semaphore.state(), "4 of 4 held");
    await big;
    await Promise.all(small.slice(0, 2));
    assertEquals(served.sort(), [0, 1]);
    semaphore.release(1);
    await small[2];
  },
);

conforms("a canceled request that is not at the head leaves the others in order", async () => {
  const semaphore = new Semaphore(1);
  const controller = new AbortController();
  const served: number[] = [];
  await semaphore.acquire();
  const waiting = [0, 1, 2].map(async (i) => {
    await (i === 1 ? semaphore.acquire(1, controller) : semaphore.acquire());
    served.push(i);
    semaphore.release();
  });
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting[1]!, Error, "enough");
  semaphore.release();
  await Promise.all([waiting[0], waiting[2]]);
  assertEquals([served, semaphore.state()], [[0, 2], "0 of 1 held"]);
});

conforms("acquire fails when it is canceled already, also if enough are free", async () => {
  const semaphore = new Semaphore(1);
  const signal = AbortSignal.abort(new Error("before"));
  await assertRejects(() => semaphore.acquire(1, { signal }), Error, "before");
  await assertRejects(() => semaphore.withPermit(() => {}, { signal }), Error, "before");
  assertEquals(semaphore.state(), "0 of 1 held");
});

// --- every schedule of small programs ---

Deno.test("in all schedules of three goroutines no more than the size is held, and all get through", async () => {
  await explore(async () => {
    const semaphore = new Semaphore(2);
    const wg = new WaitGroup();
    let held = 0;
    for (const weight of [1, 2, 1]) {
      wg.go(async () => {
        await semaphore.acquire(weight);
        held += weight;
        assert(held <= 2);
        await yieldNow();
        held -= weight;
        semaphore.release(weight);
      });
    }
    await wg.wait();
    assertEquals(semaphore.state(), "0 of 2 held");
  }, { ...ALL, schedules: 100_000 });
});

Deno.test("strictly first come, first served in all schedules of three goroutines", async () => {
  const orders = new Set<string>();
  await explore(async () => {
    const semaphore = new Semaphore(2);
    const wg = new WaitGroup();
    const asked: string[] = [], served: string[] = [];
    await semaphore.acquire(2);
    for (const [name, weight] of [["a", 1], ["b", 2], ["c", 1]] as const) {
      wg.go(async () => {
        asked.push(name);
        await semaphore.acquire(weight);
        served.push(name);
        semaphore.release(weight);
      });
    }
    await yieldNow();
    semaphore.release(2);
    await wg.wait();
    // b is served alone; of a and c, which fit together, the later one may resume first.
    const position = served.indexOf("b");
    assertEquals(position, asked.indexOf("b"));
    orders.add(asked.join(""));
  }, { ...ALL, schedules: 100_000 });
  assertEquals([...orders].sort(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
});

Deno.test("two goroutines and a semaphore of one have four schedules, listed by hand", async () => {
  // As for a lock: a1 a2 b1 b2, a1 b1 a2 b2, and the same with a and b exchanged; a2 and b2 start with the permit.
  const { schedules } = await explore(async () => {
    const semaphore = new Semaphore(1);
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        await semaphore.acquire();
        semaphore.release();
      });
    }
    await wg.wait();
  }, ALL);
  assertEquals(schedules, 4);
});

Deno.test("cancellation in all schedules: a canceled request never keeps a permit, and the next one is served", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const semaphore = new Semaphore(2);
    const wg = new WaitGroup();
    const controller = new AbortController();
    let outcome = "";
    await semaphore.acquire(1);
    wg.go(async () => {
      try {
        await semaphore.acquire(2, controller);
      } catch {
        outcome = "gave up";
        return;
      }
      outcome = "acquired";
      semaphore.release(2);
    });
    wg.go(() => semaphore.withPermit(() => {}));
    wg.go(() => controller.abort());
    await yieldNow();
    semaphore.release(1);
    await wg.wait();
    assertEquals(semaphore.state(), "0 of 2 held");
    outcomes.add(outcome);
  }, ALL);
  assertEquals([...outcomes].sort(), ["acquired", "gave up"]);
});

// --- a slow reference ---

/** Keeps a list of all requests not served yet, and looks through it from the start after every change. */
class Reference {
  readonly served = new Map<number, number>();
  waiting: { readonly id: number; readonly weight: number }[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  get free(): number {
    return this.#size - [...this.served.values()].reduce((sum, weight) => sum + weight, 0);
  }

  /** Whoever asks for more than there is is not in anybody's way. */
  get queue(): { readonly id: number; readonly weight: number }[] {
    return this.waiting.filter(({ weight }) => weight <= this.#size);
  }

  serve(): void {
    const first = this.queue[0];
    if (first === undefined || first.weight > this.free) return;
    this.served.set(first.id, first.weight);
    this.waiting = this.waiting.filter((it) => it !== first);
    this.serve();
  }
}

const SIZE = 4;
const moves = fc.array(
  fc.record({
    move: fc.constantFrom("acquire", "acquire", "try", "release", "giveUp"),
    weight: fc.nat(SIZE + 1),
    nth: fc.nat(9),
  }),
  { maxLength: 40 },
);

Deno.test("Semaphore serves whom a slow reference serves, whatever is acquired, tried, released and given up", async () => {
  await fc.assert(fc.asyncProperty(moves, async (moves) => {
    const semaphore = new Semaphore(SIZE), reference = new Reference(SIZE);
    const holding = new Map<number, number>();
    const controllers = new Map<number, AbortController>();
    for (const [id, { move, weight, nth }] of moves.entries()) {
      if (move === "acquire") {
        const controller = new AbortController();
        controllers.set(id, controller);
        semaphore.acquire(weight, controller).then(
          () => holding.set(id, weight),
          (reason) => assertEquals(reason, id),
        );
        reference.waiting.push({ id, weight });
      } else if (move === "try") {
        const isReady = reference.queue.length === 0 && weight <= reference.free;
        assertEquals(semaphore.tryAcquire(weight), isReady);
        if (isReady) {
          reference.served.set(id, weight);
          holding.set(id, weight);
        }
      } else if (move === "release" && holding.size > 0) {
        const [id, weight] = [...holding][nth % holding.size]!;
        holding.delete(id);
        semaphore.release(weight);
        reference.served.delete(id);
      } else if (move === "giveUp" && reference.waiting.length > 0) {
        const { id } = reference.waiting[nth % reference.waiting.length]!;
        controllers.get(id)!.abort(id);
        reference.waiting = reference.waiting.filter((it) => it.id !== id);
      }
      reference.serve();
      for (let i = 0; i < 3; i++) await yieldNow();
      assertEquals([...holding].sort(), [...reference.served].sort());
    }
  }));
});
