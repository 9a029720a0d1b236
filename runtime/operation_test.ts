import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Channel, ClosedError, Mutex, select, WaitGroup } from "../mod.ts";
import { current } from "./current.ts";
import { go } from "./go.ts";
import type { Access } from "./observer.ts";
import { Operation, type Waiter } from "./operation.ts";
import { sleep, yieldNow } from "./sleep.ts";
import { WaitQueue } from "./wait_queue.ts";

const ACCESS: Access = { verb: "take", bit: 1, mask: 1 };

/** Something to take, one after the other; keeps a record of what the scheduler asks. */
class Pool {
  readonly free: number[] = [];
  readonly waiters = new WaitQueue();
  readonly asked: string[] = [];

  /** Hands `item` to whoever has waited longest, or keeps it. */
  put(item: number): void {
    const waiter = this.waiters.shift();
    if (waiter === null) this.free.push(item);
    else waiter.complete(item);
  }
}

class Taking extends Operation<number> {
  readonly kind = "take";
  readonly verb = "take";
  readonly access = ACCESS;
  readonly resource: Pool;

  constructor(pool: Pool) {
    super();
    this.resource = pool;
  }
  isReady(): boolean {
    this.resource.asked.push("isReady");
    return this.resource.free.length > 0;
  }
  commit(): number {
    this.resource.asked.push("commit");
    return this.resource.free.shift() as number;
  }
  enqueue(waiter: Waiter): void {
    this.resource.asked.push("enqueue");
    this.resource.waiters.push(waiter);
  }
  override result(outcome: unknown): number {
    if (outcome === 13) throw new RangeError("unlucky");
    return 10 * (outcome as number);
  }
}

function waitersOf(queue: WaitQueue): Waiter[] {
  const members: Waiter[] = [];
  queue.forEach((waiter) => members.push(waiter));
  return members;
}

Deno.test("Invariant 1: perform commits or enqueues, exactly one of them, before it returns", async () => {
  const pool = new Pool();
  pool.put(1);
  const taken = current().perform(new Taking(pool));
  assertEquals(pool.asked.splice(0), ["isReady", "commit"]);
  const parked = current().perform(new Taking(pool));
  assertEquals(pool.asked.splice(0), ["isReady", "enqueue"]);
  pool.put(2);
  assertEquals(pool.asked, []);
  assertEquals([await taken, await parked], [10, 20]);
});

Deno.test("Invariant 1: a description changes nothing by existing, and can be performed again", async () => {
  const pool = new Pool();
  const taking = new Taking(pool);
  assertEquals(pool.asked, []);
  const first = current().perform(taking), second = current().perform(taking);
  pool.put(1);
  pool.put(2);
  assertEquals([await first, await second], [10, 20]);
});

Deno.test("Invariant 2: whoever is woken finds the state as it is after the whole call that woke it", async () => {
  const ch = new Channel<number>(1);
  const wg = new WaitGroup();
  const seen: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    wg.go(async () => {
      seen.push([await ch.next(), ch.tryReceive()?.done]);
    });
  }
  await yieldNow();
  ch.close();
  assertEquals(seen, [], "close ran user code");
  await wg.wait();
  assertEquals(seen, Array(3).fill([{ value: undefined, done: true }, true]));
});

Deno.test("Invariant 2: unlock, trySend, close, done and put wake without running user code", async () => {
  const mu = new Mutex(), ch = new Channel<number>(), closing = new Channel<number>();
  const wg = new WaitGroup(), pool = new Pool();
  const ran: string[] = [];
  const all = new WaitGroup();
  await mu.lock();
  wg.add(1);
  all.go(async () => {
    await mu.lock();
    ran.push("unlock");
  });
  all.go(async () => {
    await ch.receive();
    ran.push("trySend");
  });
  all.go(async () => {
    await closing.receive();
    ran.push("close");
  });
  all.go(async () => {
    await wg.wait();
    ran.push("done");
  });
  all.go(async () => {
    await current().perform(new Taking(pool));
    ran.push("put");
  });
  await yieldNow();
  mu.unlock();
  assert(ch.trySend(1));
  closing.close();
  wg.done();
  pool.put(1);
  assertEquals(ran, []);
  await all.wait();
  // In the order in which they were let go; perform hands its result on like everybody else.
  assertEquals(ran, ["unlock", "trySend", "close", "done", "put"]);
});

