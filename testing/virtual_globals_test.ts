import { assert, assertEquals, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as setRealTimeout } from "node:timers";
import { randomBytes } from "node:crypto";
import process from "node:process";
import { go, WaitGroup, yieldNow } from "../mod.ts";
import { Folder } from "./child_test.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import { ScheduleError } from "./schedule_error.ts";
import { virtualTime } from "./virtual_time.ts";

const EPOCH = Date.UTC(2000, 0, 1);
const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

async function failureOf(body: () => unknown, options = {}): Promise<ScheduleError> {
  const error = await explore(body, options).then(() => undefined, (error) => error);
  assert(error instanceof ScheduleError, String(error));
  return error;
}

Deno.test("Date tells the schedule's time in every form, and stays Date", async () => {
  await virtualTime(async () => {
    await after(1_500);
    assertEquals(Date.now(), EPOCH + 1_500);
    assertEquals(new Date().getTime(), EPOCH + 1_500);
    assertEquals(Date(), new Date(EPOCH + 1_500).toString());
    assertEquals((Date as unknown as (x: number) => string)(7), Date(), "arguments are ignored");
    assertEquals(new Date(7).getTime(), 7);
    assertEquals(new Date(2001, 1).getMonth(), 1);
    assertEquals(new Date(undefined as never).getTime(), NaN);
    assert(new Date() instanceof Date);
    assertEquals(new Date().constructor, Date);
    assertEquals(structuredClone(new Date()).getTime(), EPOCH + 1_500);
    assertEquals(Date.UTC(2000, 0, 1), EPOCH);
    class Moment extends Date {
      readonly isMoment = true;
    }
    assertEquals(new Moment().getTime(), EPOCH + 1_500);
    assert(new Moment() instanceof Moment && new Moment() instanceof Date);
    assertEquals([Date.name, Date.length], ["Date", 7]);
  });
  assert(Math.abs(Date.now() - new Date().getTime()) < 1_000 && Date.now() > EPOCH * 1.5);
});

Deno.test("Date is in every respect what the platform's Date is, inside and outside", async () => {
  const check = (): void => {
    assertEquals(Reflect.ownKeys(Date).sort(), [
      "UTC",
      "length",
      "name",
      "now",
      "parse",
      "prototype",
    ]);
    assertEquals(Object.getOwnPropertyDescriptor(Date, "prototype")?.writable, false);
    assertEquals([Date.prototype.constructor, Object.getPrototypeOf(Date)], [
      Date,
      Function.prototype,
    ]);
    const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(
      globalThis,
      "Date",
    )!;
    assertEquals([writable, enumerable, configurable], [true, false, true]);
    assertEquals(new Date(2001, 2, 3, 4, 5, 6, 7).toISOString().slice(17), "06.007Z");
    assertEquals(new Date("2001-02-03T04:05:06.007Z").getTime(), Date.UTC(2001, 1, 3, 4, 5, 6, 7));
    assertEquals(new Date(new Date(8)).getTime(), 8);
    assertEquals(typeof Date(), "string");
    assertEquals(typeof Reflect.apply(Date, undefined, [7]), "string");

    class Moment extends Date {
      readonly isMoment = true;
      static override now(): number {
        return super.now() + 1;
      }
    }
    const moment = new Moment(9);
    assertEquals([moment.getTime(), moment.isMoment, moment.constructor], [9, true, Moment]);
    assert(Moment.now() - Date.now() >= 1);
    assertEquals(new Moment(2001, 1).getMonth(), 1);

    function Old(this: object): void {}
    Old.prototype = Object.create(Date.prototype);
    const old = Reflect.construct(Date, [], Old) as Date;
    assert(old instanceof Old && old instanceof Date);
    assert(Math.abs(Date.prototype.getTime.call(old) - Date.now()) < 1_000);
    const Bound: unknown = Reflect.apply(Function.prototype.bind, Date, [null, 2001, 1]);
    assertEquals((Reflect.construct(Bound as DateConstructor, []) as Date).getFullYear(), 2001);

    const clone = structuredClone(new Date(10));
    assertEquals([clone.getTime(), clone.constructor, clone instanceof Date], [10, Date, true]);
    assertEquals(Object.prototype.toString.call(new Date()), "[object Date]");
    assertEquals(JSON.stringify(new Date(0)), '"1970-01-01T00:00:00.000Z"');
    assertThrows(() => new Date(Symbol() as never), TypeError);
  };
  check();
  await virtualTime(check);
});

