/**
 * How each peer makes channels, sends and receives.
 *
 * Not every peer can do all: channel-ts never makes a sender wait, so it takes part where that makes no difference; the
 * shortest buffer of \@thi.ng/csp is one value, and 1024 may wait; effect and js-csp run their own kinds of functions.
 *
 * @module
 */

import { Channel, go } from "../../mod.ts";
import { MinimalChannel } from "./minimal.ts";
import { NativeChannel } from "./native.ts";
import { load, type Run } from "./workload.ts";

/** How a peer makes channels, sends and receives. Both are awaited. */
export interface Channels<C> {
  make(capacity: number): C;
  send(ch: C, value: number): unknown;
  receive(ch: C): PromiseLike<number>;
  /** Starts a goroutine; what is called is async. */
  spawn(body: () => Promise<void>): void;
}

/** Loads a peer. */
export type Kit = () => Promise<Channels<unknown>>;

/** Ours. */
export const ours: Channels<Channel<number>> = {
  make: (capacity) => new Channel<number>(capacity),
  send: (ch, value) => ch.send(value),
  receive: (ch) => ch.receive() as Promise<number>,
  spawn: (body) => go(body),
};

const minimal: Channels<MinimalChannel> = {
  make: () => new MinimalChannel(),
  send: (ch, value) => ch.send(value),
  receive: (ch) => ch.receive(),
  spawn: (body) => void body(),
};

/** Native promises and arrays. */
export const native: Channels<NativeChannel> = {
  make: (capacity) => new NativeChannel(capacity),
  send: (ch, value) => ch.send(value),
  receive: (ch) => ch.receive(),
  spawn: (body) => void body(),
};

/** The Channel of @std/async. */
export interface StdChannel {
  send(value: number): Promise<void>;
  receive(): Promise<number>;
}

/** The Channel of @std/async, from deno-std. */
export async function std(): Promise<Channels<StdChannel>> {
  const { Channel } = await load<
    { Channel: new (options: { capacity: number }) => StdChannel }
  >("@std/async/channel");
  return {
    make: (capacity) => new Channel({ capacity }),
    send: (ch, value) => ch.send(value),
    receive: (ch) => ch.receive(),
    spawn: (body) => void body(),
  };
}

export interface AsyncChannel {
  push(value: number): Promise<void>;
  get(): Promise<number>;
}

/** Loads it. */
export async function asyncChannel(): Promise<Channels<AsyncChannel>> {
  const { Channel } = await load<{ Channel: new (capacity: number) => AsyncChannel }>(
    "async-channel",
  );
  return {
    make: (capacity) => new Channel(capacity),
    send: (ch, value) => ch.push(value),
    receive: (ch) => ch.get(),
    spawn: (body) => void body(),
  };
}

interface Medium {
  chan(capacity?: number): unknown;
  put(ch: unknown, value: number): Promise<boolean>;
  take(ch: unknown): Promise<number>;
}

/** Loads it. */
export async function medium(): Promise<Channels<{ readonly ch: unknown }>> {
  const { default: { chan, put, take } } = await load<{ default: Medium }>("medium");
  return {
    // In a wrapper, since what chan makes is a thenable.
    make: (capacity) => ({ ch: capacity === 0 ? chan() : chan(capacity) }),
    send: ({ ch }, value) => put(ch, value),
    receive: ({ ch }) => take(ch),
    spawn: (body) => void body(),
  };
}

export interface ThingChannel {
  write(value: number): Promise<boolean>;
  read(): Promise<number>;
}

/** Loads it. */
export async function thing(): Promise<Channels<ThingChannel>> {
  const { channel } = await load<{ channel(capacity: number): ThingChannel }>("@thi.ng/csp");
  return {
    make: (capacity) => channel(Math.max(1, capacity)),
    send: (ch, value) => ch.write(value),
    receive: (ch) => ch.read(),
    spawn: (body) => void body(),
  };
}

export interface SimpleChannel {
  send(value: number): void;
  receive(): Promise<number>;
}

/** Senders never wait. */
export async function channelTs(): Promise<Channels<SimpleChannel>> {
  const { SimpleChannel } = await load<{ SimpleChannel: new () => SimpleChannel }>("channel-ts");
  return {
    make: () => new SimpleChannel(),
    send: (ch, value) => ch.send(value),
    receive: (ch) => ch.receive(),
    spawn: (body) => void body(),
  };
}

/** js-csp runs generator functions of its own. */
export interface Csp {
  chan(capacity?: number): unknown;
  alts(chs: readonly unknown[]): unknown;
  putAsync(ch: unknown, value: number): void;
  go(body: (...args: never[]) => Generator<unknown, void, number>, args?: unknown[]): unknown;
  put(ch: unknown, value: number): unknown;
  take(ch: unknown): unknown;
  timeout(delayMs: number): unknown;
}

/** Loads js-csp. */
export async function csp(): Promise<Csp> {
  return (await load<{ default: Csp }>("js-csp")).default;
}

/** The channels that know no buffer, or no more than one value, beside those that know all. */
export const RENDEZVOUS: Readonly<Record<string, Kit>> = {
  "native promises": () => Promise.resolve(native),
  "@std/async Channel": std,
  "async-channel": asyncChannel,
  "medium": medium,
  "@thi.ng/csp": thing,
};

/** The least possible. */
export const floor: Kit = () => Promise.resolve(minimal);

/** The contestants that differ in nothing but their channels. */
export function withKits(
  kits: Readonly<Record<string, Kit>>,
  toRun: <C>(kit: Channels<C>) => Run,
): Record<string, () => Promise<Run>> {
  return Object.fromEntries(
    Object.entries(kits).map(([name, kit]) => [name, async () => toRun(await kit())]),
  );
}
