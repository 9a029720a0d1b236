import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import fc from "fast-check";
import process from "node:process";
import { Channel, go, Mutex, now, RWMutex, sleep, Timer, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { isRecursive, LockOrder } from "./lock_order.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import type { Strategy } from "./strategy.ts";

type Program = () => unknown;

/** The one schedule without preemptions, in which nothing deadlocks that need not. */
const inOrder = (): Strategy => ({
  name: "in order",
  begin: (schedule) => schedule < 1,
  pick: () => 0,
  choose: () => 0,
});

/** Runs the schedule without preemptions, which passes but for the order of locks. */
async function inverted(body: Program, options: ExploreOptions = {}): Promise<ScheduleError> {
  const error = await assertRejects(
    () => explore(body, { strategy: inOrder(), lockOrder: "fail", ...options }),
    ScheduleError,
  );
  assertEquals([error.kind, error.name], ["lockOrder", "LockOrderError"], error.message);
  return error;
}

/** Explores all schedules, or many, none of which may deadlock or look as if it could. */
async function silent(body: Program): Promise<void> {
  await explore(body, { lockOrder: "fail", schedules: 500, seed: 1 });
}

/** Each of these goroutines takes its locks in order, and lets go of them in the opposite order. */
function takes(...orders: readonly (readonly string[])[]): Program {
  return async () => {
    const locks = new Map<string, Mutex>();
    const lockOf = (name: string): Mutex => {
      if (!locks.has(name)) locks.set(name, new Mutex());
      return locks.get(name) as Mutex;
    };
    for (const order of orders) order.forEach(lockOf);
    const wg = new WaitGroup();
    for (const order of orders) {
      wg.go(async () => {
        for (const name of order) await lockOf(name).lock();
        for (const name of order.toReversed()) lockOf(name).unlock();
      });
    }
    await wg.wait();
  };
}

Deno.test("LockOrder finds two locks taken in opposite orders, on a run that passes (go-deadlock:TestConcurrentLockOrderDetection)", async () => {
  await inverted(takes(["a", "b"], ["b", "a"]));
  await inverted(takes(["a", "b"], ...new Array(20).fill(["b", "a"])));
});

Deno.test("LockOrder finds longer rings", async () => {
  const ring = await inverted(takes(["a", "b"], ["b", "c"], ["c", "a"]));
  assertEquals(ring.trace.locks?.length, 3);
  await inverted(takes(["a", "b"], ["b", "c"], ["c", "d"], ["d", "e"], ["e", "a"]));
  await silent(takes(["a", "b"], ["b", "c"], ["c", "d"], ["a", "d"]));
});

Deno.test("LockOrder is silent about one order everywhere, of reads and writes alike (go-deadlock:TestNoDeadlocks)", async () => {
  await silent(takes(["a", "b", "c"], ["a", "b", "c"], ["a", "c"], ["b", "c"]));
  await silent(async () => {
    const [a, b, c] = [new RWMutex(), new Mutex(), new RWMutex()];
    const wg = new WaitGroup();
    wg.go(() => a.withLock(() => b.withLock(() => c.withLock(() => {}))));
    wg.go(() => a.withRLock(() => b.withLock(() => c.withRLock(() => {}))));
    wg.go(() => a.withRLock(() => c.withRLock(() => {})));
    await wg.wait();
  });
});

Deno.test("LockOrder is silent about many readers and few writers (go-deadlock:TestManyReadersFewWriters)", async () => {
  await explore(async () => {
    const rw = new RWMutex();
    const wg = new WaitGroup();
    for (let i = 0; i < 100; i++) wg.go(() => rw.withRLock(() => yieldNow()));
    for (let i = 0; i < 3; i++) wg.go(() => rw.withLock(() => yieldNow()));
    await wg.wait();
  }, { lockOrder: "fail", schedules: 50, seed: 1 });
});

Deno.test("LockOrder respects a gate lock, and takes reading it together for none", async () => {
  await silent(takes(["gate", "a", "b"], ["gate", "b", "a"]));
  const gated = (isWrite: boolean): Program => async () => {
    const gate = new RWMutex(), a = new Mutex(), b = new Mutex();
    const enter = (body: () => Promise<void>) =>
      isWrite ? gate.withLock(body) : gate.withRLock(body);
    const wg = new WaitGroup();
    wg.go(() => enter(() => a.withLock(() => b.withLock(() => {}))));
    wg.go(() => enter(() => b.withLock(() => a.withLock(() => {}))));
    await wg.wait();
  };
  await silent(gated(true));
  await inverted(gated(false));
});

Deno.test("LockOrder is silent about one goroutine that takes locks in two orders, one after the other", async () => {
  await silent(async () => {
    const [a, b] = [new Mutex(), new Mutex()];
    await a.withLock(() => b.withLock(() => {}));
    await b.withLock(() => a.withLock(() => {}));
  });
});

Deno.test("LockOrder takes readers for a danger only if somebody writes", async () => {
  const body = (hasWriter: boolean): Program => async () => {
    const rw = new RWMutex(), mu = new Mutex();
    const wg = new WaitGroup();
    wg.go(() => rw.withRLock(() => mu.withLock(() => {})));
    wg.go(() => mu.withLock(() => rw.withRLock(() => {})));
    if (hasWriter) wg.go(() => rw.withLock(() => {}));
    await wg.wait();
  };
  await silent(body(false));
  await inverted(body(true));
});

Deno.test("LockOrder takes a try for no question, but what it got is held (go-deadlock:TestTryLockNoDeadlocks)", async () => {
  await silent(async () => {
    const [a, b] = [new Mutex(), new Mutex()];
    const wg = new WaitGroup();
    for (const [first, second] of [[a, b], [b, a]] as const) {
      wg.go(async () => {
        await first.lock();
        if (second.tryLock()) second.unlock();
        first.unlock();
      });
    }
    await wg.wait();
  });
  await inverted(async () => {
    const [a, b] = [new Mutex(), new Mutex()];
    const wg = new WaitGroup();
    for (const [first, second] of [[a, b], [b, a]] as const) {
      wg.go(async () => {
        if (!first.tryLock()) return;
        await second.lock();
        second.unlock();
        first.unlock();
      });
    }
    await wg.wait();
  });
});

Deno.test("LockOrder knows who let go, also for another goroutine", async () => {
  await silent(async () => {
    const [a, b] = [new Mutex(), new Mutex()];
    const held = new Channel<void>();
    go(async () => {
      await a.lock();
      await held.send();
    });
    await held.receive();
    a.unlock(); // what the other has locked
    go(async () => {
      await b.lock();
      await a.lock();
      a.unlock();
      b.unlock();
    });
    go(async () => {
      await sleep(1);
      await b.lock();
      b.unlock();
    });
    await sleep(2);
  });
});

Deno.test("LockOrder finds a read lock taken again while reading (go-deadlock:TestLockDuplicate)", async () => {
  const again = (lock: (rw: RWMutex) => unknown, isWritten = true): Program => async () => {
    const rw = new RWMutex();
    await lock(rw);
    await rw.rLock();
    rw.rUnlock();
    rw.rUnlock();
    if (isWritten) await rw.withLock(() => {});
  };
  const error = await inverted(again((rw) => rw.rLock()));
  assertStringIncludes(error.message, "POTENTIAL DEADLOCK: Recursive locking\n");
  // If nobody writes, nobody comes in between.
  await silent(again((rw) => rw.rLock(), false));
  // Also if the first was a try (go-deadlock:TestRWMutexTryLock).
  assertMatch((await inverted(again((rw) => rw.tryRLock()))).message, /Recursive locking/);
});

Deno.test("explore finds a lock that is taken again as the deadlock it is (go-deadlock:TestTryLockDuplicate)", async () => {
  const programs: [Program, string][] = [
    [async () => {
      const mu = new Mutex();
      await mu.lock();
      await mu.lock();
    }, "g1 locked mu at step 1 and waits for it: a Mutex is not reentrant."],
    [async () => {
      const mu = new Mutex();
      mu.tryLock();
      await mu.lock();
    }, "g1 locked mu at step 1 and waits for it: a Mutex is not reentrant."],
    [async () => {
      const rw = new RWMutex();
      await rw.rLock();
      await rw.lock();
    }, "g1 read-locked rw at step 1 and waits to write: a read lock cannot become a write lock."],
    [async () => {
      const rw = new RWMutex();
      rw.tryRLock();
      await rw.lock();
    }, "g1 read-locked rw at step 1 and waits to write: a read lock cannot become a write lock."],
  ];
  for (const [body, sentence] of programs) {
    const error = await assertRejects(() => explore(body, { lockOrder: "fail" }), ScheduleError);
    assertEquals(error.kind, "deadlock");
    assertStringIncludes(error.message.replaceAll(/\s+/g, " "), sentence);
  }
});

Deno.test("explore finds who never lets go, however the lock was got (go-deadlock:TestHardDeadlockTryLock)", async () => {
  for (const isTry of [true, false]) {
    const error = await assertRejects(() =>
      explore(async () => {
        const mu = new Mutex();
        if (isTry) mu.tryLock();
        else await mu.lock();
        go(async function waiter() {
          await mu.lock();
        });
      }), ScheduleError);
    assertEquals(error.kind, "leak");
    assertMatch(error.message, /g2 waiter\s+waits for sync\.Mutex\.Lock mu\s+locked by g1/);
  }
});

Deno.test("LockOrder lets a Mutex work as it does (go-deadlock:TestBuildTagMutexWorks, go-deadlock:TestBuildTagTryLock, go-deadlock:TestMutexTryLock)", async () => {
  await silent(async () => {
    const mu = new Mutex();
    const wg = new WaitGroup();
    let inside = 0;
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        await mu.lock();
        assertEquals([++inside, mu.tryLock()], [1, false]);
        await yieldNow();
        inside--;
        mu.unlock();
      });
    }
    await wg.wait();
    assertEquals(mu.tryLock(), true);
    mu.unlock();
  });
});

