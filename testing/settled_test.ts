import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { setTimeout as realSetTimeout } from "node:timers";
import {
  callAfter,
  Channel,
  Cond,
  go,
  Mutex,
  now,
  select,
  sleep,
  WaitGroup,
  yieldNow,
} from "../mod.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import { settled } from "./settled.ts";
import { Shared } from "./shared.ts";

const EVERY: ExploreOptions = { strategy: "exhaustive", mustComplete: true };

/** Runs every schedule of `body`; returns how many there are. */
async function all(body: () => unknown): Promise<number> {
  const { complete, schedules } = await explore(body, EVERY);
  assert(complete);
  return schedules;
}

Deno.test("settled returns at once if there is nobody else (internal/synctest:TestSimpleWait)", async () => {
  assertEquals(await all(() => settled()), 1);
  await all(async () => {
    const before = now();
    await settled();
    await settled();
    assertEquals(now(), before);
  });
});

Deno.test("settled returns beside a goroutine that has ended (internal/synctest:TestGoroutineWait)", async () => {
  let ran = 0;
  const schedules = await all(async () => {
    go(() => void ran++);
    await settled();
  });
  assertEquals([schedules, ran], [1, 1]);
});

Deno.test("settled sees what the others wrote, however long they went on (testing/synctest:TestWait)", async () => {
  await all(async () => {
    const done = new Shared(false);
    go(async () => {
      for (let i = 0; i < 3; i++) await yieldNow();
      done.set(true);
    });
    await settled();
    assert(done.get());
  });
});

Deno.test("settled comes after the last of a chain of goroutines (internal/synctest:TestWait)", async () => {
  await all(async () => {
    const count = new Shared(0);
    function next(left: number): void {
      count.update((n) => n + 1);
      if (left > 0) go(() => next(left - 1));
    }
    go(() => next(100));
    await settled();
    assertEquals(count.get(), 101);
  });
});

Deno.test("settled returns when the others wait, whatever for, and before time moves", async () => {
  await all(async () => {
    const ch = new Channel<number>();
    const mu = new Mutex();
    const wg = new WaitGroup();
    const waits = new Set<string>();
    await mu.lock();
    wg.add(1);
    const wait = (name: string, body: () => Promise<unknown>): void =>
      go(async () => {
        waits.add(name);
        await body();
        waits.delete(name);
      }, name);
    const before = now();
    wait("receive", () => ch.receive());
    wait("lock", async () => {
      await mu.lock();
      mu.unlock();
    });
    wait("group", () => wg.wait());
    await settled();
    assertEquals([waits.size, now()], [3, before]);
    wait("sleep", () => sleep(1));
    await settled();
    assertEquals([waits.size, now()], [4, before]);
    ch.trySend(1);
    mu.unlock();
    wg.done();
    await settled();
    assertEquals([[...waits], now()], [["sleep"], before]);
    await settled(1);
    assertEquals([waits.size, now()], [0, before + 1]);
  });
});

Deno.test("settled lets timers that are due fire before", async () => {
  await all(async () => {
    let fired = 0;
    callAfter(0, () => void fired++);
    callAfter(1, () => void fired++);
    await settled();
    assertEquals(fired, 1);
    await settled(1);
    assertEquals(fired, 2);
  });
});

Deno.test("settled after a sleep sees all that its instant has brought, in every order of its timers", async () => {
  const schedules = await all(async () => {
    const seen: number[] = [];
    for (const i of [1, 2]) {
      go(async () => {
        await sleep(5);
        seen.push(i);
      });
    }
    await settled(5);
    assertEquals(seen.toSorted(), [1, 2]);
  });
  assert(schedules > 1);
});

Deno.test("settled waits for what is outside the program first", async () => {
  let came = false;
  await explore(async () => {
    came = false;
    go(async () => {
      await new Promise((resolve) => realSetTimeout(resolve, 2));
      came = true;
      await sleep(1_000);
    });
    await settled();
    assert(came);
  }, { schedules: 3, leaks: "ignore" });
  assert(came);
});

Deno.test("settled orders what the others did before what the caller does next (internal/synctest:TestHappensBefore)", async () => {
  const run = async (first: number, options: ExploreOptions): Promise<number> => {
    let last = 0;
    await explore(async () => {
      const cells = [new Shared(first), new Shared(first)];
      const both = (start: (cell: Shared<number>) => void): void => cells.forEach(start);
      const add = (cell: Shared<number>): void => cell.set(cell.get() + 1);
      const [one, two] = [new Channel<void>(), new Channel<void>()];
      both(add);
      both((cell) => go(() => add(cell)));
      await settled();
      both(add);
      both((cell) =>
        go(async () => {
          add(cell);
          await one.next();
        })
      );
      await settled();
      both(add);
      one.close();
      both((cell) => callAfter(0, () => add(cell)));
      await settled();
      both(add);
      both((cell) =>
        callAfter(0, async () => {
          add(cell);
          await two.next();
        })
      );
      await settled();
      both(add);
      two.close();
      assertEquals(cells.map((cell) => cell.get()), [first + 9, first + 9]);
      last = first + 9;
    }, options);
    return last;
  };
  const next = await run(0, EVERY) - 8; // in all 8,640 orders
  assertEquals(await run(next, { schedules: 500 }), 10);
});

