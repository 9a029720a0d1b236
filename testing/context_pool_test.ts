import { assert, assertEquals } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { currentContext, giveContext, isOutside, takeContext } from "./context_pool.ts";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import { resolveOptions } from "./options.ts";
import { RandomWalk } from "./random.ts";
import { callAfter, go, sleep, WaitGroup, yieldNow } from "../mod.ts";

/** Whether the calling code belongs to no goroutine. Behind an exploration it is marked so, before there is nothing. */
function isNobodys(): boolean {
  const context = currentContext();
  return context === undefined || isOutside(context);
}

const turn = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve));

Deno.test("Context keeps whose it is across awaits, microtasks, timers and events, and outside there is none", async () => {
  assert(isNobodys());
  const context = takeContext(undefined);
  context.holder = "me";
  const seen: unknown[] = [];
  const look = (): void => void seen.push(currentContext()?.holder);
  await new Promise<void>((resolve) => {
    context.run(async () => {
      look();
      await null;
      look();
      queueMicrotask(look);
      await Promise.all([turn().then(look), Promise.resolve().then(look)]);
      await new Promise<void>((done) => setTimeout(done, 0));
      look();
      const target = new EventTarget();
      target.addEventListener("x", look);
      target.dispatchEvent(new Event("x"));
      async function* generate(): AsyncGenerator<number> {
        await null;
        look();
        yield 1;
      }
      for await (const _ of generate()) look();
      resolve();
    });
  });
  assertEquals(seen, new Array(9).fill("me"));
  assert(isNobodys());
  giveContext(context);
});

Deno.test("Context runs its body from the microtask queue, not at once", async () => {
  const context = takeContext(undefined);
  let ran = false;
  context.run(() => {
    ran = true;
  });
  assertEquals(ran, false);
  await turn();
  assertEquals(ran, true);
  giveContext(context);
});

Deno.test("giveContext lets a context be used again, by another and under its own name", async () => {
  const first = takeContext(undefined);
  first.holder = "first";
  giveContext(first);
  assertEquals(first.holder, undefined);
  const second = takeContext(undefined);
  assert(second === first, "it is used again");
  second.holder = "second";
  for (let i = 0; i < 1_000; i++) {
    const holder = await new Promise<unknown>((resolve) =>
      second.run(async () => {
        await null;
        resolve(currentContext()?.holder);
      })
    );
    assertEquals(holder, "second");
  }
  giveContext(second);
});

Deno.test("takeContext gives contexts that are not mixed: ten at once, interleaved", async () => {
  const contexts = Array.from({ length: 10 }, () => takeContext(undefined));
  assertEquals(new Set(contexts).size, 10);
  const wrong: unknown[] = [];
  await Promise.all(contexts.map((context, i) => {
    context.holder = i;
    return new Promise<void>((resolve) =>
      context.run(async () => {
        for (let round = 0; round < 50; round++) {
          await (round % 2 === i % 2 ? null : turn());
          if (currentContext()?.holder !== i) wrong.push([i, round]);
        }
        resolve();
      })
    );
  }));
  assertEquals(wrong, []);
  contexts.forEach(giveContext);
});

Deno.test("Explorer keeps goroutines apart after many schedules, ended and abandoned ones", async () => {
  const exploration = new Exploration(
    async () => {
      const wg = new WaitGroup();
      for (let i = 0; i < 4; i++) {
        wg.go(async () => {
          const me = explorer.running;
          for (let round = 0; round < 3; round++) {
            await (round === i ? sleep(1) : yieldNow());
            await turn();
            assert(explorer.running === me, `${explorer.running?.path()} is not ${me?.path()}`);
          }
          if (i === 3) await sleep(Infinity);
        });
      }
      await wg.wait();
    },
    resolveOptions({}),
    undefined,
  );
  const random = new RandomWalk(8);
  for (let i = 0; i < 1_000; i++) {
    random.begin(i);
    assertEquals((await exploration.execute(random)).kind, "deadlock");
  }
  assert(isNobodys());
  assertEquals(explorer.running, null);
});

const storage = new AsyncLocalStorage<number>();

Deno.test("goroutines of an exploration have the async context of whoever starts them, main that of whoever explores", async () => {
  const seen: (number | undefined)[] = [];
  const body = async (): Promise<void> => {
    seen.push(storage.getStore());
    const wg = new WaitGroup();
    const look = async (): Promise<void> => {
      seen.push(storage.getStore());
      await sleep(1);
      seen.push(storage.getStore());
    };
    for (const n of [1, 2]) storage.run(n, () => wg.go(look));
    wg.go(look);
    storage.run(3, () => callAfter(1, () => seen.push(storage.getStore())));
    await wg.wait();
    await sleep(1);
    seen.push(storage.getStore());
  };
  const explored = async (): Promise<string[]> => {
    const runs: string[] = [];
    const options = { schedules: 20, strategy: "random", seed: 1 } as const;
    await explore(async () => {
      seen.length = 0;
      await body();
      runs.push(seen.map(String).toSorted().join());
    }, options);
    return [...new Set(runs)];
  };
  assertEquals(await storage.run(7, explored), ["1,1,2,2,3,7,7,7,7"]);
  // Nothing of that exploration is left for the next.
  assertEquals(await explored(), ["1,1,2,2,3,undefined,undefined,undefined,undefined"]);
});

Deno.test("contexts are used again: by the same goroutine in the next schedule, by another in the next exploration", async () => {
  const seen: (object | undefined)[][] = [];
  const explored = async (schedules: number): Promise<void> => {
    await explore(() => {
      const contexts = [currentContext()];
      seen.push(contexts);
      for (let i = 0; i < 3; i++) go(() => void contexts.push(currentContext()));
    }, { strategy: "exhaustive", schedules });
  };
  await explored(5);
  assertEquals(seen.map((contexts) => new Set(contexts).size), [4, 4, 4, 4, 4]);
  const all = new Set(seen.flat());
  assertEquals(all.size, 4);
  await explored(1);
  assertEquals(new Set([...all, ...seen.flat()]).size, 4);
});

Deno.test("contexts are not used again after a schedule that has left something behind", async () => {
  const seen = new Set<object | undefined>();
  const exploration = new Exploration(
    async () => {
      seen.add(currentContext());
      go(() => sleep(Infinity));
      await yieldNow();
    },
    resolveOptions({}),
    undefined,
  );
  const random = new RandomWalk(1);
  for (let i = 1; i <= 3; i++) {
    random.begin(i);
    assertEquals([(await exploration.execute(random)).kind, seen.size], ["leak", i]);
  }
});
