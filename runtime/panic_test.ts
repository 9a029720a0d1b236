import { assert, assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { go } from "./go.ts";
import { GoroutinePanic, reportPanic } from "./panic.ts";
import { PanicListener } from "./panic_listener_test.ts";
import { yieldNow } from "./sleep.ts";

/** What the platform is told while `body` runs, and some turns longer. */
async function panicsOf(body: () => void): Promise<GoroutinePanic[]> {
  using listener = new PanicListener();
  body();
  for (let i = 0; i < 10; i++) await yieldNow();
  return listener.panics;
}

Deno.test("GoroutinePanic names the goroutine, quotes the message and keeps the cause", () => {
  const cause = new TypeError("disk full");
  const panic = new GoroutinePanic("worker", cause);
  assertEquals([panic.name, panic.message], ["GoroutinePanic", "goroutine worker: disk full"]);
  assertEquals(panic.goroutine, "worker");
  assertStrictEquals(panic.cause, cause);
  assertEquals(new GoroutinePanic("", cause).message, "goroutine: disk full");
});

Deno.test("GoroutinePanic describes whatever was thrown", () => {
  const thrown: [unknown, string][] = [
    ["text", "text"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [7n, "7"],
    [Object.defineProperty(new Error(), "message", { value: Symbol("m") }), "Symbol(m)"],
  ];
  for (const [value, message] of thrown) {
    const panic = new GoroutinePanic("", value);
    assertEquals(panic.message, `goroutine: ${message}`);
    assertStrictEquals(panic.cause, value);
  }
});

Deno.test("GoroutinePanic survives a cause whose message getter throws (runtime/crash_test.go:TestPanicLoop)", () => {
  class Unreadable extends Error {
    override get message(): string {
      throw new Error("from the getter");
    }
  }
  const hostile: unknown[] = [
    new Unreadable(),
    {
      toString: () => {
        throw new Error("from toString");
      },
    },
    Object.create(null),
  ];
  for (const cause of hostile) {
    const panic = new GoroutinePanic("worker", cause);
    assertStringIncludes(
      panic.message,
      "goroutine worker: (an error whose message cannot be read)",
    );
    assertStrictEquals(panic.cause, cause);
  }
});

Deno.test("reportPanic tells the platform, and the goroutines go on", async () => {
  const error = new Error("disk full");
  let wentOn = false;
  const panics = await panicsOf(() => {
    go(() => reportPanic(error, "worker"));
    go(() => wentOn = true);
  });
  assertEquals(panics.map(({ message }) => message), ["goroutine worker: disk full"]);
  assert(panics[0] instanceof GoroutinePanic);
  assert(wentOn);
});

Deno.test("A panic names the goroutine: the name given to go, else the function's name", async () => {
  const fails = (message: string) => Promise.reject(new Error(message));
  const panics = await panicsOf(() => {
    go(() => fails("a"), "given");
    go(async function worker() {
      await fails("b");
    });
    go(async function worker() {
      await fails("c");
    }, "given");
    go(async () => await fails("d"));
    go(function plain() {
      throw new Error("e");
    });
    go(() => {
      throw new Error("f");
    }, "given");
  });
  assertEquals(panics.map(({ message }) => message).sort(), [
    "goroutine given: a",
    "goroutine given: c",
    "goroutine given: f",
    "goroutine plain: e",
    "goroutine worker: b",
    "goroutine: d",
  ]);
});
