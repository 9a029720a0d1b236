/**
 * The schedules of the examples in the design, written down by hand, and random ones: what the tests of this folder
 * share. There is no test in it.
 *
 * @module
 */
import fc from "fast-check";
import type {
  EventRecord,
  FailureKind,
  GoroutineRecord,
  ReportContext,
  ResourceRecord,
  ScheduleRecord,
  Site,
} from "../record.ts";
import { FAILURE_KINDS } from "./error_name.ts";

/** A place: "cache.ts:21:9", and the source text there. */
export function site(place: string, source?: string, functionName = ""): Site {
  const [file = "", line, column] = place.split(":");
  const at = { file, line: Number(line), column: Number(column ?? 1), functionName };
  return source === undefined ? at : { ...at, source };
}

type Doing = Partial<Omit<EventRecord, "step" | "time">> & { verb: string };

/** One step as the tests write it: who, when, what; "►" for a preemption. */
export interface Doings {
  readonly g: number;
  readonly time?: number;
  readonly mark?: "►";
  readonly does: readonly Doing[];
}

/** Numbers the steps and gives their events what they share. */
export function schedule(
  doings: readonly Doings[],
  first = 1,
): Pick<ScheduleRecord, "steps" | "events"> {
  const numbered = doings.map((it, index) => ({ ...it, step: first + index, time: it.time ?? 0 }));
  return {
    steps: numbered.map(({ step, time, g, mark }) => ({
      step,
      time,
      goroutine: g,
      isPreemption: mark === "►",
    })),
    events: numbered.flatMap(({ step, time, g, does }) =>
      does.map((it) => ({ goroutine: g, waits: false, wakes: [], ...it, step, time }))
    ),
  };
}

export function goroutine(
  id: number,
  name: string,
  rest: Partial<GoroutineRecord> = {},
): GoroutineRecord {
  const parent = id === 1 ? {} : { parent: 1 };
  return { id, name, ...parent, status: "ended", at: [], ...rest };
}

export function resource(
  id: number,
  type: string,
  name: string,
  rest: Partial<ResourceRecord> = {},
): ResourceRecord {
  return { id, type, name, state: "", holders: [], ...rest };
}

export function context(rest: Partial<ReportContext> = {}): ReportContext {
  return {
    token: "s1:4.7:k3f9",
    seed: 1763886211,
    schedule: 212,
    schedulesRun: 212,
    schedulesFailed: 1,
    scheduleLimit: 10_000,
    totalSteps: 1902,
    elapsedMs: 11,
    calledAt: site("tests/cache_test.ts:8:9"),
    testName: "loads once",
    strategy: "random",
    isReplay: false,
    ...rest,
  };
}

function failing(
  kind: FailureKind,
  message: string,
  rest: object = {},
): Pick<ScheduleRecord, "failure"> {
  return { failure: { kind, message, ...rest } };
}

class AssertionError extends Error {
  override name = "AssertionError";
}

const MU = 0, WG = 1;
const HIT = "hit = inflight.has(k)", ADD = "inflight.add(k)", LOAD = "await load(k)";
const test = "tests/cache_test.ts";

