// Go's src/sync/waitgroup_test.go and the examples of WaitGroup.
import { assert, assertEquals } from "@std/assert";
import { Channel, go, sleep, WaitGroup, yieldNow } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

conforms(
  "two barriers, eight rounds on the same groups (sync/waitgroup_test.go:TestWaitGroup)",
  async (count) => {
    const first = new WaitGroup(), second = new WaitGroup();
    for (let round = 0; round < 8; round++) {
      first.add(count);
      second.add(count);
      const exited = new Channel<true>(count);
      for (let i = 0; i < count; i++) {
        go(async () => {
          first.done();
          await second.wait();
          await exited.send(true);
        });
      }
      await first.wait();
      for (let i = 0; i < count; i++) {
        assertEquals(exited.tryReceive(), undefined, "somebody passed the second barrier early");
        second.done();
      }
      for (let i = 0; i < count; i++) assertEquals(await exited.receive(), true);
    }
  },
  { rounds: [16, 3] },
);

conforms(
  "wait returns only after both increments (sync/waitgroup_test.go:TestWaitGroupRace)",
  async (count) => {
    for (let i = 0; i < count; i++) {
      const wg = new WaitGroup();
      let n = 0;
      for (let child = 0; child < 2; child++) {
        wg.add(1);
        go(async () => {
          await yieldNow();
          n++;
          wg.done();
        });
      }
      await wg.wait();
      assertEquals(n, 2);
    }
  },
  { rounds: [1000, 1], schedules: 200 },
);

conforms(
  "WaitGroup.go runs its body, and wait sees the effect (sync/waitgroup_test.go:TestWaitGroupGo)",
  async () => {
    const wg = new WaitGroup();
    let ran = 0;
    wg.go(() => {
      ran++;
    });
    wg.go(async () => {
      await yieldNow();
      ran++;
    });
    assertEquals(ran, 0);
    await wg.wait();
    assertEquals(ran, 2);
  },
);

const URLS = ["https://go.dev/", "https://deno.com/", "https://example.com/"];

/** Stands for a fetch that takes a while. */
async function fetchStatus(url: string): Promise<string> {
  await sleep(url.length / 10);
  return `${url} ok`;
}

conforms("fetch all, with WaitGroup.go (sync/example_test.go:ExampleWaitGroup)", async () => {
  const wg = new WaitGroup();
  const fetched = new Set<string>();
  for (const url of URLS) {
    wg.go(async () => {
      fetched.add(await fetchStatus(url));
    });
  }
  await wg.wait();
  assertEquals([...fetched].sort(), URLS.map((url) => `${url} ok`).sort());
});

conforms(
  "fetch all, with add and done (sync/example_test.go:ExampleWaitGroup_addAndDone)",
  async () => {
    const wg = new WaitGroup();
    const fetched = new Set<string>();
    for (const url of URLS) {
      wg.add(1);
      go(async () => {
        try {
          fetched.add(await fetchStatus(url));
        } finally {
          wg.done();
        }
      });
    }
    await wg.wait();
    for (const url of URLS) assert(fetched.has(`${url} ok`));
  },
);