Deno.test("LockOrder lets an RWMutex work as it does (go-deadlock:TestBuildTagRWMutexWorks, go-deadlock:TestBuildTagRWMutexTryLock)", async () => {
  await silent(async () => {
    const rw = new RWMutex();
    assertEquals([rw.tryRLock(), rw.tryRLock(), rw.tryLock()], [true, true, false]);
    rw.rUnlock();
    rw.rUnlock();
    assertEquals([rw.tryLock(), rw.tryRLock(), rw.tryLock()], [true, false, false]);
    rw.unlock();
    const wg = new WaitGroup();
    let writers = 0, readers = 0;
    for (let i = 0; i < 2; i++) {
      wg.go(() =>
        rw.withLock(async () => {
          assertEquals([++writers, readers], [1, 0]);
          await yieldNow();
          writers--;
        })
      );
    }
    wg.go(() =>
      rw.withRLock(() => {
        assertEquals([writers, ++readers], [0, 1]);
        readers--;
      })
    );
    await wg.wait();
  });
});

Deno.test("LockOrder leaves channels, sleeping and timers alone (go-deadlock:TestGo125SynctestTimerCompatibility)", async () => {
  await silent(async () => {
    const mu = new Mutex();
    const ch = new Channel<number>();
    const start = now();
    go(async () => {
      await mu.lock();
      await sleep(10);
      mu.unlock();
      await ch.send(1);
    });
    assertEquals(await ch.receive(), 1);
    const timer = new Timer(5);
    await timer.channel.receive();
    assertEquals(now() - start, 15);
  });
});

