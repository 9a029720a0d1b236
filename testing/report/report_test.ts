import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ReportContext, ScheduleRecord } from "../record.ts";
import { errorName, FAILURE_KINDS } from "./error_name.ts";
import {
  AB_BA,
  anyContext,
  anyRecord,
  context,
  DEADLOCK,
  DEADLOCK_CONTEXT,
  EXAMPLES,
  FOREIGN,
  FOREIGN_CONTEXT,
  goroutine,
  LEAK,
  LEAK_CONTEXT,
  LIVELOCK,
  LIVELOCK_CONTEXT,
  PANIC,
  RACE,
  RACE_CONTEXT,
  resource,
  site,
  SPINNER,
} from "./fixtures_test.ts";
import { renderReport } from "./report.ts";
import { withoutCodes } from "./text.ts";
import { verdictOf } from "./verdict.ts";

const NO_COLOR = { width: 100, color: false };

/** What is expected, without the line break after the opening backtick. */
function assertReport(record: ScheduleRecord, about: ReportContext, expected: string): void {
  assertEquals(renderReport(record, about, NO_COLOR), expected.slice(1));
}

Deno.test("example records are consistent: every event is of a step, every name of something there is", () => {
  for (const [name, [record]] of Object.entries(EXAMPLES)) {
    const steps = new Map(record.steps.map((it) => [it.step, it]));
    const ids = new Set(record.goroutines.map(({ id }) => id));
    assertEquals(steps.size, record.steps.length, name);
    for (const event of record.events) {
      assertEquals(steps.get(event.step)?.goroutine, event.goroutine, name);
      for (const id of [...event.wakes, event.started ?? 1]) assert(ids.has(id), `${name}: g${id}`);
      if (event.resource !== undefined) {
        assert(record.resources.some(({ id }) => id === event.resource), name);
      }
    }
  }
});

Deno.test("renderReport of a race", () => {
  assertReport(
    RACE,
    RACE_CONTEXT,
    `
fails in 1 of 212 schedules

  AssertionError: Values are not equal: loads is 2, expected 1

  10 steps, 1 preemption (shrunk from 31 steps, 6 preemptions)
  ► the scheduler went elsewhere although the goroutine before could go on    ╳ waits    → g lets g go on

  step  time  g1 main         g2 get("k")     g3 get("k")
  ────  ────  ──────────────  ──────────────  ──────────────────
     1  0ms   go g2           │               │                   cache_test.ts:12
              go g3           │               │                   cache_test.ts:13
              wg.wait ╳       │               │                   cache_test.ts:14
     2  0ms   │               mu.lock         │                   cache.ts:21
  ►  3  0ms   │               │               mu.lock ╳           cache.ts:21
     4  0ms   │               mu.unlock → g3  │                   cache.ts:21   hit = inflight.has(…
              │               mu.lock ╳       │                   cache.ts:24
     5  0ms   │               │               mu.unlock → g2      cache.ts:21   hit = inflight.has(…
              │               │               mu.lock ╳           cache.ts:24
     6  0ms   │               mu.unlock → g3  │                   cache.ts:24   inflight.add(k)
              │               sleep 5ms ╳     │                   cache.ts:26   await load(k)
     7  0ms   │               │               mu.unlock           cache.ts:24   inflight.add(k)
              │               │               sleep 5ms ╳         cache.ts:26   await load(k)
     8  5ms   │               wg.done, ends   │                   cache.ts:27
     9  5ms   │                               wg.done → g1, ends  cache.ts:27
    10  5ms   throws                                              cache_test.ts:15

  Passes if g2 goes on at step 3: g3 came between cache.ts:21 and cache.ts:24 of g2.

  Again:  deno test tests/cache_test.ts --filter "loads once" -- --replay=s1:4.7:k3f9
  Trace:  … -- --replay=s1:4.7:k3f9 --trace=cache.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 212 of at most 10,000, 1,902 steps, 11 ms`,
  );
});

