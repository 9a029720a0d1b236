import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  background,
  callAfter,
  Channel,
  Cond,
  go,
  Mutex,
  Once,
  RWMutex,
  select,
  Semaphore,
  sleep,
  trySelect,
  WaitGroup,
  withCancel,
  yieldNow,
} from "../mod.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import { Shared, shared } from "./shared.ts";

type Program = () => unknown;

/** Explores `body`, which must have a data race. */
async function racy(body: Program, options: ExploreOptions = {}): Promise<ScheduleError> {
  const error = await assertRejects(() => explore(body, options), ScheduleError);
  assertEquals(error.kind, "race", error.message);
  assert(error.trace.race !== undefined, error.message);
  assertStringIncludes(error.message, "data race on ");
  return error;
}

/** Explores every schedule of `body`, none of which may have a race. */
async function silent(body: Program): Promise<void> {
  const { complete } = await explore(body, { strategy: "exhaustive", mustComplete: true });
  assert(complete);
}

/** Runs one goroutine that writes, and another that does what `reader` says and reads. */
function handOver(
  writer: (x: Shared<number>) => unknown,
  reader: (x: Shared<number>) => unknown,
): Program {
  return async () => {
    const x = new Shared(0);
    const wg = new WaitGroup();
    wg.go(() => writer(x));
    wg.go(() => reader(x));
    await wg.wait();
  };
}

// --- what races ---

Deno.test("findRace: two writes that nothing orders (runtime/race:TestRaceSynctestGoroutinesExit)", async () => {
  const error = await racy(() => {
    const x = new Shared(0);
    go(() => x.set(1));
    go(() => x.set(2));
  });
  assertEquals(error.name, "RaceError");
  assertEquals(error.trace.race?.first.goroutine !== error.trace.race?.second.goroutine, true);
});

Deno.test("findRace: a read and a write, a write and a read, an update and a compare-and-set", async () => {
  await racy(handOver((x) => x.set(1), (x) => x.get()));
  await racy(handOver((x) => x.get(), (x) => x.set(1)));
  await racy(handOver((x) => x.update((n) => n + 1), (x) => x.compareAndSet(5, 6)));
  await racy(handOver((x) => x.get(), (x) => x.compareAndSet(0, 1)));
  await silent(handOver((x) => x.get(), (x) => x.get()));
  // A compare-and-set that fails is a read.
  await silent(handOver((x) => x.get(), (x) => x.compareAndSet(5, 6)));
});

Deno.test("findRace: writes after a close has woken both (runtime/race:TestRaceSynctestGoroutinesUnblocked)", async () => {
  await racy(async () => {
    const x = new Shared(0);
    const start = new Channel<never>();
    for (const value of [1, 2]) {
      go(async () => {
        await start.receive();
        x.set(value);
      });
    }
    await yieldNow();
    start.close();
  });
});

Deno.test("findRace: callbacks of timers a second apart: time orders nothing (runtime/race:TestRaceSynctestTimers)", async () => {
  await racy(async () => {
    const x = new Shared(0);
    callAfter(1_000, () => x.set(1));
    callAfter(2_000, () => x.set(2));
    await sleep(3_000);
  });
});

Deno.test("findRace: sleeping and yielding order nothing", async () => {
  await racy(handOver((x) => x.set(1), async (x) => {
    await sleep(1_000);
    x.get();
  }));
  await racy(
    handOver((x) => x.set(1), async (x) => {
      for (let i = 0; i < 5; i++) await yieldNow();
      x.get();
    }),
    { strategy: "random" },
  );
});

Deno.test("findRace: conflicts order nothing: two sends to one buffered channel do not synchronise", async () => {
  const body = async (): Promise<void> => {
    const x = new Shared(0);
    const ch = new Channel<number>(2);
    const wg = new WaitGroup();
    wg.go(async () => {
      x.set(1);
      await ch.send(1);
    });
    wg.go(async () => {
      await ch.send(2);
      x.set(2);
    });
    await wg.wait();
  };
  await racy(body);
  await racy(body, { strategy: "reduced", state: "tracked" });
});

Deno.test("findRace: what is written behind a release, in the same step, is not published by it", async () => {
  await racy(async () => {
    const x = new Shared(0);
    const mu = new Mutex();
    await mu.lock();
    go(() => {
      mu.unlock();
      x.set(1);
    });
    await mu.lock();
    x.get();
  });
  // Before the release all is well.
  await silent(async () => {
    const x = new Shared(0);
    const mu = new Mutex();
    await mu.lock();
    go(() => {
      x.set(1);
      mu.unlock();
    });
    await mu.lock();
    x.get();
  });
});

