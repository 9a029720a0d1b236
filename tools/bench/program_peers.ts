/**
 * Whole programs: a prime sieve, skynet, and 300,000 goroutines that wait.
 *
 * The channels of \@thi.ng/csp let no more than 1024 wait, so it does not take part in the last.
 *
 * @module
 */

import type { Channel } from "../../mod.ts";
import { heapUsed } from "../heap.ts";
import {
  asyncChannel,
  type Channels,
  channelTs,
  type Kit,
  medium,
  native,
  ours,
} from "./channel_kits.ts";
import { std, thing, withKits } from "./channel_kits.ts";
import { OURS, type Run, type Workload } from "./workload.ts";

const PRIMES = 400;
const LAST_PRIME = 2741;
const LEAVES = 100_000;
const PARKED = 300_000;

/** The sieve of the Go tutorial: a goroutine and a channel for each prime. It ends by leaving all of them parked. */
function sieve<C>(kit: Channels<C>): Run {
  const generate = async (out: C) => {
    for (let n = 2; n <= LAST_PRIME; n++) await kit.send(out, n);
  };
  const filter = async (from: C, to: C, prime: number) => {
    for (;;) {
      const n = await kit.receive(from);
      if (n % prime !== 0) await kit.send(to, n);
    }
  };
  return async () => {
    let ch = kit.make(0);
    const first = ch;
    kit.spawn(() => generate(first));
    let prime = 0;
    for (let i = 0; i < PRIMES; i++) {
      const from = ch, to = kit.make(0);
      const found = prime = await kit.receive(from);
      kit.spawn(() => filter(from, to, found));
      ch = to;
    }
    return prime;
  };
}

/** A goroutine with ten children, and so on; the leaves send their numbers, the others the sums of their children. */
function skynet<C>(kit: Channels<C>): Run {
  const node = async (to: C, number: number, size: number): Promise<void> => {
    if (size === 1) return void await kit.send(to, number);
    const ch = kit.make(0);
    const share = size / 10;
    for (let i = 0; i < 10; i++) kit.spawn(() => node(ch, number + i * share, share));
    let sum = 0;
    for (let i = 0; i < 10; i++) sum += await kit.receive(ch);
    await kit.send(to, sum);
  };
  return async () => {
    const ch = kit.make(0);
    kit.spawn(() => node(ch, 0, LEAVES));
    return await kit.receive(ch);
  };
}

/** Everybody waits for a value, then everybody gets one. */
function parkAndWake<C>(kit: Channels<C>): Run {
  return async () => {
    const ch = kit.make(0);
    let sum = 0;
    const wait = async () => {
      const value = await kit.receive(ch);
      sum += value; // not in one line: the old sum would be read before the wait
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < PARKED; i++) all.push(wait());
    for (let i = 0; i < PARKED; i++) await kit.send(ch, 1);
    await Promise.all(all);
    return sum;
  };
}

/** What an async function takes that waits for a value. */
function bytesParked<C>(kit: Channels<C>): Run {
  return async () => {
    const ch = kit.make(0);
    let started = 0;
    const wait = async () => {
      started++;
      await kit.receive(ch);
    };
    const before = await heapUsed();
    for (let i = 0; i < PARKED; i++) kit.spawn(wait);
    while (started < PARKED) await new Promise((resolve) => setTimeout(resolve, 0));
    const bytes = (await heapUsed() - before) / PARKED;
    await kit.send(ch, 1); // so that the channel is still needed
    return bytes;
  };
}

const called: Channels<Channel<number>> = { ...ours, spawn: (body) => void body() };
const nativeKit: Kit = () => Promise.resolve(native);
const STANDARD = { "native promises": nativeKit, "@std/async Channel": std };

export const workloads: readonly Workload[] = [
  {
    name: "prime sieve, 400 primes",
    of: "run",
    operations: 1,
    expected: LAST_PRIME,
    inGo: true,
    contestants: {
      [OURS]: () => sieve(ours),
      ...withKits(
        { ...STANDARD, "@thi.ng/csp": thing, "async-channel": asyncChannel, medium },
        sieve,
      ),
    },
  },
  {
    name: "skynet 100k",
    of: "run",
    operations: 1,
    expected: LEAVES * (LEAVES - 1) / 2,
    inGo: true,
    contestants: {
      [OURS]: () => skynet(ours),
      "interleave, called": () => skynet(called),
      ...withKits({ ...STANDARD, "channel-ts": channelTs, "async-channel": asyncChannel }, skynet),
    },
  },
  {
    name: "300k parked and woken",
    of: "goroutine",
    operations: PARKED,
    expected: PARKED,
    inGo: true,
    contestants: {
      [OURS]: () => parkAndWake(ours),
      "@std/async Channel": async () => parkAndWake(await std()),
    },
  },
  {
    name: "bytes of a parked goroutine",
    of: "goroutine",
    operations: 1,
    expected: 0,
    unit: "bytes",
    inGo: true,
    contestants: {
      [OURS]: () => bytesParked(called),
      "interleave by go": () => bytesParked(ours),
      ...withKits({ ...STANDARD, "async-channel": asyncChannel }, bytesParked),
    },
  },
];
