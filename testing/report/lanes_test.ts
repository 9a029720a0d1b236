import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ScheduleRecord } from "../record.ts";
import {
  anyContext,
  anyRecord,
  context,
  crowd,
  type Doings,
  goroutine,
  RACE,
  RACE_CONTEXT,
  resource,
  schedule,
  site,
} from "./fixtures_test.ts";
import { legendOf, renderLanes } from "./lanes.ts";
import { lengthOf, withoutCodes } from "./text.ts";

function lanes(doings: readonly Doings[], width = 100, goroutines = 2): string[] {
  return renderLanes(record(doings, goroutines), context(), { width, color: false });
}

function record(doings: readonly Doings[], goroutines = 2): ScheduleRecord {
  return {
    goroutines: Array.from(
      { length: goroutines },
      (_, index) => goroutine(index + 1, index === 0 ? "main" : "f"),
    ),
    resources: [resource(0, "Mutex", "mu"), resource(1, "Mutex", "Mutex cache.ts:9")],
    timers: [],
    ...schedule(doings),
  };
}

Deno.test("renderLanes draws a lane from a goroutine's start to its end", () => {
  const drawn = lanes([
    { g: 1, does: [{ verb: "yieldNow" }] },
    { g: 1, does: [{ verb: "go", started: 2 }] },
    { g: 2, does: [{ verb: "ends" }] },
    { g: 1, does: [{ verb: "ends" }] },
  ]);
  assertEquals(drawn, [
    "  step  time  g1 main         g2 f",
    "  ────  ────  ──────────────  ──────────────",
    "     1  0ms   yieldNow",
    "     2  0ms   go g2           │",
    "     3  0ms   │               ends",
    "     4  0ms   ends",
  ]);
});

Deno.test("renderLanes writes values, verdicts, keys and nameless resources as a reader expects", () => {
  const drawn = lanes([{
    g: 1,
    does: [
      { verb: "send", resource: 0, value: "5" },
      { verb: "receive", resource: 0, value: "a text of many words", waits: true },
      { verb: "tryLock", resource: 0, value: "false" },
      { verb: "select", value: "job" },
      { verb: "lock", resource: 1 },
      { verb: "signal", wakes: [2, 3, 4, 5, 6] },
    ],
  }]);
  assertEquals(drawn.slice(2).map((line) => line.slice(14).split("  ")[0]), [
    "mu.send 5",
    "mu.receive: a text of… ╳",
    "mu.tryLock: false",
    "select job",
    "lock Mutex cache.ts:9",
    "signal → g2, g3, 3 more",
  ]);
});

Deno.test("renderLanes shows a step in which nothing could be seen", () => {
  assertEquals(lanes([{ g: 2, does: [] }]).at(-1), "     1  0ms   │               goes on");
});

Deno.test("renderLanes shows a timer that no goroutine set off in a lane of its own", () => {
  const drawn = lanes([{ g: 0, time: 5, does: [{ verb: "fires", wakes: [1] }] }]);
  assertEquals(drawn[0], "  step  time  timers          g1 main         g2 f");
  assertEquals(drawn[2], "     1  5ms   fires → g1      │               │");
});

Deno.test("renderLanes tells files of one name apart, and only those", () => {
  const drawn = lanes([
    {
      g: 1,
      does: [{ verb: "a", at: site("src/cache.ts:1") }, { verb: "b", at: site("lib/cache.ts:2") }],
    },
    { g: 1, does: [{ verb: "c", at: site("src/pool.ts:3") }] },
  ]);
  assertEquals(drawn.slice(2).map((line) => line.split(" ").at(-1)), [
    "src/cache.ts:1",
    "lib/cache.ts:2",
    "pool.ts:3",
  ]);
});

Deno.test("renderLanes shows a block that comes again once, with its count", () => {
  const round: Doings[] = [{ g: 1, does: [{ verb: "lock" }] }, {
    g: 2,
    does: [{ verb: "unlock" }],
  }];
  const drawn = lanes([...Array.from({ length: 50 }, () => round).flat(), {
    g: 1,
    does: [{ verb: "ends" }],
  }]);
  assertEquals(drawn.slice(2), [
    "     1  0ms   lock            │",
    "     2  0ms   │               unlock",
    "              … these 2 steps 49 times more",
    "   101  0ms   ends            │",
  ]);
});

