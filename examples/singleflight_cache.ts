/**
 * A cache that asks once: whoever misses at the same moment waits for one and the same load.
 *
 * A cache that looks, misses and loads lets a crowd through at the moment in which an entry expires: all look before the
 * first has loaded. `SingleFlight` makes them one call. The value must be stored before that call has ended, inside of it:
 * stored by the callers, there would be a moment at which nobody loads and nothing is stored.
 *
 * Run it with `deno run -A examples/singleflight_cache.ts`.
 *
 * @module
 */

import { now, SingleFlight, sleep, WaitGroup } from "@interleave/go";

interface Entry<V> {
  readonly value: V;
  readonly freshUntilMs: number;
}

export class Cache<K, V> {
  readonly #load: (key: K) => Promise<V>;
  readonly #freshMs: number;
  readonly #entries = new Map<K, Entry<V>>();
  readonly #loading = new SingleFlight<K, V>();
  #invalidations = 0;

  /** `load` gets what is missing; a value is used for `freshMs` milliseconds. */
  constructor(load: (key: K) => Promise<V>, freshMs: number) {
    this.#load = load;
    this.#freshMs = freshMs;
  }

  /** The value, loaded if there is none or it is too old. An error of the load goes to all who wait for it, and is not kept. */
  async get(key: K): Promise<V> {
    const entry = this.#entries.get(key);
    if (entry !== undefined && now() < entry.freshUntilMs) return entry.value;
    const { value } = await this.#loading.do(key, async () => {
      const before = this.#invalidations;
      const loaded = await this.#load(key);
      if (before === this.#invalidations) { // else it may be out of date, and others may have stored a newer one
        this.#entries.set(key, { value: loaded, freshUntilMs: now() + this.#freshMs });
      }
      return loaded;
    });
    return value;
  }

  /** Makes the next `get` load. Who waits for a load gets its value, but nobody who comes later does. */
  invalidate(key: K): void {
    this.#invalidations++;
    this.#entries.delete(key);
    this.#loading.forget(key);
  }
}

if (import.meta.main) {
  let loads = 0;
  const prices = new Cache<string, string>(async (fruit) => {
    console.log(`loading the price of ${fruit}`);
    await sleep(20);
    return `${fruit}: ${++loads} euro`;
  }, 50);

  const visitors = new WaitGroup();
  const answers = new Map<string, number>();
  for (let i = 0; i < 1_000; i++) {
    visitors.go(async () => {
      const answer = await prices.get(i % 2 === 0 ? "apples" : "pears");
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    });
  }
  await visitors.wait();
  for (const [answer, count] of answers) console.log(`${count} visitors are told ${answer}`);

  await sleep(60);
  console.log(`later: ${await prices.get("apples")}`);
}
