import { assert, assertEquals, assertThrows } from "@std/assert";
import { explore } from "./explore.ts";
import { ScheduleError } from "./schedule_error.ts";
import { wrap, type WrapOptions } from "./wrap.ts";

/** All results of `body`, over every schedule. */
async function results(body: () => Promise<unknown>, schedules = 200_000): Promise<string> {
  const seen = new Set<string>();
  await explore(async () => void seen.add(String(await body())), {
    strategy: "exhaustive",
    schedules,
  });
  return [...seen].sort().join(" ");
}

class Repo {
  #balance = 0;
  get(): Promise<number> {
    return Promise.resolve(this.#balance);
  }
  put(value: number): Promise<void> {
    this.#balance = value;
    return Promise.resolve();
  }
}

/** Concurrent deposits: read, then write. */
const deposits = (options?: WrapOptions, amounts = [1, 2, 4]) => async (): Promise<number> => {
  const repo = new Repo();
  const wrapped = options === undefined ? repo : wrap(repo, options);
  const deposit = async (amount: number): Promise<void> =>
    await wrapped.put(await wrapped.get() + amount);
  await Promise.all(amounts.map(deposit));
  return await repo.get();
};

Deno.test("wrap reaches every balance with points before the effect, and only late answers without", async () => {
  assertEquals(await results(deposits()), "4");
  assertEquals(await results(deposits({ points: "after" })), "1 2 4");
  assertEquals(await results(deposits({ points: "before" })), "1 2 3 4 5 6 7");
  const seen = new Set<number>();
  await explore(async () => void seen.add(await deposits({})()), { schedules: 3_000, seed: 1 });
  assertEquals([...seen].sort(), [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("wrap finds the lost update, with the calls in the picture, and replays it", async () => {
  const body = async (): Promise<void> => {
    const balance = await deposits({}, [1, 2])();
    if (balance !== 3) throw new Error(`balance ${balance}`);
  };
  const error = await explore(body, { seed: 1 }).then(() => undefined, (error) => error);
  assert(error instanceof ScheduleError);
  assertEquals(error.kind, "race");
  assert(error.message.includes("get() ▷") && error.message.includes("◁ put("), error.message);
  const again = await explore(body, { replay: error.schedule }).then(() => {}, (error) => error);
  assertEquals(again.cause.message, error.cause instanceof Error && error.cause.message);
});

Deno.test("wrap passes calls straight through outside an exploration", async () => {
  assertEquals(await deposits({})(), 4, "as unwrapped: all read before anybody writes");
  const double = wrap((n: number) => Promise.resolve(2 * n));
  assertEquals(await double(4), 8);
});

Deno.test("wrap calls methods on the object itself: private fields, setters, symbols, inner calls", async () => {
  let inner = 0;
  class Store {
    #value = 1;
    name = "store";
    async twice(): Promise<number> {
      return await this.#one() + await this.one();
    }
    one(): Promise<number> {
      inner++;
      return this.#one();
    }
    #one(): Promise<number> {
      return Promise.resolve(this.#value);
    }
    get value(): number {
      return this.#value;
    }
    set value(value: number) {
      this.#value = value;
    }
    async *[Symbol.asyncIterator](): AsyncGenerator<number> {
      yield this.#value;
    }
  }
  const body = async (): Promise<void> => {
    const store = wrap(new Store());
    assertEquals(await store.twice(), 2);
    store.value = 5;
    assertEquals(store.value, 5);
    store.name = "other";
    assertEquals(store.name, "other");
    for await (const value of store) assertEquals(value, 5);
    assert(store instanceof Store);
  };
  await body();
  await explore(body, { strategy: "exhaustive", mustComplete: true });
  assert(inner >= 2);
  const { steps, schedules } = await explore(async () => void await wrap(new Store()).twice());
  assertEquals([steps, schedules], [3, 1], "one call is two points: its inner calls are none");
});

Deno.test("wrap takes frozen objects, functions with properties, and overlapping calls", async () => {
  const frozen = wrap(Object.freeze({ get: () => Promise.resolve(1), size: 3 }));
  assertEquals([await frozen.get(), frozen.size], [1, 3]);
  const call = wrap(Object.assign((n: number) => Promise.resolve(n), { version: 2 }));
  assertEquals(call.version, 2);
  await explore(async () => {
    assertEquals(await frozen.get(), 1);
    assertEquals(await Promise.all([call(1), call(2)]), [1, 2]);
  });
});

Deno.test("wrap with ordered keeps calls and answers in line, whatever becomes of one", async () => {
  const order = (options: WrapOptions) => async (): Promise<string> => {
    const log: string[] = [];
    const queue = wrap({
      send: (name: string) => {
        log.push(name);
        return name === "b" ? Promise.reject(new Error(name)) : Promise.resolve(name);
      },
    }, options);
    const answer = (name: string): void => void log.push(name.toUpperCase());
    await Promise.all(
      ["a", "b", "c"].map((name) => queue.send(name).catch((error) => error.message).then(answer)),
    );
    return log.join("");
  };
  for (const points of ["before", "both"] as const) {
    const all = (await results(order({ ordered: true, points }))).split(" ");
    assert(all.length > 1);
    for (const log of all) {
      assertEquals([log.replace(/[A-Z]/g, ""), log.replace(/[a-z]/g, "")], ["abc", "ABC"]);
    }
  }
  assertEquals((await results(order({ points: "before" }))).split(" ").length, 6);
});

Deno.test("wrap with ordered forgets what a schedule left in line", async () => {
  const stuck = wrap({ call: () => new Promise<void>(() => {}) }, { ordered: true });
  for (let i = 0; i < 2; i++) {
    const error = await explore(() => stuck.call(), { externalTimeoutMs: 2 }).then(
      () => {},
      (e) => e,
    );
    assertEquals(error.kind, "foreign");
  }
  let calls = 0;
  const one = wrap({ call: (): Promise<void> => (calls++, Promise.resolve()) }, { ordered: true });
  await explore(async () => {
    void one.call();
    await one.call();
  }, { strategy: "exhaustive", mustComplete: true });
  assert(calls > 2);
});

Deno.test("wrap leaves methods alone that only or except say, and names one that returns no promise", async () => {
  const make = (): { size(): number; load(): Promise<number> } => ({
    size: () => 1,
    load: () => Promise.resolve(2),
  });
  await explore(async () => {
    for (const options of [{ except: ["size"] }, { only: ["load"] }] satisfies WrapOptions[]) {
      const store = wrap(make(), options);
      assertEquals(store.size(), 1);
      assertEquals(await store.load(), 2);
    }
    const error = await Promise.resolve(wrap(make()).size()).catch((error: unknown) => error);
    assert(error instanceof TypeError);
    assertEquals(
      error.message,
      'Cannot wrap size: it returned no promise; name it in except: ["size"]',
    );
  });
});

Deno.test("wrap hands errors over like answers, and refuses what it cannot wrap", async () => {
  await explore(async () => {
    const failing = wrap({ call: () => Promise.reject(new RangeError("far")) });
    const error = await failing.call().catch((error) => error);
    assert(error instanceof RangeError);
    const throwing = wrap({
      call(): Promise<void> {
        throw new RangeError("at once");
      },
    });
    assertEquals((await throwing.call().catch((error) => error)).message, "at once");
  });
  assertThrows(() => wrap(null as never), TypeError, "Cannot wrap null");
  assertThrows(() => wrap(7 as never), TypeError, "Cannot wrap 7");
  assertThrows(() => wrap({}, { point: 1 } as never), TypeError, 'unknown option "point"');
  assertThrows(() => wrap({}, { points: "no" } as never), TypeError, 'option "points" is "no"');
});
