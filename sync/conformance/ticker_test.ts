// Go's src/time/tick_test.go.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { now, sleep, tick, Ticker, trySelect } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

conforms(
  "Ticker ticks at its period, and at another after reset (time/tick_test.go:TestTicker)",
  async () => {
    const start = now(),
      delta = start < Date.UTC(2001) ? 20 : 1,
      ticker = new Ticker(delta),
      half = 5;
    for (let i = 0; i < half; i++) await ticker.channel.receive();
    ticker.reset(2 * delta);
    for (let i = 0; i < half; i++) await ticker.channel.receive();
    ticker.stop();
    const elapsed = now() - start;
    if (start < Date.UTC(2001)) assertEquals(elapsed, 3 * delta * half);
    else assert(elapsed >= 3 * delta * half - 2 * delta, `${elapsed} ms`);
    await sleep(2 * delta);
    assertEquals(ticker.channel.tryReceive(), undefined, "no tick after stop");
  },
);

conforms(
  "Ticker: stopping twice is harmless, and none can be made by hand (time/tick_test.go:TestTickerStopWithDirectInitialization, time/tick_test.go:TestManualTicker)",
  () => {
    const ticker = new Ticker(1);
    ticker.stop();
    ticker.stop();
    assertThrows(() => Ticker.prototype.stop.call(Object.create(Ticker.prototype)), TypeError);
  },
);

conforms(
  "Ticker is made, received from and stopped, three times (time/tick_test.go:TestTeardown)",
  async () => {
    for (let i = 0; i < 3; i++) {
      const ticker = new Ticker(1);
      await ticker.channel.receive();
      ticker.stop();
    }
  },
);

conforms("tick of no time is never ready (time/tick_test.go:TestTick)", () => {
  for (const never of [tick(-1), tick(0)]) {
    assertEquals([never.tryReceive(), trySelect([never.receiving()])], [undefined, undefined]);
    assertEquals([never.size, never.capacity], [0, 0]);
  }
});

conforms(
  "Ticker refuses a period of no time (time/tick_test.go:TestNewTickerLtZeroDuration)",
  () => {
    for (const period of [-1, 0]) {
      assertThrows(() => new Ticker(period), RangeError, "non-positive interval for NewTicker");
    }
  },
);

conforms(
  "Ticker.reset refuses a period of no time (time/tick_test.go:TestTickerResetLtZeroDuration)",
  () => {
    using ticker = new Ticker(1);
    for (const period of [-1, 0]) {
      assertThrows(
        () => ticker.reset(period),
        RangeError,
        "non-positive interval for Ticker.Reset",
      );
    }
  },
);

conforms("Ticker: ticks that nobody has received are one, with the time of the first", async () => {
  // In real time a busy machine may stand still until a fourth tick is due: twice the period bears twice as long a pause.
  for (let period = 2; !await ticksAreOne(period); period *= 2) {
    assert(period < 1_000, "the machine stands still all the time");
  }
});

/** Tests it; false if the machine stood still for half a period, until a fourth tick was due. */
async function ticksAreOne(period: number): Promise<boolean> {
  const before = now();
  using ticker = new Ticker(period);
  const after = now();
  await sleep(3.5 * period);
  const first = await ticker.channel.receive() as number;
  assert(first >= before + period && first <= after + period + 0.001);
  const second = ticker.channel.tryReceive();
  if (now() >= before + 4 * period) return false;
  assertEquals(second, undefined, "three are one");
  const next = await ticker.channel.receive() as number;
  const periods = (next - first) / period;
  assert(Math.abs(periods - Math.round(periods)) < 0.001, "a multiple");
  if (before < Date.UTC(2001)) {
    assertEquals([first - before, next - before], [period, 4 * period]);
  }
  return true;
}

conforms("Ticker is async iterable, and leaving the loop does not stop it", async () => {
  using ticker = new Ticker(1);
  const times: number[] = [];
  for await (const time of ticker) if (times.push(time) === 3) break;
  assertEquals(times, times.toSorted((a, b) => a - b));
  assertEquals((await ticker.channel.next()).done, false);
});

conforms("Ticker: each tick goes to who has waited longest", async () => {
  using ticker = new Ticker(1);
  const first = ticker.channel.receive(), second = ticker.channel.receive();
  const [one, two] = await Promise.all([first, second]) as [number, number];
  assert(one < two);
});
