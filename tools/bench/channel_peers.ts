/**
 * Channels: unbuffered, there and back, buffered, a hundred senders to one receiver.
 *
 * @module
 */

import { Channel, type ReceiveChannel, type SendChannel } from "../../mod.ts";
import {
  type Channels,
  channelTs,
  type Csp,
  csp,
  floor,
  ours,
  RENDEZVOUS,
  std,
  type StdChannel,
  withKits,
} from "./channel_kits.ts";
import { effect, type Effects } from "./effect.ts";
import { OURS, type Run, type Workload } from "./workload.ts";

const VALUES = 10_000;
const SUM = VALUES * (VALUES - 1) / 2;
const SENDERS = 100;

// --- the workloads ---

async function produce<C>(kit: Channels<C>, ch: C): Promise<void> {
  for (let i = 0; i < VALUES; i++) await kit.send(ch, i);
}

function through<C>(kit: Channels<C>, capacity: number): Run {
  return async () => {
    const ch = kit.make(capacity);
    const sent = produce(kit, ch);
    let sum = 0;
    for (let i = 0; i < VALUES; i++) sum += await kit.receive(ch);
    await sent;
    return sum;
  };
}

async function echo<C>(kit: Channels<C>, there: C, back: C): Promise<void> {
  for (let i = 0; i < VALUES; i++) await kit.send(back, await kit.receive(there));
}

function thereAndBack<C>(kit: Channels<C>): Run {
  return async () => {
    const there = kit.make(0), back = kit.make(0);
    const echoed = echo(kit, there, back);
    let sum = 0;
    for (let i = 0; i < VALUES; i++) {
      await kit.send(there, i);
      sum += await kit.receive(back);
    }
    await echoed;
    return sum;
  };
}

async function sendShare<C>(kit: Channels<C>, ch: C, from: number): Promise<void> {
  for (let i = from; i < VALUES; i += SENDERS) await kit.send(ch, i);
}

function fanIn<C>(kit: Channels<C>): Run {
  return async () => {
    const ch = kit.make(0);
    const sent: Promise<void>[] = [];
    for (let i = 0; i < SENDERS; i++) sent.push(sendShare(kit, ch, i));
    let sum = 0;
    for (let i = 0; i < VALUES; i++) sum += await kit.receive(ch);
    await Promise.all(sent);
    return sum;
  };
}

// Without an await where none is needed: only a channel that can be tried can do it.

async function produceTrying(ch: SendChannel<number>): Promise<void> {
  for (let i = 0; i < VALUES; i++) if (!ch.trySend(i)) await ch.send(i);
}

async function consumeTrying(ch: ReceiveChannel<number>): Promise<number> {
  let sum = 0;
  for (let i = 0; i < VALUES; i++) {
    const got = ch.tryReceive();
    sum += got === undefined ? await ch.receive() as number : got.value as number;
  }
  return sum;
}

async function tryThrough(): Promise<number> {
  const ch = new Channel<number>(128);
  const sent = produceTrying(ch);
  const sum = await consumeTrying(ch);
  await sent;
  return sum;
}

interface StdTrying extends StdChannel {
  trySend(value: number): boolean;
  tryReceive(): { state: "ok"; value: number } | { state: "empty" } | { state: "closed" };
}

async function stdTrying(): Promise<Run> {
  const kit = await std();
  const produce = async (ch: StdTrying) => {
    for (let i = 0; i < VALUES; i++) if (!ch.trySend(i)) await ch.send(i);
  };
  return async () => {
    const ch = kit.make(128) as StdTrying;
    const sent = produce(ch);
    let sum = 0;
    for (let i = 0; i < VALUES; i++) {
      const got = ch.tryReceive();
      sum += got.state === "ok" ? got.value : await ch.receive();
    }
    await sent;
    return sum;
  };
}

