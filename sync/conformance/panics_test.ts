// Go's src/runtime/crash_test.go: deadlocks, panics and misuse. A panic is a throw, recover is catch, a defer is a
// disposable or a finally.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Channel,
  ClosedError,
  go,
  goexit,
  GoroutinePanic,
  select,
  WaitGroup,
  yieldNow,
} from "../../mod.ts";
import { PanicListener } from "../../runtime/panic_listener_test.ts";
import { explore } from "../../testing/explore.ts";
import { conforms, deadlocks, failure, production } from "./both_schedulers_test.ts";

/** What the platform is told when `body` is started as a goroutine and throws. */
async function panicOf(body: () => unknown, name: string): Promise<GoroutinePanic> {
  using listener = new PanicListener();
  go(body, name);
  const panic = await listener.first;
  assertInstanceOf(panic, GoroutinePanic);
  return panic;
}

// --- deadlock ---

deadlocks("select of no cases in main (runtime/crash_test.go:TestSimpleDeadlock)", async () => {
  await select({});
}, { waiting: ["main [select (no cases)]"] });

deadlocks(
  "select of no cases in set-up code, before the program starts (runtime/crash_test.go:TestInitDeadlock)",
  async () => {
    const setUp = async () => {
      await select({});
      return new Channel<number>();
    };
    const ch = await setUp();
    go(() => ch.send(1));
  },
  { waiting: ["main [select (no cases)]"] },
);

// --- panics that are caught ---

conforms(
  "a throw inside a catch is caught further out (runtime/crash_test.go:TestRecursivePanic)",
  async () => {
    const log: string[] = [];
    const inner = async () => {
      try {
        await yieldNow();
        throw new Error("wrap: original");
      } catch (error) {
        log.push((error as Error).message);
        throw new Error("from the catch");
      }
    };
    const wg = new WaitGroup();
    wg.go(async () => {
      await assertRejects(inner, Error, "from the catch");
    });
    await wg.wait();
    assertEquals(log, ["wrap: original"]);
  },
);

Deno.test("after a throw that was caught, a later one is the one that fails the run (runtime/crash_test.go:TestRecursivePanic)", async () => {
  const error = await failure(async () => {
    go(async () => {
      try {
        throw new Error("caught");
      } catch {
        await yieldNow();
      }
      throw new Error("fatal");
    }, "worker");
    await yieldNow();
  });
  assertEquals([error.kind, (error.cause as Error).message], ["panic", "fatal"]);
  assertStringIncludes(error.message, "fatal");
  assert(!error.message.includes("Error: caught"), error.message);
});

conforms(
  "defers that catch and throw again run last in, first out (runtime/crash_test.go:TestRecursivePanic2)",
  async () => {
    const log: string[] = [];
    const body = async () => {
      try {
        try {
          await using stack = new AsyncDisposableStack();
          stack.defer(() => void log.push("first defer"));
          stack.defer(async () => {
            await yieldNow();
            log.push("second defer");
          });
          throw new Error("one");
        } catch (error) {
          log.push(`caught ${(error as Error).message}`);
          throw new Error("two");
        }
      } catch (error) {
        log.push(`caught ${(error as Error).message}`);
        throw new Error("three");
      }
    };
    await assertRejects(body, Error, "three");
    assertEquals(log, ["second defer", "first defer", "caught one", "caught two"]);
  },
);

Deno.test("a defer that throws a second error: both are in the report's cause (runtime/crash_test.go:TestRecursivePanic4)", async () => {
  const first = new Error("first"), second = new Error("second");
  const error = await failure(async () => {
    go(async () => {
      await using stack = new AsyncDisposableStack();
      stack.defer(() => {
        throw second;
      });
      await yieldNow();
      throw first;
    });
    await yieldNow();
  });
  assertEquals(error.kind, "panic");
  const { cause } = error;
  assertInstanceOf(cause, SuppressedError);
  assertStrictEquals(cause.error, second);
  assertStrictEquals(cause.suppressed, first);
});

