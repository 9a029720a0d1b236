// sasha-s/go-deadlock's "waiting too long" for a lock. It has a threshold in real time and a report; here a test looks at who
// waits at an instant of virtual time, which is exact, and what nobody ever lets go of fails by itself.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { go, goroutines, Mutex, RWMutex, sleep, yieldNow } from "../../mod.ts";
import { explore } from "../../testing/explore.ts";
import { ScheduleError } from "../../testing/schedule_error.ts";
import { settled } from "../../testing/settled.ts";

const TOO_LONG_MS = 20;

/** Who waits for a lock, and for which. */
function waitersForLocks(): string[] {
  return goroutines().filter(({ waitReason }) => /^sync\.\w*Mutex\./.test(waitReason))
    .map(({ name, waitReason, resource }) => `${name} [${waitReason}] ${resource}`);
}

Deno.test("who waits too long for a lock is seen, once, and the program goes on when it is released (go-deadlock:TestNormalDeadlockDetection)", async () => {
  const { complete } = await explore(async () => {
    const mu = new Mutex();
    const order: string[] = [];
    await mu.lock();
    go(async () => {
      await sleep(30);
      order.push("unlock");
      mu.unlock();
    }, "holder");
    go(() => mu.withLock(() => void order.push("locked")), "waiter");
    await settled(TOO_LONG_MS);
    assertEquals(waitersForLocks(), ["waiter [sync.Mutex.Lock] Mutex (locked)"]);
    await settled(TOO_LONG_MS);
    assertEquals([waitersForLocks(), order], [[], ["unlock", "locked"]]);
  }, { strategy: "exhaustive", mustComplete: true });
  assertEquals(complete, true);
});

Deno.test("a lock got by tryRLock is held: who waits behind it too long is seen, and reported if it stays (go-deadlock:TestRWMutexTryLock)", async () => {
  const body = (isReleased: boolean) => async () => {
    const rw = new RWMutex();
    assertEquals(rw.tryRLock(), true);
    assertEquals(rw.tryLock(), false);
    go(() => rw.withLock(() => {}), "writer");
    await yieldNow();
    await settled(TOO_LONG_MS);
    assertMatch(waitersForLocks().join(), /^writer \[sync\.RWMutex\.Lock\] RWMutex \([^,]*reader/);
    if (isReleased) rw.rUnlock();
    await settled();
    assertEquals(waitersForLocks().length, isReleased ? 0 : 1);
  };
  await explore(body(true), { strategy: "exhaustive", mustComplete: true });
  const error = await assertRejects(() => explore(body(false)), ScheduleError);
  assertEquals(error.kind, "leak");
  assertMatch(error.message, /g2 writer\s+waits for sync\.RWMutex\.Lock rw/);
});