Deno.test("Date.now can be replaced by a spy, inside and outside, and comes back", async () => {
  const { now } = Date;
  const spy = async (): Promise<void> => {
    Date.now = () => 7;
    try {
      assertEquals(Date.now(), 7);
      await Promise.resolve();
      assertEquals(Date.now(), 7);
    } finally {
      Date.now = now;
    }
    assert(Date.now() !== 7);
  };
  await spy();
  await virtualTime(spy);
  assertEquals(Object.getOwnPropertyDescriptor(Date, "now")?.writable, true);
});

Deno.test("performance.now, its timeOrigin and process.hrtime tell the schedule's time", async () => {
  await virtualTime(async () => {
    assertEquals(performance.now(), 0);
    const hrtime = process.hrtime();
    await after(1_500);
    assertEquals(performance.now(), 1_500);
    assertEquals(performance.timeOrigin + performance.now(), Date.now());
    if ("Deno" in globalThis) assertEquals(process.hrtime(hrtime), [1, 500_000_000]);
  });
  assert(Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 60_000);
});

Deno.test("Temporal.Now tells the schedule's time in every form", async () => {
  await virtualTime(async () => {
    await after(3_661_000);
    const { Now } = Temporal;
    assertEquals(Now.instant().epochMilliseconds, EPOCH + 3_661_000);
    assertEquals(Now.zonedDateTimeISO("UTC").toString(), "2000-01-01T01:01:01+00:00[UTC]");
    assertEquals(Now.plainDateTimeISO("UTC").toString(), "2000-01-01T01:01:01");
    assertEquals(Now.plainDateISO("UTC").toString(), "2000-01-01");
    assertEquals(Now.plainTimeISO("UTC").toString(), "01:01:01");
    assertEquals(Now.zonedDateTimeISO().epochMilliseconds, EPOCH + 3_661_000);
  });
  assert(Temporal.Now.instant().epochMilliseconds > EPOCH * 1.5);
});

Deno.test("Intl formats the real clock without an argument, and the schedule's with one (documented)", async () => {
  await virtualTime(() => {
    const format = new Intl.DateTimeFormat("en", { year: "numeric", timeZone: "UTC" });
    assertEquals(format.format(new Date()), "2000");
    assert(format.format() !== "2000", "V8 reads its own clock");
  });
});

Deno.test("AbortSignal.timeout fires in virtual time, alone and in AbortSignal.any", async () => {
  await virtualTime(async () => {
    const start = Date.now();
    const signal = AbortSignal.timeout(5_000);
    const any = AbortSignal.any([signal, new AbortController().signal]);
    await new Promise((resolve) => any.addEventListener("abort", resolve));
    assertEquals(Date.now() - start, 5_000);
    assert(signal.aborted);
    assertEquals(any.reason.name, "TimeoutError");
    const late = AbortSignal.timeout(2 ** 32);
    await after(1_000);
    assertEquals(late.aborted, false, "longer than timers can be");
    assertThrows(() => AbortSignal.timeout(-1), TypeError);
  });
});

Deno.test("Deno.refTimer and unrefTimer accept a virtual timer", async () => {
  await virtualTime(() => {
    const timeout = setTimeout(() => {}, 1);
    Deno.unrefTimer(timeout as never);
    assertEquals(timeout.hasRef(), false);
    Deno.refTimer(Number(timeout));
    assertEquals(timeout.hasRef(), true);
    clearTimeout(timeout);
  });
});

Deno.test("Math.random and crypto give the same in every schedule, and not the same twice", async () => {
  const seen = new Set<string>();
  const body = async (): Promise<void> => {
    const numbers = [Math.random(), Math.random()];
    const bytes = crypto.getRandomValues(new Uint8Array(4));
    const id = crypto.randomUUID();
    assert(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), id);
    assert(numbers[0] !== numbers[1] && numbers.every((it) => it >= 0 && it < 1));
    const other = Crypto.prototype.randomUUID.call(crypto);
    seen.add(JSON.stringify([numbers, [...bytes], id, other, randomBytes(4)]));
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) wg.go(() => yieldNow());
    await wg.wait();
  };
  const { schedules } = await explore(body, { schedules: 20, seed: 1 });
  await explore(body, { schedules: 5, seed: 2 });
  assertEquals(schedules, 20);
  assertEquals(seen.size, 1, "whatever the seed: the token alone replays");
  await virtualTime(() => {
    assertThrows(() => crypto.getRandomValues(new Float32Array(1) as never));
    assertThrows(() => crypto.getRandomValues(new Uint8Array(70_000)));
  });
  assert(Math.random() !== Math.random());
});

