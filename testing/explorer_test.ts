import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { setTimeout as realSetTimeout } from "node:timers";
import {
  Channel,
  go,
  goexit,
  Mutex,
  now,
  select,
  sleep,
  trySelect,
  WaitGroup,
  yieldNow,
} from "../mod.ts";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import type { Verdict } from "./verdict.ts";
import { type ExploreOptions, resolveOptions } from "./options.ts";
import { lockRounds, lostUpdate, multinomial, shuffle } from "./programs_test.ts";
import { eventually } from "./properties.ts";
import { RandomWalk } from "./random.ts";
import { settled } from "./settled.ts";
import type { Candidates, Strategy } from "./strategy.ts";

/** Waits in real time, inside a schedule too: nobody can replace the timers of node:timers. */
const realTime = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    realSetTimeout(resolve, ms);
  });

const keepRunning: Strategy = {
  name: "keep running",
  begin: (schedule) => schedule < 1,
  pick: () => 0,
  choose: () => 0,
};

/** The steps of the one schedule without preemptions. */
async function stepsOf(body: () => unknown): Promise<number> {
  return (await explore(body, { strategy: keepRunning })).steps;
}

/** The verdict on one schedule, without report. */
function verdictOf(
  body: () => unknown,
  options: ExploreOptions = {},
  strategy: Strategy = keepRunning,
): Promise<Verdict> {
  return new Exploration(body, resolveOptions(options), undefined).execute(strategy);
}

/** How many schedules `body` has; each is run once. */
async function countOf(body: () => unknown, options: ExploreOptions = {}): Promise<number> {
  const result = await explore(body, { strategy: "exhaustive", mustComplete: true, ...options });
  return result.schedules;
}

// --- one schedule after the other ---

/** The verdicts on `first` and then `second`, schedules of one run of the explorer. */
async function verdictsOf(
  first: () => unknown,
  second: () => unknown,
  options: ExploreOptions = {},
): Promise<Verdict["kind"][]> {
  const kinds: Verdict["kind"][] = [];
  const body = (): unknown => kinds.length === 0 ? first() : second();
  await new Exploration(body, resolveOptions(options), undefined).execute(
    keepRunning,
    ({ kind }) => kinds.push(kind) < 2,
  );
  return kinds;
}

async function spin(times: number): Promise<void> {
  for (let i = 0; i < times; i++) await yieldNow();
}

/** Steps that do something, and nothing that is to be put back. */
async function work(times: number): Promise<void> {
  const mu = new Mutex();
  for (let i = 0; i < times; i++) {
    await mu.lock();
    mu.unlock();
  }
}

Deno.test("Explorer judges the conditions of a schedule in that one only", async () => {
  let judged = 0;
  const watch = async (): Promise<void> => {
    eventually(() => ++judged > 3, "it is judged four times");
    await work(5);
  };
  assertEquals(await verdictsOf(watch, () => work(5)), ["passed", "passed"]);
  assertEquals(judged, 4);
  const never = async (): Promise<void> => {
    eventually(() => false, "nothing");
    await work(5);
  };
  assertEquals(await verdictsOf(never, () => work(5)), ["race", "passed"]);
});

Deno.test("Explorer counts the idle steps of each schedule anew", async () => {
  const options = { maxSpins: 20 };
  assertEquals(await verdictsOf(() => spin(18), () => spin(18), options), ["passed", "passed"]);
  assertEquals(await verdictsOf(() => spin(25), () => spin(18), options), ["livelock", "passed"]);
});

Deno.test("Explorer forgets what is fatal with the schedule", async () => {
  const unlock = async (): Promise<void> => {
    try {
      new Mutex().unlock();
    } catch {
      // Nobody recovers from that.
    }
    await work(1);
  };
  // Only where nobody has done anything is it looked for.
  assertEquals(await verdictsOf(unlock, () => spin(5)), ["fatal", "passed"]);
});

