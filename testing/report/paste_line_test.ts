import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { pasteLine, quote, quoteWord, traceFlags } from "./paste_line.ts";
import { anyText, context, site } from "./fixtures_test.ts";

Deno.test("pasteLine names file, test and token", () => {
  assertEquals(
    pasteLine(context()),
    'deno test tests/cache_test.ts --filter "loads once" -- --replay=s1:4.7:k3f9',
  );
});

Deno.test("pasteLine leaves out what is not known", () => {
  const { testName: _name, calledAt: _site, ...rest } = context();
  assertEquals(pasteLine(rest), "deno test -- --replay=s1:4.7:k3f9");
});

Deno.test("pasteLine quotes a name as its characters need", () => {
  const filterOf = (testName: string) =>
    pasteLine(context({ testName })).replace(/^deno test \S+ /, "").replace(
      / ?-- --replay=\S+$/,
      "",
    );
  assertEquals(filterOf('says "hi"'), `--filter 'says "hi"'`);
  assertEquals(filterOf("it's"), `--filter "it's"`);
  assertEquals(filterOf("it's $5!"), `--filter 'it'\\''s $5!'`);
  assertEquals(filterOf("a`b`"), "--filter 'a`b`'");
  assertEquals(filterOf("-x"), '--filter="-x"');
  assertEquals(filterOf("/a(b/"), '--filter "/a(b"');
  assertEquals(filterOf("first\nsecond line\t"), '--filter "second line"');
  assertEquals(filterOf("\n"), "");
});

Deno.test("pasteLine quotes a file only where it must", () => {
  const fileOf = (place: string) =>
    pasteLine(context({ calledAt: site(`${place}:1`) })).split(" --filter")[0];
  assertEquals(fileOf("my tests/a_test.ts"), 'deno test "my tests/a_test.ts"');
  assertEquals(fileOf("-a_test.ts"), "deno test ./-a_test.ts");
});

Deno.test("traceFlags names the trace after the test file", () => {
  const flagsOf = (place: string) =>
    traceFlags(context({ calledAt: site(`${place}:1`), token: "s1::a" }));
  assertEquals(flagsOf("tests/cache_test.ts"), "-- --replay=s1::a --trace=cache.html");
  assertEquals(flagsOf("cache.test.mts"), "-- --replay=s1::a --trace=cache.html");
  assertEquals(flagsOf("my cache.ts"), "-- --replay=s1::a --trace=my-cache.html");
  assertEquals(flagsOf(""), "-- --replay=s1::a --trace=trace.html");
});

for (const shell of ["sh", "bash"]) {
  Deno.test(`quote and quoteWord give ${shell} one word, the same text, for any text`, async () => {
    const texts = fc.sample(anyText, { numRuns: 400, seed: 7 })
      .map((text) => text.replace(/[\p{Cc}\p{Cs}]/gu, ""));
    assert(texts.some((text) => /["'$`\\!]/.test(text)), "the sample has what needs quotes");
    const words = texts.flatMap((text) => [quote(text), ...text === "" ? [] : [quoteWord(text)]]);
    const expected = texts.flatMap((text) => text === "" ? [text] : [text, text]);
    const { stdout } = await new Deno.Command(shell, {
      args: ["-c", `printf '%s\\0' ${words.join(" ")}`],
    }).output();
    assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), expected);
  });
}
