import { assert, assertEquals, assertRejects } from "@std/assert";
import { go, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { Cond } from "./cond.ts";
import { conforms, deadlocks, leaks } from "./conformance/both_schedulers_test.ts";
import { Mutex } from "./mutex.ts";
import { RWMutex } from "./rw_mutex.ts";
import { WaitGroup } from "./wait_group.ts";

const ALL = { strategy: "exhaustive", mustComplete: true } as const;

conforms(
  "each signal wakes exactly one of two waiters, and none is remembered (sync/cond_test.go:TestCondSignal)",
  async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const count = 2;
    const running = new Channel<void>(count), awake = new Channel<void>(count);
    cond.signal();
    for (let i = 0; i < count; i++) {
      go(async () => {
        await mu.lock();
        await running.send();
        await cond.wait();
        await awake.send();
        mu.unlock();
      });
    }
    for (let i = 0; i < count; i++) await running.receive();
    for (let left = count; left > 0; left--) {
      for (let i = 0; i < 10; i++) await yieldNow();
      assertEquals(awake.size, 0, "awake without a signal");
      await mu.lock();
      cond.signal();
      mu.unlock();
      await awake.receive();
    }
    cond.signal();
  },
);

conforms("signal wakes whoever has waited longest, first come, first served", async () => {
  const mu = new Mutex();
  const cond = new Cond(mu);
  const woken: number[] = [];
  const waiting: Promise<void>[] = [];
  for (let i = 0; i < 3; i++) {
    await mu.lock();
    waiting.push(
      cond.wait().then(() => {
        woken.push(i);
        mu.unlock();
      }),
    );
  }
  for (let i = 0; i < 3; i++) {
    await mu.lock();
    cond.signal();
    mu.unlock();
    await waiting[i];
    assertEquals(woken, [0, 1, 2].slice(0, i + 1));
  }
});

conforms(
  "broadcast wakes everybody who waits, exactly once (sync/cond_test.go:TestCondBroadcast)",
  async (count) => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const running = new Channel<number>(count), awake = new Channel<number>(count);
    const wg = new WaitGroup();
    let exit = false;
    for (let i = 0; i < count; i++) {
      wg.go(async () => {
        await mu.lock();
        while (!exit) {
          await running.send(i);
          await cond.wait();
          await awake.send(i);
        }
        mu.unlock();
      });
    }
    for (let round = 0; round < count; round++) {
      for (let i = 0; i < count; i++) await running.receive();
      await mu.lock();
      assertEquals(awake.size, 0, "awake without a broadcast");
      exit = round === count - 1;
      cond.broadcast();
      mu.unlock();
      const seen = new Set<number>();
      for (let i = 0; i < count; i++) seen.add(await awake.receive() as number);
      assertEquals(seen.size, count, "somebody was woken twice");
    }
    await wg.wait();
  },
  { rounds: [60, 2] },
);

conforms("three goroutines hand x on through one Cond (sync/cond_test.go:TestRace)", async () => {
  let x = 0 as number;
  const mu = new Mutex();
  const cond = new Cond(mu);
  const wg = new WaitGroup();
  wg.go(async () => {
    await mu.lock();
    x = 1;
    await cond.wait();
    assertEquals(x, 2);
    x = 3;
    cond.signal();
    mu.unlock();
  });
  wg.go(async () => {
    await mu.lock();
    while (x !== 1) await handOver(mu);
    x = 2;
    cond.signal();
    mu.unlock();
  });
  wg.go(async () => {
    await mu.lock();
    while (x < 2) await handOver(mu);
    // The first one has been signalled, and waits no more: this one is the next to be.
    if (x === 2) await cond.wait();
    assertEquals(x, 3);
    mu.unlock();
  });
  await wg.wait();
  assertEquals(x, 3);
});

/** Lets others have the lock, and takes it again. */
async function handOver(mu: Mutex): Promise<void> {
  mu.unlock();
  await yieldNow();
  await mu.lock();
}

Deno.test("a Cond cannot be copied: a structural copy does not work (sync/cond_test.go:TestCondCopy)", async () => {
  const cond = new Cond(new Mutex());
  const copy = Object.assign(Object.create(Cond.prototype), cond) as Cond;
  let error: unknown;
  try {
    copy.signal();
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof TypeError, "private fields are not copied");
  await cond.locker.lock();
});

deadlocks("a signal sent before anybody waits is lost (leakprofile:Cond)", async () => {
  const mu = new Mutex();
  const cond = new Cond(mu);
  await mu.lock();
  cond.signal();
  cond.broadcast();
  await cond.wait();
}, { waiting: ["main [sync.Cond.Wait]"] });

leaks("a goroutine waits on a Cond nobody signals (leakprofile:Cond)", async () => {
  const mu = new Mutex();
  const cond = new Cond(mu);
  go(async () => {
    await mu.lock();
    await cond.wait();
  }, "waiter");
  await yieldNow();
}, { waiting: ["waiter [sync.Cond.Wait]"] });