// --- the report ---

const eats: Program = async () => {
  const a = new Mutex(), b = new Mutex();
  const wg = new WaitGroup();
  wg.go(async function left() {
    await a.lock(); // left a
    await b.lock(); // left b
    b.unlock();
    a.unlock();
  });
  wg.go(async function right() {
    await b.lock(); // right b
    await a.lock(); // right a
    a.unlock();
    b.unlock();
  });
  await wg.wait();
};

/** The line of this file that ends in the comment `mark`. */
function at(mark: string): string {
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  return `lock_order_test.ts:${lines.findIndex((line) => line.endsWith(`; // ${mark}`)) + 1}`;
}

Deno.test('explore with lockOrder "fail" says who locks what in which order, and where', async () => {
  const error = await inverted(eats);
  const end = error.message.indexOf("\n\n  8 steps");
  assertEquals(
    error.message.slice(0, end),
    `POTENTIAL DEADLOCK: Inconsistent locking

  g2 left   locks a (${at("left a")}), then b (${at("left b")})
  g3 right  locks b (${at("right b")}), then a (${at("right a")})

  No schedule that was run deadlocked. One does in which each of them has its first lock and waits
  for its second. Take the locks in one order everywhere, or behind a lock of their own.`,
  );
  const again = await assertRejects(
    () => explore(eats, { replay: error.schedule, lockOrder: "fail" }),
    ScheduleError,
  );
  assertEquals([again.kind, again.schedule], ["lockOrder", error.schedule]);
});