conforms(
  "several defers at two levels, one of which catches and throws anew, all run in order (runtime/crash_test.go:TestRecursivePanic5)",
  async () => {
    const log: string[] = [];
    const inner = async () => {
      await using stack = new AsyncDisposableStack();
      stack.defer(() => void log.push("inner 1"));
      stack.defer(() => void log.push("inner 2"));
      await yieldNow();
      throw new Error("inner");
    };
    const outer = async () => {
      await using stack = new AsyncDisposableStack();
      stack.defer(() => void log.push("outer 1"));
      stack.defer(() => void log.push("outer 2"));
      try {
        await inner();
      } catch (error) {
        log.push(`caught ${(error as Error).message}`);
        throw new Error("anew", { cause: error });
      }
    };
    const error = await assertRejects(outer, Error, "anew");
    assertEquals((error.cause as Error).message, "inner");
    assertEquals(log, ["inner 2", "inner 1", "caught inner", "outer 2", "outer 1"]);
  },
);

Deno.test("an error thrown again is reported once, with its first stack (runtime/crash_test.go:TestRepanickedPanic)", async () => {
  const original = new Error("thrown twice");
  const { stack } = original;
  const error = await failure(async () => {
    go(async () => {
      try {
        await Promise.reject(original);
      } catch (error) {
        await yieldNow();
        throw error;
      }
    });
    await yieldNow();
  });
  assertStrictEquals(error.cause, original);
  assertEquals(original.stack, stack);
  assertEquals(error.message.split("Error: thrown twice").length, 2, error.message);
});

Deno.test("nested throws: every one is in the chain of causes, with frames of its own (runtime/crash_test.go:TestPanicTraceback)", async () => {
  const thrower = (message: string, cause?: unknown) => {
    throw new Error(message, { cause });
  };
  const nested = (depth: number) => {
    if (depth === 0) thrower("hello");
    try {
      nested(depth - 1);
    } catch (error) {
      thrower(`panic pt${depth}`, error);
    }
  };
  const panic = await panicOf(() => nested(2), "nested");
  const chain: Error[] = [];
  for (let error = panic.cause; error instanceof Error; error = error.cause) chain.push(error);
  assertEquals(chain.map(({ message }) => message), ["panic pt2", "panic pt1", "hello"]);
  for (const { stack } of chain) assertStringIncludes(stack ?? "", "nested");
});

/** Ends the program with a code. */
class Exit extends Error {
  readonly code: number | undefined;
  constructor(code: number | undefined) {
    super("exit");
    this.code = code;
  }
}

Deno.test("main ends by goexit, and what its deferred send carries ends the program (test/fixedbugs/issue5963.go)", async () => {
  const error = await failure(async () => {
    const codes = new Channel<number>();
    go(async () => {
      throw new Exit(await codes.receive());
    }, "exiting");
    await using stack = new AsyncDisposableStack();
    stack.defer(() => codes.send(7));
    await yieldNow();
    goexit();
  });
  assertEquals(error.kind, "panic");
  assertInstanceOf(error.cause, Exit);
  assertEquals(error.cause.code, 7);
});

// --- reporting ---

Deno.test("an uncaught throw in main is reported with its message, as goroutine 1 (runtime/crash_test.go:TestMainGoroutineID)", async () => {
  const error = await failure(async () => {
    let isFirst = true;
    go(() => {
      isFirst = false;
    });
    await yieldNow();
    if (isFirst) throw new Error("test");
  });
  const [main] = error.goroutines;
  assertEquals([main?.id, main?.name, main?.status], [1, "main", "panicked"]);
  assertStringIncludes(error.message, "Error: test");
});

/** An error that yields while its message is made. */
class Yielding extends Error {
  override get message(): string {
    void yieldNow();
    return "1 yielded";
  }
}

/** An error whose message cannot be had. */
class Unreadable extends Error {
  override get message(): string {
    throw new Unreadable();
  }
}

production(
  "making an error's message may yield while the panic is reported (runtime/crash_test.go:TestPanicDeadlockGosched)",
  async () => {
    assertEquals(
      (await panicOf(() => Promise.reject(new Yielding()), "f")).message,
      "goroutine f: 1 yielded",
    );
  },
);

Deno.test("the same in an exploration (runtime/crash_test.go:TestPanicDeadlockGosched)", async () => {
  const error = await failure(() => go(() => Promise.reject(new Yielding())));
  assertEquals(error.kind, "panic");
  assertStringIncludes(error.message, "1 yielded");
});

production(
  "an error whose message throws is reported all the same (runtime/crash_test.go:TestPanicLoop)",
  async () => {
    const panic = await panicOf(() => Promise.reject(new Unreadable()), "f");
    assertEquals(panic.message, "goroutine f: (an error whose message cannot be read)");
    assertInstanceOf(panic.cause, Unreadable);
  },
);