Deno.test("renderReport of a deadlock on a channel and a lock", () => {
  assertReport(
    DEADLOCK,
    DEADLOCK_CONTEXT,
    `
all goroutines are asleep - deadlock!

  g1 main    waits for chan receive done
  g2 fill    waits for chan send log         locked mu at step 3 (cache.ts:32)
  g3 evict   waits for sync.Mutex.Lock mu    locked by g2

  g3 goes on when mu is unlocked; g2, which locked it, goes on when somebody receives from log.
  In 41 schedules that passed, that was g3 (cache.ts:61).

  6 steps, 0 preemptions
  ╳ waits

  step  time  g1 main         g2 fill            g3 evict
  ────  ────  ──────────────  ─────────────────  ──────────────
     1  0ms   go g2           │                  │               cache_test.ts:12
              go g3           │                  │               cache_test.ts:13
              done.receive ╳  │                  │               cache_test.ts:15
     2  0ms   │               yieldNow           │               cache.ts:30
     3  0ms   │               mu.lock            │               cache.ts:32   await mu.lock();
     4  0ms   │               log.send "full" ╳  │               cache.ts:33   await log.send(text);
     5  0ms   │               │                  yieldNow        cache.ts:58
     6  0ms   │               │                  mu.lock ╳       cache.ts:59   await mu.lock();

goroutine 1 [chan receive, 6 steps]:
main
	tests/cache_test.ts:15:9

goroutine 2 [chan send, 3 steps]:
fill
	cache.ts:33:13
created by main in goroutine 1
	tests/cache_test.ts:12:3

goroutine 3 [sync.Mutex.Lock, 1 step]:
evict
	cache.ts:59:11
created by main in goroutine 1
	tests/cache_test.ts:13:3

  Again:  deno test tests/cache_test.ts --filter "evicts" -- --replay=s1:2:w07x
  Trace:  … -- --replay=s1:2:w07x --trace=cache.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 42 of at most 10,000, 380 steps, 3 ms`,
  );
});

Deno.test("renderReport of a deadlock of two locks", () => {
  assertReport(
    AB_BA,
    context({ schedule: 2, schedulesRun: 2 }),
    `
all goroutines are asleep - deadlock!

  g1 main    waits for sync.WaitGroup.Wait wg
  g2 left    waits for sync.Mutex.Lock b         locked by g3; has locked a at step 2 (bank.ts:5)
  g3 right   waits for sync.Mutex.Lock a         locked by g2; has locked b at step 3 (bank.ts:9)

  g2 locked a and waits for b; g3 locked b and waits for a.

  5 steps, 2 preemptions
  ► the scheduler went elsewhere although the goroutine before could go on    ╳ waits

  step  time  g1 main         g2 left         g3 right
  ────  ────  ──────────────  ──────────────  ──────────────
     1  0ms   wg.add 1        │               │
              go g2           │               │
              wg.add 1        │               │
              go g3           │               │
              wg.wait ╳       │               │
     2  0ms   │               a.lock          │               bank.ts:5    await a.lock();
  ►  3  0ms   │               │               b.lock          bank.ts:9    await b.lock();
  ►  4  0ms   │               b.lock ╳        │               bank.ts:6    await b.lock();
     5  0ms   │               │               a.lock ╳        bank.ts:10   await a.lock();

goroutine 1 [sync.WaitGroup.Wait, 5 steps]:
main

goroutine 2 [sync.Mutex.Lock, 2 steps]:
left
created by main in goroutine 1

goroutine 3 [sync.Mutex.Lock, 1 step]:
right
created by main in goroutine 1

  Again:  deno test tests/cache_test.ts --filter "loads once" -- --replay=s1:4.7:k3f9
  Trace:  … -- --replay=s1:4.7:k3f9 --trace=cache.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 2 of at most 10,000, 1,902 steps, 11 ms`,
  );
});

Deno.test("renderReport of a leak", () => {
  assertReport(
    LEAK,
    LEAK_CONTEXT,
    `
1 goroutine outlives the test

  g3 worker  waits for chan receive jobs

  main returned at step 9. Nothing can wake g3 any more: jobs was never closed (pool.ts:8).
  Also left: 1 timer, due at 30s (set at pool.ts:12)

goroutine 3 [chan receive, 4 steps]:
worker
	pool.ts:18:22
created by main in goroutine 1
	tests/pool_test.ts:9:3

  Meant to stay?  explore(body, { allowLeaks: ["worker"] })
  Again:  deno test tests/pool_test.ts --filter "drains" -- --replay=s1::p2q8
  Trace:  … -- --replay=s1::p2q8 --trace=pool.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 212 of at most 10,000, 1,902 steps, 11 ms`,
  );
});