Deno.test("Explorer forgets that main has exited with the schedule", async () => {
  assertEquals(await verdictsOf(() => goexit(), () => work(5)), ["fatal", "passed"]);
});

Deno.test("Explorer forgets who waits until all others do with the schedule", async () => {
  const waitAndFail = async (): Promise<void> => {
    const done = new Channel<void>();
    go(() => settled());
    go(() => done.send());
    await done.receive();
    throw new Error("main fails");
  };
  assertEquals(await verdictsOf(waitAndFail, () => work(5)), ["race", "passed"]);
});

Deno.test("Explorer begins each schedule at the same time, with no timers", async () => {
  let later = 0;
  const begun = async (): Promise<void> => {
    later = now();
    await work(2);
  };
  const leave = async (): Promise<void> => {
    go(() => sleep(50));
    await sleep(5);
    throw new Error("main fails");
  };
  const options: ExploreOptions = { start: 1_000, afterMain: "run", timers: "fail" };
  assertEquals(await verdictsOf(leave, begun, options), ["race", "passed"]);
  assertEquals(later, 1_000);
});

Deno.test("Explorer knows of each schedule whether it has waited for the outside", async () => {
  const before = realTime(5);
  assertEquals(await verdictsOf(() => before, () => work(5)), ["passed", "passed"]);
  assert(explorer.fingerprint !== undefined && !explorer.hasComeBack);
  const again = realTime(5);
  assertEquals(await verdictsOf(() => work(5), () => again), ["passed", "passed"]);
  assert(explorer.fingerprint === undefined);
});

// --- steps ---

Deno.test("Explorer gives a goroutine with k awaited operations k + 1 steps", async () => {
  for (let k = 0; k <= 5; k++) {
    assertEquals(
      await stepsOf(async () => {
        for (let i = 0; i < k; i++) await yieldNow();
      }),
      k + 1,
    );
  }
  // Whether the operation waits or not, and whichever it is.
  assertEquals(
    await stepsOf(async () => {
      const mu = new Mutex();
      await mu.lock();
      mu.unlock();
      const ch = new Channel<number>(1);
      await ch.send(1);
      await ch.receive();
      await select({ sent: ch.sending(2) });
      await new WaitGroup().wait();
      await sleep(5);
      await sleep(0);
    }),
    8,
  );
});

Deno.test("Explorer counts the start of a goroutine as its first step, and synchronous operations as none", async () => {
  assertEquals(
    await stepsOf(() => {
      const wg = new WaitGroup();
      const ch = new Channel<number>(3);
      wg.add(1);
      ch.trySend(1);
      ch.tryReceive();
      trySelect({ sent: ch.sending(2) });
      ch.close();
      wg.done();
      go(() => {});
      go(() => {});
    }),
    3,
  );
});

Deno.test("Explorer ends a step only when the microtask queue is empty: 1,000 hops are one step", async () => {
  const logs = new Set<string>();
  const hops = async (depth: number): Promise<void> => {
    if (depth > 0) await hops(depth - 1);
  };
  async function* numbers(): AsyncGenerator<number> {
    for (let i = 0; i < 50; i++) {
      await null;
      yield i;
    }
  }
  const schedules = await countOf(async () => {
    let log = "";
    const wg = new WaitGroup();
    wg.go(async () => {
      log += "(";
      await hops(1_000);
      for await (const _ of numbers());
      await Promise.race([hops(10), hops(20)]);
      await Promise.all([hops(10), hops(20), Promise.allSettled([hops(30)])]);
      let chain = Promise.resolve();
      for (let i = 0; i < 1_000; i++) chain = chain.then(() => {});
      await chain;
      log += ")";
    });
    wg.go(() => {
      log += "x";
    });
    await wg.wait();
    logs.add(log);
  });
  assertEquals([...logs].sort(), ["()x", "x()"]);
  assertEquals(
    schedules,
    await countOf(async () => {
      const wg = new WaitGroup();
      wg.go(() => {});
      wg.go(() => {});
      await wg.wait();
    }),
    "it counts as the goroutine that awaits nothing",
  );
});