Deno.test("queueMicrotask and process.nextTick run within the step that calls them", async () => {
  await virtualTime(async () => {
    const log: string[] = [];
    queueMicrotask(() => log.push("microtask"));
    process.nextTick(() => log.push("tick"));
    await after(1);
    assertEquals(log.toSorted(), ["microtask", "tick"]);
  });
});

Deno.test("replaced functions keep name and length, and are plain writable properties", () => {
  for (const name of ["setTimeout", "setInterval", "clearTimeout", "setImmediate"] as const) {
    const value = Object.getOwnPropertyDescriptor(globalThis, name);
    assertEquals([value?.value.name, value?.writable], [name, true]);
  }
});

Deno.test("code outside keeps real timers and the real clock while a schedule runs", async () => {
  const outside: Promise<unknown>[] = [];
  const realNow = Date.now();
  let ticks = 0;
  let sawVirtual = false;
  const interval = setInterval(() => {
    ticks++;
    if (Date.now() < realNow) sawVirtual = true;
  }, 0);
  outside.push(
    explore(async () => {
      const wg = new WaitGroup();
      for (let i = 0; i < 3; i++) wg.go(() => yieldNow());
      await wg.wait();
      assert(Date.now() < realNow);
    }, { maxTimeMs: 40, strategy: "random" }),
  );
  const timeout = setTimeout(() => {}, 1);
  assert(!explorer.isInside);
  await Promise.all(outside);
  clearInterval(interval);
  clearTimeout(timeout);
  assert(ticks > 0, "it ran meanwhile");
  assertEquals(sawVirtual, false);
});

Deno.test("code outside that a goroutine resumes in the middle of a step keeps the real clock", async () => {
  let resume: () => void = () => {};
  const times: number[] = [];
  const outside = (async () => {
    // In the context of code outside, from explore() on.
    const done = explore(async () => {
      await after(5);
      resume();
      await after(5);
    });
    await new Promise<void>((resolve) => {
      resume = resolve;
    });
    times.push(Date.now());
    await after(1);
    times.push(Date.now());
    await done;
  })();
  await outside;
  assert(times.every((time) => time > EPOCH * 1.5), String(times));
});

Deno.test("context is kept across await, then, thenables, microtasks, ticks, timers, immediates, ports", async () => {
  const storage = new AsyncLocalStorage<string>();
  await virtualTime(() =>
    storage.run("mine", async () => {
      const seen: Record<string, unknown> = {};
      const look = (name: string): void => {
        seen[name] = `${storage.getStore()} ${explorer.isInside}`;
      };
      await null;
      look("await");
      await Promise.resolve().then(() => look("then"));
      await {
        then(resolve: () => void) {
          look("thenable");
          resolve();
        },
      };
      await new Promise<void>((resolve) => queueMicrotask(() => resolve(look("microtask"))));
      await new Promise<void>((resolve) => process.nextTick(() => resolve(look("tick"))));
      await new Promise<void>((resolve) => setImmediate(() => resolve(look("immediate"))));
      await new Promise<void>((resolve) => setTimeout(() => resolve(look("timeout")), 1));
      await crypto.subtle.digest("SHA-256", new Uint8Array(1));
      look("digest");
      const { readable, writable } = new TransformStream<number>();
      const writer = writable.getWriter();
      void writer.write(1).then(() => writer.close());
      for await (const _ of readable) look("stream");
      assertEquals([...new Set(Object.values(seen))], ["mine true"], JSON.stringify(seen));
      assertEquals(Object.keys(seen).length, 9);
    })
  );
});