Deno.test("the same in an exploration (runtime/crash_test.go:TestPanicLoop)", async () => {
  const error = await failure(() => go(() => Promise.reject(new Unreadable())));
  assertEquals(error.kind, "panic");
  assertInstanceOf(error.cause, Unreadable);
});

production(
  "a throw in a goroutine is a panic: the platform hears of it, with the goroutine's name (js:unhandled-rejection)",
  async () => {
    const original = new Error("disk full");
    for (
      const thrower of [() => Promise.reject(original), () => {
        throw original;
      }]
    ) {
      const panic = await panicOf(thrower, "writer");
      assertEquals([panic.message, panic.goroutine], ["goroutine writer: disk full", "writer"]);
      assertStrictEquals(panic.cause, original);
    }
  },
);

Deno.test("a throw in a goroutine fails the run, with its name and where it was started (js:unhandled-rejection)", async () => {
  const original = new Error("disk full");
  const error = await failure(async () => {
    go(() => Promise.reject(original), "writer");
    await yieldNow();
  });
  assertEquals(error.kind, "panic");
  assertStrictEquals(error.cause, original);
  assertStringIncludes(error.message, "writer");
  const writer = error.goroutines.find(({ name }) => name === "writer");
  assertEquals([writer?.status, writer?.parent], ["panicked", 1]);
  assertStringIncludes(writer?.createdAt?.file ?? "", "panics_test.ts");
});

Deno.test("an operation nobody awaited whose error nobody sees fails the run (js:missing-await)", async () => {
  const error = await failure(() => {
    const ch = new Channel<number>(1);
    ch.close();
    void ch.send(1);
  });
  assertEquals(error.kind, "panic");
  assertInstanceOf(error.cause, ClosedError);
});

Deno.test("an operation still pending when its goroutine ends fails the run, which names both (js:missing-await)", async () => {
  const error = await failure(() => {
    const ch = new Channel<number>();
    go(() => void ch.send(1), "forgetful");
  });
  assertStringIncludes(
    error.message,
    "forgetful ended while its chan send was pending: missing await?",
  );
});

// --- misuse ---

conforms("go of nil throws in the spawner (runtime/crash_test.go:TestGoNil)", () => {
  // @ts-expect-error A body is a function.
  assertThrows(() => go(undefined), TypeError, "go of nil func value");
  // @ts-expect-error A body is a function.
  assertThrows(() => go(null), TypeError, "go of nil func value");
});

conforms(
  "misuse of channels fails with classes of the runtime's own (runtime/crash_test.go:TestRuntimePanicWithRuntimeError)",
  async () => {
    const closed = new Channel<number>();
    closed.close();
    assertThrows(() => closed.close(), ClosedError, "close of closed channel");
    await assertRejects(() => closed.send(1), ClosedError, "send on closed channel");
    assertThrows(() => new Channel(-1), RangeError, "makechan: size out of range");
    assertThrows(() => Channel.nil().close(), TypeError, "close of nil channel");
    const user: unknown = new Error("send on closed channel");
    assert(!(user instanceof ClosedError));
  },
);

Deno.test("a run that waits for the platform is no deadlock: the platform is waited for (js:await-foreign-promise)", async () => {
  const result = await explore(async () => {
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    const reply = new Channel<string>();
    go(async () => {
      const bytes = await crypto.subtle.digest("SHA-256", new Uint8Array());
      await reply.send(`${bytes.byteLength}`);
    });
    assertEquals(await reply.receive(), "32");
  }, { schedules: 5, seed: 1 });
  assertEquals(result.schedules > 0, true);
});

Deno.test("a run that waits for what never comes is a foreign await, with the goroutine's name (js:await-foreign-promise)", async () => {
  const error = await assertRejects(() =>
    explore(async () => {
      const done = new Channel<never>();
      go(() => new Promise(() => {}), "fetcher");
      await done.receive();
    }, { schedules: 1, externalTimeoutMs: 1 })
  );
  assertStringIncludes(String(error), "ForeignAwaitError");
  assertStringIncludes(String(error), "fetcher waits for something outside the scheduler");
});

production(
  "a goroutine that awaits the platform keeps the others going (js:await-foreign-promise)",
  async () => {
    const reply = new Channel<number>();
    go(async () => {
      const bytes = await crypto.subtle.digest("SHA-256", new Uint8Array());
      await reply.send(bytes.byteLength);
    });
    assertEquals(await reply.receive(), 32);
  },
);