/** Section 3.1: two goroutines that both miss the cache. */
export const RACE: ScheduleRecord = {
  ...failing("race", "Values are not equal", {
    goroutine: 1,
    cause: new AssertionError("Values are not equal: loads is 2, expected 1"),
  }),
  goroutines: [
    goroutine(1, "main", { status: "panicked" }),
    goroutine(2, 'get("k")', { createdAt: site(`${test}:12:3`) }),
    goroutine(3, 'get("k")', { createdAt: site(`${test}:13:3`) }),
  ],
  resources: [resource(MU, "Mutex", "mu"), resource(WG, "WaitGroup", "wg")],
  timers: [],
  ...schedule([
    {
      g: 1,
      does: [
        { verb: "go", started: 2, at: site(`${test}:12`) },
        { verb: "go", started: 3, at: site(`${test}:13`) },
        { verb: "wait", resource: WG, waits: true, at: site(`${test}:14`) },
      ],
    },
    { g: 2, does: [{ verb: "lock", resource: MU, at: site("cache.ts:21") }] },
    {
      g: 3,
      mark: "►",
      does: [{ verb: "lock", resource: MU, waits: true, at: site("cache.ts:21") }],
    },
    {
      g: 2,
      does: [
        { verb: "unlock", resource: MU, wakes: [3], at: site("cache.ts:21", HIT) },
        { verb: "lock", resource: MU, waits: true, at: site("cache.ts:24") },
      ],
    },
    {
      g: 3,
      does: [
        { verb: "resume", resource: MU },
        { verb: "unlock", resource: MU, wakes: [2], at: site("cache.ts:21", HIT) },
        { verb: "lock", resource: MU, waits: true, at: site("cache.ts:24") },
      ],
    },
    {
      g: 2,
      does: [
        { verb: "unlock", resource: MU, wakes: [3], at: site("cache.ts:24", ADD) },
        { verb: "sleep", value: "5ms", waits: true, at: site("cache.ts:26", LOAD) },
      ],
    },
    {
      g: 3,
      does: [
        { verb: "unlock", resource: MU, at: site("cache.ts:24", ADD) },
        { verb: "sleep", value: "5ms", waits: true, at: site("cache.ts:26", LOAD) },
      ],
    },
    {
      g: 2,
      time: 5,
      does: [{ verb: "done", resource: WG, at: site("cache.ts:27") }, { verb: "ends" }],
    },
    {
      g: 3,
      time: 5,
      does: [{ verb: "done", resource: WG, wakes: [1], at: site("cache.ts:27") }, { verb: "ends" }],
    },
    {
      g: 1,
      time: 5,
      does: [{ verb: "throws", value: "Values are not equal", at: site(`${test}:15`) }],
    },
  ]),
};

export const RACE_CONTEXT: ReportContext = context({
  shrunkFrom: { steps: 31, preemptions: 6 },
  criticalSwitch: { step: 3, goroutine: 2 },
});

/** Section 3.2: a lock held by somebody who cannot send. */
export const DEADLOCK: ScheduleRecord = {
  ...failing("deadlock", "all goroutines are asleep - deadlock!"),
  goroutines: [
    goroutine(1, "main", {
      status: "waiting",
      waitReason: "chan receive",
      resource: 1,
      since: 1,
      at: [site(`${test}:15:9`)],
    }),
    goroutine(2, "fill", {
      status: "waiting",
      waitReason: "chan send",
      resource: 2,
      since: 4,
      createdAt: site(`${test}:12:3`, undefined, "main"),
      at: [site("cache.ts:33:13", undefined, "fill")],
    }),
    goroutine(3, "evict", {
      status: "waiting",
      waitReason: "sync.Mutex.Lock",
      resource: 0,
      since: 6,
      createdAt: site(`${test}:13:3`, undefined, "main"),
      at: [site("cache.ts:59:11", undefined, "evict")],
    }),
  ],
  resources: [
    resource(0, "Mutex", "mu", {
      state: "locked",
      holders: [{ goroutine: 2, step: 3, at: site("cache.ts:32") }],
    }),
    resource(1, "Channel", "done", { state: "0 of 0 buffered" }),
    resource(2, "Channel", "log", { state: "0 of 0 buffered" }),
  ],
  timers: [],
  ...schedule([
    {
      g: 1,
      does: [
        { verb: "go", started: 2, at: site(`${test}:12:3`) },
        { verb: "go", started: 3, at: site(`${test}:13:3`) },
        { verb: "receive", resource: 1, waits: true, at: site(`${test}:15:9`) },
      ],
    },
    { g: 2, does: [{ verb: "yieldNow", at: site("cache.ts:30") }] },
    { g: 2, does: [{ verb: "lock", resource: 0, at: site("cache.ts:32", "await mu.lock();") }] },
    {
      g: 2,
      does: [{
        verb: "send",
        resource: 2,
        value: '"full"',
        waits: true,
        at: site("cache.ts:33:13", "await log.send(text);"),
      }],
    },
    { g: 3, does: [{ verb: "yieldNow", at: site("cache.ts:58") }] },
    {
      g: 3,
      does: [{
        verb: "lock",
        resource: 0,
        waits: true,
        at: site("cache.ts:59:11", "await mu.lock();"),
      }],
    },
  ]),
};

