// golang.org/x/time/rate: rate_test.go and sometimes_test.go. Times are slots of 100 ms after the start.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  background,
  every,
  now,
  RateLimiter,
  select,
  sleep,
  Sometimes,
  WaitGroup,
  withCancel,
  withTimeout,
} from "../../mod.ts";
import { explore } from "../../testing/explore.ts";
import { TokenBucket } from "../token_bucket.ts";
import { conforms } from "./both_schedulers_test.ts";

const SLOT_MS = 100;

/** Runs `body` on the virtual clock; `until(slot)` waits for the start of a slot. */
function inSlots(
  name: string,
  body: (until: (slot: number) => Promise<void>) => Promise<void> | void,
): void {
  Deno.test(name, async () => {
    await explore(() => {
      const start = now();
      return body((slot) => sleep(start + slot * SLOT_MS - now()));
    }, { schedules: 20, seed: 1 });
  });
}

/** A call in a slot, and whether it must pass. */
type Call = readonly [slot: number, n: number, passes: boolean];

async function check(limiter: RateLimiter, until: (slot: number) => Promise<void>, calls: Call[]) {
  for (const [slot, n, passes] of calls) {
    await until(slot);
    assertEquals(limiter.allow(n), passes, `allow(${n}) in slot ${slot}`);
  }
}

/** What a reservation in slot `slot` has promised: the slot in which it may act, or undefined if it was refused. */
function reserve(bucket: TokenBucket, slot: number, n: number, maxWaitMs = Infinity) {
  const promised = bucket.reserve(slot * SLOT_MS, n, maxWaitMs);
  return { promised, slot: promised.isOk ? promised.timeToAct / SLOT_MS : undefined };
}

conforms("a limit of 10 is not infinite (rate:TestLimit)", () => {
  assertEquals(new RateLimiter(10, 1).limit, 10);
  assertEquals(new RateLimiter(Infinity, 1).limit, Infinity);
});

conforms("every: from an interval to a limit (rate:TestEvery)", () => {
  const limits: [intervalMs: number, limit: number][] = [
    [0, Infinity],
    [-1, Infinity],
    [1e-6, 1e9],
    [1e-3, 1e6],
    [1, 1000],
    [10, 100],
    [100, 10],
    [1000, 1],
    [2000, 0.5],
    [2500, 0.4],
    [4000, 0.25],
    [10_000, 0.1],
    [2 ** 63 / 1e6, 0],
  ];
  for (const [intervalMs, limit] of limits) {
    const actual = every(intervalMs);
    assert(
      actual === limit || Math.abs(actual - limit) < 1e-6 * Math.max(1, limit),
      `${intervalMs}`,
    );
  }
});

inSlots("RateLimiter of burst 1 (rate:TestLimiterBurst1)", async (until) => {
  const limiter = new RateLimiter(10, 1), tokens = [1, 0, 0, 1, 0, 0, 1, 1, 0];
  const calls: Call[] = [
    [0, 1, true],
    [0, 1, false],
    [0, 1, false],
    [1, 1, true],
    [1, 1, false],
    [1, 1, false],
    [2, 2, false],
    [2, 1, true],
    [2, 1, false],
  ];
  for (const [i, [slot, n, passes]] of calls.entries()) {
    await until(slot);
    assertEquals(limiter.tokens, tokens[i]);
    assertEquals(limiter.allow(n), passes);
  }
});

inSlots(
  "RateLimiter of burst 3 (rate:TestLimiterBurst3)",
  (until) =>
    check(new RateLimiter(10, 3), until, [
      [0, 2, true],
      [0, 2, false],
      [0, 1, true],
      [0, 1, false],
      [1, 4, false],
      [2, 1, true],
      [3, 1, true],
      [4, 1, true],
      [4, 1, true],
      [4, 1, false],
      [4, 1, false],
      [9, 3, true],
      [9, 0, true],
    ]),
);

