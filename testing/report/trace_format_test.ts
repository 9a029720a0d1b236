import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { ReportContext, ScheduleRecord } from "../record.ts";
import { chromeTrace } from "./chrome_trace.ts";
import {
  anyContext,
  anyRecord,
  context,
  crowd,
  DEADLOCK,
  DEADLOCK_CONTEXT,
  EXAMPLES,
  goroutine,
  RACE,
  RACE_CONTEXT,
  resource,
  schedule,
} from "./fixtures_test.ts";
import { html } from "./html.ts";
import { jsonLines } from "./json_lines.ts";
import { escapeMermaid, mermaid } from "./mermaid.ts";
import { svg } from "./svg.ts";
import { formatFor } from "./trace_format.ts";

function forAll(check: (record: ScheduleRecord, about: ReportContext) => void): void {
  for (const [record, about] of Object.values(EXAMPLES)) check(record, about);
  fc.assert(fc.property(anyRecord, anyContext, check), { numRuns: 100 });
}

Deno.test("formatFor picks by ending, in either case, with folders or not", () => {
  assertEquals(formatFor("out.d/trace.HTML"), html);
  assertEquals(formatFor("a.json"), chromeTrace);
  assertEquals(formatFor("a.b.jsonl"), jsonLines);
  assertEquals(formatFor("a.svg"), svg);
  assertEquals(formatFor("a.mmd"), mermaid);
});

Deno.test("formatFor names the endings there are for one that is none", () => {
  assertThrows(
    () => formatFor("trace.pdf"),
    RangeError,
    'Cannot write a trace to "trace.pdf": ".pdf" is no format; there are .html, .json, .jsonl, .svg, .mmd, .txt',
  );
  assertThrows(() => formatFor("out.d/trace"), RangeError, "it has no ending");
  assertThrows(() => formatFor("a.constructor"), RangeError, "is no format");
});

Deno.test("the text format has everything: 400 steps, lanes and dump, without colour", () => {
  const text = formatFor("a.txt")(crowd(12, 400), context());
  for (const step of [1, 200, 400]) {
    assert(new RegExp(`^ +${step}  `, "m").test(text), `step ${step}`);
  }
  assert(!text.includes("\x1b") && !text.includes("left out"));
  assert(
    formatFor("a.txt")(DEADLOCK, DEADLOCK_CONTEXT).includes(
      "goroutine 3 [sync.Mutex.Lock, 1 step]:",
    ),
  );
});

Deno.test("jsonLines writes the schedule, then a line per event and per waking", () => {
  const lines = jsonLines(RACE, RACE_CONTEXT).trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines[0], {
    interleave: 1,
    schedule: "s1:4.7:k3f9",
    seed: 1763886211,
    failure: "race",
    goroutines: [
      { g: 1, name: "main" },
      { g: 2, name: 'get("k")', by: 1, at: "tests/cache_test.ts:12:3" },
      { g: 3, name: 'get("k")', by: 1, at: "tests/cache_test.ts:13:3" },
    ],
  });
  assertEquals(lines[5], {
    step: 3,
    t: 0,
    g: 3,
    op: "lock",
    obj: "mu",
    res: "wait",
    from: 0,
    loc: "cache.ts:21:1",
  });
  assertEquals(lines[7], { step: 4, t: 0, g: 3, op: "lock", obj: "mu", res: "wake", from: 2 });
  assertEquals(lines.at(-1).res, "throw");
});

Deno.test("jsonLines: every line is JSON with the fields of the format, for any record", () => {
  const results = new Set(["ok", "wait", "wake", "fail", "end", "throw"]);
  forAll((record, about) => {
    const text = jsonLines(record, about);
    assert(text.endsWith("\n"));
    const [head, ...lines] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(head.interleave, 1);
    assertEquals(lines.length, record.events.reduce((sum, it) => sum + 1 + it.wakes.length, 0));
    for (const { step, t, g, op, res, from } of lines) {
      assert(
        [step, t, g, from].every(Number.isFinite) && typeof op === "string" && results.has(res),
      );
    }
  });
});

interface ChromeEvent {
  ph: string;
  name: string;
  pid: number;
  tid?: number;
  ts?: number;
  dur?: number;
  id?: number;
  args?: Record<string, unknown>;
}

function chromeEvents(record: ScheduleRecord, about: ReportContext): ChromeEvent[] {
  return JSON.parse(chromeTrace(record, about)).traceEvents;
}