Deno.test("renderLanes never folds the switch that matters away", () => {
  const doings = Array.from({ length: 9 }, () => ({ g: 1, does: [{ verb: "lock" }] }));
  const about = context({ criticalSwitch: { step: 5, goroutine: 2 } });
  const drawn = renderLanes(record(doings), about, { width: 100, color: false });
  assert(drawn.some((line) => line.startsWith("     5  ")), drawn.join("\n"));
});

Deno.test("renderLanes keeps 12 goroutines and 400 steps to 60 lines, and counts the rest", () => {
  const drawn = renderLanes(crowd(12, 400), context(), { width: 100, color: false });
  assert(drawn.length <= 60, `${drawn.length} lines`);
  assert(drawn.length > 30, "it shows something");
  assertEquals(drawn.at(-1), "  … 343 steps left out, 266 of them of 8 other goroutines");
  assert(drawn.some((line) => line.startsWith("   400")), "the last step is there");
});

Deno.test("renderLanes keeps one step of 500 operations to 60 lines", () => {
  const does = Array.from({ length: 500 }, (_, index) => ({ verb: `op${index}` }));
  const drawn = lanes([{ g: 1, does }]);
  assert(drawn.length <= 60);
  assert(drawn.some((line) => line.includes("… 489 operat")), drawn.join("\n"));
  assert(drawn.at(-1)!.includes("op499"));
});

Deno.test("renderLanes shows everything if asked to", () => {
  const drawn = renderLanes(crowd(12, 400), context(), { width: 400, color: false, full: true });
  assertEquals(drawn.length, 402);
});

Deno.test("renderLanes gives up source text first, then lanes that do not matter, then places", () => {
  const at = (width: number): string =>
    renderLanes(RACE, RACE_CONTEXT, { width, color: false }).join("\n");
  assert(at(120).includes("hit = inflight.has(k)"));
  assert(!at(84).includes("hit") && at(84).includes("cache.ts:21") && at(84).includes("g3"));
  assert(!at(64).includes("cache.ts") && at(64).includes("g1") && at(64).includes("g3"));
  assert(at(50).includes("left out") && at(50).includes("g2"));
});

Deno.test("renderLanes colours marks, a throw and places, and nothing else changes", () => {
  const plain = renderLanes(RACE, RACE_CONTEXT, { width: 100, color: false });
  const colored = renderLanes(RACE, RACE_CONTEXT, { width: 100, color: true });
  assertEquals(colored.map(withoutCodes), plain);
  const text = colored.join("\n");
  for (const mark of ["\x1b[33m►\x1b[39m", "\x1b[31m ╳\x1b[39m", "\x1b[1;31mthrows\x1b[39;22m"]) {
    assert(text.includes(mark), JSON.stringify(mark));
  }
  assert(text.includes("\x1b[2mcache_test.ts:12\x1b[22m"));
});

Deno.test("renderLanes: no line of any record is wider than asked for, ends in a blank, or is the 61st", () => {
  fc.assert(
    fc.property(
      anyRecord,
      anyContext,
      fc.integer({ min: 40, max: 160 }),
      (record, about, width) => {
        const drawn = renderLanes(record, about, { width, color: false });
        assert(drawn.length <= 60, `${drawn.length} lines`);
        for (const line of drawn) {
          assert(lengthOf(line) <= width, `${lengthOf(line)} > ${width}: ${line}`);
          assertEquals(line, line.trimEnd());
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("legendOf explains the marks that occur, and only those", () => {
  assertEquals(legendOf(record([{ g: 1, does: [{ verb: "lock" }] }])), "");
  assertEquals(legendOf(record([{ g: 1, does: [{ verb: "lock", waits: true }] }])), "╳ waits");
  assertEquals(legendOf(RACE).split("    ").map((it) => it[0]), ["►", "╳", "→"]);
});
