/**
 * Small programs whose schedules can be counted by hand, and small programs with a known bug, for the tests of this
 * folder.
 *
 * @module
 */
import { Channel, go, Mutex, sleep, WaitGroup, yieldNow } from "../mod.ts";
import type { Candidates } from "./strategy.ts";

/**
 * Goroutine `i` has `lengths[i]` steps, and main ends before any of them has one. So there are as many schedules as ways
 * to shuffle them together: the multinomial coefficient. `log` gets the number of a goroutine at each of its steps.
 */
export function shuffle(lengths: readonly number[], log: number[] = []): () => void {
  return () => {
    log.length = 0;
    lengths.forEach((length, i) =>
      go(async () => {
        for (let step = 1; step < length; step++) {
          log.push(i);
          await yieldNow();
        }
        log.push(i);
      })
    );
  };
}

/** How many shuffles there are. */
export function multinomial(lengths: readonly number[]): number {
  let total = 0;
  let count = 1;
  for (const length of lengths) {
    for (let k = 1; k <= length; k++) count = count * ++total / k;
  }
  return Math.round(count);
}

/** Two read, yield and write back: an update is lost unless one is through before the other begins. */
export async function lostUpdate(): Promise<void> {
  const wg = new WaitGroup();
  let count = 0;
  for (let i = 0; i < 2; i++) {
    wg.go(async () => {
      const before = count;
      await yieldNow();
      count = before + 1;
    });
  }
  await wg.wait();
  if (count !== 2) throw new Error(`count is ${count}, expected 2`);
}

/** Two take two locks in opposite order. */
export async function crossedLocks(): Promise<void> {
  const [a, b] = [new Mutex(), new Mutex()];
  const wg = new WaitGroup();
  wg.go(async function left() {
    await a.lock();
    await b.lock();
    b.unlock();
    a.unlock();
  });
  wg.go(async function right() {
    await b.lock();
    await a.lock();
    a.unlock();
    b.unlock();
  });
  await wg.wait();
}

/** A signal that comes between the look at the flag and the wait is lost, and the waiter waits for ever. */
export async function lostSignal(): Promise<void> {
  const signal = new Channel<void>();
  const wg = new WaitGroup();
  let isSet = false;
  wg.go(async function waiter() {
    if (isSet) return;
    await yieldNow();
    await signal.receive();
  });
  wg.go(function signaller() {
    isSet = true;
    signal.trySend(undefined);
  });
  await wg.wait();
}

/** `count` goroutines lock and unlock `rounds` times: the program that speed is measured on. */
export async function lockRounds(count = 3, rounds = 3): Promise<void> {
  const mu = new Mutex();
  const wg = new WaitGroup();
  for (let i = 0; i < count; i++) {
    wg.go(async () => {
      for (let round = 0; round < rounds; round++) {
        await mu.lock();
        mu.unlock();
      }
    });
  }
  await wg.wait();
}

/** Three send after a sleep, twice each, all at the same instants; `order` gets who sent. */
export function sleepAndSend(order: number[]): () => Promise<void> {
  return async () => {
    order.length = 0;
    const ch = new Channel<number>(6);
    for (let i = 0; i < 3; i++) {
      go(async () => {
        for (let round = 0; round < 2; round++) {
          await sleep(1);
          await ch.send(i);
        }
      });
    }
    for (let received = 0; received < 6; received++) order.push(await ch.receive() as number);
  };
}

/** Candidates without an explorer: these goroutines, the first of which ran last. */
export function candidatesOf(...goroutines: readonly number[]): Candidates {
  const candidates: Partial<Candidates> = {
    count: goroutines.length,
    canContinue: true,
    goroutine: (k: number): number => goroutines[k] as number,
  };
  return candidates as Candidates;
}