function cspRun({ chan, go, put, take }: Csp, capacity: number, senders: number): Run {
  return () =>
    new Promise((resolve) => {
      const ch = capacity === 0 ? chan() : chan(capacity);
      const send = function* (from: number) {
        for (let i = from; i < VALUES; i += senders) yield put(ch, i);
      };
      for (let i = 0; i < senders; i++) go(send, [i]);
      go(function* () {
        let sum = 0;
        for (let i = 0; i < VALUES; i++) sum += yield take(ch);
        resolve(sum);
      });
    });
}

function cspThereAndBack({ chan, go, put, take }: Csp): Run {
  return () =>
    new Promise((resolve) => {
      const there = chan(), back = chan();
      go(function* () {
        for (let i = 0; i < VALUES; i++) yield put(back, yield take(there));
      });
      go(function* () {
        let sum = 0;
        for (let i = 0; i < VALUES; i++) {
          yield put(there, i);
          sum += yield take(back);
        }
        resolve(sum);
      });
    });
}

function effectRun({ Effect, Queue }: Effects, capacity: number, senders: number): Run {
  const send = (queue: unknown, from: number) =>
    Effect.gen(function* () {
      for (let i = from; i < VALUES; i += senders) yield* Queue.offer(queue, i);
    });
  const main = Effect.gen(function* () {
    const queue = yield* Queue.bounded(capacity);
    for (let i = 0; i < senders; i++) yield* Effect.forkChild(send(queue, i));
    let sum = 0;
    for (let i = 0; i < VALUES; i++) sum += (yield* Queue.take(queue)) as number;
    return sum;
  });
  return () => Effect.runPromise(main);
}

function effectThereAndBack({ Effect, Queue }: Effects): Run {
  const main = Effect.gen(function* () {
    const there = yield* Queue.bounded(0), back = yield* Queue.bounded(0);
    yield* Effect.forkChild(Effect.gen(function* () {
      for (let i = 0; i < VALUES; i++) yield* Queue.offer(back, yield* Queue.take(there));
    }));
    let sum = 0;
    for (let i = 0; i < VALUES; i++) {
      yield* Queue.offer(there, i);
      sum += (yield* Queue.take(back)) as number;
    }
    return sum;
  });
  return () => Effect.runPromise(main);
}

export const workloads: readonly Workload[] = [
  {
    name: "unbuffered",
    of: "value",
    operations: VALUES,
    expected: SUM,
    inGo: true,
    contestants: {
      [OURS]: () => through(ours, 0),
      ...withKits({ "least possible": floor, ...RENDEZVOUS }, (kit) => through(kit, 0)),
      "js-csp": async () => cspRun(await csp(), 0, 1),
      "effect": async () => effectRun(await effect(), 0, 1),
    },
  },
  {
    name: "ping-pong",
    of: "round trip",
    operations: VALUES,
    expected: SUM,
    inGo: true,
    contestants: {
      [OURS]: () => thereAndBack(ours),
      ...withKits(
        { "least possible": floor, ...RENDEZVOUS, "channel-ts": channelTs },
        thereAndBack,
      ),
      "js-csp": async () => cspThereAndBack(await csp()),
      "effect": async () => effectThereAndBack(await effect()),
    },
  },
  {
    name: "buffered(128)",
    of: "value",
    operations: VALUES,
    expected: SUM,
    inGo: true,
    contestants: {
      [OURS]: () => through(ours, 128),
      ...withKits(RENDEZVOUS, (kit) => through(kit, 128)),
      "js-csp": async () => cspRun(await csp(), 128, 1),
      "effect": async () => effectRun(await effect(), 128, 1),
    },
  },
  {
    name: "buffered(128), tried first",
    of: "value",
    operations: VALUES,
    expected: SUM,
    inGo: true,
    contestants: { [OURS]: () => tryThrough, "@std/async Channel": stdTrying },
  },
  {
    name: "fan-in 100",
    of: "value",
    operations: VALUES,
    expected: SUM,
    inGo: true,
    contestants: {
      [OURS]: () => fanIn(ours),
      ...withKits({ "least possible": floor, ...RENDEZVOUS }, fanIn),
      "js-csp": async () => cspRun(await csp(), 0, SENDERS),
      "effect": async () => effectRun(await effect(), 0, SENDERS),
    },
  },
];
