import { assert, assertEquals } from "@std/assert";
import { go, Mutex, yieldNow } from "../mod.ts";
import { HappensBefore } from "./dependency.ts";
import { Exploration } from "./exploration.ts";
import { explorer } from "./explorer.ts";
import { Follow, type PlannedStep } from "./follow.ts";
import { linearize } from "./linearize.ts";
import { resolveOptions } from "./options.ts";
import { RandomWalk } from "./random.ts";
import { Shared } from "./shared.ts";
import { StepLog } from "./step_log.ts";

class LoggedWalk extends RandomWalk {
  readonly log: StepLog = new StepLog();
}

const options = resolveOptions({ afterMain: "run", leaks: "ignore" });

/** A random schedule of `body` with its log, and the order that linearize makes of it. */
async function attempt(body: () => unknown, seed: number) {
  const exploration = new Exploration(body, options, undefined);
  const walk = new LoggedWalk(seed);
  walk.begin(seed);
  const verdict = await exploration.execute(walk);
  const survivors = explorer.alive.map(({ index, runnable }) => ({
    goroutine: index,
    canRun: runnable > 0,
  }));
  const { log } = walk;
  const preemptions = explorer.preemptions;
  const order = linearize(log, survivors, verdict.kind === "passed") as number[];
  return { verdict, exploration, log, order, preemptions };
}

function philosophers(count: number): () => void {
  return () => {
    const forks = Array.from({ length: count }, () => new Mutex());
    forks.forEach((left, i) => {
      const right = forks[(i + 1) % count] as Mutex;
      go(async () => {
        await left.lock();
        await right.lock();
        right.unlock();
        await yieldNow();
        left.unlock();
      });
    });
  };
}

/** One writes what the other reads first; a third has nothing to do with it. */
function writeThenRead(): void {
  const x = new Shared(0), z = new Shared(0);
  go(async () => {
    await yieldNow();
    x.set(1);
    await yieldNow();
  });
  go(async () => {
    for (let i = 0; i < 4; i++) {
      z.set(i);
      await yieldNow();
    }
  });
  go(async () => {
    await yieldNow();
    if (x.get() === 1) throw new Error("seen");
  });
}

Deno.test("linearize keeps every dependency and every goroutine's own order", async () => {
  for (const [name, body] of Object.entries({ four: philosophers(4), writeThenRead })) {
    for (let seed = 0; seed < 40; seed++) {
      const { log, order } = await attempt(body, seed);
      const relation = new HappensBefore(log, log.steps.length, log.steps.length);
      const place = new Map(order.map((step, at) => [step, at]));
      for (const step of order) {
        for (let earlier = 0; earlier < log.steps.length; earlier++) {
          if (!relation.isBefore(earlier, step)) continue;
          const at = place.get(earlier);
          assert(at !== undefined && at < (place.get(step) as number), `${name}, seed ${seed}`);
        }
      }
    }
  }
});

Deno.test("linearize needs one preemption for a deadlock of philosophers, however many the schedule had", async () => {
  let checked = 0, before = 0;
  for (let seed = 0; seed < 150; seed++) {
    const { exploration, log, order, preemptions } = await attempt(philosophers(4), seed);
    if (explorer.alive.length === 0) continue;
    checked++;
    before += preemptions;
    const follow = new Follow(order.map((at) => log.steps[at] as PlannedStep));
    follow.begin();
    await exploration.execute(follow);
    assertEquals([explorer.alive.length, explorer.preemptions], [4, 1], `seed ${seed}`);
  }
  assert(checked >= 10 && before > 2 * checked, `${before} in ${checked}`);
});

Deno.test("linearize leaves out what the failure does not depend on", async () => {
  let checked = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { verdict, log, order } = await attempt(writeThenRead, seed);
    if (verdict.kind !== "panic") continue;
    checked++;
    const goroutines = new Set(order.map((at) => log.steps[at]?.goroutine));
    assertEquals([...goroutines].sort(), [0, 1, 3], `seed ${seed}`);
  }
  assert(checked >= 10, `${checked}`);
});

Deno.test("linearize gives up on schedules that are too long", () => {
  const log = new StepLog();
  for (let i = 0; i < 1_001; i++) log.begin(i, 0, [], 0);
  assertEquals(linearize(log, [], false), undefined);
  assertEquals(linearize(new StepLog(), [], false), undefined);
});
