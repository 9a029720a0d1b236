import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Channel, go, Mutex, select, WaitGroup, yieldNow } from "../mod.ts";
import { Folder, testing } from "./child_test.ts";
import { explore } from "./explore.ts";
import { candidatesOf, crossedLocks, lostSignal, lostUpdate } from "./programs_test.ts";
import { Replay } from "./replay.ts";
import { ScheduleError } from "./schedule_error.ts";
import { type Deviation, shortHash } from "./schedule_token.ts";

// --- the strategy ---

function deviation(at: number, answer: number, text = ""): Deviation {
  return { at, answer, check: text === "" ? "" : shortHash(text, 1) };
}

/** The answers to five questions with three candidates each. */
function answersOf(replay: Replay): number[] {
  replay.begin();
  const answers = Array.from({ length: 5 }, () => replay.pick(candidatesOf(7, 8, 9)));
  replay.end();
  return answers;
}

Deno.test("Replay answers 0 but at the deviations, and the same again after begin", () => {
  const replay = new Replay([deviation(1, 2), deviation(4, 1)]);
  for (let i = 0; i < 2; i++) {
    assertEquals(answersOf(replay), [0, 2, 0, 0, 1]);
    assertEquals(replay.divergence, null);
  }
});

Deno.test("Replay notes where an answer does not exist, and goes on with 0", () => {
  const replay = new Replay([deviation(1, 3), deviation(2, 1)]);
  answersOf(replay);
  assertEquals(replay.divergence?.question, 1);
  assertStringIncludes(replay.divergence?.reason ?? "", "number 4 where there are only 3");
});

Deno.test("Replay notes where an answer is about something else, first place first", () => {
  const describe = (k: number): string => `g${k}`;
  assertEquals(answersOf(new Replay([deviation(1, 2, "g2")], describe)), [0, 2, 0, 0, 0]);
  const replay = new Replay(
    [deviation(0, 1, "g1"), deviation(2, 1, "g2"), deviation(3, 1, "x")],
    describe,
  );
  answersOf(replay);
  assertEquals(replay.divergence?.question, 2);
});

Deno.test("Replay notes a schedule that ended with deviations left", () => {
  const replay = new Replay([deviation(1, 1), deviation(7, 1), deviation(9, 1)]);
  answersOf(replay);
  assertStringIncludes(replay.divergence?.reason ?? "", "2 recorded choices left");
});

// --- by option ---

async function failureOf(body: () => unknown, options = {}): Promise<ScheduleError> {
  return await assertRejects(() => explore(body, options), ScheduleError);
}

const programs = {
  lostUpdate,
  crossedLocks,
  lostSignal,
  async choices() {
    const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
    const wg = new WaitGroup();
    wg.go(() => a.send(1));
    wg.go(() => b.send(2));
    await yieldNow();
    const { key } = await select({ a: a.receiving(), b: b.receiving() });
    await wg.wait();
    if (key === "b" && a.size === 1) throw new Error("b first");
  },
};

for (const [name, body] of Object.entries(programs)) {
  Deno.test(`explore replays a token: the same failure, trace and report, again and again: ${name}`, async () => {
    for (const seed of [1, 2, 3]) {
      const found = await failureOf(body, { seed, strategy: "random" });
      const [first, second] = [
        await failureOf(body, { replay: found.schedule }),
        await failureOf(body, { replay: found.schedule, seed: 99, strategy: "pct" }),
      ];
      for (const again of [first, second]) {
        assertEquals([again.kind, again.schedule], [found.kind, found.schedule]);
        const { failure: _, ...trace } = found.trace;
        const { failure: __, ...traceAgain } = again.trace;
        assertEquals(JSON.stringify(traceAgain), JSON.stringify(trace));
      }
    }
  });
}

Deno.test("explore takes a token once only: what follows in the process is searched again", async () => {
  const { schedule } = await failureOf(lostUpdate);
  await failureOf(lostUpdate, { replay: schedule });
  assert((await explore(() => {})).complete);
});