conforms(
  "RateLimiter: the first call passes, whatever the limit (rate:TestLimiter_noTruncationErrors)",
  () => {
    assert(new RateLimiter(0.7692307692307693, 1).allow());
  },
);

conforms(
  "RateLimiter: of many at once the burst passes (rate:TestSimultaneousRequests)",
  async () => {
    const limiter = new RateLimiter(0.001, 5), wg = new WaitGroup();
    let passed = 0;
    for (let i = 0; i < 15; i++) {
      wg.go(() => {
        if (limiter.allow()) passed++;
      });
    }
    await wg.wait();
    assertEquals(passed, 5);
  },
);

inSlots("RateLimiter.reserve (rate:TestSimpleReserve)", async (until) => {
  const limiter = new RateLimiter(10, 2);
  assertEquals(limiter.reserve(2).delay(), 0);
  assertEquals(limiter.reserve(2).delay(), 2 * SLOT_MS);
  await until(3);
  assertEquals(limiter.reserve(2).delay(), SLOT_MS);
});

inSlots("RateLimiter: reserve and allow (rate:TestMix)", async (until) => {
  const limiter = new RateLimiter(10, 2);
  const refused = limiter.reserve(3);
  assertEquals([refused.ok, refused.delay()], [false, Infinity]);
  assertEquals(limiter.reserve(2).delay(), 0);
  await until(1);
  assertEquals(limiter.allow(2), false);
  assertEquals(limiter.reserve(2).delay(), SLOT_MS);
  assertEquals(limiter.tokens, -1);
  assertEquals(limiter.allow(1), false);
  await until(3);
  assertEquals(limiter.allow(1), true);
});

inSlots("Reservation.cancel of one that was refused (rate:TestCancelInvalid)", () => {
  const limiter = new RateLimiter(10, 2);
  assertEquals(limiter.reserve(2).delay(), 0);
  limiter.reserve(3).cancel();
  assertEquals(limiter.reserve(2).delay(), 2 * SLOT_MS);
});

inSlots("Reservation.cancel of the last one (rate:TestCancelLast)", async (until) => {
  const limiter = new RateLimiter(10, 2);
  limiter.reserve(2);
  const last = limiter.reserve(2);
  await until(1);
  last.cancel();
  assertEquals(limiter.reserve(2).delay(), SLOT_MS);
});

inSlots("Reservation.cancel too late (rate:TestCancelTooLate)", async (until) => {
  const limiter = new RateLimiter(10, 2);
  limiter.reserve(2);
  const late = limiter.reserve(2);
  await until(3);
  late.cancel();
  assertEquals(limiter.reserve(2).delay(), SLOT_MS);
});

conforms("Reservation.cancel gives back what nobody has counted on", () => {
  const bucket = new TokenBucket(10, 2);
  reserve(bucket, 0, 2);
  const first = reserve(bucket, 0, 1), second = reserve(bucket, 0, 1);
  assertEquals([first.slot, second.slot], [1, 2]);
  bucket.cancel(0, first.promised); // the second was reckoned with its token gone
  assertEquals(bucket.tokensAt(0), -2);
  bucket.cancel(0, second.promised);
  assertEquals(bucket.tokensAt(0), -1);
});

conforms("a clock that goes back (rate:TestReserveJumpBack)", () => {
  const bucket = new TokenBucket(10, 2);
  assertEquals(reserve(bucket, 1, 2).slot, 1);
  assertEquals(reserve(bucket, 0, 1).slot, 1);
  assertEquals(reserve(bucket, 2, 2).slot, 3);
  const before = { ...bucket };
  assertEquals(reserve(bucket, 2, 3).slot, undefined, "more than the burst");
  assertEquals(reserve(bucket, 0, 1, 0).slot, undefined, "too long a wait");
  assertEquals({ ...bucket }, before, "a refusal changes nothing");
});

