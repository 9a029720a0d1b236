import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, go, Mutex, select, sleep, trySelect, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import type { EventRecord, ScheduleRecord } from "./record.ts";
import { lostUpdate } from "./programs_test.ts";
import { ScheduleError } from "./schedule_error.ts";
import type { Strategy } from "./strategy.ts";

const keepRunning: Strategy = { name: "0", begin: () => true, pick: () => 0, choose: () => 0 };

/** The record of the schedule without preemptions of `body`, which then fails. */
async function recordOf(body: () => unknown): Promise<ScheduleRecord> {
  const never = new Error("end of the record");
  const error = await assertRejects(
    () =>
      explore(async () => {
        await body();
        // A panic is reported with its schedule even if all fail alike.
        go(() => {
          throw never;
        });
        await new Channel<void>().receive();
      }, { strategy: keepRunning }),
    ScheduleError,
  );
  assert(error.cause === never, error.message);
  return error.trace;
}

/** "g1 send a = 1 waits → g2" for each event but the last of the record. */
function lines(record: ScheduleRecord): string[] {
  const text = (
    { goroutine, verb, resource, value, waits, wakes, started }: EventRecord,
  ): string => {
    const name = resource === undefined ? "" : ` ${record.resources[resource]?.name}`;
    return `g${goroutine} ${verb}${name}${value === undefined ? "" : ` = ${value}`}${
      started === undefined ? "" : ` g${started}`
    }${waits ? " waits" : ""}${
      wakes.length > 0 ? ` → ${wakes.map((id) => `g${id}`).join(" ")}` : ""
    }`;
  };
  return record.events.map(text).slice(0, -3);
}

Deno.test("Recorder notes values: what is sent, what is received, the verdict of a try, the key of a select", async () => {
  const record = await recordOf(async () => {
    const a = new Channel<unknown>(2);
    const b = new Channel<string>(1);
    await a.send({ id: 7 });
    await a.receive();
    a.trySend("x");
    a.tryReceive();
    trySelect({ first: a.sending(1) });
    await select({ left: a.receiving(), right: b.receiving() });
    b.close();
    await b.receive();
  });
  assertEquals(lines(record).filter((line) => !/ends|resume/.test(line)).slice(0, 2), [
    "g1 send a = { id: 7 }",
    "g1 receive a = { id: 7 }",
  ]);
  const text = lines(record).join("\n");
  assert(/g1 select\S* ?.*= left/.test(text), text);
  assert(/g1 close b/.test(text), text);
  assert(/g1 receive b = closed/.test(text), text);
  assert(/g1 trySend a/.test(text), text);
});

Deno.test("Recorder notes that a loop over a channel has ended because it is closed", async () => {
  const { events } = await recordOf(async () => {
    const items = new Channel<number>(1);
    items.trySend(7);
    items.close();
    for await (const _ of items);
  });
  const received = events.filter(({ verb }) => verb === "receive").map(({ value }) => value);
  // The last is what the record ends with.
  assertEquals(received, ["7", "closed", undefined]);
});

Deno.test("Recorder notes whom an operation lets go on", async () => {
  const record = await recordOf(async () => {
    const ch = new Channel<number>();
    const mu = new Mutex();
    const wg = new WaitGroup();
    await mu.lock();
    wg.go(async () => {
      await ch.receive();
    });
    wg.go(async () => {
      await mu.lock();
      mu.unlock();
    });
    await yieldNow();
    await sleep(1);
    await ch.send(5);
    mu.unlock();
    await wg.wait();
  });
  const text = lines(record);
  assert(text.includes("g2 receive ch = 5 waits"), text.join("\n"));
  assert(text.includes("g1 send ch = 5 → g2"), text.join("\n"));
  assert(text.includes("g3 lock mu waits"), text.join("\n"));
  assert(text.includes("g1 unlock mu → g3"), text.join("\n"));
  assert(text.some((line) => /^g\d done wg → g1$/.test(line)), text.join("\n"));
  assert(
    !text.some((line) => /^g1 sleep.*→/.test(line)),
    "the clock lets sleepers go on, nobody else",
  );
});

Deno.test("Recorder numbers steps from 1, and every event belongs to one, in order", async () => {
  const record = await recordOf(async () => {
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) wg.go(() => sleep(i));
    await wg.wait();
  });
  assertEquals(record.steps.map(({ step }) => step), record.steps.map((_, i) => i + 1));
  let last = 0;
  for (const { step, time } of record.events) {
    assert(step >= last && step <= record.steps.length);
    assertEquals(time, record.steps[step - 1]?.time);
    last = step;
  }
  for (let i = 1; i < record.steps.length; i++) {
    assert((record.steps[i]?.time as number) >= (record.steps[i - 1]?.time as number));
  }
});

