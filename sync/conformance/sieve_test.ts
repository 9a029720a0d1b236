// The prime sieves of test/chan: goroutines that work for ever, each parked once nobody wants its numbers.
import { assertEquals } from "@std/assert";
import { Channel, go, type ReceiveChannel, select, type SendChannel } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

const PRIMES = [
  2,
  3,
  5,
  7,
  11,
  13,
  17,
  19,
  23,
  29,
  31,
  37,
  41,
  43,
  47,
  53,
  59,
  61,
  67,
  71,
  73,
  79,
  83,
  89,
  97,
];

/** The first `count` values, which must be the first primes. */
async function assertPrimes(source: ReceiveChannel<number>, count: number): Promise<void> {
  const seen: (number | undefined)[] = [];
  while (seen.length < count) seen.push(await source.receive());
  assertEquals(seen, PRIMES.slice(0, count));
}

/** Sends `first`, `first + step`, ... for ever. */
function progression(first: number, step: number, capacity = 0): ReceiveChannel<number> {
  const out = new Channel<number>(capacity);
  go(async () => {
    for (let n = first;; n += step) await out.send(n);
  }, "progression");
  return out;
}

/** Passes on what `prime` does not divide. */
async function filter(
  source: ReceiveChannel<number>,
  out: SendChannel<number>,
  prime: number,
): Promise<void> {
  for await (const n of source) if (n % prime !== 0) await out.send(n);
}

function daisyChain(): ReceiveChannel<number> {
  const primes = new Channel<number>();
  go(async () => {
    let source = progression(2, 1);
    for (;;) {
      const prime = await source.receive() as number;
      await primes.send(prime);
      const [from, filtered] = [source, new Channel<number>()];
      go(() => filter(from, filtered, prime), "filter");
      source = filtered;
    }
  }, "sieve");
  return primes;
}

conforms(
  "a daisy chain of filters gives the first 25 primes (test/chan/sieve1.go)",
  async (count) => {
    await assertPrimes(daisyChain(), count);
  },
  { rounds: [25, 6], schedules: 20, leaves: ["progression", "filter", "sieve"] },
);

/** A channel and its next value. */
interface Peeked {
  head: number;
  readonly rest: ReceiveChannel<number>;
}

/** The channels whose multiples are merged, smallest next value first. */
class Merge {
  readonly #peeked: Peeked[] = [];

  add(peeked: Peeked): void {
    const at = this.#peeked.findIndex(({ head }) => head > peeked.head);
    this.#peeked.splice(at < 0 ? this.#peeked.length : at, 0, peeked);
  }

  get min(): number {
    return this.#peeked[0]?.head ?? Infinity;
  }

  async takeMin(): Promise<number> {
    const first = this.#peeked.shift() as Peeked;
    const { head } = first;
    first.head = await first.rest.receive() as number;
    this.add(first);
    return head;
  }
}

/** Merges the multiples of the primes it is sent: all odd composites in order, each once. */
async function merge(
  primes: ReceiveChannel<number>,
  composites: SendChannel<number>,
): Promise<void> {
  const merged = new Merge();
  for await (const prime of primes) {
    const rest = progression(prime * prime, 2 * prime, 10);
    const head = await rest.receive() as number;
    while (merged.min < head) await composites.send(await merged.takeMin());
    while (merged.min === head) await merged.takeMin();
    await composites.send(head);
    merged.add({ head: await rest.receive() as number, rest });
  }
}

/** Passes on what it receives through a queue without bound, so that sending to it never waits for long. */
async function proxy(source: ReceiveChannel<number>, out: SendChannel<number>): Promise<void> {
  const queue: number[] = [];
  for (;;) {
    const taken = await select({
      come: source.receiving(),
      gone: queue.length > 0 ? out.sending(queue[0] as number) : undefined,
    });
    if (taken.key === "gone") queue.shift();
    else queue.push(taken.value as number);
  }
}

function heapSieve(): ReceiveChannel<number> {
  const out = new Channel<number>(10);
  const composites = new Channel<number>(50);
  const primes = new Channel<number>(10);
  out.trySend(2);
  out.trySend(3);
  primes.trySend(3);
  go(() => merge(primes, composites), "merge");
  go(async () => {
    const feedback = new Channel<number>(10);
    go(() => proxy(feedback, primes), "proxy");
    const candidates = progression(5, 2, 50);
    let candidate = await candidates.receive() as number;
    for await (const composite of composites) {
      for (; candidate < composite; candidate = await candidates.receive() as number) {
        await feedback.send(candidate);
        await out.send(candidate);
      }
      if (candidate === composite) candidate = await candidates.receive() as number;
    }
  }, "sieve");
  return out;
}

conforms(
  "merging the multiples of the primes found gives the first 25 primes (test/chan/sieve2.go)",
  async (count) => {
    await assertPrimes(heapSieve(), count);
  },
  { rounds: [25, 8], schedules: 10, leaves: ["progression", "merge", "proxy", "sieve"] },
);
