/**
 * What channels, select and Mutex cost. An iteration is {@linkcode COUNT} operations (values, round trips, selects,
 * locks), so a time in microseconds per iteration is nanoseconds per operation.
 *
 * The baseline is the least one can write: a promise channel that starves timers and IO, whose waiters can neither leave
 * nor fail, without close, select, buffer or harness.
 *
 * @module
 */

import { Channel, Mutex, select } from "../mod.ts";
import { MinimalChannel } from "../tools/bench/minimal.ts";
import { ChainMutex } from "../tools/bench/native.ts";

const COUNT = 1000;
const DONE: Promise<void> = Promise.resolve();

// The loops are written out for each of the two, so that neither is measured with the other's type feedback.

async function sendMinimal(ch: MinimalChannel): Promise<void> {
  for (let i = 0; i < COUNT; i++) await ch.send(i);
}

async function receiveMinimal(ch: MinimalChannel): Promise<void> {
  for (let i = 0; i < COUNT; i++) if (await ch.receive() !== i) throw new Error("out of order");
}

async function send(ch: Channel<number>): Promise<void> {
  for (let i = 0; i < COUNT; i++) await ch.send(i);
}

async function receive(ch: Channel<number>): Promise<void> {
  for (let i = 0; i < COUNT; i++) if (await ch.receive() !== i) throw new Error("out of order");
}

Deno.bench({
  name: "minimal promise channel, starves IO",
  group: "unbuffered send and receive",
  baseline: true,
  async fn() {
    const ch = new MinimalChannel();
    const sent = sendMinimal(ch);
    await receiveMinimal(ch);
    await sent;
  },
});

Deno.bench({
  name: "Channel",
  group: "unbuffered send and receive",
  async fn() {
    const ch = new Channel<number>();
    const sent = send(ch);
    await receive(ch);
    await sent;
  },
});

async function echoMinimal(there: MinimalChannel, back: MinimalChannel): Promise<void> {
  for (let i = 0; i < COUNT; i++) await back.send(await there.receive());
}

async function echo(there: Channel<number>, back: Channel<number>): Promise<void> {
  for (let i = 0; i < COUNT; i++) await back.send(await there.receive() as number);
}

Deno.bench({
  name: "minimal promise channel, starves IO, round trip",
  group: "ping-pong",
  baseline: true,
  async fn() {
    const there = new MinimalChannel(), back = new MinimalChannel();
    const echoed = echoMinimal(there, back);
    for (let i = 0; i < COUNT; i++) {
      await there.send(i);
      if (await back.receive() !== i) throw new Error("wrong echo");
    }
    await echoed;
  },
});

Deno.bench({
  name: "Channel, round trip",
  group: "ping-pong",
  async fn() {
    const there = new Channel<number>(), back = new Channel<number>();
    const echoed = echo(there, back);
    for (let i = 0; i < COUNT; i++) {
      await there.send(i);
      if (await back.receive() !== i) throw new Error("wrong echo");
    }
    await echoed;
  },
});

Deno.bench({
  name: "await send, await receive",
  group: "buffer of 128",
  baseline: true,
  async fn() {
    const ch = new Channel<number>(128);
    const sent = send(ch);
    await receive(ch);
    await sent;
  },
});

async function sendTrying(ch: Channel<number>): Promise<void> {
  for (let i = 0; i < COUNT; i++) if (!ch.trySend(i)) await ch.send(i);
}

Deno.bench({
  name: "trySend else send, tryReceive else receive",
  group: "buffer of 128",
  async fn() {
    const ch = new Channel<number>(128);
    const sent = sendTrying(ch);
    for (let i = 0; i < COUNT; i++) {
      const got = ch.tryReceive();
      if ((got === undefined ? await ch.receive() : got.value) !== i) {
        throw new Error("out of order");
      }
    }
    await sent;
  },
});

for (const cases of [2, 8, 64]) {
  const channels = Array.from({ length: cases }, () => new Channel<number>(1));
  const operations = channels.map((ch) => ch.receiving());
  Deno.bench({
    name: `select, one of ${cases} ready`,
    group: "select ready",
    baseline: cases === 2,
    async fn() {
      for (let i = 0; i < COUNT; i++) {
        (channels[i % cases] as Channel<number>).trySend(i);
        if ((await select(operations)).value !== i) throw new Error("wrong value");
      }
    },
  });
}

for (const cases of [2, 8, 64]) {
  const channels = Array.from({ length: cases }, () => new Channel<number>());
  const operations = channels.map((ch) => ch.receiving());
  Deno.bench({
    name: `select, parked on ${cases}`,
    group: "select parked",
    baseline: cases === 2,
    async fn() {
      for (let i = 0; i < COUNT; i++) {
        const selected = select(operations);
        (channels[i % cases] as Channel<number>).trySend(i);
        if ((await selected).value !== i) throw new Error("wrong value");
      }
    },
  });
}

Deno.bench({
  name: "chain of promises",
  group: "Mutex, free",
  baseline: true,
  async fn() {
    const mu = new ChainMutex();
    for (let i = 0; i < COUNT; i++) (await mu.lock())();
  },
});

Deno.bench({
  name: "Mutex",
  group: "Mutex, free",
  async fn() {
    const mu = new Mutex();
    for (let i = 0; i < COUNT; i++) {
      await mu.lock();
      mu.unlock();
    }
  },
});

const CONTENDERS = 100;

Deno.bench({
  name: "chain of promises",
  group: "Mutex, 100 contenders",
  baseline: true,
  async fn() {
    const mu = new ChainMutex();
    const contend = async () => {
      for (let i = 0; i < COUNT / CONTENDERS; i++) {
        const unlock = await mu.lock();
        await DONE;
        unlock();
      }
    };
    await Promise.all(Array.from({ length: CONTENDERS }, contend));
  },
});

Deno.bench({
  name: "Mutex",
  group: "Mutex, 100 contenders",
  async fn() {
    const mu = new Mutex();
    const contend = async () => {
      for (let i = 0; i < COUNT / CONTENDERS; i++) {
        await mu.lock();
        await DONE;
        mu.unlock();
      }
    };
    await Promise.all(Array.from({ length: CONTENDERS }, contend));
  },
});