/** What is written to stderr meanwhile. */
async function warnings(body: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const { write } = process.stderr;
  process.stderr.write = (line: string | Uint8Array) => lines.push(String(line).trimEnd()) > 0;
  try {
    await body();
  } finally {
    process.stderr.write = write;
  }
  return lines;
}

Deno.test("explore warns of an inversion in one line, unless it ran every schedule", async () => {
  const options = { name: "eats", strategy: inOrder() };
  assertEquals(await warnings(() => explore(eats, options)), [
    `explore "eats": POTENTIAL DEADLOCK: Inconsistent locking; g2 left   locks a (${
      at("left a")
    }), then b (${at("left b")}); g3 right  locks b (${at("right b")}), then a (${at("right a")})`,
  ]);
  assertEquals(
    await warnings(() => explore(eats, { strategy: inOrder(), lockOrder: "ignore" })),
    [],
  );
  // Phases that cannot meet: all schedules were run, and there is no deadlock.
  const phases: Program = async () => {
    const a = new Mutex(), b = new Mutex();
    for (const [first, second] of [[a, b], [b, a]] as const) {
      const wg = new WaitGroup();
      wg.go(() => first.withLock(() => second.withLock(() => {})));
      await wg.wait();
    }
  };
  const lines = await warnings(async () => {
    assert((await explore(phases, { strategy: "exhaustive" })).complete);
  });
  assertEquals(lines, []);
});

// --- the graph ---

Deno.test("LockOrder finds a ring exactly if a search through all of them does", () => {
  const edge = fc.record({ g: fc.nat(3), from: fc.nat(3), to: fc.nat(3), gate: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 8 }), (edges) => {
      const locks = new LockOrder();
      const used = edges.filter(({ from, to }) => from !== to);
      for (const { g, from, to, gate } of used) {
        // Locks from 10 on are gates; half of the edges have none.
        if (gate < 3) locks.takes(g, 10 + gate, false, 1);
        locks.takes(g, from, false, 2);
        locks.asks(g, to, false, 3);
        locks.letsGo(g, from);
        if (gate < 3) locks.letsGo(g, 10 + gate);
      }
      const canBeTogether = (a: typeof used[number], b: typeof used[number]): boolean =>
        a.g !== b.g && (a.gate >= 3 || a.gate !== b.gate) && a.from !== b.from;
      const search = (path: typeof used): boolean =>
        (path.length > 1 && path.at(-1)?.to === path[0]?.from) ||
        used.some((next) =>
          next.from === path.at(-1)?.to && path.every((it) => canBeTogether(it, next)) &&
          search([...path, next])
        );
      const found = locks.find();
      assertEquals(found !== null, used.some((it) => search([it])), JSON.stringify(used));
      if (found !== null) assert(!isRecursive(found));
    }),
    { numRuns: 2_000 },
  );
});
