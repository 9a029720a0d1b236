import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { go, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { Channel } from "./channel.ts";
import { conforms, deadlocks, failure } from "./conformance/both_schedulers_test.ts";
import { RWMutex } from "./rw_mutex.ts";
import { select, trySelect } from "./select.ts";
import { WaitGroup } from "./wait_group.ts";

const ALL = { strategy: "exhaustive", mustComplete: true } as const;

// --- Go's tests ---

for (const readers of [1, 3, 4]) {
  conforms(
    `${readers} readers hold the lock at the same time (sync/rwmutex_test.go:TestParallelReaders)`,
    async () => {
      const rw = new RWMutex();
      const locked = new Channel<void>(), unlock = new Channel<void>(), done = new Channel<void>();
      for (let i = 0; i < readers; i++) {
        go(async () => {
          await rw.rLock();
          await locked.send();
          await unlock.receive();
          rw.rUnlock();
          await done.send();
        });
      }
      for (let i = 0; i < readers; i++) await locked.receive();
      assertEquals(rw.state(), `locked by ${readers} reader${readers === 1 ? "" : "s"}`);
      for (let i = 0; i < readers; i++) await unlock.send();
      for (let i = 0; i < readers; i++) await done.receive();
      assert(rw.tryLock());
    },
  );
}

conforms(
  "tries succeed exactly where locking would not wait (sync/rwmutex_test.go:TestRWMutex/try)",
  async () => {
    const rw = new RWMutex();
    await rw.lock();
    assert(!rw.tryLock());
    assert(!rw.tryRLock());
    rw.unlock();
    assert(rw.tryLock());
    rw.unlock();
    assert(rw.tryRLock());
    rw.rUnlock();
    await rw.rLock();
    assert(rw.tryRLock());
    assert(!rw.tryLock());
    rw.rUnlock();
    rw.rUnlock();
    assert(rw.tryLock());
  },
);

conforms(
  "the reading side as a Locker keeps writers out until it is unlocked as often as locked (sync/rwmutex_test.go:TestRLocker)",
  async (rounds) => {
    const rw = new RWMutex();
    const written = new Channel<void>(1), read = new Channel<void>(1);
    const reader = rw.rLocker();
    go(async () => {
      for (let i = 0; i < rounds; i++) {
        await reader.lock();
        await reader.lock();
        await read.send();
        await written.receive();
      }
    });
    for (let i = 0; i < rounds; i++) {
      await read.receive();
      reader.unlock();
      assert(!rw.tryLock(), "locked for reading once more");
      reader.unlock();
      await rw.lock();
      assert(!rw.tryRLock());
      await written.send();
      rw.unlock();
    }
  },
  { rounds: [10, 3] },
);

const MISUSES = [
  {
    misuse: (rw: RWMutex) => rw.unlock(),
    lock: (rw: RWMutex) => rw.lock(),
    lockOtherwise: (rw: RWMutex) => rw.rLock(),
    text: "sync: Unlock of unlocked RWMutex",
    fresh: "sync/mutex_test.go:TestMutexMisuse/RWMutex.Unlock",
    second: "sync/mutex_test.go:TestMutexMisuse/RWMutex.Unlock3",
  },
  {
    misuse: (rw: RWMutex) => rw.rUnlock(),
    lock: (rw: RWMutex) => rw.rLock(),
    lockOtherwise: (rw: RWMutex) => rw.lock(),
    text: "sync: RUnlock of unlocked RWMutex",
    fresh: "sync/mutex_test.go:TestMutexMisuse/RWMutex.RUnlock",
    second: "sync/mutex_test.go:TestMutexMisuse/RWMutex.RUnlock3",
  },
];

for (const { misuse, lock, lockOtherwise, text, fresh, second } of MISUSES) {
  Deno.test(`unlocking what is not locked in this way throws "${text}" (${fresh})`, async () => {
    const rw = new RWMutex();
    assertThrows(() => misuse(rw), Error, text);
    await lockOtherwise(rw);
    assertThrows(() => misuse(rw), Error, text);
  });
  Deno.test(`unlocking a second time throws "${text}", and changes nothing (${second})`, async () => {
    const rw = new RWMutex();
    await lock(rw);
    misuse(rw);
    assertThrows(() => misuse(rw), Error, text);
    assert(rw.tryLock());
  });
  Deno.test(`"${text}" fails the exploration although it is caught`, async () => {
    const error = await failure(() => {
      try {
        misuse(new RWMutex());
      } catch {
        // Go calls this fatal: no recover stops it.
      }
    });
    assertEquals(error.kind, "panic");
    assertStringIncludes(error.message, text);
  });
}

// --- fairness ---

/** Calls `lock`, which is expected to wait, and notes `name` in `order` once it has the lock. */
function queue(order: string[], name: string, lock: Promise<void>): Promise<void> {
  return lock.then(() => void order.push(name));
}

conforms("phase-fair: a writer that waits bars readers that come later", async () => {
  const rw = new RWMutex();
  const order: string[] = [];
  await rw.rLock();
  const writer = queue(order, "writer", rw.lock());
  assert(!rw.tryRLock());
  const reader = queue(order, "reader", rw.rLock());
  rw.rUnlock();
  await writer;
  assertEquals(rw.state(), "locked for writing");
  rw.unlock();
  await reader;
  assertEquals(order, ["writer", "reader"]);
  rw.rUnlock();
});

conforms(
  "phase-fair: unlock lets in all readers that wait by then, before the next writer",
  async () => {
    const rw = new RWMutex();
    const order: string[] = [];
    await rw.lock();
    const first = queue(order, "reader 1", rw.rLock());
    const writer = queue(order, "writer", rw.lock());
    const second = queue(order, "reader 2", rw.rLock());
    rw.unlock();
    assertEquals(rw.state(), "locked by 2 readers");
    const late = queue(order, "reader 3", rw.rLock());
    await Promise.all([first, second]);
    rw.rUnlock();
    assertEquals(rw.state(), "locked by 1 reader", "the writer waits for all of them");
    rw.rUnlock();
    await writer;
    rw.unlock();
    await late;
    rw.rUnlock();
    assertEquals(order.slice(0, 2).sort(), ["reader 1", "reader 2"]);
    assertEquals(order.slice(2), ["writer", "reader 3"]);
  },
);

conforms("writers get the lock first come, first served", async () => {
  const rw = new RWMutex();
  const order: number[] = [];
  await rw.lock();
  const writers = [0, 1, 2].map((i) =>
    rw.lock().then(() => {
      order.push(i);
      assert(!rw.tryLock());
      rw.unlock();
    })
  );
  rw.unlock();
  assert(!rw.tryLock(), "the lock was handed over, not dropped");
  await Promise.all(writers);
  assertEquals(order, [0, 1, 2]);
});

deadlocks("a reader that locks again behind a waiting writer waits for ever", async () => {
  const rw = new RWMutex();
  await rw.rLock();
  go(() => rw.lock(), "writer");
  await yieldNow();
  await rw.rLock();
}, { waiting: ["main [sync.RWMutex.RLock]", "writer [sync.RWMutex.Lock]"] });

conforms("withLock and withRLock release exactly once, however the body ends", async () => {
  const rw = new RWMutex();
  const failing = async () => {
    await yieldNow();
    throw new RangeError("in the body");
  };
  assertEquals(await rw.withRLock(() => rw.state()), "locked by 1 reader");
  assertEquals(await rw.withLock(() => rw.state()), "locked for writing");
  await assertRejects(() => rw.withRLock(failing), RangeError, "in the body");
  await assertRejects(() => rw.withLock(failing), RangeError, "in the body");
  assertEquals(rw.state(), "unlocked");
});

// --- giving up ---

conforms(
  "locking as a case of a select takes the lock if chosen; given up, it lets in the readers it barred",
  async () => {
    const rw = new RWMutex();
    const quit = new Channel<never>();
    assertEquals(trySelect({ read: rw.rLocking() })?.key, "read");
    assertEquals(trySelect({ write: rw.locking() }), undefined);
    const givenUp = select({ write: rw.locking(), quit: quit.receiving() });
    const barred = select({ read: rw.rLocking() });
    assertEquals(rw.state(), "locked by 1 reader");
    quit.close();
    assertEquals(rw.state(), "locked by 2 readers");
    assertEquals([(await givenUp).key, (await barred).key], ["quit", "read"]);
    rw.rUnlock();
    rw.rUnlock();
    assert(rw.tryLock(), "whoever gave up must not be handed the lock");
  },
);

conforms(
  "a select that asks for both is served once: giving up writing does not let it read",
  async () => {
    const rw = new RWMutex();
    const quit = new Channel<never>();
    const controller = new AbortController();
    await rw.rLock();
    const first = assertRejects(() => rw.lock(controller), Error, "enough");
    const givenUp = select({ write: rw.locking(), read: rw.rLocking(), quit: quit.receiving() });
    const behind = rw.rLock();
    controller.abort(new Error("enough"));
    await first;
    assertEquals(rw.state(), "locked by 1 reader", "its own wish to write bars its wish to read");
    quit.close();
    assertEquals(rw.state(), "locked by 2 readers", "whoever was behind both is let in");
    assertEquals((await givenUp).key, "quit");
    await behind;
    rw.rUnlock();
    rw.rUnlock();
    assert(rw.tryLock());
  },
);

conforms(
  "a canceled writer lets in the readers that it alone barred, and nobody else",
  async () => {
    const rw = new RWMutex();
    const first = new AbortController(), second = new AbortController();
    await rw.rLock();
    const giveUp1 = assertRejects(() => rw.lock({ signal: first.signal }), Error, "1 gave up");
    const reader1 = rw.rLock();
    const giveUp2 = assertRejects(() => rw.lock({ signal: second.signal }), Error, "2 gave up");
    const reader2 = rw.rLock();
    const writer3 = rw.lock();
    const reader3 = rw.rLock();
    first.abort(new Error("1 gave up"));
    await giveUp1;
    await reader1;
    assertEquals(rw.state(), "locked by 2 readers");
    second.abort(new Error("2 gave up"));
    await giveUp2;
    await reader2;
    assertEquals(rw.state(), "locked by 3 readers");
    for (let i = 0; i < 3; i++) rw.rUnlock();
    await writer3;
    rw.unlock();
    await reader3;
    rw.rUnlock();
    assert(rw.tryLock());
  },
);

conforms("a canceled reader leaves its queue at once and holds nothing", async () => {
  const rw = new RWMutex();
  const controller = new AbortController();
  const { signal } = controller;
  await rw.lock();
  const givenUp = assertRejects(() => rw.rLock({ signal }), Error, "enough");
  const stays = rw.rLock();
  controller.abort(new Error("enough"));
  await givenUp;
  rw.unlock();
  await stays;
  assertEquals(rw.state(), "locked by 1 reader");
  rw.rUnlock();
  await assertRejects(() => rw.withLock(() => 1, { signal }), Error, "enough");
  await assertRejects(() => rw.withRLock(() => 1, { signal }), Error, "enough");
  await assertRejects(() => rw.rLocker().lock({ signal }), Error, "enough");
  assertEquals(rw.state(), "unlocked");
});

// --- every schedule of small programs ---

Deno.test("mutual exclusion in all schedules of two writers and a reader", async () => {
  await explore(async () => {
    const rw = new RWMutex();
    const wg = new WaitGroup();
    let writers = 0, readers = 0, value = 0;
    for (let i = 0; i < 2; i++) {
      wg.go(() =>
        rw.withLock(async () => {
          assertEquals([++writers, readers], [1, 0]);
          const before = value;
          await yieldNow();
          value = before + 1;
          writers--;
        })
      );
    }
    wg.go(() =>
      rw.withRLock(async () => {
        readers++;
        const before = value;
        await yieldNow();
        assertEquals([writers, value], [0, before]);
        readers--;
      })
    );
    await wg.wait();
    assertEquals([value, rw.state()], [2, "unlocked"]);
  }, ALL);
});

Deno.test("a reader and a writer that lock once have four schedules, listed by hand", async () => {
  // Two steps each, r1 r2 and w1 w2, of which r2 and w2 start with the lock held. Whoever takes the first step holds the
  // lock at once; if the other one takes the next step, it is parked until the first has taken its second:
  //   r1 r2 w1 w2    r1 w1 r2 w2    w1 r1 w2 r2    w1 w2 r1 r2
  // Main is parked meanwhile: it starts both in its first step, and goes on when both have ended.
  const orders = new Set<string>();
  const { schedules } = await explore(async () => {
    const rw = new RWMutex();
    const wg = new WaitGroup();
    let order = "";
    wg.go(async () => {
      order += "r1 ";
      await rw.rLock();
      order += "r2 ";
      rw.rUnlock();
    });
    wg.go(async () => {
      order += "w1 ";
      await rw.lock();
      order += "w2 ";
      rw.unlock();
    });
    await wg.wait();
    orders.add(order.trim());
  }, ALL);
  assertEquals([...orders].sort(), [
    "r1 r2 w1 w2",
    "r1 w1 r2 w2",
    "w1 r1 w2 r2",
    "w1 w2 r1 r2",
  ]);
  assertEquals(schedules, 4);
});

Deno.test("phase-fair in all schedules: a reader that comes while a writer waits never reads before it has written", async () => {
  await explore(async () => {
    const rw = new RWMutex();
    const wg = new WaitGroup();
    let hasWritten = false;
    await rw.rLock();
    const writing = rw.lock().then(() => {
      hasWritten = true;
      rw.unlock();
    });
    for (let i = 0; i < 2; i++) {
      wg.go(() => rw.withRLock(() => assert(hasWritten)));
    }
    await yieldNow();
    rw.rUnlock();
    await writing;
    await wg.wait();
  }, ALL);
});

Deno.test("phase-fair in all schedules: readers that wait at an unlock read before the next writer", async () => {
  await explore(async () => {
    const rw = new RWMutex();
    const wg = new WaitGroup();
    let queued = 0, isUnlocked = false;
    await rw.lock();
    const writing = rw.lock().then(() => {
      assertEquals(queued, 0, "a reader that waited at the unlock was passed over");
      rw.unlock();
    });
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        const hasWaited = !isUnlocked;
        if (hasWaited) queued++;
        await rw.rLock();
        if (hasWaited) queued--;
        rw.rUnlock();
      });
    }
    await yieldNow();
    isUnlocked = true;
    rw.unlock();
    await writing;
    await wg.wait();
  }, ALL);
});