Deno.test("renderReport of a foreign await", () => {
  assertReport(
    FOREIGN,
    FOREIGN_CONTEXT,
    `
g2 load waits for something outside the scheduler

  g2 load    awaits at cache.ts:44:17      const row = await pool.query(sql);
             called from cache.ts:26:5     await load(k)
  g1 main    waits for sync.WaitGroup.Wait wg

  Nothing can run, no virtual timer is set, and 1,000 ms of real time brought nothing.
  Wrap what is remote, wrap(pool), or pass a fake; or raise externalTimeoutMs if it is only slow.

  Again:  deno test tests/cache_test.ts --filter "loads once" -- --replay=s1:1:h5mm
  Trace:  … -- --replay=s1:1:h5mm --trace=cache.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 212 of at most 10,000, 1,902 steps, 11 ms`,
  );
});

Deno.test("renderReport of a livelock", () => {
  assertReport(
    LIVELOCK,
    LIVELOCK_CONTEXT,
    `
1,000 steps at 20ms without progress

  a cycle of 4 steps, 250 times, in which every goroutine that could run did run:

  step  g2 left           g3 right
  ────  ────────────────  ────────────────
     7  b.tryLock: false  │                 table.ts:18   if (b.tryLock()) break;
        a.unlock          │                 table.ts:19
     8  a.lock            │                 table.ts:21   await yieldNow(); await a.lock();
     9  │                 a.tryLock: false  table.ts:18
        │                 b.unlock          table.ts:19
    10  │                 b.lock            table.ts:21

  Again:  deno test tests/table_test.ts --filter "eats" -- --replay=s1:1.4:z9t3
  Trace:  … -- --replay=s1:1.4:z9t3 --trace=table.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 212 of at most 10,000, 1,902 steps, 11 ms`,
  );
});

Deno.test("renderReport of a goroutine that only polls", () => {
  assertReport(
    SPINNER,
    context(),
    `
1,000 steps at 0ms without progress

  g2 poll spins at poll.ts:7 (yieldNow, 1,000 times) and waits for nobody: use a channel, a Cond or
  sleep

  Again:  deno test tests/cache_test.ts --filter "loads once" -- --replay=s1:4.7:k3f9
  Trace:  … -- --replay=s1:4.7:k3f9 --trace=cache.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 212 of at most 10,000, 1,902 steps, 11 ms`,
  );
});

Deno.test("renderReport of a panic", () => {
  assertReport(
    PANIC,
    context({ schedulesFailed: 4 }),
    `
g3 load panics in 4 of 212 schedules

  TypeError: row is undefined

  4 steps, 1 preemption
  ► the scheduler went elsewhere although the goroutine before could go on    ╳ waits    → g lets g go on

  step  time  g1 main         g2 save                g3 load
  ────  ────  ──────────────  ─────────────────────  ──────────────
     1  0ms   go g2           │                      │
              go g3, ends     │                      │
  ►  2  0ms                   │                      rows.receive ╳  rows.ts:4    const row = await…
     3  0ms                   rows.close → g3, ends  │               rows.ts:11   rows.close();
     4  0ms                                          got undefined
                                                     throws          rows.ts:5    return row.id;

  Again:  deno test tests/cache_test.ts --filter "loads once" -- --replay=s1:4.7:k3f9
  Trace:  … -- --replay=s1:4.7:k3f9 --trace=cache.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 212 of at most 10,000, 1,902 steps, 11 ms`,
  );
});

const EMPTY: ScheduleRecord = { goroutines: [], resources: [], steps: [], events: [], timers: [] };

