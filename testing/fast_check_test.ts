import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Mutex, WaitGroup, yieldNow } from "../mod.ts";
import { type Schedule, schedules } from "./fast_check.ts";
import { ScheduleError } from "./schedule_error.ts";

/** Deposits without a lock: the first two that overlap lose one. */
async function deposit(amounts: readonly number[]): Promise<void> {
  const wg = new WaitGroup();
  let balance = 0;
  for (const amount of amounts) {
    wg.go(async () => {
      const before = balance;
      await yieldNow();
      balance = before + amount;
    });
  }
  await wg.wait();
  assertEquals(balance, amounts.reduce((a, b) => a + b, 0));
}

async function depositLocked(amounts: readonly number[]): Promise<void> {
  const mu = new Mutex();
  const wg = new WaitGroup();
  let balance = 0;
  for (const amount of amounts) {
    wg.go(() =>
      mu.withLock(async () => {
        const before = balance;
        await yieldNow();
        balance = before + amount;
      })
    );
  }
  await wg.wait();
  assertEquals(balance, amounts.reduce((a, b) => a + b, 0));
}

/** The amounts come from a list that grows, and loses only an amount that is above 2. */
const amounts = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 6 });
const property = (body: (amounts: readonly number[]) => Promise<void>) =>
  fc.asyncProperty(amounts, schedules(fc), async (amounts, s) => {
    await s.run(() => body(amounts));
  });

/** What fast-check found, with the error of the property as its cause. */
function check(seed: number, path?: string): Promise<fc.RunDetails<[number[], Schedule]>> {
  const parameters = {
    seed,
    includeErrorInReport: false,
    ...(path === undefined ? {} : { path, endOnFailure: true }),
  };
  return fc.check(property(deposit), parameters) as Promise<fc.RunDetails<[number[], Schedule]>>;
}

Deno.test("schedules explores inputs and interleavings together and shrinks both", async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const details = await check(seed);
    assert(details.failed);
    const [values, schedule] = details.counterexample as [number[], Schedule];
    // Two deposits suffice, and one of them must be more than nothing; one switch separates read and write.
    assertEquals(values.length, 2);
    assertEquals(
      values.toSorted((a, b) => a - b),
      [0, 1].slice(0, 2).map((_, i) => values.toSorted((a, b) => a - b)[i]!),
    );
    assert(values.some((value) => value > 0));
    const { errorInstance } = details as { errorInstance?: unknown };
    assert(errorInstance instanceof ScheduleError, String(errorInstance));
    assertEquals(errorInstance.kind, "race");
    assertEquals(schedule.toString(), `Schedule(${errorInstance.schedule})`);
    assertEquals(errorInstance.trace.steps.filter(({ isPreemption }) => isPreemption).length, 1);
  }
});

Deno.test("schedules are reproduced by fast-check's own seed and path", async () => {
  for (const seed of [11, 12, 13]) {
    const found = await check(seed);
    assert(found.failed && found.counterexamplePath !== null);
    const again = await check(seed, found.counterexamplePath);
    assert(again.failed);
    const [values, schedule] = found.counterexample as [number[], Schedule];
    const [valuesAgain, scheduleAgain] = again.counterexample as [number[], Schedule];
    assertEquals(valuesAgain, values);
    assertEquals(scheduleAgain.toString(), schedule.toString());
  }
});

Deno.test("schedules of a program that is right pass", async () => {
  await fc.assert(property(depositLocked), { numRuns: 25 });
});

Deno.test("schedules prints the token in the counterexample and the report as the cause", async () => {
  const error = await assertRejects(
    () => fc.assert(property(deposit), { seed: 7 }),
    Error,
  ) as Error;
  assert(/Schedule\(s1:[0-9a-z._]+:[0-9a-z]{6}\)/.test(error.message), error.message);
  assert(error.cause instanceof ScheduleError);
});

Deno.test("schedules refuses what is not fast-check and options that are fast-check's", () => {
  assertThrows(() => schedules({} as never), TypeError, "expected fast-check 4 or later");
  assertThrows(
    () => schedules(fc, { seed: 1 } as never),
    TypeError,
    'option "seed" is fast-check\'s',
  );
  assertThrows(
    () => schedules(fc, { schedule: 1 } as never),
    TypeError,
    'unknown option "schedule"',
  );
});

Deno.test("schedules has the type of an arbitrary of schedules", () => {
  const arbitrary: fc.Arbitrary<Schedule> = schedules(fc);
  fc.asyncProperty(arbitrary, (schedule) => schedule.run(() => {}));
  // @ts-expect-error: the value is a Schedule, not a number
  fc.asyncProperty(schedules(fc), (schedule: number) => schedule.toFixed());
});
