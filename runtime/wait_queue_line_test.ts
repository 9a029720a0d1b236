// Those who wait for sure stand in queues as functions, and those who may leave as waiters: they are one line.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Channel, go, Mutex, RWMutex, select, Semaphore, sleep, WaitGroup } from "../mod.ts";

type Kind = "plain" | "cancellable" | "select" | "canceled";

/** A line of all kinds: long enough, and with so many who give up, that queues close their gaps. */
const kinds: fc.Arbitrary<Kind[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Kind>("plain", "cancellable", "select") },
    { weight: 4, arbitrary: fc.constant<Kind>("canceled") },
  ),
  { minLength: 300, maxLength: 300 },
);
const RUNS = { numRuns: 10, seed: 1 };

/** Aborts the signals of all who give up, from the middle on and then from the front. */
async function giveUp(controllers: readonly AbortController[]): Promise<void> {
  await sleep(1);
  const middle = controllers.length >> 1;
  for (const controller of [...controllers.slice(middle), ...controllers.slice(0, middle)]) {
    controller.abort();
  }
  await sleep(0);
}

/** Who gets through of those who stand in line behind somebody who has it: all but those who give up, in order. */
async function serve(
  line: readonly Kind[],
  enter: (kind: Kind, signal?: AbortSignal) => Promise<unknown>,
  leave: () => void,
): Promise<void> {
  const served: number[] = [], expected: number[] = [], gaveUp: unknown[] = [];
  const controllers: AbortController[] = [];
  const wg = new WaitGroup();
  await enter("plain");
  for (const [i, kind] of line.entries()) {
    const controller = new AbortController();
    if (kind === "canceled") controllers.push(controller);
    else expected.push(i);
    wg.go(async () => {
      try {
        await enter(kind, kind === "plain" ? undefined : controller.signal);
      } catch (error) {
        gaveUp.push(error);
        return;
      }
      served.push(i);
      leave();
    });
  }
  await giveUp(controllers);
  leave();
  await wg.wait();
  assertEquals(served, expected);
  assertEquals(gaveUp.length, controllers.length);
}

Deno.test("those who may leave and those who cannot are served in the order in which they came", async () => {
  await fc.assert(
    fc.asyncProperty(kinds, async (line) => {
      for (const mu of [new Mutex(), new RWMutex()]) {
        await serve(
          line,
          (kind, signal) =>
            kind === "select" ? select({ got: mu.locking() }) : mu.lock(signal && { signal }),
          () => mu.unlock(),
        );
        assert(mu.tryLock());
      }
      // One permit is waited for by a function, three by a waiter.
      for (const weight of [1, 3]) {
        const semaphore = new Semaphore(weight);
        await serve(
          line,
          (kind, signal) =>
            kind === "select"
              ? select({ got: semaphore.acquiring(weight) })
              : semaphore.acquire(weight, signal && { signal }),
          () => semaphore.release(weight),
        );
        assert(semaphore.tryAcquire(weight));
      }
    }),
    RUNS,
  );
});

Deno.test("values go to all kinds of receivers in the order in which they came, and the end to those who are left", async () => {
  const receive = async (
    ch: Channel<number>,
    kind: Kind,
    i: number,
    signal: AbortSignal,
  ): Promise<number | undefined> => {
    if (kind === "select") return (await select({ value: ch.receiving() })).value;
    if (kind !== "plain") return await ch.receive({ signal });
    return i % 2 === 0 ? await ch.receive() : (await ch.next()).value;
  };
  await fc.assert(
    fc.asyncProperty(kinds, async (line) => {
      const ch = new Channel<number>();
      const got: (number | undefined)[] = [], expected: (number | undefined)[] = [];
      const values = line.filter((kind) => kind !== "canceled").length >> 1;
      const controllers: AbortController[] = [];
      const wg = new WaitGroup();
      for (const [i, kind] of line.entries()) {
        const controller = new AbortController();
        if (kind === "canceled") controllers.push(controller);
        else expected.push(expected.length < values ? expected.length : undefined);
        wg.go(async () => {
          const receiving = receive(ch, kind, i, controller.signal);
          if (kind === "canceled") await receiving.catch(() => {});
          else got.push(await receiving);
        });
      }
      await giveUp(controllers);
      go(async () => {
        for (let i = 0; i < values; i++) await ch.send(i);
        ch.close();
      });
      await wg.wait();
      assertEquals(got, expected);
    }),
    RUNS,
  );
});
