import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { go, yieldNow } from "../runtime/mod.ts";
import { Channel } from "./channel.ts";
import { conforms, deadlocks, failure } from "./conformance/both_schedulers_test.ts";
import { Mutex } from "./mutex.ts";
import { select, trySelect } from "./select.ts";
import { WaitGroup } from "./wait_group.ts";

conforms(
  "Mutex lets one goroutine at a time in, and the next one sees what it did (mem:mutex)",
  async (count) => {
    const mu = new Mutex();
    const wg = new WaitGroup();
    let balance = 0;
    for (let i = 0; i < count; i++) {
      wg.go(async () => {
        await mu.lock();
        const before = balance;
        await yieldNow();
        balance = before + 1;
        mu.unlock();
      });
    }
    await wg.wait();
    assertEquals(balance, count);
  },
  { rounds: [1000, 3] },
);

conforms("another goroutine than the locker may unlock (mem:mutex)", async () => {
  const mu = new Mutex();
  let text = "";
  await mu.lock();
  go(() => {
    text = "hello";
    mu.unlock();
  });
  await mu.lock();
  assertEquals(text, "hello");
  mu.unlock();
  assert(mu.tryLock());
});

conforms(
  "unlock hands over first come, first served; nobody overtakes, not even by tryLock",
  async () => {
    const mu = new Mutex();
    const order: number[] = [];
    await mu.lock();
    const waiting = [0, 1, 2].map((i) =>
      mu.lock().then(() => {
        order.push(i);
        assert(!mu.tryLock());
        mu.unlock();
      })
    );
    mu.unlock();
    assert(!mu.tryLock(), "the lock was handed over, not dropped");
    await Promise.all(waiting);
    assertEquals(order, [0, 1, 2]);
    assert(mu.tryLock());
  },
);

conforms("tryLock that fails changes nothing (mem:trylock-fail)", async () => {
  const mu = new Mutex();
  await mu.lock();
  const next = mu.lock();
  for (let i = 0; i < 3; i++) assert(!mu.tryLock());
  mu.unlock();
  await next;
  assert(!mu.tryLock());
  mu.unlock();
  assert(mu.tryLock());
});

conforms("the caller of lock resumes later, also when the mutex is free", async () => {
  const mu = new Mutex();
  const order: string[] = [];
  const locked = mu.lock().then(() => order.push("locked"));
  assert(!mu.tryLock(), "lock acts at the call");
  order.push("after lock");
  await locked;
  assertEquals(order, ["after lock", "locked"]);
});

conforms(
  "withLock releases exactly once when its body returns, and gives its result (js:using-lock)",
  async () => {
    const mu = new Mutex();
    assertEquals(await mu.withLock(() => 42), 42);
    assertEquals(await mu.withLock(async () => (await yieldNow(), "later")), "later");
    await mu.lock();
    mu.unlock();
  },
);

conforms(
  "withLock releases exactly once when its body throws, and passes the error on (js:using-lock)",
  async () => {
    const mu = new Mutex();
    const failing = () => {
      throw new RangeError("at once");
    };
    await assertRejects(() => mu.withLock(failing), RangeError, "at once");
    await assertRejects(
      () => mu.withLock(async () => (await yieldNow(), failing())),
      RangeError,
      "at once",
    );
    assert(mu.tryLock());
  },
);

Deno.test("unlock inside withLock is a misuse at the second unlock, never clamped (js:using-lock)", async () => {
  const mu = new Mutex();
  const misuse = () => mu.withLock(() => mu.unlock());
  await assertRejects(misuse, Error, "sync: unlock of unlocked mutex");
  assert(mu.tryLock());
});

Deno.test("unlock of an unlocked mutex throws Go's text (sync/mutex_test.go:TestMutexMisuse/Mutex.Unlock2)", async () => {
  const mu = new Mutex();
  assertThrows(() => mu.unlock(), Error, "sync: unlock of unlocked mutex");
  await mu.lock();
  mu.unlock();
  assertThrows(() => mu.unlock(), Error, "sync: unlock of unlocked mutex");
});

Deno.test("unlock of an unlocked mutex fails the exploration although it is caught (sync/mutex_test.go:TestMutexMisuse/Mutex.Unlock2)", async () => {
  const error = await failure(async () => {
    const mu = new Mutex();
    await mu.lock();
    mu.unlock();
    try {
      mu.unlock();
    } catch {
      // Go calls this fatal: no recover stops it.
    }
  });
  assertEquals(error.kind, "panic");
  assert(error.message.includes("sync: unlock of unlocked mutex"), error.message);
});

deadlocks("lock twice by one goroutine waits for ever: a Mutex is not re-entrant", async () => {
  const mu = new Mutex();
  await mu.lock();
  await mu.lock();
}, { waiting: ["main [sync.Mutex.Lock]"] });

conforms(
  "locking as a case of a select takes the lock if it is chosen, and leaves the queue if not",
  async () => {
    const mu = new Mutex();
    const quit = new Channel<never>();
    assertEquals(trySelect({ locked: mu.locking() })?.key, "locked");
    assertEquals(trySelect({ locked: mu.locking() }), undefined);
    const givenUp = select({ locked: mu.locking(), quit: quit.receiving() });
    const parked = select({ locked: mu.locking() });
    quit.close();
    assertEquals((await givenUp).key, "quit");
    mu.unlock();
    assertEquals((await parked).key, "locked");
    assert(!mu.tryLock());
    mu.unlock();
    assert(mu.tryLock(), "whoever gave up must not be handed the lock");
  },
);