Deno.test("Explorer never resumes a caller synchronously, nor runs a goroutine at go", async () => {
  const [mu, ch, unbuffered] = [new Mutex(), new Channel<number>(2), new Channel<number>()];
  await explore(async () => {
    const resumed: string[] = [];
    const starting = (name: string, promise: Promise<unknown>) =>
      promise.then(() => resumed.push(name));
    go(() => resumed.push("go"));
    go(() => unbuffered.receive());
    const all = [
      starting("lock", mu.lock()),
      starting("send", ch.send(1)),
      starting("receive", ch.receive()),
      starting("select", select({ sent: ch.sending(2) })),
      starting("yieldNow", yieldNow()),
      starting("sleep", sleep(0)),
    ];
    mu.unlock();
    ch.tryReceive();
    const woken = starting("unbuffered", unbuffered.send(3));
    assertEquals(resumed, []);
    await Promise.all([...all, woken]);
    assertEquals(new Set(resumed).size, resumed.length);
    assert(resumed.length >= 7);
  }, { schedules: 200, maxTimeMs: 10_000 });
});

Deno.test("Explorer keeps whoever is runnable runnable until it is resumed", async () => {
  const random = new RandomWalk(7);
  let left: number[] = [];
  let looks = 0;
  const look: Strategy = {
    name: "look",
    begin(schedule) {
      left = [];
      return schedule < 300 && random.begin(schedule);
    },
    pick(candidates: Candidates) {
      const { count } = candidates;
      const present = Array.from({ length: count }, (_, k) => candidates.goroutine(k));
      // With one left it may have been resumed without a question.
      if (left.length > 1) {
        looks++;
        for (const goroutine of left) assert(present.includes(goroutine), `${goroutine} is gone`);
      }
      const answer = random.pick(candidates);
      left = present.toSpliced(answer, 1);
      return answer;
    },
    choose: (count) => random.choose(count),
  };
  await explore(async () => {
    const mu = new Mutex();
    const ch = new Channel<number>(1);
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        await mu.lock();
        await yieldNow();
        mu.unlock();
        await ch.send(i);
        await sleep(i % 2);
      });
    }
    for (let i = 0; i < 3; i++) await select({ value: ch.receiving() });
    await wg.wait();
  }, { strategy: look });
  assert(looks > 1_000, `${looks} looks`);
});

Deno.test("Explorer lets a goroutine have several operations in flight", async () => {
  const orders = new Set<string>();
  const schedules = await countOf(async () => {
    const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
    await b.send(2);
    const order: string[] = [];
    const results = await Promise.all([
      a.send(1).then(() => order.push("sent")),
      b.receive().then((value) => {
        order.push("received");
        return value;
      }),
    ]);
    assertEquals(results[1], 2);
    assertEquals(a.size, 1);
    orders.add(order.join());
  });
  assertEquals([...orders].sort(), ["received,sent", "sent,received"]);
  assertEquals(schedules, 2);
});

Deno.test("Explorer lets operations in flight of one goroutine meet those of others", async () => {
  const schedules = await countOf(async () => {
    const [a, b] = [new Channel<string>(), new Channel<string>()];
    go(() =>
      Promise.all([b.send("from b"), a.receive()]).then(([, got]) => assertEquals(got, "to a"))
    );
    const [, got] = await Promise.all([a.send("to a"), b.receive()]);
    assertEquals(got, "from b");
  });
  assert(schedules > 1);
});

Deno.test("Explorer runs every shuffle of goroutines with known numbers of steps exactly once", async () => {
  for (const lengths of [[], [3], [1, 1], [2, 2], [1, 2, 3], [1, 1, 1, 1], [4, 4]]) {
    const log: number[] = [];
    const seen = new Set<string>();
    const body = shuffle(lengths, log);
    const count = await countOf(body);
    assertEquals(count, multinomial(lengths), `${lengths}`);
    const exploration = new Exploration(body, resolveOptions({}), undefined);
    const random = new RandomWalk(1);
    for (let i = 0; i < 3_000; i++) {
      random.begin(i);
      assertEquals((await exploration.execute(random)).kind, "passed");
      seen.add(log.join(""));
    }
    assertEquals(seen.size, count, `${lengths}: random reaches them all`);
  }
});

