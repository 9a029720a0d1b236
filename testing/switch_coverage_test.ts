import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Channel, select, WaitGroup, yieldNow } from "../mod.ts";
import { choose } from "./choose.ts";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import { resolveOptions } from "./options.ts";
import { candidatesOf, multinomial, shuffle } from "./programs_test.ts";
import { ScheduleError } from "./schedule_error.ts";
import type { Candidates } from "./strategy.ts";
import { SwitchCoverage } from "./switch_coverage.ts";
import { wrap } from "./wrap.ts";

const seeds = Array.from({ length: 20 }, (_, i) => i * 7_919 + 1);

/** What `log` says of each schedule until there are no more. */
async function logsOf(body: () => unknown, log: number[], seed: number): Promise<string[]> {
  const logs: string[] = [];
  const coverage = new SwitchCoverage(seed);
  const exploration = new Exploration(body, resolveOptions({}), undefined);
  while (coverage.begin()) {
    await exploration.execute(coverage);
    logs.push(log.join(""));
  }
  return logs;
}

/** Setters write two variables, a checker must not see one of them only; and main starts them one by one. */
function halfWritten(setters: number): () => Promise<void> {
  return async () => {
    let [a, b] = [0, 0];
    const wg = new WaitGroup();
    for (let i = 0; i < setters; i++) {
      wg.go(async () => {
        a = 1;
        await yieldNow();
        b = 1;
      });
      await yieldNow();
    }
    wg.go(() => {
      if (a !== b) throw new Error("saw half of what was written");
    });
    await wg.wait();
  };
}

/** The schedule at which `seed` finds the bug of `body`. */
async function foundAt(body: () => unknown, seed: number): Promise<number> {
  const error = await assertRejects(
    () => explore(body, { strategy: "coverage", seed }),
    ScheduleError,
  );
  return Number(/schedule ([0-9]+) of/.exec(error.message)?.[1]);
}

Deno.test("SwitchCoverage tries one switch of each kind: goroutines of one code are alike", async () => {
  const log: number[] = [];
  for (const seed of seeds) {
    // Two of two steps each have six schedules, every other of which is one before with the two exchanged.
    const logs = await logsOf(shuffle([2, 2], log), log, seed);
    assertEquals(logs.toSorted(), ["0011", "0101", "0110"]);
    assertEquals(logs[0], "0011");
  }
});

Deno.test("SwitchCoverage needs no more schedules for more goroutines of one code", async () => {
  for (const setters of [5, 20, 80]) {
    const found: number[] = [];
    for (const seed of seeds) found.push(await foundAt(halfWritten(setters), seed));
    assert(Math.max(...found) <= 40, `${setters} setters: ${found}`);
  }
});

Deno.test("SwitchCoverage tries each case of a select and each choice, and one behind each other", async () => {
  const seen = new Set<string>();
  await explore(async () => {
    const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
    await a.send(1);
    await b.send(1);
    const { key } = await select({ a: a.receiving(), b: b.receiving() });
    seen.add(`${key}${choose(3)}${choose(2)}`);
  }, { strategy: "coverage", seed: 1 });
  assertEquals([...seen].map((text) => text.slice(0, 2)).sort().filter(isFirst), [
    ...["a0", "a1", "a2"],
    ...["b0", "b1", "b2"],
  ]);
  assert(seen.has("a01") && seen.has("a11") && seen.has("a21"));
});

Deno.test("SwitchCoverage ends when all was tried, and does not say that it is complete", async () => {
  const { schedules, complete, endedBy } = await explore(shuffle([3, 3, 3]), {
    strategy: "coverage",
    seed: 1,
  });
  assertEquals([complete, endedBy], [false, "strategy"]);
  assert(schedules > 10 && schedules < multinomial([3, 3, 3]) / 10, `${schedules}`);
});

Deno.test("SwitchCoverage runs no schedule twice", async () => {
  const exploration = new Exploration(shuffle([3, 2, 3]), resolveOptions({}), undefined);
  for (const seed of seeds) {
    const coverage = new SwitchCoverage(seed);
    const run: string[] = [];
    while (coverage.begin()) {
      await exploration.execute(coverage);
      run.push(explorer.answers.join());
    }
    assertEquals(new Set(run).size, run.length);
  }
});

Deno.test("SwitchCoverage goes the same way with the same seed, and another with another", async () => {
  const log: number[] = [];
  const run = (seed: number) => logsOf(shuffle([3, 3, 3], log), log, seed);
  assertEquals(await run(1), await run(1));
  assert(String(await run(1)) !== String(await run(2)));
});

Deno.test("SwitchCoverage finds what plain promise code does wrong, where calls are wrapped and at every await", async () => {
  let stored = 0;
  const store = wrap({ read: () => Promise.resolve(stored) });
  const increment = async () => {
    stored = await store.read() + 1;
  };
  for (const granularity of ["operation", "await"] as const) {
    for (const seed of seeds.slice(0, 4)) {
      await assertRejects(
        () =>
          explore(async () => {
            stored = 0;
            await Promise.all([increment(), increment()]);
            if (stored !== 2) throw new Error("an update is lost");
          }, { strategy: "coverage", seed, granularity }),
        ScheduleError,
        "an update is lost",
      );
    }
  }
});

Deno.test("SwitchCoverage keeps no more than 16,384 that it has not tried, and goes on with those", () => {
  const coverage = new SwitchCoverage(1);
  const answers = new Set<number>();
  let schedules = 0;
  for (; coverage.begin(); schedules++) {
    answers.add(coverage.choose(40_000));
    coverage.end();
  }
  assertEquals([schedules, answers.size], [1 + 16_384, 1 + 16_384]);
});

Deno.test("SwitchCoverage notices a program that asks less than before, or has fewer answers", () => {
  const candidates: Candidates = {
    ...candidatesOf(0, 1),
    code: (k) => k,
    operations: () => 1,
  };
  for (const isLess of [true, false]) {
    const coverage = new SwitchCoverage(1);
    coverage.begin();
    coverage.pick(candidates);
    coverage.choose(3);
    coverage.end();
    assertThrows(
      () => {
        while (coverage.begin()) {
          coverage.pick(candidates);
          if (!isLess) coverage.choose(2);
          coverage.end();
        }
      },
      Error,
      "the program is not deterministic",
    );
  }
});

function isFirst(text: string, at: number, all: readonly string[]): boolean {
  return all.indexOf(text) === at;
}
