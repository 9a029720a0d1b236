import { assert, assertEquals, assertRejects } from "@std/assert";
import { sleep, WaitGroup, yieldNow } from "@interleave/go";
import { explore, ScheduleError } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { Cache } from "./singleflight_cache.ts";

/** Something to cache. */
interface Gettable {
  get(key: string): Promise<number>;
}

/** Three visitors ask at arbitrary moments; there must be one load, and one value. */
async function crowd(make: (load: () => Promise<number>) => Gettable): Promise<void> {
  let loads = 0;
  const cache = make(async () => {
    loads++;
    await yieldNow();
    return loads;
  });
  const visitors = new WaitGroup();
  for (let i = 0; i < 3; i++) {
    visitors.go(async () => {
      await yieldNow();
      assertEquals(await cache.get("key"), 1);
    });
  }
  await visitors.wait();
  assertEquals(loads, 1);
}

Deno.test("cache: a crowd loads once, in every order", async () => {
  await explore(() => crowd((load) => new Cache(load, 1_000)), { name: "cache", schedules: 1_000 });
});

Deno.test("cache: without a single flight some order loads twice", async () => {
  class Naive implements Gettable {
    readonly #values = new Map<string, number>();
    constructor(readonly load: () => Promise<number>) {}
    async get(key: string): Promise<number> {
      const value = this.#values.get(key) ?? await this.load();
      this.#values.set(key, value);
      return value;
    }
  }
  const error = await assertRejects(
    () =>
      explore(() => crowd((load) => new Naive(load)), { name: "naive cache", schedules: 1_000 }),
    ScheduleError,
  );
  assert(error.kind === "race" || error.kind === "panic", error.kind);
});

Deno.test("cache: a value is used while it is fresh, then loaded again", async () => {
  await explore(async () => {
    let loads = 0;
    const cache = new Cache(() => Promise.resolve(++loads), 50);
    assertEquals(await cache.get("key"), 1);
    await sleep(49);
    assertEquals(await cache.get("key"), 1);
    await sleep(1);
    assertEquals(await cache.get("key"), 2);
    assertEquals(await cache.get("other"), 3);
  }, { name: "cache: fresh", schedules: 50 });
});

Deno.test("cache: an error goes to all who wait, and the next one loads again", async () => {
  await explore(async () => {
    let loads = 0;
    const cache = new Cache<string, number>(async () => {
      await sleep(1);
      if (++loads === 1) throw new Error("database down");
      return loads;
    }, 50);
    const both = await Promise.allSettled([cache.get("key"), cache.get("key")]);
    assertEquals(both.map(({ status }) => status), ["rejected", "rejected"]);
    assertEquals(await cache.get("key"), 2);
  }, { name: "cache: error", schedules: 100 });
});

Deno.test("cache: whoever comes after invalidate never gets what was loaded before", async () => {
  await explore(async () => {
    let version = 1;
    const cache = new Cache<string, number>(async () => {
      const loaded = version;
      await yieldNow();
      return loaded;
    }, 1_000);
    const early = new WaitGroup();
    early.go(() => cache.get("key"));
    await yieldNow();
    version = 2;
    cache.invalidate("key");
    assertEquals(await cache.get("key"), 2);
    await early.wait();
    assertEquals(await cache.get("key"), 2, "the early load has ended after the late one");
  }, { name: "cache: invalidate", schedules: 500 });
});

Deno.test("cache: the example loads twice for a thousand visitors", async () => {
  const lines = await runExample("singleflight_cache.ts");
  assertEquals(lines, [
    "loading the price of apples",
    "loading the price of pears",
    "500 visitors are told apples: 1 euro",
    "500 visitors are told pears: 2 euro",
    "loading the price of apples",
    "later: apples: 3 euro",
  ]);
});