export const DEADLOCK_CONTEXT: ReportContext = context({
  testName: "evicts",
  token: "s1:2:w07x",
  schedule: 42,
  schedulesRun: 42,
  totalSteps: 380,
  elapsedMs: 3,
  passedHints: ["In 41 schedules that passed, that was g3 (cache.ts:61)."],
});

/** Two locks, taken in either order. */
export const AB_BA: ScheduleRecord = {
  ...failing("deadlock", "all goroutines are asleep - deadlock!"),
  goroutines: [
    goroutine(1, "main", {
      status: "waiting",
      waitReason: "sync.WaitGroup.Wait",
      resource: 2,
      since: 1,
    }),
    goroutine(2, "left", {
      status: "waiting",
      waitReason: "sync.Mutex.Lock",
      resource: 1,
      since: 4,
    }),
    goroutine(3, "right", {
      status: "waiting",
      waitReason: "sync.Mutex.Lock",
      resource: 0,
      since: 5,
    }),
  ],
  resources: [
    resource(0, "Mutex", "a", {
      state: "locked",
      holders: [{ goroutine: 2, step: 2, at: site("bank.ts:5") }],
    }),
    resource(1, "Mutex", "b", {
      state: "locked",
      holders: [{ goroutine: 3, step: 3, at: site("bank.ts:9") }],
    }),
    resource(2, "WaitGroup", "wg", { state: "counter 2" }),
  ],
  timers: [],
  ...schedule([
    {
      g: 1,
      does: [
        { verb: "add", resource: 2, value: "1" },
        { verb: "go", started: 2 },
        { verb: "add", resource: 2, value: "1" },
        { verb: "go", started: 3 },
        { verb: "wait", resource: 2, waits: true },
      ],
    },
    { g: 2, does: [{ verb: "lock", resource: 0, at: site("bank.ts:5", "await a.lock();") }] },
    {
      g: 3,
      mark: "►",
      does: [{ verb: "lock", resource: 1, at: site("bank.ts:9", "await b.lock();") }],
    },
    {
      g: 2,
      mark: "►",
      does: [{ verb: "lock", resource: 1, waits: true, at: site("bank.ts:6", "await b.lock();") }],
    },
    {
      g: 3,
      does: [{ verb: "lock", resource: 0, waits: true, at: site("bank.ts:10", "await a.lock();") }],
    },
  ]),
};

/** Section 3.3: a worker whose channel is never closed. */
export const LEAK: ScheduleRecord = {
  ...failing("leak", "1 goroutine outlives the test", { goroutine: 3 }),
  mainEndedAt: 9,
  goroutines: [
    goroutine(1, "main"),
    goroutine(2, "feed"),
    goroutine(3, "worker", {
      status: "waiting",
      waitReason: "chan receive",
      resource: 0,
      since: 6,
      createdAt: site("tests/pool_test.ts:9:3", undefined, "main"),
      at: [site("pool.ts:18:22", undefined, "worker")],
    }),
  ],
  resources: [
    resource(0, "Channel", "jobs", { createdAt: site("pool.ts:8:16"), state: "0 of 4 buffered" }),
  ],
  timers: [{ kind: "timer", due: 30_000, at: site("pool.ts:12:5") }],
  ...schedule([
    { g: 1, does: [{ verb: "go", started: 2 }, { verb: "go", started: 3 }, { verb: "yieldNow" }] },
    { g: 2, does: [{ verb: "send", resource: 0, value: "1" }] },
    { g: 2, does: [{ verb: "ends" }] },
    { g: 1, does: [{ verb: "yieldNow" }] },
    { g: 3, does: [{ verb: "receive", resource: 0, value: "1" }] },
    { g: 3, does: [{ verb: "receive", resource: 0, waits: true, at: site("pool.ts:18:22") }] },
    ...Array.from({ length: 2 }, () => ({ g: 1, does: [{ verb: "yieldNow" }] })),
    { g: 1, does: [{ verb: "ends" }] },
  ]),
};