Deno.test("what has lost its context still belongs to the step: async generators, listeners, streams", async () => {
  await virtualTime(async () => {
    const seen: Record<string, boolean> = {};
    const look = (name: string): void => {
      seen[name] = explorer.isInside && Date.now() < EPOCH * 1.1;
    };
    const generator = async function* (): AsyncGenerator<number> {
      for (let i = 0; i < 2; i++) {
        await after(1);
        look(`generator ${i}`);
        yield i;
      }
    }();
    await Promise.all([generator.next(), generator.next(), generator.next()]);
    const controller = new AbortController();
    controller.signal.addEventListener("abort", () => look("abort"));
    AbortSignal.timeout(1).addEventListener("abort", () => look("timeout"));
    const target = new EventTarget();
    target.addEventListener("x", () => look("event"));
    await after(2);
    controller.abort();
    target.dispatchEvent(new Event("x"));
    const stream = new ReadableStream({
      async pull(pulled) {
        await after(1);
        look("pull");
        pulled.close();
      },
    }, { highWaterMark: 0 });
    await stream.getReader().read();
    assertEquals(
      seen,
      Object.fromEntries(
        ["generator 0", "generator 1", "timeout", "abort", "event", "pull"].map((it) => [it, true]),
      ),
    );
  });
});

Deno.test("an operation in an abort listener belongs to whoever aborts", async () => {
  let name: string | undefined;
  await virtualTime(async () => {
    const controller = new AbortController();
    controller.signal.addEventListener("abort", () => {
      name = explorer.running?.name;
    });
    const wg = new WaitGroup();
    wg.go(() => controller.abort(), "aborter");
    await wg.wait();
  });
  assertEquals(name, "aborter");
});

Deno.test("a Deno.serve handler is outside; called directly it is inside", async () => {
  const where: boolean[] = [];
  const handler = (): Response => {
    where.push(explorer.isInside);
    return new Response("ok");
  };
  const server = Deno.serve({ port: 0, onListen: () => {} }, handler);
  const url = `http://127.0.0.1:${server.addr.port}/`;
  await virtualTime(async () => {
    assertEquals(await (await fetch(url)).text(), "ok");
    handler();
  });
  await server.shutdown();
  assertEquals(where, [false, true]);
});

Deno.test("a rejection that nobody handles fails the schedule that caused it, and the next is clean", async () => {
  let schedule = 0;
  const error = await failureOf(async () => {
    const mine = schedule++;
    let first = "";
    go(() => void (first ||= "a"));
    go(() => void (first ||= "b"));
    await after(1);
    if (first === "b") void Promise.reject(new Error(`of schedule ${mine}`));
  }, { strategy: "exhaustive" });
  assertEquals(error.kind, "panic");
  assert(/^of schedule [0-9]+$/.test((error.cause as Error).message));
  await explore(() => after(1));
});

Deno.test("a real timer of node:timers inside a run is named, once per call site", async () => {
  using folder = new Folder({
    "worker.ts": `import { setTimeout } from "node:timers";
export const nap = () => new Promise<void>((resolve) => { setTimeout(resolve, 1); });
`,
    "main.ts": `import { explore } from "PACKAGE/testing/mod.ts";
import { nap } from "./worker.ts";
await nap();
await explore(async () => { await nap(); await nap(); }, { schedules: 2 });
`,
  });
  const { code, stderr } = await folder.deno(["run", "-A", "main.ts"]);
  assertEquals(code, 0, stderr);
  assertEquals(
    stderr.match(/worker\.ts:2 sets a real timer inside a schedule/g)?.length,
    1,
    stderr,
  );
});

Deno.test("lazily loaded globals are touched when the harness is loaded, so that steps stay whole", async () => {
  using folder = new Folder({
    "main.ts": `import { explore } from "PACKAGE/testing/mod.ts";
await explore(async () => {
  const log: string[] = [];
  await null;
  void Promise.resolve().then(() => log.push("job"));
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    void (globalThis as Record<string, unknown>)[name];
    if (log.length > 0) throw new Error(name + " runs microtasks when it is first used");
  }
});
`,
  });
  const { code, stderr } = await folder.deno(["run", "-A", "main.ts"]);
  assertEquals(code, 0, stderr);
});

Deno.test("named imports of node:timers are real outside of runs in any case", async () => {
  const started = performance.now();
  await new Promise<void>((resolve) => void setRealTimeout(resolve, 2));
  assert(performance.now() - started >= 1);
});
