import { assert, assertEquals } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import timers from "node:timers";
import { promisify } from "node:util";
import { explore } from "./explore.ts";
import { ScheduleError } from "./schedule_error.ts";
import { virtualTime } from "./virtual_time.ts";

const after = (ms?: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Everything that `body` returned in some schedule of all. */
async function outcomes(body: () => Promise<string> | string): Promise<string[]> {
  const seen = new Set<string>();
  await explore(async () => void seen.add(await body()), {
    strategy: "exhaustive",
    mustComplete: true,
  });
  return [...seen].sort();
}

/** The order in which two timers of these delays fire. */
function pair([a, b]: readonly [unknown, unknown]): Promise<string> {
  return new Promise((resolve) => {
    let order = "";
    const fire = (name: string) => (): void => {
      order += name;
      if (order.length === 2) resolve(order);
    };
    setTimeout(fire("a"), a as number);
    setTimeout(fire("b"), b as number);
  });
}

Deno.test("VirtualTimeout takes delays as the platform does: the same order of pairs inside and outside", async () => {
  const pairs: readonly (readonly [unknown, unknown])[] = [
    [1, 0],
    [1.9, 1],
    [0.5, 0],
    [1, -5],
    [2, NaN],
    [3, 2 ** 31],
    [2, 1.9],
    [1, undefined],
    [2, "1"],
  ];
  for (const delays of pairs) {
    const real = await pair(delays);
    assertEquals(await virtualTime(() => pair(delays)), real, String(delays));
    assert((await outcomes(() => pair(delays))).includes(real), String(delays));
  }
  // Not vacuous: both orders occur among them.
  assertEquals(await virtualTime(() => pair([2, NaN])), "ba");
  assertEquals(await virtualTime(() => pair([1, 0])), "ab");
});

Deno.test("VirtualTimeout keeps the order of equal delays, and only of those", async () => {
  const run = (setUp: (log: (name: string) => () => void) => void) => async () => {
    let order = "";
    setUp((name) => () => void (order += name));
    await after(50);
    return order;
  };
  assertEquals(
    await outcomes(run((log) => {
      for (const name of ["a", "b", "c"]) setTimeout(log(name), 10);
    })),
    ["abc"],
  );
  // The earlier one has the longer delay: nothing promises their order.
  assertEquals(
    await outcomes(run((log) => {
      setTimeout(log("a"), 20);
      setTimeout(() => setTimeout(log("b"), 10), 10);
    })),
    ["ab", "ba"],
  );
  assertEquals(
    await outcomes(run((log) => {
      setImmediate(log("a"));
      setImmediate(log("b"));
    })),
    ["ab"],
  );
});

Deno.test("VirtualTimeout lets the next of its delay go when it is cleared while due", async () => {
  assertEquals(
    await outcomes(async () => {
      let order = "";
      const log = (name: string) => (): void => void (order += name);
      setTimeout(log("a"), 20);
      const b = setTimeout(log("b"), 20);
      setTimeout(log("c"), 20);
      setTimeout(() =>
        setTimeout(() => {
          clearTimeout(b);
          order += "x";
        }, 10), 10);
      await after(30);
      return order;
    }),
    ["abcx", "abxc", "axc", "xac"],
  );
});

Deno.test("VirtualTimeout has the members of the platform's", async () => {
  await virtualTime(async () => {
    const start = Date.now();
    let fired = 0;
    const timeout = setTimeout(() => fired++, 10);
    assertEquals(typeof timeout, "object");
    assertEquals(timeout.hasRef(), true);
    assertEquals(timeout.unref(), timeout);
    assertEquals(timeout.hasRef(), false);
    assertEquals(timeout.ref().hasRef(), true);
    assertEquals(typeof Number(timeout), "number");
    assertEquals(String(timeout), String(Number(timeout)));

    await after(6);
    assertEquals(timeout.refresh(), timeout);
    await after(6);
    assertEquals(fired, 0, "its time began anew");
    await after(6);
    assertEquals(fired, 1);
    timeout.refresh();
    await after(10);
    assertEquals(fired, 2, "refresh arms one that has fired");
    assertEquals(timeout.close(), timeout);
    timeout.refresh();
    await after(20);
    assertEquals(fired, 2, "but not one that was cleared");

    {
      using _ = setTimeout(() => fired++, 1) as unknown as Disposable;
    }
    await after(5);
    assertEquals(fired, 2, "Symbol.dispose clears it");
    assertEquals(Date.now() - start, 53);
  });
});

Deno.test("clearTimeout and its kin take the object, its number and its text, and are interchangeable", async () => {
  await virtualTime(async () => {
    const fired: string[] = [];
    clearTimeout(setTimeout(() => fired.push("object"), 1));
    clearTimeout(Number(setTimeout(() => fired.push("number"), 1)));
    clearTimeout(String(setTimeout(() => fired.push("text"), 1)));
    clearInterval(setTimeout(() => fired.push("other"), 1) as never);
    clearTimeout(setInterval(() => fired.push("interval"), 1));
    clearImmediate(setImmediate(() => fired.push("immediate")));
    clearTimeout(undefined);
    clearTimeout(12345);
    setTimeout(() => fired.push("stays"), 1);
    await after(5);
    assertEquals(fired, ["stays"]);
  });
});

Deno.test("setTimeout calls back with its arguments and the timer as this, once", async () => {
  await virtualTime(async () => {
    const calls: unknown[] = [];
    const timeout: unknown = setTimeout(
      function (this: unknown, ...args: unknown[]) {
        calls.push(this === timeout, ...args);
      },
      1,
      "x",
      2,
    );
    await after(10);
    assertEquals(calls, [true, "x", 2]);
  });
});

Deno.test("setInterval fires every so often, keeps its context each time, and stops when cleared", async () => {
  const storage = new AsyncLocalStorage<string>();
  await virtualTime(async () => {
    const start = Date.now();
    const seen: unknown[] = [];
    await storage.run("here", () =>
      new Promise<void>((resolve) => {
        const interval = setInterval(() => {
          seen.push(Date.now() - start, storage.getStore());
          if (seen.length === 6) {
            clearInterval(interval);
            resolve();
          }
        }, 10);
      }));
    await after(100);
    assertEquals(seen, [10, "here", 20, "here", 30, "here"]);
  });
});

Deno.test("setTimeout calls back in the context in which it was set, whoever goes on at that instant", async () => {
  const storage = new AsyncLocalStorage<number>();
  await explore(async () => {
    const seen: unknown[] = [];
    for (const i of [1, 2]) {
      storage.run(i, () => setTimeout(() => seen.push(i, storage.getStore()), 5));
    }
    storage.run(3, () => setImmediate(() => seen.push(3, storage.getStore())));
    await after(5);
    assertEquals(seen.length >= 4, true);
    for (let i = 0; i < seen.length; i += 2) assertEquals(seen[i], seen[i + 1]);
  });
});

Deno.test("setImmediate is due at once, and before any timeout", async () => {
  assertEquals(
    await virtualTime(async () => {
      const log: string[] = [];
      const start = Date.now();
      setTimeout(() => log.push(`timeout ${Date.now() - start}`), 0);
      setImmediate((name: string) => log.push(`${name} ${Date.now() - start}`), "immediate");
      await after(2);
      return log;
    }),
    ["immediate 0", "timeout 1"],
  );
});

Deno.test("util.promisify of a timer function follows the schedule's clock", async () => {
  await virtualTime(async () => {
    const start = Date.now();
    assertEquals(await promisify(setTimeout)(1_000, "value"), "value");
    assertEquals(await promisify(setImmediate)("turn"), "turn");
    assertEquals(Date.now() - start, 1_000);
  });
  assertEquals(await promisify(setTimeout)(1, "outside"), "outside");
});

Deno.test("node:timers as an object follows the schedule's clock", async () => {
  await virtualTime(async () => {
    const start = Date.now();
    await new Promise<void>((resolve) => void timers.setTimeout(resolve, 60_000));
    await timers.promises.setTimeout(60_000);
    assertEquals(Date.now() - start, 120_000);
  });
});

Deno.test("setTimeout refuses what is no function, inside as outside", async () => {
  const message = (): string => {
    try {
      setTimeout("code" as never, 1);
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    }
  };
  assertEquals(await virtualTime(message), message());
  assert(message() !== "accepted");
});

Deno.test("setTimeout's callback that throws fails its schedule, and no other", async () => {
  const error = await explore(async () => {
    setTimeout(() => {
      throw new Error("in a callback");
    }, 1);
    await after(2);
  }).then(() => undefined, (error) => error);
  assert(error instanceof ScheduleError);
  assertEquals(error.kind, "panic");
  assertEquals((error.cause as Error).message, "in a callback");
  await explore(() => after(1));
});

Deno.test("explore lists timers left behind with the goroutine that is, and where they were set", async () => {
  const error = await explore(async () => {
    setTimeout(() => {}, 30_000);
    const { go, Channel } = await import("../mod.ts");
    go(() => new Channel<number>().receive(), "left");
  }).then(() => undefined, (error) => error);
  assert(error instanceof ScheduleError);
  assertEquals(error.trace.timers.map(({ kind, due }) => [kind, due]), [["setTimeout", 30_000]]);
  assert(/Also left: 1 timer, due at 30s \(set at .*virtual_timers_test\.ts:/.test(error.message));
});

Deno.test("a timer of a goroutine that has ended fires, in nobody else's name", async () => {
  const { Channel, go, WaitGroup } = await import("../mod.ts");
  await explore(async () => {
    const wg = new WaitGroup();
    const ch = new Channel<string>(1);
    wg.go(() => void setTimeout(() => ch.trySend("late"), 5), "short");
    await wg.wait();
    go(() => after(1), "other"); // might be given the same async context
    assertEquals(await ch.receive(), "late");
    await after(1);
  }, { mustComplete: true, strategy: "exhaustive" });
});

Deno.test("code of a schedule that has ended sets no timer in the next", async () => {
  let wake: () => void = () => {};
  let count = 0;
  const body = async (): Promise<void> => {
    void (async () => {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      for (;;) {
        count++;
        await after(1);
      }
    })();
    await new Promise(() => {}); // foreign for ever
  };
  const error = await explore(body, { externalTimeoutMs: 5 }).then(() => {}, (error) => error);
  assert(error instanceof ScheduleError);
  count = 0;
  await virtualTime(async () => {
    wake();
    await after(50);
  });
  assertEquals(count, 1, "it was woken, and its timer never fires");
});

Deno.test("a context that leaks out of a schedule through a dynamic import does not stop real timers", async () => {
  const isDeadlock = await explore(async () => {
    await import("./format_value.ts");
    const { Channel } = await import("../mod.ts");
    await new Channel<never>().receive();
  }, { schedules: 1 }).then(() => false, (error) => error.kind === "deadlock");
  assert(isDeadlock);
  await after(1);
  await explore(() => after(1));
  await after(1);
});

Deno.test("three chained sleeps of 10 ms log at 10, 20, 30, and take no time", async () => {
  const started = performance.now();
  for (const run of [virtualTime, explore]) {
    await run(async () => {
      const start = Date.now();
      const log: string[] = [];
      for (const name of ["a", "b", "c"]) {
        await after(10);
        log.push(`${name}@${Date.now() - start}`);
      }
      assertEquals(log, ["a@10", "b@20", "c@30"]);
    });
  }
  await virtualTime(async () => {
    for (let i = 0; i < 1_000; i++) await after(1_000);
  });
  assert(performance.now() - started < 60_000, "1,060 sleeps, 16 minutes of them");
});
