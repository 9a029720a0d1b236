/**
 * Programs over the genuine `@std/async`, which knows nothing of the harness: what they observe must be the same under the
 * virtual clock as in real time. `unit` is the shortest delay; all others are multiples, far enough apart for a machine
 * that is busy.
 *
 * @module
 */
import {
  abortable,
  deadline,
  debounce,
  delay,
  MuxAsyncIterator,
  poll,
  pooledMap,
  retry,
  tee,
} from "@std/async";

type Program = (log: (text: unknown) => void, unit: number) => Promise<void>;

/** What a promise comes to, as text. */
const outcome = (promise: Promise<unknown>): Promise<string> =>
  promise.then((value) => `ok ${value}`, (error: Error) => `${error.name}: ${error.message}`);

async function* every(values: readonly unknown[], ms: number): AsyncGenerator<unknown> {
  for (const value of values) {
    await delay(ms);
    yield value;
  }
}

/** Two values soon, and the third late. */
async function* slowing(unit: number): AsyncGenerator<number> {
  for (const [value, delays] of [[1, 1], [2, 1], [3, 60]] as const) {
    await delay(delays * unit);
    yield value;
  }
}

/** Programs by name. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  delay: async (log, unit) => {
    const start = Date.now();
    await Promise.all([3, 1, 2].map((n) => delay(8 * n * unit).then(() => log(n))));
    log(Date.now() - start >= 24 * unit - 1);
  },
  "delay, aborted": async (log, unit) => {
    const controller = new AbortController();
    const waiting = outcome(delay(1_000 * unit, { signal: controller.signal }));
    await delay(unit);
    controller.abort(new Error("enough"));
    log(await waiting);
    log(await outcome(delay(unit, { signal: AbortSignal.abort(new Error("before")) })));
    log(await outcome(delay(1_000 * unit, { signal: AbortSignal.timeout(unit) })));
  },
  deadline: async (log, unit) => {
    log(await outcome(deadline(delay(unit).then(() => "in time"), 20 * unit)));
    log(await outcome(deadline(delay(20 * unit), unit)));
    log(await outcome(deadline(Promise.reject(new Error("own")), unit)));
  },
  debounce: async (log, unit) => {
    const calls = debounce((name: string) => log(name), 10 * unit);
    for (const name of ["a", "b", "c"]) {
      calls(name);
      await Promise.resolve();
    }
    log(calls.pending);
    await delay(20 * unit);
    calls("flushed");
    calls.flush();
    calls("cleared");
    calls.clear();
    await delay(20 * unit);
    log(calls.pending);
  },
  retry: async (log, unit) => {
    let attempts = 0;
    const flaky = async (): Promise<string> => {
      log(`attempt ${++attempts}`);
      await delay(unit);
      if (attempts < 4) throw new Error("not yet");
      return "done";
    };
    log(await outcome(retry(flaky, { minTimeout: unit, multiplier: 2, jitter: 0 })));
    attempts = -10;
    log(
      await outcome(
        retry(flaky, { minTimeout: unit, maxTimeout: unit, maxAttempts: 3, jitter: 0 }),
      ),
    );
  },
  poll: async (log, unit) => {
    let n = 0;
    log(await outcome(poll(() => ++n, (it) => it === 5, { interval: 2 * unit })));
    const signal = AbortSignal.timeout(3 * unit);
    log((await outcome(poll(() => n, () => false, { interval: unit, signal }))).split(":")[0]);
  },
  pooledMap: async (log, unit) => {
    let running = 0;
    let most = 0;
    // Two short ones in a row beside a long one: a busy machine may make them late by twenty times their length.
    const results = pooledMap(2, [30, 1, 1, 60], async (n) => {
      most = Math.max(most, ++running);
      await delay(4 * n * unit);
      running--;
      log(`finished ${n}`);
      return n * n;
    });
    for await (const result of results) log(`result ${result}`);
    log(`at most ${most}`);
    const failing = pooledMap(1, [1, 2, 3], async (n) => {
      await delay(unit);
      if (n === 2) throw new Error("two");
      return n;
    });
    log((await outcome(Array.fromAsync(failing))).split(":")[0]);
  },
  tee: async (log, unit) => {
    const [left, right] = tee(every([1, 2, 3], unit));
    const read = async (name: string, values: AsyncIterable<unknown>, ms: number) => {
      const all = [];
      for await (const value of values) {
        all.push(value);
        await delay(ms);
      }
      log(`${name} ${all}`);
    };
    await Promise.all([read("left", left, 0), read("right", right, 80 * unit)]);
  },
  MuxAsyncIterator: async (log, unit) => {
    const mux = new MuxAsyncIterator<unknown>();
    mux.add(every(["a", "b"], 12 * unit));
    mux.add(every(["x", "y"], 19 * unit));
    for await (const value of mux) log(value);
  },
  abortable: async (log, unit) => {
    const controller = new AbortController();
    const reading = outcome((async () => {
      let count = 0;
      for await (const value of abortable(slowing(unit), controller.signal)) {
        log(value);
        if (++count === 2) setTimeout(() => controller.abort(new Error("stop")), unit);
      }
    })());
    log(await reading);
    log(await outcome(abortable(delay(1_000 * unit), AbortSignal.timeout(unit))));
  },
};

/** Runs a program and returns what it has logged. */
export async function observe(program: Program, unit: number): Promise<string[]> {
  const log: string[] = [];
  await program((text) => log.push(String(text)), unit);
  return log;
}