Deno.test("chromeTrace has the fields viewers need, and time strictly increasing per lane", () => {
  forAll((record, about) => {
    const last = new Map<number, number>();
    const slices = chromeEvents(record, about).filter(({ ph }) => ph === "X");
    for (const { name, pid, tid, ts, dur } of slices.sort((a, b) => a.ts! - b.ts!)) {
      assert(typeof name === "string" && pid === 1 && Number.isFinite(ts) && dur! > 0);
      assert(ts! > (last.get(tid!) ?? -1), `${name} at ${ts} after ${last.get(tid!)}`);
      last.set(tid!, ts!);
    }
    assertEquals(
      slices.filter((it) => !it.name.startsWith("waits: ")).length >= record.events.length,
      true,
    );
  });
});

Deno.test("chromeTrace: slices of a lane never overlap in part", () => {
  for (const [record, about] of Object.values(EXAMPLES)) {
    const slices = chromeEvents(record, about).filter(({ ph }) => ph === "X").sort((a, b) =>
      a.ts! - b.ts!
    );
    for (const id of record.goroutines.map((it) => it.id)) {
      const own = slices.filter(({ tid }) => tid === id);
      for (const [index, { ts, dur, name }] of own.entries()) {
        assert(ts! + dur! <= (own[index + 1]?.ts ?? Infinity) + 1e-9, `${name} of g${id}`);
      }
    }
  }
});

Deno.test("chromeTrace draws each waking as a pair of arrows, a wait until it, and counts who waits", () => {
  const events = chromeEvents(RACE, RACE_CONTEXT);
  const starts = events.filter(({ ph }) => ph === "s"),
    ends = events.filter(({ ph }) => ph === "f");
  assertEquals(starts.length, 2 + 4, "two goroutines started, four wakings");
  assertEquals(starts.map(({ id }) => id), ends.map(({ id }) => id));
  for (const [index, start] of starts.entries()) assert(start.ts! < ends[index]!.ts!);
  const wait = events.find(({ name, tid }) => name === "waits: mu.lock" && tid === 3)!;
  assert(wait.ts! > 3 && wait.ts! < 4 && wait.ts! + wait.dur! === 4);
  const waiting = events.filter(({ ph, name }) => ph === "C" && name === "goroutines").map((
    { args },
  ) => args!["waiting"]);
  assertEquals(Math.max(...waiting as number[]), 3);
  assertEquals(waiting.at(-1), 0);
});

Deno.test("chromeTrace counts what a buffered channel holds, unless a select may have changed it", () => {
  const record: ScheduleRecord = {
    goroutines: [goroutine(1, "main")],
    resources: [resource(0, "Channel", "jobs")],
    timers: [],
    ...schedule([
      { g: 1, does: [{ verb: "send", resource: 0 }, { verb: "send", resource: 0 }] },
      { g: 1, does: [{ verb: "receive", resource: 0 }, { verb: "send", resource: 0, wakes: [1] }] },
    ]),
  };
  const sizes = (it: ScheduleRecord) =>
    chromeEvents(it, context()).filter(({ name }) => name === "size of jobs").map(({ args }) =>
      args!["size"]
    );
  assertEquals(sizes(record), [1, 2, 1, 1]);
  const select = { step: 1, time: 0, goroutine: 1, verb: "select", waits: false, wakes: [] };
  assertEquals(sizes({ ...record, events: [...record.events, select] }), []);
});

