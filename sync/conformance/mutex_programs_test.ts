// Go's src/sync/mutex_test.go.
import { assert, assertEquals } from "@std/assert";
import { Channel, Mutex, WaitGroup } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

const ROUNDS = { rounds: [1000, 2], schedules: 30 } as const;
const GOROUTINES = 10;

conforms(
  "ten goroutines hammer a semaphore of one and finish (sync/mutex_test.go:TestSemaphore)",
  async (count) => {
    const slot = new Channel<true>(1);
    const wg = new WaitGroup();
    let inside = 0;
    for (let i = 0; i < GOROUTINES; i++) {
      wg.go(async () => {
        for (let round = 0; round < count; round++) {
          await slot.send(true);
          assertEquals(++inside, 1);
          inside--;
          await slot.receive();
        }
      });
    }
    await wg.wait();
    assertEquals([inside, slot.size], [0, 0]);
  },
  ROUNDS,
);

conforms(
  "tryLock is false while locked and true when free (sync/mutex_test.go:TestMutex)",
  async () => {
    const mu = new Mutex();
    await mu.lock();
    assertEquals(mu.tryLock(), false);
    mu.unlock();
    assertEquals(mu.tryLock(), true);
    mu.unlock();
  },
);

conforms(
  "ten goroutines mix lock and tryLock and finish (sync/mutex_test.go:TestMutex)",
  async (count) => {
    const mu = new Mutex();
    const wg = new WaitGroup();
    let inside = 0, locked = 0, tried = 0;
    const enter = () => {
      assertEquals(++inside, 1);
      inside--;
      mu.unlock();
    };
    for (let i = 0; i < GOROUTINES; i++) {
      wg.go(async () => {
        for (let round = 0; round < count; round++) {
          if (round % 3 === 0 && mu.tryLock()) {
            tried++;
            enter();
            continue;
          }
          await mu.lock();
          locked++;
          enter();
        }
      });
    }
    await wg.wait();
    assertEquals(locked + tried, GOROUTINES * count);
    assert(mu.tryLock());
  },
  ROUNDS,
);