// --- one schedule and the next ---

Deno.test("Explorer keeps goroutines of deadlocked schedules asleep: after 2,000 the count is exact", async () => {
  const shared = { mutex: new Mutex(), channel: new Channel<number>(1), group: new WaitGroup() };
  let resumed = 0;
  const exploration = new Exploration(
    async () => {
      const never = new Channel<number>();
      go(async () => {
        await shared.mutex.lock();
        await never.receive();
        resumed++;
      });
      go(async () => {
        await shared.channel.send(1);
        await shared.channel.send(2);
        resumed++;
      });
      go(async () => {
        await sleep(Infinity);
        resumed++;
      });
      shared.group.add(1);
      await shared.group.wait();
      resumed++;
    },
    resolveOptions({}),
    undefined,
  );
  const random = new RandomWalk(3);
  for (let i = 0; i < 2_000; i++) {
    random.begin(i);
    assertEquals((await exploration.execute(random)).kind, "deadlock");
  }
  assertEquals(resumed, 0);
  const { mutex, channel, group } = shared;
  assertEquals([mutex.state(), channel.size, group.state()], [
    "unlocked",
    0,
    new WaitGroup().state(),
  ]);
  assertEquals(await countOf(shuffle([3, 3])), multinomial([3, 3]));
  assertEquals(
    await countOf(async () => {
      go(async () => {
        await mutex.lock();
        mutex.unlock();
      });
      await channel.send(1);
      await channel.receive();
    }),
    multinomial([2, 2]),
  );
  assertEquals(resumed, 0);
});

Deno.test("Explorer lets no goroutine of an ended schedule act in a later one", async () => {
  const shared = new Channel<string>(5);
  const mutex = new Mutex();
  const heard: string[] = [];
  let wake = (): void => {};
  const verdict = await verdictOf(async () => {
    const own = new Mutex();
    await own.lock();
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    own.unlock(); // nobody else can see that
    const attempts: [string, () => unknown][] = [
      ["trySend", () => shared.trySend("from a zombie")],
      ["tryLock", () => mutex.tryLock()],
      ["unlock", () => mutex.unlock()],
      ["trySelect", () => trySelect({ a: shared.sending("z"), b: shared.sending("z") })],
    ];
    for (const [name, attempt] of attempts) {
      try {
        attempt();
        heard.push(`${name} happened`);
      } catch (error) {
        heard.push(`${name}: ${(error as Error).message}`);
      }
    }
    go(() => heard.push("go ran"));
    void shared.send("from a zombie").then(() => heard.push("send resumed"));
    await sleep(0);
    heard.push("sleep resumed");
  }, { externalTimeoutMs: 5 });
  assertEquals(verdict.kind, "foreign");

  const { schedules, steps } = await explore(async () => {
    go(() => {});
    wake();
    await yieldNow();
    await shared.send("mine");
    await mutex.lock();
    assertEquals(shared.size, 1);
    assertEquals(await shared.receive(), "mine");
    mutex.unlock();
  }, { strategy: "exhaustive" });
  assertEquals(schedules, multinomial([1, 4]));
  assertEquals(steps, schedules * 6);
  const late = "the goroutine belongs to a schedule that has ended";
  assertEquals(heard.slice(0, 3), [
    `trySend: Cannot trySend: ${late}`,
    `tryLock: Cannot tryLock: ${late}`,
    `unlock: Cannot unlock: ${late}`,
  ]);
  assertEquals(heard.length, 4);
  assertStringIncludes(heard[3] as string, late);
  assertEquals([shared.size, mutex.state()], [0, "unlocked"]);
});