Deno.test("Recorder counts a preemption exactly where the goroutine before could have gone on", async () => {
  const error = await assertRejects(() => explore(lostUpdate, { seed: 1 }), ScheduleError);
  const { steps } = error.trace;
  const at = steps.findIndex(({ isPreemption }) => isPreemption);
  assertEquals(steps.filter(({ isPreemption }) => isPreemption).length, 1);
  // g2 has read and could write back; g3 comes in between. Every other change of goroutine has to be.
  assertEquals([steps[at - 1]?.goroutine, steps[at]?.goroutine], [2, 3]);
  const changes = steps.filter(({ goroutine }, i) =>
    i > 0 && goroutine !== steps[i - 1]?.goroutine
  );
  assert(changes.length > 1);
});

Deno.test("Recorder knows holders: who locked, in which step, and nobody once it is unlocked", async () => {
  const record = await recordOf(async () => {
    const [held, free, handed] = [new Mutex(), new Mutex(), new Mutex()];
    const wg = new WaitGroup();
    await held.lock();
    await free.lock();
    await handed.lock();
    wg.go(async function taker() {
      await handed.lock();
    });
    await sleep(1);
    free.unlock();
    handed.unlock();
    await wg.wait();
    const tried = new Mutex();
    tried.tryLock();
  });
  const locks = record.resources.filter(({ type }) => type === "Mutex");
  assertEquals(
    locks.map(({ state, holders }) => [state, holders.map(({ goroutine }) => goroutine)]),
    [
      ["locked", [1]],
      ["unlocked", []],
      ["locked", [2]],
      ["locked", [1]],
    ],
  );
  assert(locks[0]?.holders[0]?.step === 1, "in the first step");
  assert((locks[0]?.holders[0]?.at?.line ?? 0) > 0);
});

Deno.test("Recorder names goroutines by name given, by function, else by number; and says who started them where", async () => {
  const record = await recordOf(async () => {
    const wg = new WaitGroup();
    go(() => {}, "given");
    go(function own() {});
    go(() => {});
    wg.go(async () => {
      go(() => {}, "grandchild");
      await yieldNow();
    });
    await wg.wait();
    await sleep(1);
  });
  const byName = new Map(record.goroutines.map((goroutine) => [goroutine.name, goroutine]));
  assertEquals(record.goroutines[0]?.name, "main");
  assertEquals(record.goroutines[0]?.parent, undefined);
  assert(
    byName.has("given") && byName.has("own") && byName.has("func3"),
    [...byName.keys()].join(),
  );
  assertEquals(byName.get("grandchild")?.parent, 5);
  assertEquals(record.goroutines.map(({ id }) => id), record.goroutines.map((_, i) => i + 1));
  assert(
    record.goroutines.slice(1).every(({ createdAt }) =>
      createdAt?.file.endsWith("recorder_test.ts")
    ),
  );
});

Deno.test("Recorder names resources by their variable, else by type and place", async () => {
  const record = await recordOf(async () => {
    const jobs = new Channel<number>(1);
    await jobs.send(1);
    for (const ch of [new Channel<number>(1)]) await ch.send(1);
  });
  const [jobs, other] = record.resources;
  assertEquals([jobs?.name, jobs?.type, jobs?.state], ["jobs", "Channel", "1 of 1 buffered"]);
  assert(/^Channel .*recorder_test\.ts:\d+$/.test(other?.name ?? ""), other?.name);
});

Deno.test("Recorder tells what goroutines wait for at the end: reason, resource, since when, until when", async () => {
  const error = await assertRejects(
    () =>
      explore(async () => {
        const ch = new Channel<number>();
        go(async function receiver() {
          await ch.receive();
        });
        go(async function sleeper() {
          await sleep(50);
        });
        await yieldNow();
      }, { strategy: keepRunning }),
    ScheduleError,
  );
  const [main, receiver, sleeper] = error.goroutines;
  assertEquals([main?.status, receiver?.status, sleeper?.status], ["ended", "waiting", "waiting"]);
  assertEquals([receiver?.waitReason, receiver?.until], ["chan receive", undefined]);
  assertEquals([sleeper?.waitReason, sleeper?.detail, sleeper?.until], ["sleep", "50ms", 50]);
  assert(receiver?.since !== undefined && sleeper?.since !== undefined);
  assertEquals(error.trace.mainEndedAt, 2);
});