Deno.test("findRace: behind a send, a close, a done and a cancel in the same step", async () => {
  await racy(behindOn((ch) => ch.trySend(1), (ch) => ch.receive()));
  await racy(behindOn((ch) => ch.close(), (ch) => ch.receive()));
  await racy(async () => {
    const x = new Shared(0);
    const wg = new WaitGroup();
    wg.add(1);
    go(() => {
      wg.done();
      x.set(1);
    });
    await wg.wait();
    x.get();
  });
  await racy(async () => {
    const x = new Shared(0);
    const ctx = withCancel(background());
    go(() => {
      ctx.cancel();
      x.set(1);
    });
    await ctx.done.receive();
    x.get();
  });
});

/** One releases and writes, the other takes and reads. */
function behindOn(
  release: (ch: Channel<number>) => unknown,
  take: (ch: Channel<number>) => unknown,
): Program {
  return async () => {
    const x = new Shared(0);
    const ch = new Channel<number>(1);
    const wg = new WaitGroup();
    wg.go(() => {
      release(ch);
      x.set(1);
    });
    wg.go(async () => {
      await take(ch);
      x.get();
    });
    await wg.wait();
  };
}

Deno.test("findRace: a tryLock that fails orders nothing (mem:trylock-fail)", async () => {
  await racy(underLock((mu, x) => {
    if (mu.tryLock()) mu.unlock();
    else x.get();
  }));
});

/** One writes under the lock, the other does what `other` says. */
function underLock(
  other: (mu: Mutex, x: Shared<number>) => unknown,
): Program {
  return async () => {
    const x = new Shared(0);
    const mu = new Mutex();
    const wg = new WaitGroup();
    wg.go(async () => {
      await mu.lock();
      x.set(1);
      await yieldNow();
      mu.unlock();
    });
    wg.go(async () => {
      await yieldNow();
      await other(mu, x);
    });
    await wg.wait();
  };
}

Deno.test("findRace: a read lock does not order writers", async () => {
  const body = (lock: (rw: RWMutex, body: () => void) => Promise<void>): Program => async () => {
    const x = new Shared(0);
    const rw = new RWMutex();
    const wg = new WaitGroup();
    for (const value of [1, 2]) wg.go(() => lock(rw, () => x.set(value)));
    await wg.wait();
  };
  await racy(body((rw, write) => rw.withRLock(write)));
  await silent(body((rw, write) => rw.withLock(write)));
});

Deno.test("findRace: properties of a shared object are cells, and so are its keys", async () => {
  await racy(() => {
    const account = shared({ balance: 0, owner: "a" });
    go(() => account.balance = 1);
    go(() => account.balance);
  });
  await silent(() => {
    const account = shared({ balance: 0, owner: "a" });
    go(() => account.balance = 1);
    go(() => account.owner = "b");
  });
  await racy(() => {
    const account = shared<Record<string, number>>({});
    go(() => account.balance = 1);
    go(() => Object.keys(account));
  });
});

// --- what orders ---

Deno.test("findRace: the start of a goroutine orders what came before it (mem:go-start)", async () => {
  await silent(() => {
    const x = new Shared(0);
    x.set(1);
    go(() => x.get());
    go(() => x.get());
  });
  await racy(() => {
    const x = new Shared(0);
    go(() => x.get());
    x.set(1);
  });
});

Deno.test("findRace: the k-th send comes before the k-th receive (mem:send-recv)", async () => {
  for (const capacity of [0, 1, 2]) {
    await silent(async () => {
      const cells = [new Shared(0), new Shared(0)];
      const ch = new Channel<Shared<number>>(capacity);
      go(async () => {
        for (const cell of cells) {
          cell.set(1);
          await ch.send(cell);
        }
      });
      for (let i = 0; i < 2; i++) (await ch.receive())?.get();
    });
  }
  // Unbuffered, a receive comes before its send returns; with room it does not.
  const receiverWrites = (capacity: number): Program => async () => {
    const x = new Shared(0);
    const ch = new Channel<number>(capacity);
    go(async () => {
      x.set(1);
      await ch.receive();
    });
    await ch.send(1);
    x.get();
  };
  await silent(receiverWrites(0));
  await racy(receiverWrites(1));
});

Deno.test("findRace: a channel of capacity k as a semaphore: receive k before the send that takes its slot", async () => {
  await silent(async () => {
    const x = new Shared(0);
    const slots = new Channel<number>(1);
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        await slots.send(1);
        x.update((n) => n + 1);
        await slots.receive();
      });
    }
    await wg.wait();
  });
});

