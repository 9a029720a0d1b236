// Waiting for something outside the scheduler: which await is named, and that nobody is called stuck who is not.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execFile } from "node:child_process";
import { setTimeout as setRealTimeout } from "node:timers";
import { Channel, go, Mutex, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import { virtualTime } from "./virtual_time.ts";

const never = (): Promise<void> => new Promise(() => {});

/** Real time, of which the scheduler knows nothing. */
const outside = (ms: number): Promise<void> =>
  new Promise((resolve) => explorer.external("", () => void setRealTimeout(resolve, ms)));

function lineOf(mark: string): number {
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  return lines.findIndex((line) => line.endsWith(`; // ${mark}`)) + 1;
}

async function failing(
  kind: string,
  body: () => unknown,
  options: ExploreOptions = {},
): Promise<ScheduleError> {
  const error = await explore(body, { externalTimeoutMs: 20, ...options }).then(
    () => undefined,
    (error) => error,
  );
  assert(error instanceof ScheduleError, String(error));
  assertEquals(error.kind, kind, error.message);
  return error;
}

/** The lines of the awaits that the report of `body` names for main. */
async function namedLines(body: () => unknown): Promise<number[]> {
  const error = await failing("foreign", body);
  const [main] = error.goroutines;
  const lines = [main?.at ?? [], ...main?.alsoAt ?? []].flatMap(([top]) => top?.line ?? []);
  for (const line of lines) assertStringIncludes(error.message, `foreign_await_test.ts:${line}:`);
  return lines;
}

Deno.test("a foreign await is named rather than one of another flow that has settled since", async () => {
  const stuck = async (): Promise<void> => {
    await never(); // pending
  };
  const done = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) await null;
    await outside(1);
    for (let i = 0; i < 100; i++) await Promise.resolve(i);
  };
  assertEquals(
    await namedLines(async () => {
      await Promise.all([
        stuck(),
        done(),
      ]);
    }),
    [lineOf("pending")],
  );
});

Deno.test("all foreign awaits of a goroutine are named, each once", async () => {
  const first = async (): Promise<void> => {
    await null;
    await never(); // first of two
  };
  const second = async (): Promise<void> => {
    await outside(1);
    await never(); // second of two
  };
  const lines = await namedLines(async () => {
    const waiting = [1, 2, 3].map(() => first());
    await second();
    await Promise.all(waiting);
  });
  assertEquals(lines.toSorted(), [lineOf("first of two"), lineOf("second of two")].toSorted());
});

Deno.test("what lost a race is not taken for what is awaited", async () => {
  assertEquals(
    await namedLines(async () => {
      await Promise.race([never(), Promise.resolve()]);
      await Promise.any([never(), Promise.resolve()]);
      await never().finally(() => {}); // after the race
    }),
    [lineOf("after the race")],
  );
});

Deno.test("a goroutine that only called then is named where it did", async () => {
  assertEquals(
    await namedLines(() => {
      return never().then(() => {}); // then
    }),
    [lineOf("then")],
  );
});

Deno.test("an await that cannot be seen is placed behind the last one that could", async () => {
  const error = await failing("foreign", async () => {
    await null;
    await Promise.resolve(); // the last seen
    await Object.create({ then() {} });
  });
  assertEquals(error.goroutines[0]?.at, []);
  assertEquals(error.goroutines[0]?.after?.line, lineOf("the last seen"));
  assertStringIncludes(error.message, `foreign_await_test.ts:${lineOf("the last seen")}`);
});

Deno.test("who waits for an operation and, in another flow, for the outside is no deadlock", async () => {
  const { complete } = await explore(async () => {
    const ch = new Channel<number>(1);
    const feed = async (): Promise<void> => {
      await outside(3);
      ch.trySend(7);
    };
    const [value] = await Promise.all([ch.receive(), feed()]);
    assertEquals(value, 7);
  }, { schedules: 3 });
  assertEquals(complete, false, "what comes from outside comes in one order only");
});

