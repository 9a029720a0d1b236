import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { Channel, go } from "../mod.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";

const AWAIT = { granularity: "await" } as const;

/** All results of `body` over every schedule. */
async function results(body: () => unknown, options: ExploreOptions = AWAIT): Promise<string[]> {
  const seen = new Set<string>();
  await explore(async () => void seen.add(String(await body())), {
    strategy: "exhaustive",
    schedules: 50_000,
    ...options,
  });
  return [...seen].sort();
}

/** Two tasks that await something settled twice. */
const twoTasks = (pause: (name: string) => unknown) => async (): Promise<string> => {
  let log = "";
  const task = async (name: string): Promise<void> => {
    log += name;
    await pause(name);
    log += name;
  };
  await Promise.all([task("a"), task("b")]);
  return log;
};

Deno.test("granularity await reaches orders of promise jobs that the default does not", async () => {
  const body = twoTasks(() => Promise.resolve());
  assertEquals(await results(body, {}), ["abab"]);
  assertEquals(await results(body), ["abab", "abba"]);
});

Deno.test("granularity await labels its report, shows awaits with their places, and replays", async () => {
  const body = async (): Promise<void> => {
    if (await twoTasks(() => Promise.resolve())() !== "abab") throw new Error("turned round");
  };
  const error = await explore(body, { ...AWAIT, seed: 1 }).then(() => {}, (error) => error);
  assert(error instanceof ScheduleError);
  assertStringIncludes(
    error.message,
    "await granularity: this order may be impossible in production",
  );
  const places = error.trace.events.filter(({ verb, at }) => verb === "await" && at !== undefined);
  assert(places.length > 0);
  const again = await explore(body, { ...AWAIT, replay: error.schedule }).then(
    () => {},
    (it) => it,
  );
  assertEquals(again.cause.message, "turned round");
});

Deno.test("granularity await works with then, catch, finally, all, race, any, allSettled", async () => {
  const values = await results(async () => {
    const one = Promise.resolve(1).then((n) => n + 1);
    const caught = Promise.reject(new Error("x")).catch((error) => error.message);
    const thrown = Promise.resolve().then(() => {
      throw new Error("y");
    }).then(() => "no", (error) => error.message);
    const kept = Promise.resolve(5).finally(() => {});
    return JSON.stringify([
      await Promise.all([one, caught, thrown, kept, 7]),
      await Promise.allSettled([Promise.reject(1)]),
      await Promise.any([Promise.reject(1), Promise.resolve(2)]),
      await Promise.race([Promise.resolve("r")]),
    ]);
  }, { ...AWAIT, schedules: 200 });
  assertEquals(values, ['[[2,"x","y",5,7],[{"status":"rejected","reason":1}],2,"r"]']);
  const race = await results(() =>
    Promise.race([Promise.resolve("a").then((it) => it), Promise.resolve("b").then((it) => it)])
  );
  assertEquals(race, ["a", "b"]);
});

Deno.test("granularity await works with try, for await, async generators, streams and contexts", async () => {
  const storage = new AsyncLocalStorage<string>();
  const values = await results(() =>
    storage.run("mine", async () => {
      const log: unknown[] = [];
      const generator = async function* (): AsyncGenerator<number> {
        for (let i = 0; i < 2; i++) {
          await null;
          yield i;
        }
      };
      for await (const i of generator()) log.push(i);
      for await (const i of [Promise.resolve("p")]) log.push(i);
      try {
        await Promise.reject(new Error("z"));
      } catch (error) {
        log.push((error as Error).message);
      }
      const stream = ReadableStream.from([1, 2]);
      for await (const chunk of stream) log.push(chunk);
      log.push((await crypto.subtle.digest("SHA-256", new Uint8Array())).byteLength);
      const p = Promise.resolve();
      log.push(p.constructor === Promise, p instanceof Promise, storage.getStore());
      return log.join();
    }), { ...AWAIT, schedules: 100 });
  assertEquals(values, ["0,1,p,z,1,2,32,true,true,mine"]);
});

Deno.test("granularity await counts an operation as one point, and goes with timers and goroutines", async () => {
  const values = await results(async () => {
    const ch = new Channel<string>();
    go(async () => {
      await ch.send("x");
      ch.close();
    });
    let log = "";
    for await (const value of ch) log += value;
    await new Promise((resolve) => setTimeout(resolve, 10));
    return log + Date.now();
  }, { ...AWAIT, schedules: 500 });
  assertEquals(values, ["x946684800010"]);
});

Deno.test("granularity await leaves no trace behind, and code outside alone", async () => {
  const { then } = Promise.prototype;
  const Before = Promise;
  let isOutside = true;
  const other = (async () => {
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await Promise.all([Promise.resolve(), null]);
      isOutside &&= Date.now() > Date.UTC(2020);
    }
  })();
  await explore(twoTasks(() => Promise.resolve()), AWAIT);
  await other;
  assert(isOutside);
  assertEquals(Promise, Before);
  assertEquals(Promise.prototype.then, then);
  assertEquals(Object.hasOwn(Promise.prototype, "constructor"), true);
  assertEquals(Promise.resolve().constructor, Promise);
  const error = await explore(async () => {
    await Promise.resolve();
    throw new Error("mine");
  }, AWAIT).catch((error) => error);
  assertEquals(error.message, "mine");
  assertEquals(Promise.prototype.then, then, "after a failure, too");
});