export const LEAK_CONTEXT: ReportContext = context({
  testName: "drains",
  token: "s1::p2q8",
  calledAt: site("tests/pool_test.ts:7:9"),
});

/** Section 3.4: a real query. */
export const FOREIGN: ScheduleRecord = {
  ...failing("foreign", "something waits for something outside", { goroutine: 2 }),
  goroutines: [
    goroutine(1, "main", {
      status: "waiting",
      waitReason: "sync.WaitGroup.Wait",
      resource: 0,
      since: 1,
    }),
    goroutine(2, "load", {
      status: "foreign",
      since: 2,
      at: [
        site("cache.ts:44:17", "const row = await pool.query(sql);", "query"),
        site("cache.ts:26:5", "await load(k)", "load"),
      ],
    }),
  ],
  resources: [resource(0, "WaitGroup", "wg")],
  timers: [],
  ...schedule([
    {
      g: 1,
      does: [{ verb: "go", started: 2 }, { verb: "wait", resource: 0, waits: true }],
    },
    { g: 2, does: [] },
  ]),
};

export const FOREIGN_CONTEXT: ReportContext = context({
  token: "s1:1:h5mm",
  externalTimeoutMs: 1000,
});

const LEFT = 0, RIGHT = 1;
const ROUND: Doings[] = [
  {
    g: 2,
    time: 20,
    does: [
      {
        verb: "tryLock",
        resource: RIGHT,
        value: "false",
        at: site("table.ts:18", "if (b.tryLock()) break;"),
      },
      { verb: "unlock", resource: LEFT, at: site("table.ts:19") },
    ],
  },
  {
    g: 2,
    time: 20,
    does: [{
      verb: "lock",
      resource: LEFT,
      at: site("table.ts:21", "await yieldNow(); await a.lock();"),
    }],
  },
  {
    g: 3,
    time: 20,
    does: [
      { verb: "tryLock", resource: LEFT, value: "false", at: site("table.ts:18") },
      { verb: "unlock", resource: RIGHT, at: site("table.ts:19") },
    ],
  },
  { g: 3, time: 20, does: [{ verb: "lock", resource: RIGHT, at: site("table.ts:21") }] },
];

/** Section 3.5: two who let go of their fork and take it again. */
export const LIVELOCK: ScheduleRecord = {
  ...failing("livelock", "1,000 steps at 20ms without progress"),
  goroutines: [
    goroutine(1, "main", { status: "waiting", waitReason: "sync.WaitGroup.Wait", since: 1 }),
    goroutine(2, "left", { status: "runnable" }),
    goroutine(3, "right", { status: "runnable" }),
  ],
  resources: [resource(LEFT, "Mutex", "a"), resource(RIGHT, "Mutex", "b")],
  timers: [],
  ...schedule([
    {
      g: 1,
      does: [{ verb: "go", started: 2 }, { verb: "go", started: 3 }, { verb: "wait", waits: true }],
    },
    ...[2, 3, 2, 3, 2].map((g, index) => ({
      g,
      does: [{ verb: "sleep", value: `${index}ms`, waits: true }],
    })),
    ...Array.from({ length: 250 }, () => ROUND).flat(),
  ]),
};

export const LIVELOCK_CONTEXT: ReportContext = context({
  testName: "eats",
  token: "s1:1.4:z9t3",
  calledAt: site("tests/table_test.ts:5:9"),
});

/** A goroutine that polls. */
export const SPINNER: ScheduleRecord = {
  ...failing("livelock", "1,000 steps at 0ms without progress"),
  goroutines: [
    goroutine(1, "main", { status: "waiting", waitReason: "sync.WaitGroup.Wait", since: 1 }),
    goroutine(2, "poll", { status: "runnable" }),
  ],
  resources: [],
  timers: [],
  ...schedule([
    { g: 1, does: [{ verb: "go", started: 2 }, { verb: "wait", waits: true }] },
    ...Array.from(
      { length: 1000 },
      () => ({ g: 2, does: [{ verb: "yieldNow", at: site("poll.ts:7") }] }),
    ),
  ]),
};

