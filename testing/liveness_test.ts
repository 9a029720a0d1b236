// What spins, what starves, what goes on for ever, and what only looks like it.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  Channel,
  Cond,
  ErrGroup,
  go,
  Mutex,
  now,
  RWMutex,
  select,
  Semaphore,
  sleep,
  trySelect,
  WaitGroup,
  yieldNow,
} from "../mod.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import { Shared } from "./shared.ts";

async function livelock(body: () => unknown, options: ExploreOptions = {}): Promise<ScheduleError> {
  const error = await assertRejects(() => explore(body, options), ScheduleError);
  assertEquals([error.kind, error.name], ["livelock", "LivelockError"], error.message);
  return error;
}

/** The lines of a report up to the line to paste. */
function above(error: ScheduleError): string {
  return error.message.slice(0, error.message.indexOf("\n\n  Again:"));
}

/** Every way of polling for what never comes. Each gives what to ask once more. */
const POLLS: Record<string, () => () => unknown> = {
  yieldNow: () => () => undefined,
  "sleep(0)": () => () => sleep(0),
  "Mutex.tryLock": () => {
    const mu = new Mutex();
    mu.tryLock();
    return () => mu.tryLock();
  },
  "RWMutex.tryLock": () => {
    const rw = new RWMutex();
    rw.tryLock();
    return () => rw.tryLock() || rw.tryRLock();
  },
  "Semaphore.tryAcquire": () => {
    const permits = new Semaphore(1);
    permits.tryAcquire(1);
    return () => permits.tryAcquire(1);
  },
  "Channel.trySend": () => {
    const ch = new Channel<number>();
    return () => ch.trySend(1);
  },
  "Channel.tryReceive": () => {
    const ch = new Channel<number>();
    return () => ch.tryReceive();
  },
  "Channel.size": () => {
    const ch = new Channel<number>(1);
    return () => ch.size;
  },
  trySelect: () => {
    const ch = new Channel<number>();
    return () => trySelect({ got: ch.receiving() });
  },
  "select with a default": () => {
    const ch = new Channel<number>();
    return () => select({ got: ch.receiving() }, { default: true });
  },
  "Shared.get": () => {
    const flag = new Shared(false);
    return () => flag.get();
  },
  "Shared.compareAndSet": () => {
    const flag = new Shared(1, { atomic: true });
    return () => flag.compareAndSet(0, 1);
  },
  "ErrGroup.tryGo": () => {
    const group = new ErrGroup();
    group.setLimit(0);
    return () => group.tryGo(() => {});
  },
};

/** A tenth of the default, which the tests behind these go by: a report of 1,000 steps takes 0.2 s. */
const SPINS = 100;

for (const [name, make] of Object.entries(POLLS)) {
  Deno.test(`explore finds within maxSpins steps that polling by ${name} leads nowhere`, async () => {
    const error = await livelock(async () => {
      const poll = make();
      for (;;) {
        await poll();
        await yieldNow();
      }
    }, { maxSpins: SPINS });
    assertStringIncludes(error.message, `${SPINS} steps at 0ms without progress\n`);
    assert(error.steps < SPINS + 20, `${error.steps} steps`);
  });

  Deno.test(`explore lets time go on over polling by ${name}`, async () => {
    const { schedules } = await explore(async () => {
      const start = now();
      const poll = make();
      let isDue = false;
      go(async () => {
        await sleep(50);
        isDue = true;
      });
      let asked = 0;
      for (; !isDue; asked++) {
        await poll();
        await yieldNow();
      }
      assertEquals(now() - start, 50);
      // Twice until the schedule is made fair: before the other sleeps, and when its time is up.
      assert(asked < SPINS + 40, `${asked}`);
    }, { schedules: 100, seed: 1, maxSpins: SPINS });
    assertEquals(schedules, 100);
  });
}

Deno.test("explore says who spins, where and how, and since when time stands still", async () => {
  const error = await livelock(async function main() {
    await sleep(20);
    go(async function poll() {
      for (;;) await yieldNow(); // polls
    });
    await new Channel<void>().receive();
  });
  assertEquals(
    above(error),
    [
      "1,000 steps at 20ms without progress",
      "",
      `  g2 poll spins at liveness_test.ts:${
        lineOf("polls")
      } (yieldNow, 1,001 times) and waits for nobody: use a channel,`,
      "  a Cond or sleep",
    ].join("\n"),
  );
});

/** The line of this file that ends in the comment `mark`. */
function lineOf(mark: string): number {
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  return lines.findIndex((line) => line.endsWith(`; // ${mark}`)) + 1;
}

Deno.test("explore shows one round of several that spin together", async () => {
  const error = await livelock(() => {
    const mu = new Mutex();
    mu.tryLock();
    for (const name of ["left", "right"]) {
      go(async () => {
        while (!mu.tryLock()) await yieldNow();
      }, name);
    }
  }, { maxSpins: SPINS });
  assertStringIncludes(error.message, `${SPINS} steps at 0ms without progress`);
  assertStringIncludes(error.message, "a cycle of 2 steps, ");
  assertStringIncludes(error.message, "in which every goroutine that could run did run:");
  assertStringIncludes(error.message, "mu.tryLock: false");
});