Deno.test("renderReport of a schedule that ran differently the second time", () => {
  assertReport(
    {
      ...EMPTY,
      failure: {
        kind: "nondeterminism",
        message: "the same schedule ran differently the second time",
      },
      divergence: {
        step: 7,
        expected: { text: "g2 chan send jobs", at: site("worker.ts:18") },
        found: { text: "g3 chan receive jobs", at: site("worker.ts:31") },
        uncontrolled: [
          { call: "Math.random", at: site("worker.ts:15"), isTracked: false },
          { call: "crypto.subtle.digest", at: site("hash.ts:9"), isTracked: true },
        ],
      },
    },
    context({ token: "s1::k3f9" }),
    `
the same schedule ran differently the second time

  step 7  first   g2 chan send jobs       worker.ts:18
          second  g3 chan receive jobs    worker.ts:31

  Called before step 7 and not under the scheduler's control:
    Math.random             worker.ts:15
    crypto.subtle.digest    hash.ts:9       (a tracked external)
  State kept from run to run does this too: a module-level cache, a counter of ids.

  Again:  deno test tests/cache_test.ts --filter "loads once" -- --replay=s1::k3f9
  Trace:  … -- --replay=s1::k3f9 --trace=cache.html      (.json opens in Perfetto and chrome://tracing; also .svg, .txt)
  Found:  seed 1763886211, schedule 212 of at most 10,000, 1,902 steps, 11 ms`,
  );
});

Deno.test("renderReport of a replay that does not fit", () => {
  assertReport(
    {
      ...EMPTY,
      failure: { kind: "replay", message: "the schedule does not fit this program at step 7" },
      divergence: {
        step: 7,
        expected: { text: "g2 chan send jobs" },
        found: {
          text: "g2 waits for chan receive jobs (worker.ts:22); g1 main and g3 worker can run",
        },
      },
    },
    context({ isReplay: true }),
    `
the schedule does not fit this program at step 7

  recorded  g2 chan send jobs
  here      g2 waits for chan receive jobs (worker.ts:22); g1 main and g3 worker can run

  The program has changed since, or it is not deterministic (check: "determinism" tells which).
  onDivergence: "continue" follows the schedule to step 6 and goes on from there with seed 1763886211.

  Again:  deno test tests/cache_test.ts --filter "loads once" -- --replay=s1:4.7:k3f9`,
  );
});

Deno.test("renderReport says so when it is the report of a replay, and has no numbers then", () => {
  const [first, ...rest] = renderReport(RACE, { ...RACE_CONTEXT, isReplay: true }, NO_COLOR).split(
    "\n",
  );
  assertEquals(first, "fails in this schedule (replayed)");
  assert(!rest.some((line) => line.startsWith("  Found:")));
  assert(rest.some((line) => line.startsWith("  Again:")));
});

Deno.test("renderReport names an operation that was pending when its goroutine ended", () => {
  const pending = [
    { waitReason: "chan send", resource: 0, at: site("cache.ts:33") },
    { waitReason: "chan receive", resource: 0, lostRace: true },
  ];
  const record: ScheduleRecord = {
    ...EMPTY,
    failure: { kind: "leak", message: "2 operations were never awaited" },
    goroutines: [goroutine(1, "main"), goroutine(2, "fill", { pending })],
    resources: [resource(0, "Channel", "log")],
    mainEndedAt: 4,
  };
  const lines = renderReport(record, context(), NO_COLOR).split("\n");
  assertEquals(lines.slice(2, 6), [
    "  main returned at step 4.",
    "  g2 ended while its chan send log (cache.ts:33) was pending: missing await?",
    "  g2 ended while its chan receive log was pending: missing await? a race leaves the loser waiting,",
    "  and it will take a value later: use select",
  ]);
});

Deno.test("renderReport never says that nothing can wake a goroutine that something could wake", () => {
  const says = (record: ScheduleRecord): boolean =>
    renderReport(record, LEAK_CONTEXT, NO_COLOR).includes("Nothing can wake");
  const [main, feed, worker] = LEAK.goroutines;
  assert(says(LEAK));
  assert(!says({ ...LEAK, goroutines: [main!, { ...feed!, status: "runnable" }, worker!] }));
  assert(
    !says({
      ...LEAK,
      goroutines: [main!, { ...feed!, status: "waiting", waitReason: "sleep", until: 9 }, worker!],
    }),
  );
  assert(!says({ ...LEAK, goroutines: [main!, feed!, { ...worker!, waitReason: "select" }] }));
  assert(!says({ ...LEAK, resources: [resource(0, "Ticker", "tick")] }));
});