/** Section 3.6: a goroutine that throws. */
export const PANIC: ScheduleRecord = {
  ...failing("panic", "row is undefined", {
    goroutine: 3,
    cause: new TypeError("row is undefined"),
  }),
  goroutines: [
    goroutine(1, "main"),
    goroutine(2, "save"),
    goroutine(3, "load", { status: "panicked" }),
  ],
  resources: [resource(0, "Channel", "rows")],
  timers: [],
  ...schedule([
    { g: 1, does: [{ verb: "go", started: 2 }, { verb: "go", started: 3 }, { verb: "ends" }] },
    {
      g: 3,
      mark: "►",
      does: [{
        verb: "receive",
        resource: 0,
        waits: true,
        at: site("rows.ts:4", "const row = await rows.receive();"),
      }],
    },
    {
      g: 2,
      does: [{ verb: "close", resource: 0, wakes: [3], at: site("rows.ts:11", "rows.close();") }, {
        verb: "ends",
      }],
    },
    {
      g: 3,
      does: [{ verb: "resume", value: "undefined" }, {
        verb: "throws",
        at: site("rows.ts:5", "return row.id;"),
      }],
    },
  ]),
};

/** A crowd: twelve goroutines and 400 steps of which few matter. */
export function crowd(goroutines = 12, steps = 400): ScheduleRecord {
  const ids = Array.from({ length: goroutines }, (_, index) => index + 1);
  return {
    ...failing("race", "lost", { goroutine: 1, cause: new Error("lost") }),
    goroutines: ids.map((id) => goroutine(id, id === 1 ? "main" : "worker")),
    resources: [
      resource(0, "Mutex", "mu"),
      ...ids.map((id) => resource(id, "Channel", `own${id}`)),
    ],
    timers: [],
    ...schedule(Array.from({ length: steps }, (_, index) => {
      const g = 1 + index * 7 % goroutines;
      const isShared = index % 9 === 0;
      const at = site(`work.ts:${index % 50 + 1}`, "await step(index);");
      const verb = index % 2 === 0 ? "lock" : "unlock";
      return {
        g,
        time: index,
        does: [{ verb, resource: isShared ? 0 : g, value: String(index), at }],
      };
    })),
  };
}

export const EXAMPLES: Readonly<Record<string, readonly [ScheduleRecord, ReportContext]>> = {
  race: [RACE, RACE_CONTEXT],
  deadlock: [DEADLOCK, DEADLOCK_CONTEXT],
  "two locks": [AB_BA, context({ schedule: 2, schedulesRun: 2 })],
  leak: [LEAK, LEAK_CONTEXT],
  foreign: [FOREIGN, FOREIGN_CONTEXT],
  livelock: [LIVELOCK, LIVELOCK_CONTEXT],
  spinner: [SPINNER, context()],
  panic: [PANIC, context({ schedulesFailed: 4 })],
  crowd: [crowd(), context()],
};

/** Any code point but surrogates: what fast-check calls "binary", whose tables take it 1.5 s to build. */
export const anyCodePoint: fc.Arbitrary<string> = fc.oneof(
  fc.nat(0xd7ff),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
).map((codePoint) => String.fromCodePoint(codePoint));

