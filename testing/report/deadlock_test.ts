import { assertEquals } from "@std/assert";
import type { GoroutineRecord, ResourceRecord, ScheduleRecord } from "../record.ts";
import { explainDeadlock, lockCycles, lockEdges } from "./deadlock.ts";
import { AB_BA, DEADLOCK, type Doings, goroutine, resource, schedule } from "./fixtures_test.ts";

function stuck(
  goroutines: readonly GoroutineRecord[],
  resources: readonly ResourceRecord[],
  doings: readonly Doings[] = [],
): ScheduleRecord {
  return { goroutines, resources, timers: [], ...schedule(doings) };
}

function waits(id: number, waitReason: string, on: number, since = 1): GoroutineRecord {
  return goroutine(id, `f${id}`, { status: "waiting", waitReason, resource: on, since });
}

function held(id: number, type: string, name: string, ...by: number[]): ResourceRecord {
  return resource(id, type, name, { holders: by.map((it) => ({ goroutine: it, step: it })) });
}

Deno.test("explainDeadlock says who locked what a goroutine waits for, and what lets that one go on", () => {
  assertEquals(explainDeadlock(DEADLOCK), [
    "g3 goes on when mu is unlocked; g2, which locked it, goes on when somebody receives from log.",
  ]);
});

Deno.test("explainDeadlock names a cycle of two locks and nothing that follows from it", () => {
  assertEquals(explainDeadlock(AB_BA), [
    "g2 locked a and waits for b; g3 locked b and waits for a.",
  ]);
});

Deno.test("explainDeadlock names a cycle of three locks once", () => {
  const locks = ["a", "b", "c"].map((name, id) => held(id, "Mutex", name, id + 2));
  const record = stuck([2, 3, 4].map((id) => waits(id, "sync.Mutex.Lock", (id - 1) % 3)), locks);
  assertEquals(lockCycles(lockEdges(record)).length, 1);
  assertEquals(explainDeadlock(record), [
    "g2 locked a and waits for b; g3 locked b and waits for c; g4 locked c and waits for a.",
  ]);
});

Deno.test("explainDeadlock finds two cycles, and who only waits behind one", () => {
  const locks = [[0, 2], [1, 3], [2, 4], [3, 5]].map(([id, by]) =>
    held(id!, "Mutex", "abcd"[id!]!, by!)
  );
  const record = stuck([
    waits(2, "sync.Mutex.Lock", 1),
    waits(3, "sync.Mutex.Lock", 0),
    waits(4, "sync.Mutex.Lock", 3),
    waits(5, "sync.Mutex.Lock", 2),
    waits(6, "sync.Mutex.Lock", 0),
  ], locks);
  assertEquals(lockCycles(lockEdges(record)).length, 2);
  assertEquals(explainDeadlock(record).slice(0, 2), [
    "g2 locked a and waits for b; g3 locked b and waits for a.",
    "g4 locked c and waits for d; g5 locked d and waits for c.",
  ]);
});

Deno.test("explainDeadlock names a goroutine that waits for its own lock", () => {
  const record = stuck([waits(2, "sync.Mutex.Lock", 0)], [held(0, "Mutex", "mu", 2)]);
  assertEquals(explainDeadlock(record), [
    "g2 locked mu at step 2 and waits for it: a Mutex is not reentrant.",
  ]);
});

const READS: Doings[] = [
  { g: 1, does: [] },
  { g: 2, does: [{ verb: "rLock", resource: 0 }] },
  { g: 3, does: [{ verb: "lock", resource: 0, waits: true }] },
];

Deno.test("explainDeadlock names a recursive read lock behind a writer", () => {
  const goroutines = [waits(2, "sync.RWMutex.RLock", 0), waits(3, "sync.RWMutex.Lock", 0)];
  const rw = held(0, "RWMutex", "rw", 2);
  assertEquals(
    explainDeadlock(stuck(goroutines, [rw], READS))[0], //
    "recursive RLock while a writer waits: g2 has read-locked rw since step 2, " +
      "g3 waits to write and bars new readers.",
  );
});

Deno.test("explainDeadlock does not call a lock recursive that was taken for writing", () => {
  const goroutines = [waits(2, "sync.RWMutex.RLock", 0), waits(3, "sync.RWMutex.Lock", 0)];
  const wrote: Doings[] = [{ g: 1, does: [] }, { g: 2, does: [{ verb: "lock", resource: 0 }] }];
  assertEquals(
    explainDeadlock(stuck(goroutines, [held(0, "RWMutex", "rw", 2)], wrote))[0],
    "g2 locked rw at step 2 and waits for it: an RWMutex is not reentrant.",
  );
});