inSlots("RateLimiter.setLimit (rate:TestReserveSetLimit)", async (until) => {
  const limiter = new RateLimiter(5, 2);
  assertEquals(limiter.reserve(2).delay(), 0);
  assertEquals(limiter.reserve(2).delay(), 4 * SLOT_MS);
  await until(2);
  limiter.setLimit(10);
  assertEquals(limiter.reserve(1).delay(), 2 * SLOT_MS);
});

inSlots("RateLimiter.setBurst (rate:TestReserveSetBurst)", async (until) => {
  const bucket = new TokenBucket(5, 2), limiter = new RateLimiter(5, 2);
  assertEquals([reserve(bucket, 0, 2).slot, reserve(bucket, 0, 2).slot], [0, 4]);
  bucket.setBurst(3 * SLOT_MS, 4);
  assertEquals(reserve(bucket, 0, 4).slot, 9);
  limiter.reserve(2);
  limiter.reserve(2);
  await until(3);
  limiter.setBurst(4);
  assertEquals(limiter.reserve(4).delay(), 9 * SLOT_MS);
});

conforms("a longest wait (rate:TestReserveMax)", () => {
  const bucket = new TokenBucket(10, 2);
  assertEquals(reserve(bucket, 0, 2, SLOT_MS).slot, 0);
  assertEquals(reserve(bucket, 0, 1, SLOT_MS).slot, 1);
  assertEquals(reserve(bucket, 0, 1, SLOT_MS).slot, undefined);
});

inSlots("RateLimiter.wait (rate:TestWaitSimple)", async () => {
  const limiter = new RateLimiter(10, 3), start = now();
  const ctx = withCancel(background());
  ctx.cancel();
  await assertRejects(() => limiter.wait(1, ctx), Error, "context canceled");
  await assertRejects(
    () => limiter.wait(4, background()),
    Error,
    "rate: Wait(n=4) exceeds limiter's burst 3",
  );
  await limiter.wait(2, background());
  assertEquals(now() - start, 0);
  await limiter.wait(3);
  assertEquals(now() - start, 2 * SLOT_MS);
});

inSlots("RateLimiter.wait with too early a deadline (rate:TestWaitTimeout)", async () => {
  const limiter = new RateLimiter(10, 3), start = now();
  using ctx = withTimeout(background(), SLOT_MS);
  await limiter.wait(2, ctx);
  await assertRejects(
    () => limiter.wait(3, ctx),
    Error,
    "rate: Wait(n=3) would exceed context deadline",
  );
  assertEquals([now() - start, limiter.tokens], [0, 1]);
});

conforms("RateLimiter of no limit (rate:TestWaitInf)", async () => {
  const limiter = new RateLimiter(Infinity, 0), start = now();
  await limiter.wait(100, background());
  assert(limiter.allow(100) && limiter.reserve(100).delay() === 0);
  assert(now() - start < 1000);
});

conforms("RateLimiter of limit 0 (rate:TestZeroLimit)", () => {
  const limiter = new RateLimiter(0, 1);
  assertEquals([limiter.allow(), limiter.allow()], [true, false]);
  assertEquals(limiter.reserve().delay(), Infinity);
});

inSlots("RateLimiter: who waits goes in order, and a large one bars later small ones", async () => {
  const limiter = new RateLimiter(10, 3), wg = new WaitGroup(), start = now();
  const seen: [n: number, slot: number][] = [];
  limiter.allow(3);
  const waits = [3, 1, 2].map((n) => [n, limiter.wait(n)] as const);
  for (const [n, wait] of waits) {
    wg.go(async () => {
      await wait;
      seen.push([n, (now() - start) / SLOT_MS]);
    });
  }
  assertEquals(limiter.allow(1), false);
  await wg.wait();
  assertEquals(seen, [[3, 3], [1, 4], [2, 6]]);
});