Deno.test("Invariant 3: the caller of an awaited operation never resumes inside the call", async () => {
  const ready = new Channel<number>(8);
  for (let i = 0; i < 4; i++) ready.trySend(i);
  const closed = new Channel<number>();
  closed.close();
  const pool = new Pool();
  pool.put(1);
  const verbs: Record<string, () => Promise<unknown>> = {
    send: () => ready.send(1),
    receive: () => ready.receive(),
    next: () => ready.next(),
    "receive from closed": () => closed.receive(),
    "send to closed": () => closed.send(1).catch((error) => assert(error instanceof ClosedError)),
    lock: () => new Mutex().lock(),
    wait: () => new WaitGroup().wait(),
    select: () => select({ ready: ready.receiving() }),
    "select with default": () => select({}, { default: true }),
    sleep: () => sleep(0),
    yieldNow: () => yieldNow(),
    perform: () => current().perform(new Taking(pool)),
  };
  for (const [verb, call] of Object.entries(verbs)) {
    let resumed = false;
    const caller = (async () => {
      await call();
      resumed = true;
    })();
    assert(!resumed, `${verb} resumed its caller inside the call`);
    await caller;
    assert(resumed);
  }
});

Deno.test("Invariant 4: a waiter is in its queue exactly while it waits", async () => {
  const pool = new Pool();
  const first = current().perform(new Taking(pool)), second = current().perform(new Taking(pool));
  const waiters = waitersOf(pool.waiters);
  assertEquals(waiters.length, 2);
  for (const waiter of waiters) assertStrictEquals(waiter.queue, pool.waiters);
  pool.put(1);
  assertStrictEquals(waiters[0]?.queue, null);
  assertStrictEquals(pool.waiters.first, waiters[1]);
  pool.put(2);
  assertStrictEquals(pool.waiters.first, null);
  assertEquals([await first, await second], [10, 20]);
});

Deno.test("Invariant 4: the cases of a select that are not taken leave their queues at once", async () => {
  const pools = [new Pool(), new Pool(), new Pool()];
  const selected = select(pools.map((pool) => new Taking(pool)));
  for (const pool of pools) assertEquals(waitersOf(pool.waiters).length, 1);
  (pools[1] as Pool).put(7);
  for (const pool of pools) assertStrictEquals(pool.waiters.first, null);
  assertEquals(await selected, { key: 1, value: 70, ok: true });
});

Deno.test("Invariant 5: a waiter that was withdrawn swallows nothing", async () => {
  const pool = new Pool(), other = new Pool();
  const selected = select([new Taking(pool), new Taking(other)]);
  other.put(1);
  pool.put(2);
  assertEquals(pool.free, [2]);
  assertEquals((await selected).key, 1);
  assertEquals(await current().perform(new Taking(pool)), 20);
});

Deno.test("Invariant 5: a send that fails keeps its value, and each sender fails once", async () => {
  const ch = new Channel<string>(1);
  await ch.send("buffered");
  const failures: unknown[] = [];
  const wg = new WaitGroup();
  for (const value of ["a", "b"]) {
    wg.go(async () => {
      await assertRejects(() => ch.send(value), ClosedError, "send on closed channel");
      failures.push(value);
    });
  }
  await yieldNow();
  ch.close();
  await wg.wait();
  assertEquals(failures, ["a", "b"]);
  assertEquals(ch.tryReceive(), { value: "buffered", done: false });
  assertEquals(ch.tryReceive(), { value: undefined, done: true });
});

Deno.test("Operation.result that throws fails the caller, not whoever wakes it", async () => {
  const pool = new Pool();
  pool.put(13);
  await assertRejects(() => current().perform(new Taking(pool)), RangeError, "unlucky");
  const parked = current().perform(new Taking(pool));
  const wokeWithoutThrowing = go.bind(null, () => pool.put(13));
  wokeWithoutThrowing();
  await assertRejects(() => parked, RangeError, "unlucky");
});

Deno.test("Operation.commit that throws fails the caller", async () => {
  class Failing extends Taking {
    override isReady(): boolean {
      return true;
    }
    override commit(): number {
      throw new Error("no");
    }
  }
  await assertRejects(() => current().perform(new Failing(new Pool())), Error, "no");
});

Deno.test("Operation.dequeue of a waiter that does not wait changes nothing", () => {
  const pool = new Pool();
  const taking = new Taking(pool);
  const waiter: Waiter = {
    queue: null,
    place: 0,
    payload: undefined,
    complete() {},
    fail() {},
  };
  taking.dequeue(waiter);
  taking.enqueue(waiter);
  taking.dequeue(waiter);
  assertStrictEquals(pool.waiters.first, null);
  taking.dequeue(waiter);
  assertStrictEquals(pool.waiters.first, null);
});