Deno.test("who waits for an operation that a callback of the outside does is no deadlock", async () => {
  const ways: Record<string, (done: () => void) => void> = {
    "a real timer": (done) => void setRealTimeout(done, 3),
    "a process": (done) => void execFile(Deno.execPath(), ["--version"], () => done()),
    "a message": (done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        done();
      };
      port2.postMessage("now");
    },
  };
  for (const [name, way] of Object.entries(ways)) {
    const body = async (): Promise<number | undefined> => {
      const ch = new Channel<number>(1);
      way(() => ch.trySend(7));
      return await ch.receive();
    };
    // Both wait for help without being told that there is any.
    await explore(body, { schedules: 2, externalTimeoutMs: 10_000 });
    assertEquals(await virtualTime(body, { externalTimeoutMs: 10_000 }), 7, name);
  }
});

Deno.test("what a schedule has left behind in the outside is not taken for the next one's", async () => {
  let runs = 0;
  const { schedules } = await explore(async () => {
    runs++;
    const ch = new Channel<number>(1), done = new Channel<number>(1);
    go(async () => {
      const late = outside(2);
      go(() => void late.then(() => ch.trySend(1))); // ends at once, and its callback comes later
      await ch.receive();
      await late;
      await done.send(2);
    });
    assertEquals(await done.receive(), 2);
  }, { schedules: 4, strategy: "random" });
  assertEquals(schedules, 4);
  assert(runs > schedules, "the first was called stuck, and was not");
});

Deno.test("who waits for an operation and for the outside, which does not come, is named with both", async () => {
  const error = await failing("foreign", async () => {
    const ch = new Channel<number>();
    const stuck = async (): Promise<void> => {
      await never(); // beside an operation
    };
    await Promise.all([ch.receive(), stuck()]);
  });
  assertStringIncludes(error.message, `foreign_await_test.ts:${lineOf("beside an operation")}:`);
  assertStringIncludes(error.message, "waits for chan receive ch");
});

Deno.test("a deadlock behind any number of functions is one, without waiting for the outside", async () => {
  class Box {
    readonly #mu = new Mutex();
    async with(body: () => Promise<void>): Promise<void> {
      await this.#mu.withLock(body);
    }
    async take(): Promise<void> {
      await null;
      await this.#mu.lock();
    }
  }
  const bodies: readonly (() => Promise<unknown>)[] = [
    async () => {
      const box = new Box();
      const again = async (): Promise<void> => await box.with(async () => {});
      await box.with(again);
    },
    async () => {
      const box = new Box();
      const first = box.take(), second = box.take();
      await sleep(1);
      await first;
      await second;
    },
    async () => {
      const ch = new Channel<number>();
      const both = [1, 2].map(async (n) => {
        await null;
        return n + (await ch.receive() ?? 0);
      });
      await Promise.all(both);
    },
    async () => {
      const ch = new Channel<number>();
      const value = ch.receive().then((n) => n ?? 0).finally(() => {});
      await Promise.race([value, new Channel<number>().receive()]);
    },
    async () => {
      const ch = new Channel<number>();
      async function* values(): AsyncGenerator<number> {
        for await (const value of ch) yield value;
      }
      const wg = new WaitGroup();
      wg.go(async () => {
        for await (const _ of values()) await yieldNow();
      });
      await wg.wait();
    },
  ];
  for (const body of bodies) {
    const error = await failing("deadlock", body, { externalTimeoutMs: 600_000 });
    assertEquals(error.name, "DeadlockError");
  }
});

Deno.test("a goroutine that waits for a timer of the platform when the body has returned is a leak", async () => {
  const error = await failing("leak", () => {
    go(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000)); // the timer
    }, "napper");
  }, { externalTimeoutMs: 600_000 });
  const [, napper] = error.goroutines;
  assertEquals([napper?.status, napper?.waitReason, napper?.until], [
    "waiting",
    "setTimeout",
    1_000,
  ]);
  assertEquals(napper?.at[0]?.line, lineOf("the timer"));
  assertStringIncludes(error.message, "1 goroutine outlives the test");
  assertStringIncludes(error.message, "waits for setTimeout, due at 1s");
});