inSlots("RateLimiter: who gives up waiting gives back its tokens", async (until) => {
  const limiter = new RateLimiter(10, 1);
  const ctx = withCancel(background());
  await limiter.wait();
  const waiting = limiter.wait(1, ctx).catch((error) => error.message);
  assertEquals(limiter.tokens, -1);
  ctx.cancel();
  assertEquals([limiter.tokens, await waiting], [0, "context canceled"]);
  await until(0.5);
  const c = await select({ turn: limiter.waiting(), quit: ctx.done.receiving() });
  assertEquals([c.key, limiter.tokens], ["quit", 0.5]);
});

conforms("RateLimiter refuses what is no limit, no burst and no number of tokens", () => {
  for (const wrong of [-1, NaN, "1" as unknown as number]) {
    assertThrows(() => new RateLimiter(wrong, 1), RangeError);
    assertThrows(() => new RateLimiter(1, wrong), RangeError);
    assertThrows(() => new RateLimiter(1, 1).allow(wrong), RangeError);
    assertThrows(() => void new RateLimiter(1, 1).wait(wrong), RangeError);
  }
});

// The canceler and the clock, at the instant of the turn: either wins.
Deno.test("RateLimiter: a turn racing its cancellation, all schedules", async () => {
  const outcomes = new Set<string>();
  await explore(async () => {
    const limiter = new RateLimiter(10, 1), ctx = withTimeout(background(), 1e6);
    limiter.allow();
    const wg = new WaitGroup();
    wg.go(async () => {
      await sleep(SLOT_MS);
      ctx.cancel();
    });
    const outcome = await limiter.wait(1, ctx).then(() => "turn", () => "gave up");
    await wg.wait();
    outcomes.add(`${outcome}, ${limiter.tokens} left`);
  }, { strategy: "exhaustive", mustComplete: true });
  assertEquals([...outcomes].sort(), ["gave up, 1 left", "turn, 0 left"]);
});

conforms("Sometimes with an interval of 0 (rate:TestSometimesZero)", () => {
  const sometimes = new Sometimes({ intervalMs: 0 });
  sometimes.do(() => {});
  sometimes.do(() => {});
});

conforms("Sometimes with the longest interval (rate:TestSometimesMax)", () => {
  const sometimes = new Sometimes({ intervalMs: Infinity });
  let calls = 0;
  for (let i = 0; i < 2; i++) sometimes.do(() => calls++);
  assertEquals(calls, 1);
});

conforms("Sometimes with a negative interval (rate:TestSometimesNegative)", () => {
  const sometimes = new Sometimes({ intervalMs: -1 });
  let calls = 0;
  for (let i = 0; i < 2; i++) sometimes.do(() => calls++);
  assertEquals(calls, 1);
});

conforms("Sometimes without options (rate:ExampleSometimes_once)", () => {
  const sometimes = new Sometimes(), seen: number[] = [];
  for (let i = 1; i <= 3; i++) sometimes.do(() => seen.push(i));
  assertEquals(seen, [1]);
});

conforms("Sometimes: the first two (rate:ExampleSometimes_first)", () => {
  const sometimes = new Sometimes({ first: 2 }), seen: number[] = [];
  for (let i = 1; i <= 3; i++) sometimes.do(() => seen.push(i));
  assertEquals(seen, [1, 2]);
});

inSlots("Sometimes: after an interval (rate:ExampleSometimes_interval)", async () => {
  const sometimes = new Sometimes({ intervalMs: 1000 }), seen: number[] = [];
  sometimes.do(() => seen.push(1));
  sometimes.do(() => seen.push(2));
  await sleep(1000);
  sometimes.do(() => seen.push(3));
  assertEquals(seen, [1, 3]);
});

conforms("Sometimes: every third, and what it gives", () => {
  const sometimes = new Sometimes({ every: 3 });
  assertEquals([1, 2, 3, 4].map((i) => sometimes.do(() => i)), [1, undefined, undefined, 4]);
});

conforms("Sometimes: a call that throws does not count", () => {
  const sometimes = new Sometimes();
  assertThrows(
    () =>
      sometimes.do(() => {
        throw new Error("no");
      }),
    Error,
    "no",
  );
  assertEquals(sometimes.do(() => 7), 7);
});
