/**
 * Fan-out and fan-in: several goroutines receive from one channel, and their outputs are merged into one.
 *
 * Fanning out needs nothing but goroutines that share a channel: each value goes to exactly one of them. Fanning in needs
 * somebody who knows when the last input has ended, since a channel can be closed only once: a WaitGroup.
 *
 * Run it with `deno run -A examples/fan_in_fan_out.ts`.
 *
 * @module
 */

import { Channel, go, type ReceiveChannel, sleep, WaitGroup } from "@interleave/go";

/** Starts a goroutine that applies `f` to what it receives. The channel returned is closed at the end of the input. */
export function apply<T, R>(
  input: ReceiveChannel<T>,
  f: (value: T) => R | Promise<R>,
): ReceiveChannel<R> {
  const out = new Channel<R>();
  go(async () => {
    for await (const value of input) await out.send(await f(value));
    out.close();
  });
  return out;
}

/** Merges the channels: what one of them gives comes in its order, and after the last has ended the result is closed. */
export function merge<T>(...inputs: ReceiveChannel<T>[]): ReceiveChannel<T> {
  const out = new Channel<T>();
  const forwarding = new WaitGroup();
  for (const input of inputs) {
    forwarding.go(async () => {
      for await (const value of input) await out.send(value);
    });
  }
  go(async () => {
    await forwarding.wait();
    out.close();
  });
  return out;
}

/** Applies `f` in `width` goroutines at a time. Results come as they are ready. */
export function spread<T, R>(
  input: ReceiveChannel<T>,
  width: number,
  f: (value: T, lane: number) => R | Promise<R>,
): ReceiveChannel<R> {
  const lanes = Array.from(
    { length: width },
    (_, lane) => apply(input, (value) => f(value, lane)),
  );
  return merge(...lanes);
}

/** The values, one after the other. */
export function source<T>(values: Iterable<T>): ReceiveChannel<T> {
  const out = new Channel<T>();
  go(async () => {
    for (const value of values) await out.send(value);
    out.close();
  });
  return out;
}

if (import.meta.main) {
  const cities = ["Oslo", "Lima", "Cairo", "Tokyo", "Quito", "Perth", "Turin", "Delhi"];
  const start = performance.now();
  const weather = spread(source(cities), 4, async (city, lane) => {
    await sleep(50); // a request
    return `${city}: ${city.length * 3} degrees (asked by goroutine ${lane})`;
  });
  for await (const line of weather) console.log(line);
  const rounds = Math.round((performance.now() - start) / 50);
  console.log(`${cities.length} requests of 50 ms took the time of ${rounds}`);
}
