import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Channel } from "../sync/channel.ts";
import { go } from "./go.ts";
import { PlatformTimers } from "./platform_timers.ts";
import { Timer } from "./scheduler.ts";
import { sleep, yieldNow } from "./sleep.ts";

class TestTimer extends Timer {
  readonly kind = "test";
  readonly #onFire: (timer: TestTimer) => void;

  constructor(onFire: (timer: TestTimer) => void) {
    super();
    this.#onFire = onFire;
  }
  fire(): void {
    this.#onFire(this);
  }
}

/** The platform's timers, taken over: nothing fires unless the test says so. */
class FakePlatform {
  readonly pending = new Map<number, { callback: () => void; delayMs: number }>();
  readonly delays: number[] = [];
  #ids = 0;
  readonly #real = { setTimeout, clearTimeout };

  constructor() {
    Object.assign(globalThis, {
      setTimeout: (callback: () => void, delayMs: number) => {
        this.delays.push(delayMs);
        this.pending.set(++this.#ids, { callback, delayMs });
        return this.#ids;
      },
      clearTimeout: (id: number) => this.pending.delete(id),
    });
  }

  /** Fires what is pending now. */
  fire(): void {
    const callbacks = [...this.pending.values()].map(({ callback }) => callback);
    this.pending.clear();
    for (const callback of callbacks) callback();
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }
}

function compute(durationMs: number): void {
  const end = performance.now() + durationMs;
  while (performance.now() < end);
}

/** Lets the jobs that are queued by now run. */
async function jobs(): Promise<void> {
  for (let i = 0; i < 5; i++) await undefined;
}

/** Waits for a few turns of the platform, in which what is given back late is given back. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("Invariant 6: timers fire by (due, sequence), whatever is disarmed in between", async () => {
  using platform = new FakePlatform();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ delayMs: fc.integer({ min: -1, max: 2 }), isCleared: fc.boolean() }), {
        maxLength: 40,
      }),
      async (plans) => {
        const timers = new PlatformTimers();
        const fired: Timer[] = [];
        const armed = plans.map(({ delayMs }) => {
          const timer = new TestTimer((timer) => fired.push(timer));
          timers.set(timer, delayMs);
          return timer;
        });
        for (const [index, { isCleared }] of plans.entries()) {
          if (isCleared) assert(timers.clear(armed[index] as Timer));
        }
        assertEquals(fired, [], "fired inside the call");
        await jobs();
        while (armed.some((timer) => timer.index !== -1)) {
          compute(0.5);
          platform.fire();
          await jobs();
        }
        const expected = armed.filter((_, index) => !plans[index]?.isCleared);
        expected.sort((a, b) => a.due - b.due || a.sequence - b.sequence);
        assertEquals(fired.map(({ sequence }) => sequence), expected.map((t) => t.sequence));
        for (const timer of armed) assert(!timers.clear(timer), "still armed");
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("PlatformTimers never fires early, even if the platform does", async () => {
  using platform = new FakePlatform();
  const timers = new PlatformTimers();
  let firedAt = 0;
  const timer = new TestTimer(() => firedAt = performance.now());
  timers.set(timer, 20);
  await jobs();
  assertEquals(platform.delays.length, 1);
  platform.fire(); // at once
  await jobs();
  assertEquals(firedAt, 0);
  assertEquals(platform.pending.size, 1, "not armed again");
  compute(20);
  platform.fire();
  assert(firedAt >= timer.due);
  await jobs();
  assertEquals(platform.pending.size, 0);
});

Deno.test("PlatformTimers asks the platform for no more than it takes (js:timer-2^31)", async () => {
  using platform = new FakePlatform();
  for (const delayMs of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 1e12, Number.MAX_VALUE]) {
    const timers = new PlatformTimers();
    let fired = 0;
    const timer = new TestTimer(() => fired++);
    timers.set(timer, delayMs);
    for (let i = 0; i < 3; i++) {
      await jobs();
      const asked = platform.delays.at(-1) as number;
      assert(asked < 2 ** 31 && asked > 2 ** 31 - 60_000, `${asked} for ${delayMs}`);
      platform.fire();
    }
    assertEquals(fired, 0);
    assert(timers.clear(timer));
    await jobs();
    assertEquals(platform.pending.size, 0);
  }
});

Deno.test("PlatformTimers sets nothing for an infinite delay, and can disarm it", async () => {
  using platform = new FakePlatform();
  const timers = new PlatformTimers();
  const never = new TestTimer(() => {
    throw new Error("fired");
  });
  timers.set(never, Infinity);
  await jobs();
  assertEquals(platform.delays, []);
  const soon = new TestTimer(() => {});
  timers.set(soon, 1);
  await jobs();
  assertEquals(platform.pending.size, 1);
  assert(timers.clear(soon));
  await jobs();
  assertEquals(platform.pending.size, 0, "kept for a timer that never fires");
  assert(timers.clear(never));
  assert(!timers.clear(never));
});

Deno.test("PlatformTimers sets the platform's timer once a job, for the first that is due", async () => {
  using platform = new FakePlatform();
  const timers = new PlatformTimers();
  const armed = [50, 40, 30, 20, 10].map((delayMs) => {
    const timer = new TestTimer(() => {});
    timers.set(timer, delayMs * 1000);
    return timer;
  });
  assertEquals(platform.delays, []);
  await jobs();
  assertEquals(platform.delays, [10_000]);
  const sooner = new TestTimer(() => {});
  timers.set(sooner, 5000);
  await jobs();
  assertEquals([platform.delays, platform.pending.size], [[10_000, 5000], 1]);
  for (const timer of [...armed, sooner]) timers.clear(timer);
  await jobs();
  assertEquals(platform.pending.size, 0);
});

Deno.test("PlatformTimers fires a timer that is armed by another in a later pass, even if the clock stands still", async () => {
  using platform = new FakePlatform();
  const timers = new PlatformTimers();
  let fired = 0;
  const again = new TestTimer((timer) => {
    if (++fired < 3) timers.set(timer, 0);
  });
  const frozen = performance.now();
  performance.now = () => frozen;
  try {
    timers.set(again, 0);
    for (let pass = 1; pass <= 3; pass++) {
      await jobs();
      platform.fire();
      assertEquals(fired, pass);
    }
  } finally {
    delete (performance as { now?: unknown }).now; // the one of its prototype is back
  }
  await jobs();
  assertEquals(platform.pending.size, 0);
});

Deno.test("PlatformTimers keeps the others if one throws", async () => {
  using platform = new FakePlatform();
  const timers = new PlatformTimers();
  const fired: string[] = [];
  timers.set(
    new TestTimer(() => {
      throw new Error("expected");
    }),
    0,
  );
  timers.set(new TestTimer(() => fired.push("second")), 0);
  await jobs();
  let caught: unknown;
  try {
    platform.fire();
  } catch (error) {
    caught = error;
  }
  assertEquals((caught as Error).message, "expected");
  await jobs();
  platform.fire();
  assertEquals(fired, ["second"]);
});

Deno.test("A sleep ends at the end of a slice even if the platform's timer never fires", {
  timeout: 60_000,
}, async () => {
  let stopped = false;
  const there = new Channel<number>(), back = new Channel<number>();
  go(async () => {
    for await (const n of there) await back.send(n);
  });
  go(async () => {
    while (!stopped) {
      await there.send(1);
      await back.receive();
    }
    there.close();
  });
  {
    using platform = new FakePlatform();
    const start = performance.now();
    await sleep(5);
    assert(performance.now() - start >= 5);
    assert(platform.delays.length > 0, "the platform was never asked");
    for (let i = 0; i < 10_000 && platform.pending.size > 0; i++) await yieldNow();
    assertEquals(platform.pending.size, 0, "the platform's timer was not given back");
  }
  stopped = true;
  await turn();
});

// The sanitizers of the test runner are what these two assert: neither leaves a timer behind.

Deno.test("Timers that were disarmed leave nothing behind, however often (js:structured-end)", async () => {
  for (let i = 0; i < 100; i++) {
    const controller = new AbortController();
    const sleeping = sleep(3_600_000, { signal: controller.signal }).catch((error) => error);
    await yieldNow();
    controller.abort("enough");
    assertEquals(await sleeping, "enough");
  }
});

Deno.test("Timers that fired leave nothing behind, nor do slices that ended (js:structured-end)", async () => {
  await Promise.all([sleep(1), sleep(2), sleep(0.5)]);
  for (let i = 0; i < 5; i++) {
    compute(2);
    for (let j = 0; j < 1000; j++) await yieldNow();
  }
});
