// Go's test/typeparam/chans.go and lockable.go: small libraries over channels of any element type. Where Go passes a
// context, these take the channel that is closed when it is done.
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Channel,
  go,
  Mutex,
  type ReceiveChannel,
  select,
  type SendChannel,
  WaitGroup,
} from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

type Done = ReceiveChannel<never>;

/** All values of `source` until it is closed, or until `done`. */
async function readAll<T>(done: Done, source: ReceiveChannel<T>): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const taken = await select({ done: done.receiving(), value: source.receiving() });
    if (taken.key === "done" || !taken.ok) return all;
    all.push(taken.value);
  }
}

/** Sends `value` unless `done` comes first; returns whether it did. */
async function sendUnless<T>(done: Done, out: SendChannel<T>, value: T): Promise<boolean> {
  return (await select({ done: done.receiving(), sent: out.sending(value) })).key === "sent";
}

/** The values of both, in any order; closed once both are. */
function merge<T>(
  done: Done,
  first: ReceiveChannel<T>,
  second: ReceiveChannel<T>,
): ReceiveChannel<T> {
  const out = new Channel<T>();
  go(async () => {
    let a: ReceiveChannel<T> | undefined = first, b: ReceiveChannel<T> | undefined = second;
    while (a !== undefined || b !== undefined) {
      const taken = await select({ done: done.receiving(), a: a?.receiving(), b: b?.receiving() });
      if (taken.key === "done") break;
      if (taken.ok) {
        if (!await sendUnless(done, out, taken.value)) break;
      } else if (taken.key === "a") {
        a = undefined;
      } else {
        b = undefined;
      }
    }
    out.close();
  });
  return out;
}

/** The values for which `keep` is true. */
function filter<T>(
  done: Done,
  source: ReceiveChannel<T>,
  keep: (value: T) => boolean,
): ReceiveChannel<T> {
  const out = new Channel<T>();
  go(async () => {
    for await (const value of source) {
      if (keep(value) && !await sendUnless(done, out, value)) break;
    }
    out.close();
  });
  return out;
}

/** A channel that takes whatever is sent. */
function sink<T>(done: Done): SendChannel<T> {
  const out = new Channel<T>();
  go(() => readAll(done, out));
  return out;
}

/** The values of `list`, then closed. */
function from<T>(list: readonly T[]): ReceiveChannel<T> {
  const out = new Channel<T>();
  go(async () => {
    for (const value of list) await out.send(value);
    out.close();
  });
  return out;
}

const never: () => Done = () => Channel.nil<never>();

conforms("readAll collects until close (test/typeparam/chans.go:TestReadAll)", async () => {
  assertEquals(await readAll(never(), from([4, 2, 5])), [4, 2, 5]);
  const done = new Channel<never>(), silent = new Channel<number>();
  go(() => done.close());
  assertEquals(await readAll(done, silent), []);
});

conforms(
  "merge gives the values of both and closes once both have closed (test/typeparam/chans.go:TestMerge)",
  async () => {
    const merged = await readAll(never(), merge(never(), from([1, 3, 5]), from([2, 4, 6])));
    assertEquals(merged.toSorted(), [1, 2, 3, 4, 5, 6]);
    for (const half of [[1, 3, 5], [2, 4, 6]]) {
      assertEquals(merged.filter((value) => half.includes(value)), half);
    }
  },
);

conforms("filter keeps the even ones (test/typeparam/chans.go:TestFilter)", async () => {
  const even = filter(never(), from([1, 2, 3]), (n) => n % 2 === 0);
  assertEquals(await readAll(never(), even), [2]);
});

conforms(
  "a sink takes three sends, and close ends it (test/typeparam/chans.go:TestSink)",
  async () => {
    const out = sink<number>(never());
    for (let i = 0; i < 3; i++) await out.send(i);
    out.close();
  },
);

/** A value that one goroutine at a time may have. */
class Exclusive<T> {
  readonly #cell = new Channel<T>(1);

  constructor(value: T) {
    this.#cell.trySend(value);
  }
  async acquire(): Promise<T> {
    return await this.#cell.receive() as T;
  }
  tryAcquire(): IteratorResult<T, undefined> | undefined {
    return this.#cell.tryReceive();
  }
  release(value: T): void {
    if (!this.#cell.trySend(value)) throw new Error("Cannot release: not acquired");
  }
}

conforms(
  "a channel of capacity 1 is an exclusive cell (test/typeparam/chans.go:TestExclusiveTry)",
  async () => {
    const exclusive = new Exclusive("secret");
    assertEquals(exclusive.tryAcquire()?.value, "secret");
    const wg = new WaitGroup();
    wg.go(() => assertEquals(exclusive.tryAcquire(), undefined));
    await wg.wait();
    exclusive.release("changed");
    assertThrows(() => exclusive.release("twice"), Error, "not acquired");
    wg.go(async () => {
      const value = await exclusive.acquire();
      exclusive.release(`${value} again`);
    });
    await wg.wait();
    assertEquals(exclusive.tryAcquire(), { value: "changed again", done: false });
  },
);

/** A value behind a mutex. */
class Lockable<T> {
  readonly #mu = new Mutex();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }
  get(): Promise<T> {
    return this.#mu.withLock(() => this.#value);
  }
  set(value: T): Promise<void> {
    return this.#mu.withLock(() => {
      this.#value = value;
    });
  }
}

conforms("Lockable: get and set under a mutex (test/typeparam/lockable.go)", async () => {
  const text = new Lockable("a"), number = new Lockable(1);
  assertEquals([await text.get(), await number.get()], ["a", 1]);
  const wg = new WaitGroup();
  wg.go(() => text.set("b"));
  wg.go(async () => assert(["a", "b"].includes(await text.get())));
  await wg.wait();
  await number.set(2);
  assertEquals([await text.get(), await number.get()], ["b", 2]);
});