Deno.test("without settled the same is a data race", async () => {
  const body = async (): Promise<void> => {
    const cell = new Shared(0);
    go(() => cell.set(1));
    await sleep(1);
    cell.get();
  };
  const error = await assertRejects(() => explore(body, EVERY), ScheduleError);
  assertEquals(error.kind, "race");
  assert(error.trace.race !== undefined, error.message);
});

Deno.test("settled orders only what came before: what others do later is a data race", async () => {
  const body = async (): Promise<void> => {
    const cell = new Shared(0);
    const release = new Channel<void>();
    go(async () => {
      await release.next();
      cell.set(1);
    });
    await settled();
    release.close();
    await yieldNow();
    cell.get();
  };
  const error = await assertRejects(() => explore(body, EVERY), ScheduleError);
  assert(error.trace.race !== undefined, error.message);
});

Deno.test("whoever settled first is ordered before whoever settles next", async () => {
  await all(async () => {
    const cell = new Shared(0);
    const turn = new Channel<void>();
    go(() => cell.set(1));
    go(async () => {
      await settled();
      cell.set(2);
      await turn.next();
    });
    await sleep(1);
    await settled();
    cell.set(3);
    turn.close();
  });
});

Deno.test("waits of a Cond last until the signal and the broadcast (internal/synctest:TestCond)", async () => {
  await all(async () => {
    const mu = new Mutex();
    const cond = new Cond(mu);
    const start = now();
    const waitFor = async (ms: number): Promise<void> => {
      await mu.lock();
      await cond.wait();
      assertEquals(now() - start, ms);
      mu.unlock();
    };
    go(async () => {
      await sleep(1);
      cond.signal();
      await sleep(1);
      cond.broadcast();
    });
    await waitFor(1);
    for (let i = 0; i < 2; i++) go(() => waitFor(2));
    await waitFor(2);
  });
});

Deno.test("settled is refused outside a schedule", async () => {
  const text = "goroutine is not in a bubble";
  await assertRejects(() => settled(), Error, text);
  await assertRejects(() => settled(1), Error, text);
});

Deno.test("settled is refused while another goroutine waits for it, which goes on", async () => {
  let refused = 0;
  await all(async () => {
    let other: unknown;
    go(async () => {
      other = await settled().then(() => "settled", (error) => error.message);
    });
    const own = await settled().then(() => "settled", (error) => error.message);
    await yieldNow();
    const outcomes = [own, other ?? "settled"];
    if (outcomes.some((it) => it.includes("wait already in progress"))) refused++;
    assert(outcomes.includes("settled"));
  });
  assert(refused > 0);
});

Deno.test("two that settle one after the other both do", async () => {
  await all(async () => {
    const wg = new WaitGroup();
    wg.go(() => settled());
    await wg.wait();
    await settled();
  });
});

Deno.test("a deadlock is one beside a goroutine that has settled", async () => {
  const body = async (): Promise<void> => {
    go(() => select({}), "stuck");
    await settled();
    await new Channel<void>().receive();
  };
  const error = await assertRejects(() => explore(body, EVERY), ScheduleError);
  assertEquals(error.kind, "deadlock");
});

Deno.test("who polls for ever never settles: a livelock, and the dump says who waits for it", async () => {
  const body = async (): Promise<void> => {
    go(async () => {
      for (;;) await yieldNow();
    }, "poller");
    await settled();
  };
  const error = await assertRejects(() => explore(body, EVERY), ScheduleError);
  assertEquals(error.kind, "livelock");
  assertStringIncludes(
    error.goroutines.map(({ waitReason }) => waitReason).join(),
    "synctest.Wait",
  );
});

Deno.test("reduced search finds the same outcomes with settled as all schedules do", async () => {
  const outcomes = async (strategy: "exhaustive" | "reduced"): Promise<string[]> => {
    const seen = new Set<string>();
    await explore(async () => {
      const log = new Shared("", { atomic: true });
      const write = (text: string) => log.update((before) => before + text);
      for (const name of ["a", "b"]) {
        go(async () => {
          write(name);
          await yieldNow();
          write(name.toUpperCase());
        });
      }
      await settled();
      write("|");
      go(() => write("c"));
      await yieldNow();
      write("m");
      await settled();
      seen.add(log.get());
    }, { strategy, state: "tracked", mustComplete: true });
    return [...seen].sort();
  };
  const expected = await outcomes("exhaustive");
  assertEquals(expected.length, 6 * 2);
  assertEquals(await outcomes("reduced"), expected);
});