Deno.test("renderReport says that a channel was never closed only if it was not", () => {
  const close = {
    step: 9,
    time: 0,
    goroutine: 1,
    verb: "close",
    resource: 0,
    waits: false,
    wakes: [],
  };
  assert(renderReport(LEAK, LEAK_CONTEXT, NO_COLOR).includes("jobs was never closed"));
  const closed = { ...LEAK, events: [...LEAK.events, close] };
  assert(!renderReport(closed, LEAK_CONTEXT, NO_COLOR).includes("never closed"));
});

Deno.test("renderReport leaves out who may outlive the test", () => {
  const [main, feed, worker] = LEAK.goroutines;
  const stays = { ...feed!, id: 2, name: "stays", status: "waiting", mayOutlive: true } as const;
  const text = renderReport(
    { ...LEAK, goroutines: [main!, stays, worker!] },
    LEAK_CONTEXT,
    NO_COLOR,
  );
  assert(!text.includes("stays"), text);
});

Deno.test("renderReport says at least how often a cycle came if only the end was recorded", () => {
  const steps = LIVELOCK.steps.slice(100).map((it) => ({ ...it, step: it.step + 5000 }));
  const events = LIVELOCK.events.filter(({ step }) => step > 100).map((it) => ({
    ...it,
    step: it.step + 5000,
  }));
  const text = renderReport({ ...LIVELOCK, steps, events }, LIVELOCK_CONTEXT, NO_COLOR);
  assert(text.includes("a cycle of 4 steps, at least 226 times, in which"), text);
});

Deno.test("renderReport with full has lanes and dump of every kind, and no limit", () => {
  for (
    const [record, about] of [[LEAK, LEAK_CONTEXT], [FOREIGN, FOREIGN_CONTEXT], [
      RACE,
      RACE_CONTEXT,
    ]] as const
  ) {
    const text = renderReport(record, about, { ...NO_COLOR, full: true });
    assert(text.includes("  step  time  g1 main"), text);
    assertEquals(text.includes("goroutine 3 ["), record === LEAK);
  }
});

Deno.test("verdictOf and errorName: every kind has a name, and a first line without colour", () => {
  const titles = FAILURE_KINDS.map((kind) => {
    const record = {
      ...EMPTY,
      failure: { kind, message: "its message", goroutine: 2 },
      goroutines: [goroutine(2, "load")],
    };
    return `${errorName(kind)}: ${verdictOf(record, context())}`;
  });
  assertEquals(titles, [
    "RaceError: fails in 1 of 212 schedules",
    "LockOrderError: its message",
    "GoroutinePanic: g2 load panics in 1 of 212 schedules",
    "DeadlockError: all goroutines are asleep - deadlock!",
    "LeakError: its message",
    "ForeignAwaitError: g2 load waits for something outside the scheduler",
    "LivelockError: its message",
    "StarvationError: its message",
    "NondeterminismError: its message",
    "ReplayError: its message",
    "SometimesError: its message",
    "LimitError: its message",
  ]);
});

Deno.test("renderReport: coloured or not, every example reads the same, and its first line has no colour", () => {
  for (const [name, [record, about]] of Object.entries(EXAMPLES)) {
    const colored = renderReport(record, about, { width: 100, color: true });
    assertEquals(
      withoutCodes(colored),
      renderReport(record, about, NO_COLOR),
      name,
    );
    assert(!colored.split("\n")[0]!.includes("\x1b"), name);
  }
});

Deno.test("renderReport never throws, ends no line in a blank, and prints no control character but Go's tabs", () => {
  fc.assert(
    fc.property(
      anyRecord,
      anyContext,
      fc.boolean(),
      fc.integer({ min: 40, max: 140 }),
      (record, about, full, width) => {
        const text = renderReport(record, about, { width, color: false, full });
        const [first, ...lines] = text.split("\n");
        assert(first !== "", "the verdict is there");
        for (const line of lines) {
          assertEquals(line, line.trimEnd());
          assert(
            !/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u.test(line.replace(/^\t/, "")),
            JSON.stringify(line),
          );
        }
      },
    ),
    { numRuns: 300 },
  );
});