Deno.test("Explorer lets nothing that runs on after the end of a schedule change what the next one uses", async () => {
  const mutex = new Mutex();
  const verdict = await verdictOf(() => {
    void (async () => {
      for (let i = 0; i < 10; i++) await null;
      mutex.tryLock();
    })().catch(() => {});
    throw new Error("main is over");
  });
  assertEquals(verdict.kind, "race");
  assertEquals(mutex.state(), "unlocked");
});

Deno.test("Explorer lets a fatal error of an ended schedule fail no later one", async () => {
  let wake = (): void => {};
  const verdict = await verdictOf(async () => {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    new Mutex().unlock();
  }, { externalTimeoutMs: 5 });
  assertEquals(verdict.kind, "foreign");
  await explore(async () => {
    wake();
    await yieldNow();
    await yieldNow();
  });
});

Deno.test("Explorer gives code outside the schedule its event loop", async () => {
  const ch = new Channel<number>();
  const log: string[] = [];
  const outside = (async () => {
    go(() => log.push("goroutine outside"));
    const value = await ch.receive();
    log.push(`outside got ${value}`);
    const before = now();
    await sleep(1);
    assert(now() - before >= 1, "outside time is real");
  })();
  assert(now() > Date.UTC(2020), "outside time is real");
  await explore(async () => {
    await sleep(1_000_000);
    await realTime(2);
  }, { schedules: 2 });
  await ch.send(7);
  await outside;
  assertEquals(log, ["goroutine outside", "outside got 7"]);
});

Deno.test("Explorer's schedules are the same in number whoever ran before", async () => {
  const alone = await countOf(lostUpdateWithoutCheck);
  await verdictOf(lostUpdate);
  await verdictOf(() => new Channel<number>().receive());
  await countOf(() => lockRounds(2, 1));
  assertEquals(await countOf(lostUpdateWithoutCheck), alone);
});

async function lostUpdateWithoutCheck(): Promise<void> {
  await lostUpdate().catch(() => {});
}

// --- identity ---

Deno.test("Explorer knows who runs, across awaits of all kinds", async () => {
  async function* ticks(): AsyncGenerator<number> {
    for (let i = 0; i < 3; i++) {
      await yieldNow();
      yield i;
    }
  }
  await explore(async () => {
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        const me = explorer.running;
        const check = () => assertEquals(explorer.running?.path(), me?.path());
        await null;
        check();
        for await (const _ of ticks()) check();
        await Promise.all([yieldNow().then(check), sleep(1).then(check)]);
        check();
        await Promise.resolve().then(() => yieldNow()).then(check);
        await new Promise<void>((resolve) => queueMicrotask(resolve));
        check();
        try {
          await Promise.reject(new Error("x"));
        } catch {
          check();
        } finally {
          await yieldNow();
        }
        check();
      });
    }
    await wg.wait();
  }, { strategy: "random", seed: 4, schedules: 300 });
});

Deno.test("Explorer names goroutines by their place in the tree, whoever starts them first", async () => {
  const paths = new Map<string, Set<string>>();
  await explore(async () => {
    const wg = new WaitGroup();
    const note = (label: string) => {
      const path = explorer.running?.path() as string;
      if (!paths.has(label)) paths.set(label, new Set());
      paths.get(label)?.add(path);
    };
    for (const parent of ["a", "b"]) {
      wg.go(async () => {
        note(parent);
        await yieldNow();
        for (const child of ["x", "y"]) {
          wg.go(() => note(parent + child));
          await yieldNow();
        }
      });
    }
    await wg.wait();
  }, { strategy: "random", seed: 5, schedules: 300 });
  const found = [...paths].map(([label, where]) => [label, [...where].join()]).sort();
  assertEquals(found, [
    ["a", "0.0"],
    ["ax", "0.0.0"],
    ["ay", "0.0.1"],
    ["b", "0.1"],
    ["bx", "0.1.0"],
    ["by", "0.1.1"],
  ]);
});