Deno.test("explainDeadlock names an upgrade of a read lock", () => {
  const record = stuck([waits(2, "sync.RWMutex.Lock", 0)], [held(0, "RWMutex", "rw", 2)], READS);
  assertEquals(explainDeadlock(record), [
    "g2 read-locked rw at step 2 and waits to write: a read lock cannot become a write lock.",
  ]);
});

Deno.test("explainDeadlock says when the holder of a lock has ended", () => {
  const record = stuck([goroutine(2, "f"), waits(3, "sync.Mutex.Lock", 0)], [
    held(0, "Mutex", "mu", 2),
  ]);
  assertEquals(explainDeadlock(record), [
    "g3 goes on when mu is unlocked; g2, which locked it at step 2, has ended.",
  ]);
});

const COND = resource(0, "Cond", "ready");

Deno.test("explainDeadlock names a signal that came before the wait", () => {
  const record = stuck([waits(2, "sync.Cond.Wait", 0, 2)], [COND], [
    { g: 1, does: [{ verb: "signal", resource: 0 }] },
    { g: 2, does: [{ verb: "wait", resource: 0, waits: true }] },
  ]);
  assertEquals(explainDeadlock(record), ["signal came at step 1, before g2 waited at step 2."]);
});

Deno.test("explainDeadlock says nothing of a signal that woke somebody", () => {
  const record = stuck([waits(2, "sync.Cond.Wait", 0, 2), goroutine(3, "f")], [COND], [
    { g: 1, does: [{ verb: "signal", resource: 0, wakes: [3] }] },
    { g: 2, does: [{ verb: "wait", resource: 0, waits: true }] },
  ]);
  assertEquals(explainDeadlock(record), []);
});

Deno.test("explainDeadlock says that nobody ever signalled", () => {
  const record = stuck([waits(2, "sync.Cond.Wait", 0)], [COND]);
  assertEquals(explainDeadlock(record), ["ready was never signalled."]);
});

Deno.test("explainDeadlock counts what was added and done", () => {
  const events: Doings[] = [
    { g: 1, does: [{ verb: "add", resource: 0, value: "3" }] },
    { g: 2, does: [{ verb: "done", resource: 0 }] },
  ];
  const group = (state: string): ResourceRecord => resource(0, "WaitGroup", "wg", { state });
  const waiting = [waits(1, "sync.WaitGroup.Wait", 0)];
  assertEquals(explainDeadlock(stuck(waiting, [group("counter 2")], events)), [
    "the counter of wg is still 2: added 3 times, done once.",
  ]);
  assertEquals(
    explainDeadlock(stuck(waiting, [group("counter 5")], events)),
    [],
    "the sums do not agree",
  );
});

Deno.test("explainDeadlock says when nobody is left at the other side of a channel", () => {
  const channel = resource(0, "Channel", "jobs");
  assertEquals(explainDeadlock(stuck([waits(1, "chan receive", 0)], [channel])), [
    "g1 is the only goroutine left: nobody can send to jobs any more.",
  ]);
  const both = [waits(1, "chan send", 0), waits(2, "chan send", 0), goroutine(3, "f")];
  assertEquals(explainDeadlock(stuck(both, [channel])), [
    "only g1 and g2 are left: nobody can receive from jobs any more.",
  ]);
  const other = goroutine(2, "f", { status: "runnable" });
  assertEquals(explainDeadlock(stuck([waits(1, "chan receive", 0), other], [channel])), []);
});

Deno.test("explainDeadlock says that a nil channel is never ready", () => {
  const waiting = goroutine(1, "main", {
    status: "waiting",
    waitReason: "chan receive (nil chan)",
  });
  assertEquals(explainDeadlock(stuck([waiting], [])), [
    "g1 waits for what is never ready (chan receive (nil chan)).",
  ]);
});

Deno.test("explainDeadlock says nothing where nothing is certain", () => {
  const waiting = [waits(1, "chan receive", 0), waits(2, "chan send", 1)];
  const channels = [resource(0, "Channel", "a"), resource(1, "Channel", "b")];
  assertEquals(explainDeadlock(stuck(waiting, channels)), []);
});
