import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { paint } from "./color.ts";
import { anyText } from "./fixtures_test.ts";
import {
  clean,
  cut,
  cutStart,
  formatDuration,
  formatNumber,
  lengthOf,
  listed,
  pad,
  plain,
  plural,
  withoutCodes,
  wrap,
} from "./text.ts";
import { thrownLines } from "./thrown.ts";
import { escapeXml } from "./xml.ts";

const DANGEROUS = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

Deno.test("plain leaves nothing that moves the cursor, turns the direction or breaks the line", () => {
  assert(DANGEROUS.test("\x1b") && DANGEROUS.test("\u202e"), "the check itself can fail");
  fc.assert(fc.property(anyText, (text) => !DANGEROUS.test(plain(text))));
});

Deno.test("plain writes escapes a programmer knows and keeps emoji whole", () => {
  assertEquals(plain("a\n\t\r\x1b[31m\u202eb\ud800"), "a\\n\\t\\r\\u{1b}[31m\\u{202e}b\\u{d800}");
  assertEquals(plain("שלום 👨‍👩‍👧 é"), "שלום 👨‍👩‍👧 é");
});

Deno.test("clean reaches every string but what stands under cause", () => {
  const cause = new Error("a\nb");
  assertEquals(clean({ a: ["\n", { b: "\t" }], n: 1, cause }), {
    a: ["\\n", { b: "\\t" }],
    n: 1,
    cause,
  });
});

Deno.test("cut, cutStart and pad count code points", () => {
  assertEquals(cut("😀😀😀", 3), "😀😀😀");
  assertEquals(cut("😀😀😀😀", 3), "😀😀…");
  assertEquals(cutStart("src/cache.ts:12", 8), "…e.ts:12");
  assertEquals(pad("😀", 3), "😀  ");
  fc.assert(fc.property(anyText, fc.nat(20), (text, width) => {
    assert(lengthOf(cut(text, width)) <= width && lengthOf(cutStart(text, width)) <= width);
    assert(lengthOf(pad(text, width)) >= width);
  }));
});

Deno.test("wrap loses no word and keeps the width where words allow", () => {
  assertEquals(wrap("one two three", 7), ["one two", "three"]);
  fc.assert(fc.property(anyText, fc.integer({ min: 1, max: 20 }), (text, width) => {
    const lines = wrap(text, width);
    assertEquals(lines.join(" "), text);
    for (const line of lines) assert(lengthOf(line) <= width || !line.trim().includes(" "), line);
  }));
});

Deno.test("numbers, durations, plurals and lists read the same in every locale", () => {
  assertEquals([0, 999, 1000, 1234567, -1234.5].map(formatNumber), [
    "0",
    "999",
    "1,000",
    "1,234,567",
    "-1,234.5",
  ]);
  assertEquals([0, 5, 999, 1000, 1500, 30_000, 0.1 + 0.2].map(formatDuration), [
    "0ms",
    "5ms",
    "999ms",
    "1s",
    "1500ms",
    "30s",
    "0.3ms",
  ]);
  assertEquals([plural(1, "step"), plural(0, "step"), plural(1902, "step")], [
    "1 step",
    "0 steps",
    "1,902 steps",
  ]);
  assertEquals([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])], [
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
});

Deno.test("thrownLines shows an assertion without its colours, counts what is too long, and survives bad errors", () => {
  const colored = new Error(
    "Values are not equal.\n\n\x1b[31m\x1b[1m-   1\x1b[22m\x1b[39m\n\x1b[32m+   2\x1b[39m\n\n",
  );
  assertEquals(thrownLines(colored), ["Error: Values are not equal.", "", "-   1", "+   2"]);
  assertEquals(thrownLines("boom"), ['throws "boom"']);
  assertEquals(thrownLines(undefined), ["throws undefined"]);
  assertEquals(thrownLines(new Error("x\n".repeat(40))).at(-1), "… 16 more lines");
  const bad = Object.defineProperty(new Error(), "message", { get: () => assertThrows });
  assertEquals(thrownLines(Object.create(null)), ["(an error whose message cannot be read)"]);
  assert(thrownLines(bad).length > 0);
  assertEquals(withoutCodes("\x1b[1;31mred\x1b[0m"), "red");
});

Deno.test("escapeXml leaves nothing that is markup, whatever the text", () => {
  assertEquals(escapeXml(`<a href="x">&'`), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  fc.assert(fc.property(anyText, (text) => {
    assert(
      /^(?:[^&<>"'\p{Cc}\p{Cs}\ufffe\uffff]|&(?:amp|lt|gt|quot|#39);)*$/u.test(escapeXml(text)),
    );
  }));
});

Deno.test("paint drops blanks at the end and colours only what has a style", () => {
  const pieces = [{ text: "a " }, { text: "╳", style: "wait" }, { text: "  " }] as const;
  assertEquals(paint(pieces, false), "a ╳");
  assertEquals(paint(pieces, true), "a \x1b[31m╳\x1b[39m");
  assertEquals(paint([{ text: "  " }, { text: " ", style: "place" }], true), "");
});