/** Any string, lone surrogates, controls and marks of direction among them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: anyCodePoint, maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(..."a b`'\"$!\\%<>&#;:,\n\r\t\x1b\x07\u202e\u2066\u2028\u200f😀שé|end"),
    maxLength: 30,
  }),
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 12 }),
);

const anySite: fc.Arbitrary<Site> = fc.record({
  file: anyText,
  line: fc.nat(99_999),
  column: fc.nat(200),
  functionName: anyText,
  source: anyText,
}, { requiredKeys: ["file", "line", "column", "functionName"] });

const anyWait = fc.constantFrom(
  "chan receive",
  "chan send",
  "chan receive (nil chan)",
  "select",
  "sleep",
  "sync.Mutex.Lock",
  "sync.RWMutex.RLock",
  "sync.RWMutex.Lock",
  "sync.Cond.Wait",
  "sync.WaitGroup.Wait",
  "semacquire",
  "IO wait",
);
const anyVerb = fc.oneof(
  fc.constantFrom(
    "go",
    "lock",
    "unlock",
    "send",
    "receive",
    "tryLock",
    "rLock",
    "done",
    "add",
    "signal",
    "sleep",
  ),
  fc.constantFrom("yieldNow", "resume", "ends", "throws", "select", "close"),
  anyText,
);
const anyKind = fc.constantFrom(...FAILURE_KINDS);

/** Any record: whatever it says, it is to be shown without a fault. Numbers may name what is not there. */
export const anyRecord: fc.Arbitrary<ScheduleRecord> = fc.record({
  failure: fc.record({
    kind: anyKind,
    message: anyText.map((text) => text.replace(/\s/g, "") || "x"),
    cause: fc.oneof(anyText.map((text) => new Error(text)), fc.anything()),
    goroutine: fc.nat(9),
  }, { requiredKeys: ["kind", "message"] }),
  goroutines: fc.array(
    fc.record({
      id: fc.nat(),
      name: anyText,
      parent: fc.nat(9),
      createdAt: anySite,
      status: fc.constantFrom("ended", "panicked", "runnable", "waiting", "foreign"),
      waitReason: anyWait,
      resource: fc.nat(4),
      detail: anyText,
      since: fc.nat(50),
      until: fc.nat(100_000),
      at: fc.array(anySite, { maxLength: 3 }),
      pending: fc.array(
        fc.record({ waitReason: anyWait, at: anySite, lostRace: fc.boolean() }, {
          requiredKeys: ["waitReason"],
        }),
        { maxLength: 2 },
      ),
    }, { requiredKeys: ["id", "name", "status", "at"] }),
    { minLength: 1, maxLength: 9 },
  ).map((all) => all.map((it, index) => ({ ...it, id: index + 1 }))),
  resources: fc.array(
    fc.record({
      id: fc.nat(),
      type: fc.oneof(fc.constantFrom("Mutex", "RWMutex", "Channel", "WaitGroup", "Cond"), anyText),
      name: anyText,
      createdAt: anySite,
      state: anyText,
      holders: fc.array(fc.record({ goroutine: fc.nat(9), step: fc.nat(50) }), { maxLength: 2 }),
    }, { requiredKeys: ["id", "type", "name", "state", "holders"] }),
    { maxLength: 4 },
  ).map((all) => all.map((it, id) => ({ ...it, id }))),
  timers: fc.array(
    fc.record({ kind: anyText, due: fc.nat(100_000), at: anySite }, {
      requiredKeys: ["kind", "due"],
    }),
    { maxLength: 2 },
  ),
  doings: fc.array(
    fc.record({
      g: fc.nat(9),
      time: fc.nat(20),
      mark: fc.constantFrom("►" as const, undefined),
      does: fc.array(
        fc.record({
          verb: anyVerb,
          resource: fc.nat(4),
          started: fc.integer({ min: 1, max: 9 }),
          value: anyText,
          waits: fc.boolean(),
          wakes: fc.array(fc.nat(9), { maxLength: 5 }),
          at: anySite,
        }, { requiredKeys: ["verb"] }),
        { maxLength: 4 },
      ),
    }),
    { maxLength: 60 },
  ),
}).map(({ doings, ...rest }) => ({ ...rest, ...schedule(inOrder(doings)), mainEndedAt: 3 }));

/** Time does not go back; "►" is there or not. */
function inOrder(
  doings: readonly (Omit<Doings, "mark"> & { readonly mark: "►" | undefined })[],
): Doings[] {
  let now = 0;
  return doings.map(({ mark, ...it }) => {
    now += it.time ?? 0;
    return { ...it, time: now, ...(mark === undefined ? {} : { mark }) };
  });
}

/** Any context. */
export const anyContext: fc.Arbitrary<ReportContext> = fc.record({
  token: fc.constantFrom("s1::k3f9", "s1:4.7:k3f9"),
  testName: anyText,
  calledAt: anySite,
  isReplay: fc.boolean(),
  passedHints: fc.array(anyText, { maxLength: 2 }),
  criticalSwitch: fc.record({ step: fc.nat(60), goroutine: fc.nat(9) }),
}, { requiredKeys: [] }).map((it) => context(it));