Deno.test("findRace: a close comes before the receive that learns of it (mem:close-recv)", async () => {
  await silent(async () => {
    const x = new Shared(0);
    const ch = new Channel<never>();
    go(() => {
      x.set(1);
      ch.close();
    });
    await ch.receive();
    x.get();
  });
});

Deno.test("findRace: an unlock comes before later locks, whoever unlocks (mem:mutex)", async () => {
  await silent(async () => {
    const x = new Shared(0);
    const mu = new Mutex();
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        await mu.lock();
        x.update((n) => n + 1);
        mu.unlock();
      });
    }
    await wg.wait();
    x.get();
  });
});

Deno.test("findRace: a tryLock, tryReceive, trySend or trySelect that succeeds orders at once, in the same step", async () => {
  await silent(underLock((mu, x) => {
    if (mu.tryLock()) {
      x.get();
      mu.unlock();
    }
  }));
  const tries: ((ch: Channel<number>) => unknown)[] = [
    (ch) => ch.tryReceive(),
    (ch) => trySelect({ value: ch.receiving() }),
  ];
  for (const attempt of tries) {
    await silent(async () => {
      const x = new Shared(0);
      const ch = new Channel<number>(1);
      go(() => {
        x.set(1);
        ch.trySend(1);
      });
      await yieldNow();
      if (attempt(ch) !== undefined) x.get();
    });
  }
});

Deno.test("findRace: select orders as the case that was taken", async () => {
  const body = (isTaken: boolean): Program => async () => {
    const x = new Shared(0);
    const a = new Channel<number>(), b = new Channel<number>();
    go(async () => {
      x.set(1);
      await a.send(1);
    });
    go(() => b.close());
    const { key } = await select({ a: a.receiving(), b: b.receiving() });
    if ((key === "a") === isTaken) x.get();
    await (key === "a" ? b : a).receive();
  };
  await silent(body(true));
  await racy(body(false));
});

Deno.test("findRace: a writer comes after every reader before it, and readers after the writer", async () => {
  await silent(async () => {
    const x = new Shared(0);
    const rw = new RWMutex();
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) wg.go(() => rw.withRLock(() => x.get()));
    wg.go(() => rw.withLock(() => x.set(1)));
    await wg.wait();
  });
});

Deno.test("findRace: the end of once's function comes before every return (mem:once)", async () => {
  await silent(async () => {
    const x = new Shared(0);
    const once = new Once();
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        await once.do(async () => {
          await yieldNow();
          x.set(1);
        });
        x.get();
      });
    }
    await wg.wait();
  });
});

Deno.test("findRace: every done comes before the wait it releases (mem:waitgroup)", async () => {
  await silent(async () => {
    const cells = [new Shared(0), new Shared(0)];
    const wg = new WaitGroup();
    for (const cell of cells) wg.go(() => cell.set(1));
    await wg.wait();
    for (const cell of cells) cell.get();
  });
  // Also for whoever waits when it is over.
  await silent(async () => {
    const x = new Shared(0);
    const wg = new WaitGroup();
    wg.go(() => x.set(1));
    await yieldNow();
    await yieldNow();
    await wg.wait();
    x.get();
  });
});

Deno.test("findRace: permits, signals and cancelling order", async () => {
  await silent(async () => {
    const x = new Shared(0);
    const permits = new Semaphore(1);
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        await permits.acquire(1);
        x.update((n) => n + 1);
        permits.release(1);
      });
    }
    await wg.wait();
  });
  await silent(async () => {
    const x = new Shared(0);
    const mu = new Mutex();
    const cond = new Cond(mu);
    go(async () => {
      await mu.lock();
      x.set(1);
      cond.signal();
      mu.unlock();
    });
    await mu.lock();
    while (x.get() === 0) await cond.wait();
    mu.unlock();
  });
  await silent(async () => {
    const x = new Shared(0);
    const ctx = withCancel(background());
    go(() => {
      x.set(1);
      ctx.cancel();
    });
    await ctx.done.receive();
    x.get();
  });
});

Deno.test("findRace: a goroutine that ended before another was started is not ordered, unless somebody waited for it (runtime/race:TestNoRaceSynctestGoroutinesExit)", async () => {
  await silent(async () => {
    const x = new Shared(0);
    const wg = new WaitGroup();
    wg.go(() => x.set(1));
    await wg.wait();
    go(() => x.set(2));
  });
  await racy(async () => {
    const x = new Shared(0);
    go(() => x.set(1));
    await sleep(1);
    go(() => x.set(2));
  });
});

Deno.test("findRace: setting a timer orders what came before, and not what comes after", async () => {
  await silent(async () => {
    const x = new Shared(0);
    x.set(1);
    callAfter(10, () => x.get());
    await sleep(20);
  });
  await racy(async () => {
    const x = new Shared(0);
    callAfter(10, () => x.get());
    await sleep(1);
    x.set(1);
    await sleep(20);
  });
});