Deno.test("cancellation in all schedules: the writer has the lock or gives up, and the reader always gets in", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const rw = new RWMutex();
    const wg = new WaitGroup();
    const controller = new AbortController();
    let outcome = "";
    await rw.rLock();
    wg.go(async () => {
      try {
        await rw.lock(controller);
      } catch {
        outcome = "gave up";
        return;
      }
      outcome = "wrote";
      assertEquals(rw.state(), "locked for writing");
      rw.unlock();
    });
    wg.go(() => rw.withRLock(() => {}));
    wg.go(() => controller.abort());
    await yieldNow();
    rw.rUnlock();
    await wg.wait();
    assertEquals(rw.state(), "unlocked");
    outcomes.add(outcome);
  }, ALL);
  assertEquals([...outcomes].sort(), ["gave up", "wrote"]);
});

// --- a slow reference ---

type Kind = "read" | "write";

/** One list of all who wait, in the order in which they came; everything else is derived by looking through it. */
class Reference {
  readonly reading = new Set<number>();
  writing: number | undefined;
  waiting: { readonly id: number; readonly kind: Kind }[] = [];

  get isFree(): boolean {
    return this.writing === undefined && this.reading.size === 0;
  }

  canEnter(kind: Kind): boolean {
    if (kind === "write") return this.isFree;
    return this.writing === undefined && this.waiting.every((it) => it.kind === "read");
  }

