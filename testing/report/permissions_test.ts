/**
 * Nothing is read or written without permission, and nobody is asked for one.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { wantsColor } from "./color.ts";
import { isGranted, readVariable } from "../platform.ts";
import { EXAMPLES, RACE, RACE_CONTEXT } from "./fixtures_test.ts";
import { reportToGitHub } from "./github.ts";
import { renderReport } from "./report.ts";
import { formatFor } from "./trace_format.ts";
import { layoutWidth } from "./width.ts";
import { numberedPath, writeTrace } from "./write_trace.ts";

Deno.test("without permissions reports and traces are the same, nothing is written", {
  permissions: "none",
}, () => {
  assertEquals(isGranted({ name: "env", variable: "COLUMNS" }), false);
  assertEquals(readVariable("PATH"), undefined);
  assertEquals(wantsColor(), !Deno.noColor);
  assert(layoutWidth() >= 40);
  assertEquals(reportToGitHub(RACE, RACE_CONTEXT), undefined);
  assertEquals(
    writeTrace("my cache.html", RACE, RACE_CONTEXT),
    'did not write my cache.html: needs --allow-write="my cache.html"',
  );
  for (const [record, about] of Object.values(EXAMPLES)) {
    assert(renderReport(record, about, { width: layoutWidth(), color: wantsColor() }).length > 0);
    for (const ending of ["html", "json", "jsonl", "svg", "mmd", "txt"]) {
      assert(formatFor(`trace.${ending}`)(record, about).length > 0);
    }
  }
});

Deno.test("layoutWidth takes COLUMNS where it may be read, and no nonsense", {
  permissions: { env: true },
}, () => {
  const before = Deno.env.get("COLUMNS");
  try {
    Deno.env.set("COLUMNS", "72");
    assertEquals(layoutWidth(), 72);
    Deno.env.set("COLUMNS", "3");
    assertEquals(layoutWidth(), 40);
    Deno.env.delete("COLUMNS");
    const usual = layoutWidth();
    for (const nonsense of ["wide", "-5", "0", "80.5", ""]) {
      Deno.env.set("COLUMNS", nonsense);
      assertEquals(layoutWidth(), usual, nonsense);
    }
  } finally {
    before === undefined ? Deno.env.delete("COLUMNS") : Deno.env.set("COLUMNS", before);
  }
});

Deno.test("writeTrace writes the format of the ending, the second failure beside the first", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/cache.jsonl`;
    assertEquals(writeTrace(path, RACE, RACE_CONTEXT), `wrote ${path}`);
    assertEquals(writeTrace(path, RACE, RACE_CONTEXT, 2), `wrote ${folder}/cache-2.jsonl`);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "cache-2.jsonl",
      "cache.jsonl",
    ]);
    assertEquals(Deno.readTextFileSync(path), formatFor(path)(RACE, RACE_CONTEXT));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("writeTrace says what went wrong, and refuses an ending that is no format", () => {
  assert(
    writeTrace("/no/such/folder/a.svg", RACE, RACE_CONTEXT).startsWith(
      "did not write /no/such/folder/a.svg: ",
    ),
  );
  assertThrows(() => writeTrace("a.pdf", RACE, RACE_CONTEXT), RangeError, ".pdf");
});

Deno.test("numberedPath puts the number before the ending", () => {
  assertEquals(numberedPath("a.html", 1), "a.html");
  assertEquals(numberedPath("out.d/a.b.html", 3), "out.d/a.b-3.html");
  assertEquals(numberedPath("out.d/a", 2), "out.d/a-2");
});