Deno.test("findRace: atomic cells never race, and seeing a write orders what came before it (mem:atomic)", async () => {
  const flag =
    (isAtomic: boolean, see: (ready: Shared<boolean>) => boolean): Program => async () => {
      const x = new Shared(0);
      const ready = new Shared(false, { atomic: isAtomic });
      go(() => {
        x.set(1);
        ready.set(true);
      });
      await yieldNow();
      if (see(ready)) x.get();
    };
  await silent(flag(true, (ready) => ready.get()));
  await silent(flag(true, (ready) => ready.compareAndSet(true, false)));
  await racy(flag(false, (ready) => ready.get()));
  // Not having seen it orders nothing.
  await racy(flag(true, (ready) => !ready.get()));
  // A read publishes nothing.
  await racy(async () => {
    const x = new Shared(0);
    const a = new Shared(0, { atomic: true });
    go(() => {
      x.set(1);
      a.get();
    });
    await yieldNow();
    a.get();
    x.get();
  });
});

// --- the verdict ---

Deno.test("explore names the cell, both goroutines and both places of a data race", async () => {
  const error = await racy(lostUpdate, { seed: 1, name: "adds" });
  const lines = error.message.split("\n");
  assertEquals(
    lines[0],
    "data race on balance: g2 add writes at race_check_test.ts:" +
      `${lineOf("writes")}, g3 add reads at race_check_test.ts:${lineOf("reads")}`,
  );
  assertEquals(lines.slice(2, 11), [
    `  g3 add    reads at step 4     race_check_test.ts:${
      lineOf("reads")
    }    const before = balance.get(); // reads`,
    `  g2 add    writes at step 3    race_check_test.ts:${
      lineOf("writes")
    }    balance.set(before + 1); // writes`,
    "",
    "  Nothing orders g2 and g3 here: neither starts the other, and they meet at no lock, channel or",
    "  WaitGroup in between. Sleeping, timers and yields order nothing.",
    "",
    "  Guard balance with a Mutex, or hand it over through a channel. If it is meant to be read and",
    "  written without a lock: new Shared(value, { atomic: true }).",
    "",
  ]);
});

/** The usual. */
async function lostUpdate(): Promise<void> {
  const balance = new Shared(0);
  const wg = new WaitGroup();
  for (let i = 0; i < 2; i++) {
    wg.go(async function add() {
      const before = balance.get(); // reads
      await yieldNow();
      balance.set(before + 1); // writes
    });
  }
  await wg.wait();
}

/** The line of this file that ends in the comment `mark`. */
function lineOf(mark: string): number {
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  return lines.findIndex((line) => line.endsWith(`; // ${mark}`)) + 1;
}

Deno.test("explore finds a data race whatever the strategy, also if there is one schedule only", async () => {
  for (
    const strategy of ["portfolio", "random", "pct", "exhaustive", "reduced"] as const
  ) {
    await racy(lostUpdate, { strategy, state: "tracked" });
  }
  // The first schedule, in which cells are touched for the first time, is looked at as well.
  await racy(lostUpdate, { schedules: 1 });
});

Deno.test("explore replays a data race from its token", async () => {
  const { schedule } = await racy(lostUpdate);
  const again = await racy(lostUpdate, { replay: schedule });
  assertEquals(again.schedule, schedule);
});

Deno.test('explore with races "ignore" lets cells race', async () => {
  const { complete } = await explore(lostUpdate, { strategy: "exhaustive", races: "ignore" });
  assertEquals(complete, true);
  await assertRejects(
    // deno-lint-ignore no-explicit-any
    () => explore(lostUpdate, { races: "maybe" as any }),
    TypeError,
    'option "races" is "maybe", expected "fail" or "ignore"',
  );
});

Deno.test("explore runs a schedule of cells no more than once, but for the first", async () => {
  let runs = 0;
  const { schedules } = await explore(async () => {
    runs++;
    const x = new Shared(0, { atomic: false });
    const mu = new Mutex();
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) wg.go(() => mu.withLock(() => x.set(i)));
    await wg.wait();
  }, { strategy: "exhaustive" });
  assertEquals(runs, schedules + 1);
});

Deno.test("explore prefers what the body says: an assertion that fails is reported as it is", async () => {
  const error = await assertRejects(() =>
    explore(async () => {
      const x = new Shared(0);
      go(() => x.set(1));
      await yieldNow();
      if (x.get() === 1) throw new Error("seen");
    }, { strategy: "random", races: "ignore" }), ScheduleError);
  assertStringIncludes(error.message, "seen");
});