conforms(
  "wait takes its ticket and unlocks before it returns its promise, and returns with the lock held",
  async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    await mu.lock();
    const waiting = cond.wait();
    assert(mu.tryLock(), "unlocked at the call");
    cond.signal();
    let hasReturned = false;
    const returned = waiting.then(() => hasReturned = true);
    for (let i = 0; i < 5; i++) await yieldNow();
    assert(!hasReturned, "it needs the lock");
    mu.unlock();
    await returned;
    assert(!mu.tryLock());
    mu.unlock();
  },
);

conforms("the reading side of an RWMutex will do as a locker", async () => {
  const rw = new RWMutex();
  const cond = new Cond(rw.rLocker());
  const wg = new WaitGroup();
  let isReady = false;
  for (let i = 0; i < 2; i++) {
    wg.go(() =>
      rw.withRLock(async () => {
        while (!isReady) await cond.wait();
      })
    );
  }
  await rw.withLock(() => {
    isReady = true;
    cond.broadcast();
  });
  await wg.wait();
  assertEquals(rw.state(), "unlocked");
});

Deno.test("wait without the lock fails with Go's text, and leaves no ticket that swallows a signal", async () => {
  const mu = new Mutex();
  const cond = new Cond(mu);
  await assertRejects(() => cond.wait(), Error, "sync: unlock of unlocked mutex");
  assert(mu.tryLock());
  const waiting = cond.wait();
  cond.signal();
  await waiting;
  assert(!mu.tryLock());
});

// --- giving up ---

conforms("a canceled waiter holds the lock when it throws, and swallows no signal", async () => {
  const mu = new Mutex();
  const cond = new Cond(mu);
  const controller = new AbortController();
  const release = () => {
    assert(!mu.tryLock(), "the lock is held, also when wait throws");
    mu.unlock();
  };
  await mu.lock();
  const givenUp = assertRejects(() => cond.wait(controller), Error, "enough").then(release);
  await mu.lock();
  const stays = cond.wait().then(release);
  controller.abort(new Error("enough"));
  cond.signal();
  await Promise.all([givenUp, stays]);
});

conforms("wait that is canceled already does nothing: the lock is held all the time", async () => {
  const mu = new Mutex();
  const cond = new Cond(mu);
  await mu.lock();
  const waiting = assertRejects(
    () => cond.wait({ signal: AbortSignal.abort(new Error("before")) }),
    Error,
    "before",
  );
  assert(!mu.tryLock());
  await waiting;
  assert(!mu.tryLock());
  mu.unlock();
});

Deno.test("cancellation in all schedules: a signal is taken by one waiter or the other, and never lost", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const wg = new WaitGroup();
    const controller = new AbortController();
    let outcome = "gave up";
    await mu.lock();
    const first = cond.wait(controller);
    await mu.lock();
    const second = cond.wait();
    wg.go(async () => {
      try {
        await first;
        outcome = "signalled";
        cond.signal(); // the other one's turn
      } catch (error) {
        assert(error === controller.signal.reason);
      } finally {
        mu.unlock();
      }
    });
    wg.go(() => controller.abort());
    wg.go(() => cond.signal());
    await second;
    mu.unlock();
    await wg.wait();
    outcomes.add(outcome);
  }, ALL);
  assertEquals([...outcomes].sort(), ["gave up", "signalled"]);
});

// --- every schedule of small programs ---

Deno.test("no lost wake-up: in all schedules a consumer that checks under the lock gets what a producer puts", async () => {
  await explore(async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const wg = new WaitGroup();
    let items = 0;
    for (let i = 0; i < 2; i++) {
      wg.go(() =>
        mu.withLock(async () => {
          while (items === 0) await cond.wait();
          items--;
        })
      );
    }
    wg.go(() =>
      mu.withLock(() => {
        items += 2;
        cond.signal();
        cond.signal();
      })
    );
    await wg.wait();
    assertEquals(items, 0);
  }, ALL);
});

Deno.test("whoever is signalled comes to the lock in a step of its own: another one may lock in between", async () => {
  // Main waits, w signals and unlocks, b locks. After the signal the next step of main is its arrival at the lock, and the
  // one after that returns. So b can have the lock before main has it, or after.
  const firsts = new Set<string>();
  await explore(async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const wg = new WaitGroup();
    const order: string[] = [];
    await mu.lock();
    wg.go(() => mu.withLock(() => cond.signal()));
    wg.go(async () => {
      while (mu.state() === "locked") await yieldNow();
      await mu.withLock(() => void order.push("b"));
    });
    await cond.wait();
    order.push("main");
    mu.unlock();
    await wg.wait();
    firsts.add(order[0]!);
  }, { strategy: "random", schedules: 300, seed: 1 });
  assertEquals([...firsts].sort(), ["b", "main"]);
});

Deno.test("a waiter needs two steps after its signal: one to arrive at the lock, one to return", async () => {
  // main: start | wait parks | arrives | returns. s: start and signal. Main's first step ends with lock, the second with
  // wait: s may be started before that only if main yields, which it does not; so steps are main, main, s, main, main.
  const result = await explore(async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    await mu.lock();
    const waiting = cond.wait();
    go(() => cond.signal());
    await waiting;
    mu.unlock();
  }, ALL);
  assertEquals([result.schedules, result.steps], [1, 5]);
});
