// Go's src/runtime/goroutineleakprofile_test.go: who is left behind, and what for.
import { assert, assertEquals } from "@std/assert";
import {
  background,
  Channel,
  go,
  Mutex,
  numGoroutine,
  type ReceiveChannel,
  select,
  WaitGroup,
  withCancel,
  yieldNow,
} from "../../mod.ts";
import { explore } from "../../testing/explore.ts";
import { RWMutex } from "../rw_mutex.ts";
import { assertStuck, conforms, failure, leaks, production } from "./both_schedulers_test.ts";

leaks("a send on a nil channel (leakprofile:NilSend)", async () => {
  go(() => Channel.nil<number>().send(0), "sender");
  await yieldNow();
}, { waiting: ["sender [chan send (nil chan)]"] });

leaks("a select of no cases (leakprofile:SelectNoCases)", async () => {
  go(() => select({}), "selector");
  await yieldNow();
}, { waiting: ["selector [select (no cases)]"] });

leaks("a send on a channel nobody receives from (leakprofile:ChanSend)", async () => {
  go(() => new Channel<number>().send(0), "sender");
  await yieldNow();
}, { waiting: ["sender [chan send]"] });

leaks(
  "a select over a send and a receive on channels nobody else has (leakprofile:Select)",
  async () => {
    go(
      () =>
        select({ sent: new Channel<number>().sending(1), got: new Channel<number>().receiving() }),
      "selector",
    );
    await yieldNow();
  },
  { waiting: ["selector [select]"] },
);

/** A thousand in production. The explorer looks for the shortest schedule of a failure, and reports every one of them. */
const LOCKERS = {
  waiting: ["locker [sync.Mutex.Lock]"],
  schedules: 1,
  rounds: [1000, 100],
} as const;

async function lockTwice(mu: Mutex): Promise<void> {
  await mu.lock();
  await mu.lock();
}

leaks(
  "1000 goroutines each lock a mutex of their own twice (leakprofile:MutexStack)",
  async (count) => {
    for (let i = 0; i < count; i++) go(() => lockTwice(new Mutex()), "locker");
    await yieldNow();
  },
  LOCKERS,
);

leaks(
  "1000 goroutines each make a mutex that their child locks twice (leakprofile:MutexHeap)",
  async (count) => {
    for (let i = 0; i < count; i++) {
      go(() => {
        const mu = new Mutex();
        go(() => lockTwice(mu), "locker");
      });
    }
    await yieldNow();
  },
  LOCKERS,
);

leaks("the write lock, then the read lock (leakprofile:RWMutexRLock)", async () => {
  go(async () => {
    const rw = new RWMutex();
    await rw.lock();
    await rw.rLock();
  }, "locker");
  await yieldNow();
}, { waiting: ["locker [sync.RWMutex.RLock]"] });

leaks(
  "a parent waits before it receives, its child sends before it is done (leakprofile:Mixed)",
  async () => {
    go(async () => {
      const ch = new Channel<number>();
      const wg = new WaitGroup();
      wg.add(1);
      go(async () => {
        await ch.send(0);
        wg.done();
      }, "child");
      await wg.wait();
      await ch.receive();
    }, "parent");
    await yieldNow();
  },
  { waiting: ["parent [sync.WaitGroup.Wait]", "child [chan send]"] },
);

/** Hands `list` to workers that range over a channel which is never closed. */
function noCloseRange(list: readonly string[], workers: number): void {
  const ch = new Channel<string>();
  for (let worker = 0; worker < workers; worker++) {
    go(async () => {
      for await (const _ of ch) await yieldNow();
    }, "worker");
  }
  go(async () => {
    for (const item of list) await ch.send(item);
  }, "producer");
}

leaks("workers range over a channel that is never closed (leakprofile:NoCloseRange)", async () => {
  noCloseRange(["a", "b", "c"], 3);
  await yieldNow();
}, { waiting: ["worker [chan receive]", "worker [chan receive]", "worker [chan receive]"] });