Deno.test("explore takes a schedule that is only unfair for no livelock", async () => {
  // Without preemptions the one who polls is never left; the flag is set all the same.
  const body = async (): Promise<void> => {
    let isSet = false;
    const wg = new WaitGroup();
    wg.go(async () => {
      while (!isSet) await yieldNow();
    });
    wg.go(() => {
      isSet = true;
    });
    await wg.wait();
  };
  for (const strategy of ["portfolio", "random", "pct", "exhaustive"] as const) {
    const { endedBy } = await explore(body, { strategy, schedules: 50, seed: 1 });
    assert(endedBy !== "replay");
  }
});

Deno.test("explore is not complete if it left out ways of polling", async () => {
  const { complete, endedBy } = await explore(async () => {
    let isSet = false;
    go(() => {
      isSet = true;
    });
    while (!isSet) await yieldNow();
  }, { strategy: "exhaustive", maxSpins: 8 });
  assertEquals([complete, endedBy], [false, "strategy"]);
});

Deno.test("explore takes bounded polling for no livelock, and goes by maxSpins", async () => {
  const polls = (times: number) => async (): Promise<void> => {
    for (let i = 0; i < times; i++) await yieldNow();
  };
  await explore(polls(900));
  await explore(polls(5_000), { maxSpins: 10_000 });
  const error = await livelock(polls(100), { maxSpins: 50 });
  assertStringIncludes(error.message, "50 steps at 0ms without progress\n");
});

Deno.test("explore finds a livelock of goroutines that lock and let go for one another", async () => {
  const error = await livelock(async () => {
    const a = new Mutex(), b = new Mutex();
    const eat = (mine: Mutex, other: Mutex) => async (): Promise<void> => {
      for (;;) {
        await mine.lock();
        await yieldNow();
        if (other.tryLock()) break;
        mine.unlock();
        await yieldNow();
      }
      other.unlock();
      mine.unlock();
    };
    const wg = new WaitGroup();
    wg.go(eat(a, b), "left");
    wg.go(eat(b, a), "right");
    await wg.wait();
  }, { maxSteps: 20, strategy: "bounded" });
  assertStringIncludes(error.message, "no end after 220 steps, at 0ms\n");
  assertStringIncludes(error.message, "a cycle of 6 steps, 33 times, ");
});

Deno.test("explore bounds a ticker that goes on for ever, and says how far it went", async () => {
  const error = await livelock(async () => {
    go(async function ticks() {
      for (;;) await sleep(5);
    });
    await new Channel<void>().receive();
  }, { maxSteps: 100 });
  assertStringIncludes(error.message, "no end after 1,100 steps, at 5495ms\n");
});

Deno.test("explore answers selects in turn once a schedule is fair, so that none of the ready cases starves", async () => {
  let ended = 0;
  await explore(async () => {
    const ticks = new Channel<number>(1), quit = new Channel<never>();
    quit.close();
    for (;;) {
      ticks.trySend(1);
      const { key } = await select({ tick: ticks.receiving(), quit: quit.receiving() });
      if (key === "quit") break;
    }
    ended++;
  }, {
    strategy: {
      name: "the first case",
      begin: (schedule) => schedule < 1,
      pick: () => 0,
      choose: () => 0,
    },
    maxSteps: 100,
  });
  assertEquals(ended, 1);
});

Deno.test("ExploreResult.starvation is the largest number of steps that somebody was passed over", async () => {
  const body = async (): Promise<void> => {
    go(() => {});
    for (let i = 0; i < 7; i++) await yieldNow();
  };
  const stay = (pick: (count: number) => number) => ({
    name: "stay",
    begin: (schedule: number) => schedule < 1,
    pick: ({ count }: { count: number }) => pick(count),
    choose: () => 0,
  });
  // Main has eight steps; the other can run from the first on.
  assertEquals((await explore(body, { strategy: stay(() => 0) })).starvation, 7);
  assertEquals((await explore(body, { strategy: stay((count) => count - 1) })).starvation, 1);
});

Deno.test("explore says that a signal came before anybody waited for it", async () => {
  const error = await assertRejects(() =>
    explore(async () => {
      const mu = new Mutex();
      const filled = new Cond(mu);
      go(function signals() {
        filled.signal();
      });
      await mu.lock();
      await filled.wait();
      mu.unlock();
    }), ScheduleError);
  assertEquals(error.kind, "deadlock");
  const [signalled, waited] = [1, 2].map((g) =>
    error.trace.events.find(({ verb, goroutine }) =>
      goroutine === (g === 1 ? 2 : 1) && verb === (g === 1 ? "signal" : "wait")
    )?.step
  );
  assertStringIncludes(
    error.message,
    `signal came at step ${signalled}, before g1 waited at step ${waited}.`,
  );
});