/** A strict look at elements, attributes and entities: what an XML parser would refuse throws. Returns the elements. */
function checkXml(text: string): string[] {
  const open: string[] = [], names: string[] = [];
  const token =
    /<!DOCTYPE html>|<\/([\w:-]+)>|<([\w:-]+)((?:\s+[\w:-]+="(?:[^"<&]|&(?:\w+|#\d+);)*")*)\s*(\/?)>|[^<&\p{Cc}\ufffe\uffff]+|[\n\t]|&(?:amp|lt|gt|quot|#\d+);/uy;
  while (token.lastIndex < text.length) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new SyntaxError(`no XML: ${text.slice(from, from + 60)}`);
    const [, closed, opened, attributes = "", isEmpty] = match;
    if (closed !== undefined && open.pop() !== closed) {
      throw new SyntaxError(`</${closed}> closes nothing`);
    }
    if (opened === undefined) continue;
    names.push(opened);
    const keys = [...attributes.matchAll(/([\w:-]+)="/g)].map((it) => it[1]);
    if (new Set(keys).size !== keys.length) {
      throw new SyntaxError(`an attribute twice: ${attributes}`);
    }
    if (isEmpty === "") open.push(opened);
  }
  if (open.length > 0) throw new SyntaxError(`never closed: ${open.join()}`);
  return names;
}

Deno.test("the XML check of this file refuses what is no XML", () => {
  assertEquals(checkXml('<a b="1"><c/>x &amp; y</a>'), ["a", "c"]);
  for (
    const bad of ["<a>", "<a></b>", '<a b="<"/>', '<a b="1" b="2"/>', "a & b", "<a b=1/>", "a\x07"]
  ) {
    assertThrows(() => checkXml(bad), SyntaxError, undefined, bad);
  }
});

Deno.test("svg is XML for any record, with every operation in it", () => {
  forAll((record, about) => {
    const names = checkXml(svg(record, about));
    assertEquals(names[0], "svg");
    assert(
      names.filter((it) => it === "g").length >=
        record.steps.filter(({ goroutine }) => record.goroutines.some(({ id }) => id === goroutine))
          .length,
    );
  });
});

Deno.test("svg: no text runs into the next lane or over the edge", () => {
  for (const [record, about] of Object.values(EXAMPLES)) {
    const picture = svg(record, about);
    const width = Number(/width="(\d+)"/.exec(picture)![1]);
    for (
      const [, x, boxWidth] of picture.matchAll(
        /<rect class="box" x="([\d.]+)" y="[\d.]+" width="(\d+)"/g,
      )
    ) {
      const lane = Math.floor((Number(x) - 132) / 184);
      assert(Number(x) + Number(boxWidth) <= 132 + (lane + 1) * 184, `${x} + ${boxWidth}`);
      assert(Number(x) + Number(boxWidth) < width);
    }
  }
});

Deno.test("svg counts what it leaves out of a schedule too long to look at", () => {
  const picture = svg(crowd(3, 2500), context());
  assert(picture.includes("the first 500 operations are left out"));
});

Deno.test("svg uses no character of its own that a font may lack", () => {
  // deno-lint-ignore no-control-regex
  assert(/^[\x00-\x7f]*$/.test(svg(RACE, RACE_CONTEXT)));
});

Deno.test("html is XML for any record, and loads nothing", () => {
  forAll((record, about) => {
    const page = html(record, about);
    const names = checkXml(page);
    for (const name of ["html", "svg", "script", "input", "select", "pre"]) {
      assert(names.includes(name), name);
    }
    assertEquals(names.filter((it) => /^(link|img|iframe|image|use|object)$/.test(it)), []);
    assertEquals(names.filter((it) => it === "script").length, 1);
  });
  assert(!/(src|href)=/.test(html(RACE, RACE_CONTEXT)));
});

Deno.test("html: the script is a program", () => {
  const script = /<script>([^]*)<\/script>/.exec(html(RACE, RACE_CONTEXT))![1]!;
  new Function(script);
  assert(script.trim().split("\n").length <= 45);
});

const MERMAID = /^ {2}(participant g\d+ as \S.*|Note over g\d+: .+|g\d+(->>|-x)g\d+: .+)$/;

Deno.test("mermaid is a sequence diagram of 60 messages at most, for any record", () => {
  forAll((record, about) => {
    const [head, ...lines] = mermaid(record, about).trimEnd().split("\n");
    assertEquals(head, "sequenceDiagram");
    for (const line of lines) assert(MERMAID.test(line), line);
    assert(lines.filter((line) => /->>|-x/.test(line)).length <= 60);
    assert(lines.filter((line) => !line.startsWith("  participant")).length <= 61);
  });
});

Deno.test("mermaid shows who starts and wakes whom, and counts what it leaves out", () => {
  const lines = mermaid(RACE, RACE_CONTEXT).split("\n");
  assert(lines.includes("  participant g2 as g2 get(#34;k#34;)"));
  assert(lines.includes("  g1->>g2: 1: go g2"));
  assert(lines.includes("  g3-xg3: (switch) 3: mu.lock waits"));
  assert(lines.includes("  g2->>g3: 4: mu.unlock"));
  assert(mermaid(crowd(), context()).includes("340 operations before left out"));
});

Deno.test("escapeMermaid leaves nothing that Mermaid takes for its own", () => {
  assertEquals(escapeMermaid("a;b#c<br>%%{end}"), "a#59;b#35;c#60;br#62;#37;#37;#123;#101;nd#125;");
  fc.assert(fc.property(anyContext, ({ testName = "" }) => {
    const rest = escapeMermaid(testName).replace(/#\d+;/g, "");
    assert(!/[;#<>%{}"`~&\p{Cc}]|\bend\b/iu.test(rest), rest);
  }));
});
