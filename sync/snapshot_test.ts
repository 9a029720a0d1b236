// Resources made outside an exploration: a schedule that leaves one changed fails, and the next finds it as it was.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { go, type Resource, yieldNow } from "../runtime/mod.ts";
import { explore } from "../testing/explore.ts";
import { ScheduleError } from "../testing/schedule_error.ts";
import { Cond } from "./cond.ts";
import { ErrGroup } from "./err_group.ts";
import { Mutex } from "./mutex.ts";
import { Once } from "./once.ts";
import { RWMutex } from "./rw_mutex.ts";
import { Semaphore } from "./semaphore.ts";
import { SingleFlight } from "./single_flight.ts";

/** Something made outside, how a schedule may leave it, and how it then looks from inside. */
interface Case<R extends Resource> {
  readonly name: string;
  readonly make: () => R;
  readonly change: (resource: R) => unknown;
  readonly changed: string;
}

/** Keeps the type of the resource between the parts of a case. */
function of<R extends Resource>(it: Case<R>): Case<Resource> {
  return it as unknown as Case<Resource>;
}

const CHANGES = [
  of({
    name: "RWMutex locked for writing",
    make: () => new RWMutex(),
    change: (rw) => rw.lock(),
    changed: "locked for writing",
  }),
  of({
    name: "RWMutex locked for reading",
    make: () => new RWMutex(),
    change: (rw) => rw.rLock(),
    changed: "locked by 1 reader",
  }),
  of({
    name: "Once",
    make: () => new Once(),
    change: (once) => once.do(() => {}),
    changed: "done",
  }),
  of({
    name: "Semaphore",
    make: () => new Semaphore(3),
    change: (semaphore) => semaphore.acquire(2),
    changed: "2 of 3 held",
  }),
  of({
    name: "ErrGroup with a limit",
    make: () => new ErrGroup(),
    change: (group) => group.setLimit(2),
    changed: "0 of at most 2 active",
  }),
  of({
    name: "ErrGroup with an error",
    make: () => new ErrGroup(),
    change: async (group) => {
      await group.go(() => {
        throw new Error("inside");
      });
      await group.wait().catch(() => {});
    },
    changed: "0 active, failed",
  }),
];

for (const { name, make, change, changed } of CHANGES) {
  Deno.test(`${name}: left changed by a schedule it fails it, and is put back`, async () => {
    const resource = make();
    const before = resource.state();
    const error = await assertRejects(
      () => explore(() => change(resource), { schedules: 1 }),
      ScheduleError,
    );
    const words = `a ${resource.type} made outside was ${before} and is ${changed}`;
    assert(error.message.includes(words), error.message);
    assertEquals(resource.state(), before);
  });
}

Deno.test("a waiter left behind by a schedule is in nobody's way afterwards", async () => {
  const cond = new Cond(new Mutex());
  await explore(async () => {
    go(async () => {
      await cond.locker.lock();
      await cond.wait();
    });
    await yieldNow();
    await yieldNow();
  }, { leaks: "ignore", schedules: 5, strategy: "random", seed: 1 });
  await cond.locker.lock();
  const waiting = cond.wait();
  cond.signal();
  await waiting;
});

Deno.test("those who wait for a lock or a permit at the end of a schedule are not handed it in the next", async () => {
  const rw = new RWMutex(), semaphore = new Semaphore(1);
  const useAll = async () => {
    await rw.lock();
    await semaphore.acquire(1);
    go(() => rw.lock());
    go(() => rw.rLock());
    go(() => semaphore.acquire(1));
    await yieldNow();
    semaphore.release(1);
    rw.unlock();
  };
  await assertRejects(
    () => explore(useAll, { leaks: "ignore", schedules: 1 }),
    ScheduleError,
    "made outside",
  );
  assertEquals([rw.state(), semaphore.state()], ["unlocked", "0 of 1 held"]);
  await rw.withLock(() => {});
  await semaphore.withPermit(() => {});
  assertEquals([rw.state(), semaphore.state()], ["unlocked", "0 of 1 held"]);
});

Deno.test("a call in flight at the end of a schedule is not joined by the next", async () => {
  const flights = new SingleFlight<string, number>();
  const never = new Mutex();
  await assertRejects(
    () =>
      explore(async () => {
        await never.lock();
        go(() => flights.do("key", () => never.lock().then(() => 1)));
        go(() => flights.do("key", () => 2));
        await yieldNow();
        await yieldNow();
      }, { leaks: "ignore", schedules: 50, strategy: "random", seed: 1 }),
    ScheduleError,
    "made outside",
  );
  assertEquals(flights.state(), "0 in flight");
  assertEquals(await flights.do("key", () => 3), { value: 3, shared: false });
});
