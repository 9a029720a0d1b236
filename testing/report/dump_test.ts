import { assertEquals } from "@std/assert";
import type { GoroutineRecord, ScheduleRecord } from "../record.ts";
import { dumpOf, reasonOf } from "./dump.ts";
import { goroutine, LEAK, schedule, site } from "./fixtures_test.ts";

const RECORD: ScheduleRecord = {
  goroutines: [goroutine(1, "main"), goroutine(2, "worker")],
  resources: [],
  timers: [],
  ...schedule(Array.from({ length: 9 }, () => ({ g: 1, does: [] }))),
};

Deno.test("reasonOf says what a goroutine waits for and since when, in Go's words", () => {
  const reason = (rest: Partial<GoroutineRecord>): string =>
    reasonOf(goroutine(2, "f", rest), RECORD);
  assertEquals(
    reason({ status: "waiting", waitReason: "chan receive", since: 4 }),
    "chan receive, 6 steps",
  );
  assertEquals(
    reason({ status: "waiting", waitReason: "chan send", since: 9 }),
    "chan send, 1 step",
  );
  assertEquals(
    reason({ status: "waiting", waitReason: "sleep", since: 8, until: 50 }),
    "sleep, 2 steps, until 50ms",
  );
  assertEquals(
    reason({ status: "waiting", waitReason: "IO wait", detail: "Deno.readFile" }),
    "IO wait, Deno.readFile",
  );
  assertEquals(reason({ status: "runnable", since: 3 }), "runnable");
  assertEquals(reason({ status: "foreign", waitReason: "foreign await" }), "foreign await");
});

Deno.test("dumpOf writes every frame, innermost first, and who created the goroutine", () => {
  const worker = goroutine(2, "worker", {
    status: "waiting",
    waitReason: "chan receive",
    createdAt: site("pool_test.ts:9:3", undefined, "explore.name"),
    at: [
      site("pool.ts:20:5", undefined, "take"),
      site("pool.ts:18:22", undefined, "inferred.name"),
    ],
  });
  assertEquals(dumpOf(RECORD, [worker]), [
    "goroutine 2 [chan receive]:",
    "take",
    "\tpool.ts:20:5",
    "worker",
    "\tpool.ts:18:22",
    "created by main in goroutine 1",
    "\tpool_test.ts:9:3",
  ]);
});

Deno.test("dumpOf counts what is more than 20 goroutines, unless all are wanted", () => {
  const crowd = Array.from({ length: 23 }, (_, index) => goroutine(index + 1, "f"));
  assertEquals(dumpOf(LEAK, crowd).at(-1), "… 3 more goroutines");
  assertEquals(dumpOf(LEAK, crowd, true).filter((line) => line.startsWith("goroutine")).length, 23);
});
