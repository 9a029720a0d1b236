import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Channel, go, select, sleep, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { schedules } from "./fast_check.ts";
import type { ExploreOptions, StrategyName } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";

/** The result comes at once, so the timeout never wins unless the worker is slow; then nobody takes the result. */
async function timeoutAgainstResult(): Promise<void> {
  const result = new Channel<number>();
  go(async function worker() {
    await yieldNow();
    await result.send(1);
  });
  const timeout = new Channel<void>(1);
  go(async function clock() {
    await sleep(100);
    await timeout.send(undefined);
  });
  await select({ result: result.receiving(), timeout: timeout.receiving() });
}

const options: ExploreOptions = { leaks: "fail", allowLeaks: ["clock"] };

async function failureOf(body: () => unknown, more: ExploreOptions): Promise<ScheduleError> {
  const error = await explore(body, { ...options, ...more }).then(() => null, (error) => error);
  assert(error instanceof ScheduleError, error?.stack);
  return error;
}

Deno.test("earlyTimers: 0 never lets a deadline come while somebody can run", async () => {
  for (
    const strategy of [
      "exhaustive",
      "deviations",
      "coverage",
      "bounded",
      "random",
      "pct",
    ] satisfies StrategyName[]
  ) {
    await explore(timeoutAgainstResult, {
      ...options,
      strategy,
      schedules: 300,
      seed: 1,
      earlyTimers: 0,
    });
  }
});

Deno.test("earlyTimers: 1 finds what needs a slow goroutine, with every strategy, and the token replays it", async () => {
  const strategies = [
    "portfolio",
    "exhaustive",
    "deviations",
    "coverage",
    "bounded",
    "random",
    "urw",
    "pos",
    "pct",
    "preemptions",
  ] satisfies StrategyName[];
  for (const strategy of strategies) {
    const error = await failureOf(timeoutAgainstResult, { strategy, seed: 5, earlyTimers: 1 });
    assertEquals(error.kind, "leak", strategy);
    assert(error.schedule.startsWith("s1e1:"), `${strategy}: ${error.schedule}`);
    assert(
      /Needs a slow goroutine at step \d+, where time goes on to 100 ms\./.test(error.message),
      error.message,
    );
    const again = await failureOf(timeoutAgainstResult, { replay: error.schedule });
    assertEquals([again.kind, again.schedule], [error.kind, error.schedule]);
  }
});

Deno.test("earlyTimers does not show in the token of a failure that needs none", async () => {
  const body = async (): Promise<void> => {
    let count = 0;
    const done = new Channel<void>(2);
    for (let i = 0; i < 2; i++) {
      go(async () => {
        const before = count;
        await yieldNow();
        count = before + 1;
        await done.send(undefined);
      });
    }
    go(() => sleep(1));
    for (let i = 0; i < 2; i++) await done.receive();
    await sleep(2);
    if (count !== 2) throw new Error("lost");
  };
  let without = 0;
  for (let seed = 0; seed < 20; seed++) {
    const error = await failureOf(body, { strategy: "random", seed, earlyTimers: 2 });
    const usesNone = error.schedule.startsWith("s1:");
    if (usesNone) without++;
    assertEquals(usesNone, !error.message.includes("slow goroutine"), error.message);
    const again = await failureOf(body, { replay: error.schedule });
    assertEquals([again.kind, again.schedule], [error.kind, error.schedule]);
  }
  assert(without > 0);
});

Deno.test("earlyTimers lets deadlines come so many times at most, in order, and time never goes back", async () => {
  for (const earlyTimers of [1, 2]) {
    let mostMoves = 0;
    await explore(async () => {
      let last = Date.now();
      let moves = 0;
      const look = (): void => {
        assert(Date.now() >= last, "back");
        if (Date.now() > last) moves++;
        last = Date.now();
      };
      for (const delay of [10, 20, 30, 40]) {
        go(async () => {
          await sleep(delay);
          look();
        });
      }
      // Never waits, so time moves only early.
      for (let i = 0; i < 6; i++) {
        await yieldNow();
        look();
      }
      mostMoves = Math.max(mostMoves, moves);
    }, { strategy: "random", schedules: 400, seed: 1, earlyTimers, leaks: "ignore" });
    assertEquals(mostMoves, earlyTimers);
  }
});

Deno.test("earlyTimers goes with fast-check: what it finds shrinks, and the token replays it", async () => {
  const property = fc.asyncProperty(
    schedules(fc, { earlyTimers: 2, allowLeaks: ["clock"] }),
    (s) => s.run(timeoutAgainstResult),
  );
  const found = await fc.check(property, { seed: 1 });
  assert(found.failed && found.counterexample !== null);
  const [schedule] = found.counterexample;
  const token = /Schedule\((s1e[12]:.*)\)/.exec(String(schedule))?.[1];
  assert(token !== undefined, String(schedule));
  const again = await failureOf(timeoutAgainstResult, { replay: token });
  assertEquals([again.kind, again.schedule], ["leak", token]);
});

Deno.test("earlyTimers completes exhaustive search, with more schedules than without", async () => {
  const body = async (): Promise<void> => {
    go(() => sleep(1));
    await yieldNow();
    await sleep(2);
  };
  const counts: number[] = [];
  for (const earlyTimers of [0, 1, 2]) {
    const { complete, schedules } = await explore(body, {
      strategy: "exhaustive",
      leaks: "ignore",
      earlyTimers,
    });
    assert(complete);
    counts.push(schedules);
  }
  assert(counts[0]! < counts[1]! && counts[1]! < counts[2]!, `${counts}`);
});

Deno.test("earlyTimers does not go with reduced search, and is a small whole number", async () => {
  await assertRejects(
    () => explore(() => {}, { strategy: "reduced", state: "tracked", earlyTimers: 1 }),
    TypeError,
    'option "earlyTimers" does not go with "reduced"',
  );
  for (const earlyTimers of [-1, 0.5, 36]) {
    await assertRejects(() => explore(() => {}, { earlyTimers }), RangeError, "earlyTimers");
  }
});