/** Run by hand before a change and after it: each takes the lock as often as `rounds` says, and `fails` decides. */
function rounds(counts: readonly number[], fails: (order: string) => boolean): () => Promise<void> {
  return async () => {
    const mu = new Mutex();
    const wg = new WaitGroup();
    let order = "";
    counts.forEach((count, i) =>
      wg.go(async () => {
        for (let round = 0; round < count; round++) {
          await mu.lock();
          order += i;
          mu.unlock();
        }
      })
    );
    await wg.wait();
    if (fails(order)) throw new Error(`order ${order}`);
  };
}

Deno.test("explore says that a fixed program does not fail any more, and passes", async () => {
  const { schedule } = await failureOf(lostUpdate);
  const { endedBy, complete } = await explore(async () => {
    await lostUpdate().catch(() => {});
  }, { replay: schedule });
  assertEquals([endedBy, complete], ["replay", false]);
});

Deno.test("explore reports a changed program at the step that differs, never as another bug", async () => {
  const { schedule, steps } = await failureOf(rounds([2, 2], (order) => order === "1010"), {
    strategy: "random",
    seed: 1,
  });
  const changed: [string, () => unknown][] = [
    ["a goroutine less", rounds([2], () => true)],
    ["does not start any", () => {}],
    [
      "waits elsewhere",
      () => {
        go(() => new Channel<number>().receive());
        go(() => new Channel<number>().receive());
      },
    ],
  ];
  for (const [what, body] of changed) {
    const error = await failureOf(body, { replay: schedule });
    assertEquals([error.kind, error.name], ["replay", "ReplayError"], what);
    assertMatch(error.message, /^the schedule does not fit this program at step \d+/);
    const step = Number(/at step (\d+)/.exec(error.message)?.[1]);
    assert(step >= 1 && step <= steps, `${what}: ${error.message}`);
    assertEquals(error.schedule, schedule);
    assertEquals(error.cause, undefined, "no failure of the program itself");
  }
});

Deno.test("explore goes on after a divergence if it is asked to", async () => {
  const { schedule } = await failureOf(lostUpdate);
  await explore(() => {
    go(() => {});
    go(() => {});
  }, { replay: schedule, onDivergence: "continue" });
  const error = await failureOf(() => new Channel<number>().receive(), {
    replay: schedule,
    onDivergence: "continue",
  });
  assertEquals(error.kind, "deadlock");
});

Deno.test("explore takes a token of another exploration that is given in the code for its own", async () => {
  const { schedule } = await failureOf(crossedLocks);
  // It may fit or not; it is never ignored.
  const outcome = await explore(lostUpdate, { replay: schedule }).then(
    ({ endedBy }) => endedBy,
    (error) => error.kind,
  );
  assert(["replay", "race"].includes(outcome), outcome);
});

Deno.test("explore refuses tokens that are unreadable, damaged or of another version, before anything runs", async () => {
  const { schedule } = await failureOf(lostUpdate);
  let runs = 0;
  for (
    const replay of [
      "x",
      "s1:",
      schedule.replace("s1", "s9"),
      schedule.slice(0, -1),
      schedule.replace(":", ":0"),
    ]
  ) {
    await assertRejects(() => explore(() => void runs++, { replay }), TypeError, "Cannot replay");
  }
  await assertRejects(
    () => explore(() => void runs++, { replay: "" }),
    TypeError,
    'option "replay"',
  );
  await assertRejects(
    () => explore(() => void runs++, { replay: 7 as never }),
    TypeError,
    'option "replay"',
  );
  assertEquals(runs, 0);
});

// --- in fresh processes ---

const FILE = `
import { Mutex, WaitGroup, yieldNow } from "PACKAGE/mod.ts";
import { explore } from "PACKAGE/testing/mod.ts";

async function lose(isFixed = false) {
  const mu = new Mutex();
  const wg = new WaitGroup();
  let count = 0;
  for (let i = 0; i < 2; i++) {
    wg.go(async () => {
      if (isFixed) await mu.lock();
      const before = count;
      await yieldNow();
      count = before + 1;
      if (isFixed) mu.unlock();
    });
  }
  await wg.wait();
  if (count !== 2) throw new Error("lost an update");
}

Deno.test("loses \\"an\\" update", async (test) => {
  await explore(() => lose(), { test, seed: 1 });
});

Deno.test("loses none", async (test) => {
  const { schedules, endedBy } = await explore(() => lose(true), { test, seed: 1, strategy: "exhaustive" });
  console.log("other:", schedules > 1, endedBy);
});
`;