  enter(id: number, kind: Kind): void {
    if (kind === "write") this.writing = id;
    else this.reading.add(id);
  }

  lock(id: number, kind: Kind): void {
    if (this.canEnter(kind)) this.enter(id, kind);
    else this.waiting.push({ id, kind });
  }

  leave(id: number): void {
    if (this.writing === id) {
      this.writing = undefined;
      for (const { id, kind } of this.waiting) if (kind === "read") this.reading.add(id);
      this.waiting = this.waiting.filter(({ kind }) => kind === "write");
    }
    this.reading.delete(id);
    if (this.isFree && this.waiting[0]) this.writing = this.waiting.shift()!.id;
  }

  giveUp(id: number): void {
    this.waiting = this.waiting.filter((it) => it.id !== id);
    while (this.writing === undefined && this.waiting[0]?.kind === "read") {
      this.reading.add(this.waiting.shift()!.id);
    }
  }
}

const moves = fc.array(
  fc.record({
    move: fc.constantFrom("lock", "lock", "try", "leave", "giveUp"),
    kind: fc.constantFrom<Kind>("read", "write"),
    nth: fc.nat(9),
  }),
  { maxLength: 40 },
);

Deno.test("RWMutex admits whom a slow reference admits, whatever is locked, tried, unlocked and given up", async () => {
  await fc.assert(fc.asyncProperty(moves, async (moves) => {
    const rw = new RWMutex(), reference = new Reference();
    const holding = new Map<number, Kind>();
    const controllers = new Map<number, AbortController>();
    for (const [id, { move, kind, nth }] of moves.entries()) {
      if (move === "lock") {
        const controller = new AbortController();
        controllers.set(id, controller);
        const locked = kind === "read" ? rw.rLock(controller) : rw.lock(controller);
        locked.then(() => holding.set(id, kind), (error) => assertEquals(error, id));
        reference.lock(id, kind);
      } else if (move === "try") {
        const isReady = reference.canEnter(kind);
        assertEquals(kind === "read" ? rw.tryRLock() : rw.tryLock(), isReady);
        if (isReady) {
          reference.enter(id, kind);
          holding.set(id, kind);
        }
      } else if (move === "leave" && holding.size > 0) {
        const [id, kind] = [...holding][nth % holding.size]!;
        holding.delete(id);
        if (kind === "read") rw.rUnlock();
        else rw.unlock();
        reference.leave(id);
      } else if (move === "giveUp" && reference.waiting.length > 0) {
        const { id } = reference.waiting[nth % reference.waiting.length]!;
        controllers.get(id)!.abort(id);
        reference.giveUp(id);
      }
      for (let i = 0; i < 3; i++) await yieldNow();
      const expected = [
        ...reference.reading,
        ...reference.writing === undefined ? [] : [reference.writing],
      ];
      assertEquals([...holding.keys()].sort(), expected.sort());
    }
  }));
});
