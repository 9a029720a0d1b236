import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { WaitGroup, yieldNow } from "../mod.ts";
import { Folder, testing } from "./child_test.ts";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { resolveOptions } from "./options.ts";
import { lockRounds, multinomial, shuffle } from "./programs_test.ts";
import { ScheduleError } from "./schedule_error.ts";
import { Shared } from "./shared.ts";

const large = (): Promise<void> => lockRounds(5, 5);

Deno.test("Exploration ends with its budget of schedules, and counts schedules and steps", async () => {
  const { schedules, steps, complete, endedBy } = await explore(shuffle([3, 3, 3]), {
    strategy: "random",
    schedules: 37,
  });
  assertEquals({ schedules, steps, complete, endedBy }, {
    schedules: 37,
    steps: 37 * 10,
    complete: false,
    endedBy: "schedules",
  });
});

Deno.test("Exploration ends with its budget of time, having run one schedule at least", async () => {
  const { schedules, endedBy } = await explore(large, { maxTimeMs: 0.001, strategy: "random" });
  assertEquals([schedules >= 1, endedBy], [true, "time"]);
  const longer = await explore(large, { maxTimeMs: 20, strategy: "random" });
  assertEquals(longer.endedBy, "time");
});

Deno.test("Exploration counts each schedule once, also if the first that touches a cell is not the first of all", async () => {
  let bodies = 0;
  const result = await explore(async () => {
    bodies++;
    const order: string[] = [];
    const wg = new WaitGroup();
    for (const name of ["a", "b", "c"]) wg.go(() => void order.push(name));
    await wg.wait();
    // In one order of six, and not in that of the first schedule.
    if (order.join("") === "bca") new Shared(0).set(1);
  }, { strategy: "deviations", lockOrder: "ignore" });
  assertEquals([result.schedules, result.complete], [6, true]);
  // That one is run twice, as nobody has looked for races the first time.
  assertEquals(bodies, 6 + 1);
});

Deno.test("Exploration gives its seed, with which it runs the same again", async () => {
  const logs: string[] = [];
  const log: number[] = [];
  const body = shuffle([3, 3], log);
  const record = async (seed: number | undefined): Promise<number> => {
    const result = await explore(async () => {
      await yieldNow();
      body();
      for (let i = 0; i < 6; i++) await yieldNow();
      logs.push(log.join(""));
    }, { strategy: "random", schedules: 50, ...(seed === undefined ? {} : { seed }) });
    return result.seed;
  };
  const seed = await record(undefined);
  const first = logs.splice(0).join();
  assertEquals(await record(seed), seed);
  assertEquals(logs.splice(0).join(), first);
});

Deno.test("Exploration that must be complete fails with a limit, saying how many there are about", async () => {
  const error = await assertRejects(
    () =>
      explore(shuffle([3, 3, 3]), { mustComplete: true, schedules: 100, strategy: "exhaustive" }),
    ScheduleError,
  );
  assertEquals([error.kind, error.name], ["limit", "LimitError"]);
  const about = Number(/about ([\d,]+)/.exec(error.message)?.[1]?.replaceAll(",", ""));
  const all = multinomial([3, 3, 3]);
  assertMatch(error.message, /^stopped at 100 schedules of about/);
  assert(about > all / 20 && about < all * 20, `${about} for ${all}`);
  assert((await explore(shuffle([3, 3, 3]), { mustComplete: true })).complete);
});

Deno.test("Exploration estimates more schedules than it has run, whatever the budget and the strategy think", async () => {
  const body = shuffle([2, 2, 2]); // 630 schedules
  for (let schedules = 20; schedules <= 620; schedules += 20) {
    const { complete, estimate = Infinity } = await explore(body, { schedules, seed: schedules });
    assert(complete || estimate > schedules, `${estimate} after ${schedules}`);
  }
  const modest = { begin: () => true, pick: () => 0, choose: () => 0, estimate: () => 3 };
  const options = { strategy: { name: "modest", ...modest }, schedules: 10 };
  assertEquals((await explore(body, options)).estimate, 11);
});

Deno.test("Exploration says nothing when it passes, or one line with verbose", async () => {
  using folder = new Folder({
    "quiet_test.ts": `
import { go } from "PACKAGE/mod.ts";
import { explore } from "PACKAGE/testing/mod.ts";
Deno.test("quiet", async (test) => {
  await explore(() => { go(() => {}); go(() => {}); }, { test, strategy: "exhaustive" });
});
`,
  });
  const [quiet, verbose] = await Promise.all([
    folder.deno(testing("quiet_test.ts")),
    folder.deno(testing("quiet_test.ts", "--", "--verbose")),
  ]);
  assert(!(quiet.stdout + quiet.stderr).includes("explore"), quiet.stdout);
  assertStringIncludes(
    verbose.stdout + verbose.stderr,
    'explore "quiet": ok, complete: 2 schedules',
  );
});

Deno.test("Exploration is known by its name, else by the text of its body without its layout", () => {
  const identity = (body: () => unknown, name?: string): string =>
    new Exploration(body, resolveOptions(name === undefined ? {} : { name }), undefined).identity;
  assertEquals(identity(() => 1, "a"), identity(() => 2, "a"));
  assert(identity(() => 1, "a") !== identity(() => 1, "b"));
  assert(identity(() => 1) !== identity(() => 2));
  const spaced = Object.assign((): void => {}, { toString: () => "() =>\n  {\n}" });
  const dense = Object.assign((): void => {}, { toString: () => "()=>{}" });
  assertEquals(identity(spaced), identity(dense));
});

Deno.test("Exploration takes functions only", async () => {
  for (const body of [undefined, null, 42, {}, "() => {}", Promise.resolve()]) {
    await assertRejects(
      () => explore(body as never),
      TypeError,
      "Cannot explore: expected a function, got",
    );
  }
});