/** What stands behind "Again:" in a report. */
function pasteLine(output: string): string {
  const line = /^ *Again: {2}(.*)$/m.exec(output)?.[1];
  assert(line !== undefined, output);
  return line;
}

Deno.test("explore replays a token in fresh processes: by option, flag and variable, the same trace byte for byte", async () => {
  using folder = new Folder({ "lost_test.ts": FILE });
  const found = await folder.deno(testing("lost_test.ts", "--", "--trace=found.jsonl"));
  assertEquals(found.code, 1);
  assertStringIncludes(found.stdout, "RaceError");
  assertStringIncludes(found.stdout, "lost an update");
  assertStringIncludes(found.stdout, "other: true complete");
  const token = /--replay=(\S+)/.exec(pasteLine(found.stdout))?.[1] as string;

  folder.write("option_test.ts", FILE.replace("{ test, seed: 1 }", `{ test, replay: "${token}" }`));
  const [flag, variable, option] = await Promise.all([
    folder.deno(testing("lost_test.ts", "--", `--replay=${token}`, "--trace=flag.jsonl")),
    folder.deno(testing("lost_test.ts", "--", "--trace=variable.jsonl"), {
      INTERLEAVE_REPLAY: token,
    }),
    folder.deno(testing("option_test.ts", "--", "--trace=option.jsonl")),
  ]);
  for (const [how, { code, stdout }] of Object.entries({ flag, variable, option })) {
    assertEquals(code, 1, how);
    assertStringIncludes(stdout, "lost an update");
    assertStringIncludes(stdout, `--replay=${token}`);
    assertStringIncludes(
      stdout,
      "other: true complete",
      "the other exploration is searched as ever",
    );
  }
  // The first line tells how it was found; places are those of each file.
  const steps = (name: string): string =>
    folder.read(name).split("\n").slice(1).join("\n").replaceAll("option_test", "lost_test");
  assertEquals(steps("flag.jsonl"), steps("found.jsonl"));
  assertEquals(steps("variable.jsonl"), steps("found.jsonl"));
  assertEquals(steps("option.jsonl"), steps("found.jsonl"));
  assert(steps("flag.jsonl").length > 100);
  assertEquals(folder.read("flag.jsonl"), folder.read("variable.jsonl"));
});

Deno.test("explore prints a line that works as it stands: it fails the same way, and runs that test alone", async () => {
  using folder = new Folder({ "lost_test.ts": FILE });
  const found = await folder.deno(testing("lost_test.ts"));
  const line = pasteLine(found.stdout);
  assertMatch(line, /^deno test lost_test\.ts --filter .* -- --replay=s1:\S+$/);
  const again = await folder.shell(line);
  assertEquals(again.code, 1, again.stderr);
  assertStringIncludes(again.stdout, "RaceError");
  assertStringIncludes(again.stdout, "lost an update");
  assertStringIncludes(again.stdout, "0 passed | 1 failed");
  assertEquals(again.stdout.includes("other:"), false);
  // That run had no permission to know its working directory; its line works all the same.
  const third = await folder.shell(pasteLine(again.stdout));
  assertEquals(third.code, 1, third.stderr);
  assertStringIncludes(third.stdout, "lost an update");

  folder.write("lost_test.ts", FILE.replace("() => lose()", "() => lose(true)"));
  const fixed = await folder.shell(line);
  assertEquals(fixed.code, 0, fixed.stdout);
  assertStringIncludes(fixed.stdout + fixed.stderr, "does not fail any more");
});

Deno.test("explore says on stderr that a fixed program passes the schedule that failed", async () => {
  using folder = new Folder({ "lost_test.ts": FILE });
  const token = /--replay=(\S+)/.exec(
    pasteLine((await folder.deno(testing("lost_test.ts"))).stdout),
  )?.[1];
  // The same operations in the same order; only the check is gone.
  folder.write("lost_test.ts", FILE.replaceAll('throw new Error("lost an update")', "count = 2"));
  const fixed = await folder.deno(testing("lost_test.ts", "--", `--replay=${token}`));
  assertEquals(fixed.code, 0, fixed.stdout);
  const said = fixed.stdout + fixed.stderr; // the runner shows what a test prints to stderr among its output
  assertStringIncludes(said, `the schedule ${token} does not fail any more`);
});
