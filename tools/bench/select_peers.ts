/**
 * select over 2, 8 and 64 receives: one of them ready, or parked until somebody sends.
 *
 * Among peers medium, \@thi.ng/csp and js-csp choose among channels; with effect it is a race of takes. The library that
 * native promises offer for it, `Promise.race`, loses values, so it does not take part.
 *
 * @module
 */

import { Channel, select } from "../../mod.ts";
import { type Csp, csp } from "./channel_kits.ts";
import { effect, type Effects } from "./effect.ts";
import { load, OURS, type Run, type Workload } from "./workload.ts";

const SELECTS = 2000;
const SUM = SELECTS * (SELECTS - 1) / 2;

/** How a peer chooses among channels. */
interface Selects<C> {
  /** A channel for one value. */
  make(capacity: number): C;
  /** Puts a value where there is room; nobody waits. */
  put(ch: C, value: number): void;
  /** Sends, waiting. */
  send(ch: C, value: number): unknown;
  /** A function that receives from one of `channels`. */
  selector(channels: readonly C[]): () => Promise<number>;
}

const ours: Selects<Channel<number>> = {
  make: (capacity) => new Channel<number>(capacity),
  put: (ch, value) => void ch.trySend(value),
  send: (ch, value) => ch.send(value),
  selector: (channels) => {
    const cases = channels.map((ch) => ch.receiving());
    return async () => (await select(cases)).value as number;
  },
};

interface Medium {
  chan(capacity?: number): unknown;
  put(ch: unknown, value: number): Promise<boolean>;
  any(...chs: readonly unknown[]): Promise<[number, unknown]>;
}

async function medium(): Promise<Selects<{ readonly ch: unknown }>> {
  const { default: { chan, put, any } } = await load<{ default: Medium }>("medium");
  return {
    make: (capacity) => ({ ch: capacity === 0 ? chan() : chan(capacity) }),
    put: ({ ch }, value) => void put(ch, value),
    send: ({ ch }, value) => put(ch, value),
    selector: (channels) => {
      const chs = channels.map(({ ch }) => ch);
      return async () => (await any(...chs))[0];
    },
  };
}

interface ThingChannel {
  write(value: number): Promise<boolean>;
}

interface Thing {
  channel(capacity: number): ThingChannel;
  select(...chs: readonly ThingChannel[]): Promise<[number, ThingChannel]>;
}

async function thing(): Promise<Selects<ThingChannel>> {
  const { channel, select } = await load<Thing>("@thi.ng/csp");
  return {
    make: (capacity) => channel(Math.max(1, capacity)),
    put: (ch, value) => void ch.write(value),
    send: (ch, value) => ch.write(value),
    selector: (channels) => async () => (await select(...channels))[0],
  };
}

function ready<C>(kit: Selects<C>, cases: number): Run {
  const channels = Array.from({ length: cases }, () => kit.make(1));
  const receive = kit.selector(channels);
  return async () => {
    let sum = 0;
    for (let i = 0; i < SELECTS; i++) {
      kit.put(channels[i % cases] as C, i);
      sum += await receive();
    }
    return sum;
  };
}

async function sendInTurn<C>(kit: Selects<C>, channels: readonly C[]): Promise<void> {
  for (let i = 0; i < SELECTS; i++) await kit.send(channels[i % channels.length] as C, i);
}

function parked<C>(kit: Selects<C>, cases: number): Run {
  return async () => {
    const channels = Array.from({ length: cases }, () => kit.make(0));
    const receive = kit.selector(channels);
    const sent = sendInTurn(kit, channels);
    let sum = 0;
    for (let i = 0; i < SELECTS; i++) sum += await receive();
    await sent;
    return sum;
  };
}

function cspReady({ chan, go, alts, putAsync }: Csp, cases: number): Run {
  const channels = Array.from({ length: cases }, () => chan(1));
  return () =>
    new Promise((resolve) => {
      go(function* () {
        let sum = 0;
        for (let i = 0; i < SELECTS; i++) {
          putAsync(channels[i % cases], i);
          sum += ((yield alts(channels)) as unknown as { value: number }).value;
        }
        resolve(sum);
      });
    });
}

function cspParked({ chan, go, put, alts }: Csp, cases: number): Run {
  return () =>
    new Promise((resolve) => {
      const channels = Array.from({ length: cases }, () => chan());
      go(function* () {
        for (let i = 0; i < SELECTS; i++) yield put(channels[i % cases], i);
      });
      go(function* () {
        let sum = 0;
        for (let i = 0; i < SELECTS; i++) {
          sum += ((yield alts(channels)) as unknown as { value: number }).value;
        }
        resolve(sum);
      });
    });
}

function effectReady({ Effect, Queue }: Effects, cases: number): Run {
  const main = Effect.gen(function* () {
    const queues: unknown[] = [];
    for (let i = 0; i < cases; i++) queues.push(yield* Queue.bounded(1));
    let sum = 0;
    for (let i = 0; i < SELECTS; i++) {
      yield* Queue.offer(queues[i % cases], i);
      sum += (yield* Effect.raceAllFirst(queues.map(Queue.take))) as number;
    }
    return sum;
  });
  return () => Effect.runPromise(main);
}

function workload(kind: "ready" | "parked", cases: number): Workload {
  const byKit = kind === "ready" ? ready : parked;
  return {
    name: `select ${cases} ${kind}`,
    of: "select",
    operations: SELECTS,
    expected: SUM,
    inGo: true,
    contestants: {
      [OURS]: () => byKit(ours, cases),
      "medium": async () => byKit(await medium(), cases),
      "@thi.ng/csp": async () => byKit(await thing(), cases),
      "js-csp": async () => (kind === "ready" ? cspReady : cspParked)(await csp(), cases),
      ...kind === "ready" && cases <= 8 &&
        { "effect": async () => effectReady(await effect(), cases) },
    },
  };
}

export const workloads: readonly Workload[] = [
  ...[2, 8, 64].map((cases) => workload("ready", cases)),
  ...[2, 8, 64].map((cases) => workload("parked", cases)),
];
