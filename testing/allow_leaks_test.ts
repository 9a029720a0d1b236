// uber-go/goleak's options, as filters of explore.
import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { Channel, go, type GoroutineInfo, goroutines, numGoroutine, yieldNow } from "../mod.ts";
import { notify } from "../platform/mod.ts";
import { Folder, testing } from "./child_test.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";

/** Leaves a goroutine called `name` behind. */
function leave(name?: string): void {
  go(() => new Channel<number>().receive(), name);
}

/** The names of those who are reported as left behind by `body`. */
async function leaked(body: () => unknown, options: ExploreOptions = {}): Promise<string[]> {
  const error = await assertRejects(() => explore(body, options), ScheduleError);
  assertEquals(error.kind, "leak", error.message);
  return error.goroutines.filter(({ status, mayOutlive }) => status !== "ended" && !mayOutlive)
    .map(({ name }) => name);
}

Deno.test("an option that makes no sense for explore is refused (goleak:TestFind/cleanup option)", async () => {
  const options = { cleanup: () => {} } as ExploreOptions;
  await assertRejects(() => explore(() => {}, options), TypeError, 'unknown option "cleanup"');
});

Deno.test("the leak fails the test that explores, with the report (goleak:TestVerifyNone/leaks)", async () => {
  using folder = new Folder({
    "leak_test.ts": `
      import { Channel, go } from "PACKAGE/mod.ts";
      import { explore } from "PACKAGE/testing/mod.ts";
      Deno.test("leaks", (test) => explore(() => go(() => new Channel().receive(), "lost"), { test }));
      Deno.test("does not", (test) => explore(() => {}, { test }));
    `,
  });
  const { code, stdout } = await folder.deno(testing("leak_test.ts"));
  assertEquals(code, 1);
  assertStringIncludes(stdout, "LeakError: 1 goroutine outlives the test");
  assertStringIncludes(stdout, "goroutine 2 [chan receive, 1 step]:\nlost\n");
  assertStringIncludes(stdout, "1 passed | 1 failed");
});

Deno.test("what is to be done after the check is done after explore, with its verdict (goleak:TestVerifyNone/cleanup)", async () => {
  const log: string[] = [];
  const run = async (body: () => unknown): Promise<void> => {
    const status = await explore(body, { schedules: 1 }).then(() => 0, () => 1);
    log.push(`clean up, status ${status}, ${numGoroutine() - before} left`);
  };
  const before = numGoroutine();
  await run(() => {
    log.push("body");
  });
  await run(() => leave());
  assertEquals(log, ["body", "clean up, status 0, 0 left", "clean up, status 1, 0 left"]);
});

Deno.test("goroutines that were there before are ignored (goleak:TestIgnoreCurrent/ignore)", async () => {
  // Outside: they are no part of the schedule.
  const gate = new Channel<void>();
  go(() => gate.next(), "outside");
  await yieldNow();
  await explore(() => {});
  gate.close();
  // Inside: whoever was there at some point can be told from those that came later.
  let current: ReadonlySet<number> = new Set();
  const ignoreCurrent = ({ id }: GoroutineInfo): boolean => current.has(id);
  const body = (later: () => void) => (): void => {
    leave("early");
    current = new Set(goroutines().map(({ id }) => id));
    later();
  };
  await explore(body(() => {}), { allowLeaks: [ignoreCurrent] });
  assertEquals(await leaked(body(() => leave("late")), { allowLeaks: [ignoreCurrent] }), ["late"]);
});

Deno.test("goroutines can be ignored by their spawner (goleak:TestOptionsIgnoreCreatedBy)", async () => {
  const body = (): void => {
    go(function pool() {
      leave("worker");
      leave("other worker");
    });
  };
  const createdBy = (name: string) => (it: GoroutineInfo): boolean => it.createdBy?.name === name;
  await explore(body, { allowLeaks: [createdBy("pool")] });
  const names = await leaked(body, { allowLeaks: [createdBy("main")] });
  assertEquals(names.toSorted(), ["other worker", "worker"]);
});

Deno.test("a listener for signals alone is not a leak (goleak:TestNoLeaks)", async () => {
  const signals = notify("SIGINT");
  try {
    await explore(async () => {
      await yieldNow();
      const inside = notify("SIGINT");
      await yieldNow();
      inside.stop();
    }, { schedules: 3 });
  } finally {
    signals.stop();
  }
});

Deno.test("a filter hears of each who is left what it waits for and who started it", async () => {
  const heard: GoroutineInfo[] = [];
  const note = (it: GoroutineInfo): boolean => {
    heard.push(it);
    return true;
  };
  await explore(() => {
    leave();
    go(() => {}, "ends");
  }, { allowLeaks: [note], schedules: 1 });
  assertEquals(heard, [{
    id: 2,
    name: "func1",
    waitReason: "chan receive",
    resource: "Channel (0 of 0 buffered)",
    createdBy: { id: 1, name: "main" },
  }]);
});

Deno.test("a name is the one that reports show, also of a goroutine that was given none", async () => {
  await explore(() => leave(), { allowLeaks: ["func1"] });
  assertEquals(await leaked(() => leave(), { allowLeaks: ["func2", ""] }), ["func1"]);
});

Deno.test("who may stay is not reported beside who may not", async () => {
  const body = (): void => {
    leave("stays");
    leave("goes");
  };
  assertEquals(await leaked(body, { allowLeaks: ["stays"] }), ["goes"]);
  const error = await assertRejects(() => explore(body, { allowLeaks: ["stays"] }), ScheduleError);
  assertStringIncludes(error.message, "1 goroutine outlives");
  assertStringIncludes(error.message, 'allowLeaks: ["goes"]');
});

Deno.test("what a filter throws comes out of explore", async () => {
  const error = new Error("wrong filter");
  const broken = (): boolean => {
    throw error;
  };
  assertStrictEquals(
    await assertRejects(() => explore(() => leave(), { allowLeaks: [broken] })),
    error,
  );
});