leaks("a producer has no workers (leakprofile:NoCloseRange)", async () => {
  noCloseRange(["a", "b", "c"], 0);
  await yieldNow();
}, { waiting: ["producer [chan send]"] });

/** A worker that its owner must stop. */
class Worker {
  readonly #queue = new Channel<string>();
  readonly #done = new Channel<never>();

  start(): void {
    go(async () => {
      for (;;) {
        const { key } = await select({
          job: this.#queue.receiving(),
          done: this.#done.receiving(),
        });
        if (key === "done") return;
      }
    }, "worker");
  }
  async add(job: string): Promise<void> {
    await this.#queue.send(job);
  }
  stop(): void {
    this.#done.close();
  }
}

leaks("an owner never stops its worker (leakprofile:MethodContractViolation)", async () => {
  const worker = new Worker();
  worker.start();
  await worker.add("job");
}, { waiting: ["worker [select]"] });

conforms(
  "an owner that stops its worker leaves nobody behind (leakprofile:MethodContractViolation)",
  async () => {
    const worker = new Worker();
    worker.start();
    await worker.add("job");
    worker.stop();
  },
);

/** Sends its result; but after an error it forgets to return. */
function sendTwice(out: Channel<string>, hasFailed: boolean): void {
  go(async () => {
    if (hasFailed) await out.send("failed");
    await out.send("result");
  }, "sender");
}

leaks(
  "a function sends twice after an error, and its reader takes one value (leakprofile:DoubleSend)",
  async () => {
    const out = new Channel<string>();
    sendTwice(out, true);
    await out.receive();
  },
  { waiting: ["sender [chan send]"] },
);

conforms(
  "without the error, or with a buffer of one, nobody is left (leakprofile:DoubleSend)",
  async () => {
    for (const [capacity, hasFailed] of [[0, false], [1, true]] as const) {
      const out = new Channel<string>(capacity);
      sendTwice(out, hasFailed);
      await out.receive();
    }
  },
);

/** Starts a task whose result is waited for, unless checking it first fails. */
async function earlyReturn(isValid: boolean): Promise<string | undefined> {
  const result = new Channel<string>();
  go(() => result.send("result"), "task");
  if (!isValid) return "invalid";
  return await (result as ReceiveChannel<string>).receive();
}

leaks("a function returns on an error before it receives (leakprofile:EarlyReturn)", async () => {
  await earlyReturn(false);
}, { waiting: ["task [chan send]"] });

conforms("a function that receives leaves nobody behind (leakprofile:EarlyReturn)", async () => {
  await earlyReturn(true);
});

/** Each caller waits for its child or for the end of a context that has ended; returns how many took the end. */
async function callers(count: number): Promise<number> {
  using ctx = withCancel(background());
  ctx.cancel();
  const wg = new WaitGroup();
  let gaveUp = 0;
  for (let i = 0; i < count; i++) {
    wg.go(async () => {
      const result = new Channel<number>();
      go(() => result.send(i), "child");
      if (i % 2 === 0) await yieldNow(); // Go may switch here
      const { key } = await select({ result: result.receiving(), done: ctx.done.receiving() });
      if (key === "done") gaveUp++;
    }, "caller");
  }
  await wg.wait();
  return gaveUp;
}

production(
  "children leak whose caller took the end of a context instead (leakprofile:Timeout)",
  async () => {
    const before = numGoroutine();
    const gaveUp = await callers(100);
    for (let i = 0; i < 1_000; i++) await yieldNow();
    assertEquals(numGoroutine() - before, gaveUp);
    assert(gaveUp > 0);
  },
);

Deno.test("children leak whose caller took the end of a context instead (leakprofile:Timeout) [explorer]", async () => {
  let gaveUp = 0;
  const error = await failure(async () => {
    gaveUp = await callers(100);
  }, 1);
  assertStuck(error, "leak", new Array<string>(gaveUp).fill("child [chan send]"));
  const counts = new Set<number>();
  await explore(async () => {
    counts.add(await callers(2));
  }, { strategy: "random", seed: 1, schedules: 200, leaks: "ignore" });
  assertEquals([...counts].sort(), [1, 2], "one of them may find its child's result");
});
