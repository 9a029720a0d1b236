import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  anyContext,
  anyRecord,
  anyText,
  context,
  crowd,
  DEADLOCK,
  DEADLOCK_CONTEXT,
  RACE,
  RACE_CONTEXT,
  site,
} from "./fixtures_test.ts";
import { annotation, escapeData, escapeProperty, reportToGitHub, stepSummary } from "./github.ts";

Deno.test("annotation points at the line that called explore, with why and how to replay", () => {
  assertEquals(
    annotation(DEADLOCK, DEADLOCK_CONTEXT),
    '::error file=tests/cache_test.ts,line=8,title=DeadlockError in "evicts"::all goroutines are asleep - deadlock!' +
      "%0A%0A  g1 main    waits for chan receive done" +
      "%0A  g2 fill    waits for chan send log         locked mu at step 3 (cache.ts:32)" +
      "%0A  g3 evict   waits for sync.Mutex.Lock mu    locked by g2" +
      "%0A%0A  g3 goes on when mu is unlocked; g2, which locked it, goes on when somebody receives from log." +
      "%0A  In 41 schedules that passed, that was g3 (cache.ts:61)." +
      '%0A%0A  Again:  deno test tests/cache_test.ts --filter "evicts" -- --replay=s1:2:w07x',
  );
});

Deno.test("annotation is one line whose properties nothing can break out of, for any record", () => {
  fc.assert(
    fc.property(anyRecord, anyContext, (record, about) => {
      const line = annotation(record, about);
      assert(!/[\r\n]/.test(line));
      assert(/^::error (file=[^,:]*,line=\d+,)?title=[^,:]*::/.test(line), line);
    }),
    { numRuns: 100 },
  );
});

Deno.test("escapeData and escapeProperty can be undone, and leave no command in a text", () => {
  const undo = (text: string): string =>
    text.replace(/%(0D|0A|3A|2C|25)/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
  fc.assert(fc.property(anyText, (text) => {
    assertEquals(undo(escapeData(text)), text);
    assertEquals(undo(escapeProperty(text)), text);
    assert(!/[\r\n]/.test(escapeData(text)) && !/[\r\n:,]/.test(escapeProperty(text)));
  }));
});

Deno.test("stepSummary has a heading, the report and a diagram, each in a fence of its own", () => {
  const summary = stepSummary(RACE, RACE_CONTEXT);
  assert(
    summary.startsWith('### RaceError in "loads once"\n\n```text\nfails in 1 of 212 schedules\n'),
  );
  assert(summary.includes("```mermaid\nsequenceDiagram\n"));
  assertEquals(summary.match(/^```/gm)?.length, 4);
});

Deno.test("stepSummary: backticks in a report do not end its fence, nor markup in a name the heading", () => {
  const record = {
    ...RACE,
    failure: { kind: "race", message: "x", cause: new Error("```\n# boo\n````") },
  } as const;
  const summary = stepSummary(record, context({ testName: "<b>*x*\n# y" }));
  assert(
    summary.startsWith('### RaceError in "\\<b\\>\\*x\\*\\\\n\\# y"\n\n`````text\n'),
    summary.slice(0, 80),
  );
  assertEquals(summary.match(/^`````/gm)?.length, 2);
});

Deno.test("stepSummary stops at 200 KB and says so", () => {
  const deep = {
    ...DEADLOCK,
    goroutines: DEADLOCK.goroutines.map((it) => ({
      ...it,
      at: Array.from({ length: 3000 }, () => site(`${"deep/".repeat(20)}a.ts:1`)),
    })),
  };
  const summary = stepSummary(deep, DEADLOCK_CONTEXT);
  assert(new TextEncoder().encode(summary).length <= 200 * 1024);
  assert(summary.endsWith("The rest is left out: it is longer than 200 KB.\n"));
  assert(!stepSummary(crowd(), context()).includes("left out: it is longer"));
});

// Not those of the process: what other tests report meanwhile would come into the summary, too.
function variables(isAction: boolean, path: string): (name: string) => string | undefined {
  const all = { GITHUB_ACTIONS: isAction ? "true" : "", GITHUB_STEP_SUMMARY: path };
  return (name) => new Map(Object.entries(all)).get(name);
}

Deno.test("reportToGitHub adds to the summary and returns the annotation, in GitHub Actions only", () => {
  const path = Deno.makeTempFileSync();
  const inside = variables(true, path);
  assertEquals(reportToGitHub(RACE, RACE_CONTEXT, inside), annotation(RACE, RACE_CONTEXT));
  reportToGitHub(DEADLOCK, DEADLOCK_CONTEXT, inside);
  const summary = stepSummary(RACE, RACE_CONTEXT) + stepSummary(DEADLOCK, DEADLOCK_CONTEXT);
  assertEquals(Deno.readTextFileSync(path), summary);
  assertEquals(reportToGitHub(RACE, RACE_CONTEXT, variables(false, path)), undefined);
  assertEquals(Deno.readTextFileSync(path), summary);
  Deno.removeSync(path);
});

Deno.test("reportToGitHub says why there is no summary", () => {
  const text = reportToGitHub(RACE, RACE_CONTEXT, variables(true, "/no/such/folder/summary.md"))!;
  assert(text.startsWith(annotation(RACE, RACE_CONTEXT) + "\n::notice::no step summary: "), text);
});
