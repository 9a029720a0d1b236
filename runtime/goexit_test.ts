import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Channel,
  go,
  goexit,
  GoroutinePanic,
  Mutex,
  numGoroutine,
  WaitGroup,
  yieldNow,
} from "../mod.ts";
import { conforms, failure, production } from "../sync/conformance/both_schedulers_test.ts";
import { explore } from "../testing/mod.ts";
import { isGoexit } from "./goexit.ts";
import { PanicListener } from "./panic_listener_test.ts";

conforms(
  "goexit runs what is deferred, is no error, and a deferred send works (runtime/crash_test.go:TestGoexitDefer)",
  async () => {
    const done = new Channel<string>(3);
    const deep = async () => {
      await using _ = { [Symbol.asyncDispose]: () => done.send("using") };
      await yieldNow();
      goexit();
    };
    go(async () => {
      try {
        await deep();
        await done.send("went on");
      } finally {
        await done.send("finally");
        done.close();
      }
    });
    assertEquals(await Array.fromAsync(done), ["using", "finally"]);
  },
);

conforms("goexit ends a goroutine that is not async", async () => {
  const before = numGoroutine(), wg = new WaitGroup();
  wg.go(() => goexit());
  go(() => goexit());
  await wg.wait();
  while (numGoroutine() > before) await yieldNow();
});

conforms("WaitGroup.go counts goexit as an end", async () => {
  const wg = new WaitGroup();
  for (let i = 0; i < 3; i++) {
    wg.go(async () => {
      await yieldNow();
      if (i !== 1) goexit();
    });
  }
  await wg.wait();
});

conforms("a catch that throws on what it does not know lets goexit pass", async () => {
  const wg = new WaitGroup(), seen: string[] = [];
  wg.go(async () => {
    try {
      await yieldNow();
      goexit();
    } catch (error) {
      seen.push(`caught ${(error as Error).name}, ${isGoexit(error)}`);
      throw error;
    }
  });
  await wg.wait();
  assertEquals(seen, ["caught Goexit, true"]);
});

conforms("withLock unlocks once when its body ends by goexit (js:using-lock)", async () => {
  const mu = new Mutex(), wg = new WaitGroup();
  for (let i = 0; i < 2; i++) {
    wg.go(() =>
      mu.withLock(async () => {
        await yieldNow();
        goexit();
      })
    );
  }
  await wg.wait();
  assert(mu.tryLock(), "free");
});

production(
  "withLock gives what its body gives, and an extra unlock is misuse (js:using-lock)",
  async () => {
    const mu = new Mutex();
    assertEquals(await mu.withLock(() => 7), 7);
    await assertRejects(() => mu.withLock(() => Promise.reject(new Error("no"))), Error, "no");
    assertThrows(() => mu.unlock(), Error, "sync: unlock of unlocked mutex");
  },
);

Deno.test("a throw from what goexit runs is a panic (runtime/crash_test.go:TestPanicAfterGoexit)", async () => {
  const error = await failure(async () => {
    go(async () => {
      try {
        await yieldNow();
        goexit();
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw new Error("hello");
      }
    }, "worker");
    await yieldNow();
    await yieldNow();
    await yieldNow();
  });
  assertEquals(error.kind, "panic");
  assertStringIncludes(error.message, "hello");
});

Deno.test(
  "a goexit replaced by a throw that is caught: all that is deferred runs, and the loss is noticed (runtime/crash_test.go:TestRecoverBeforePanicAfterGoexit2)",
  async () => {
    const seen: string[] = [];
    const error = await failure(async () => {
      seen.length = 0;
      const wg = new WaitGroup();
      wg.go(() => {
        try {
          try {
            try {
              try {
                goexit();
              } finally {
                // deno-lint-ignore no-unsafe-finally
                throw new Error("in a deferred call");
              }
            } catch (error) {
              seen.push((error as Error).message);
            }
          } finally {
            seen.push("second");
          }
        } finally {
          seen.push("first");
        }
      }, "worker");
      await wg.wait();
    });
    assertEquals(error.kind, "panic");
    assertStringIncludes(error.message, "what goexit threw was caught and not thrown on");
    assertEquals(seen, ["in a deferred call", "second", "first"]);
  },
);

Deno.test("swallowing goexit fails the run, at the end of that goroutine", async () => {
  const error = await failure(async () => {
    const wg = new WaitGroup();
    wg.go(async () => {
      await yieldNow();
      try {
        goexit();
      } catch { /* the mistake */ }
      await yieldNow();
    }, "worker");
    await wg.wait();
  });
  assertEquals(error.kind, "panic");
  assertStringIncludes(error.message, "what goexit threw was caught and not thrown on");
  assertStringIncludes(error.message, "worker");
});

Deno.test("goexit in main: the others go on, time too", async () => {
  const ends = new Set<string>();
  const error = await assertRejects(() =>
    explore(async () => {
      const ch = new Channel<number>();
      go(async () => {
        ends.add(`received ${await ch.receive()}`);
      }, "receiver");
      try {
        goexit();
      } finally {
        await ch.send(1);
      }
    }, { seed: 1 })
  ) as Error;
  assertStringIncludes(error.message, "no goroutines (main called runtime.Goexit) - deadlock!");
  assertEquals([...ends], ["received 1"]);
});

production("swallowing goexit is a panic once the garbage collector finds it", async () => {
  using listener = new PanicListener();
  const wg = new WaitGroup();
  wg.go(() => {
    try {
      goexit();
    } catch { /* the mistake */ }
  });
  await wg.wait();
  const collect = await garbageCollector();
  while (listener.panics.length === 0) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const [panic] = listener.panics;
  assert(panic instanceof GoroutinePanic);
  assertStringIncludes((panic.cause as Error).message, "what goexit threw was caught");
  assertStringIncludes((panic.cause as Error).stack ?? "", "goexit_test.ts");
});

async function garbageCollector(): Promise<() => void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}
