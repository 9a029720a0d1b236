// The README shows programs and what they print. This runs them.
import { assert, assertEquals } from "@std/assert";
import { Folder, testing } from "./child_test.ts";

const ROOT = new URL("../", import.meta.url);
const README = Deno.readTextFileSync(new URL("README.md", ROOT));

/** The fences of the README, in order: their language and their text. */
const FENCES = [...README.matchAll(/^```(\S+)[^\n]*\n(.*?)^```$/gms)]
  .map(([, language, text]) => ({ language, text: text as string }));

/** The fence that contains `part`, and the picture that follows it. */
function programOf(part: string): { code: string; picture: string } {
  const at = FENCES.findIndex(({ language, text }) => language === "ts" && text.includes(part));
  const picture = FENCES.slice(at).find(({ language, text }) =>
    language === "text" && text.startsWith("error: ")
  );
  assert(at >= 0 && picture !== undefined, part);
  return { code: FENCES[at]?.text as string, picture: picture.text };
}

/** A report without what differs from run to run: the number of schedules, and all that stands behind `Again:`. */
function essence(text: string): string {
  const start = text.indexOf("error: RaceError");
  const end = text.indexOf("\n", text.indexOf("  Again:", start));
  assert(start >= 0 && end > start, text);
  return text.slice(start, end).replace(/fails in 1 of \d+ schedules/, "fails in 1 of … schedules");
}

const DENO_JSON = JSON.stringify({
  imports: {
    "@interleave/go": "PACKAGE/mod.ts",
    "@interleave/go/testing": "PACKAGE/testing/mod.ts",
  },
});

for (
  const { name, part, file, beside } of [
    { name: "Test what the scheduler could do to you", part: "class Stock", file: "stock_test.ts" },
    {
      name: "Test the code you have",
      part: 'from "./price_cache.ts"',
      file: "examples/existing_code/mine_test.ts",
      beside: "examples/existing_code/price_cache.ts",
    },
  ]
) {
  Deno.test(`README, ${name}: the program prints what stands below it`, async () => {
    const { code, picture } = programOf(part);
    using folder = new Folder({ "deno.json": DENO_JSON });
    Deno.mkdirSync(`${folder.path}/examples/existing_code`, { recursive: true });
    folder.write(file, code);
    if (beside !== undefined) {
      folder.write(beside, Deno.readTextFileSync(new URL(beside, ROOT)));
    }
    const args = testing(file, "--", "--seed=1").filter((argument) => argument !== "--no-config");
    const { code: status, stdout, stderr } = await folder.deno(args, { COLUMNS: "100" });
    assertEquals(status, 1, stderr);
    assertEquals(essence(stdout), essence(picture));
  });
}

Deno.test("README, Test the code you have: the mended cache passes in all schedules", async () => {
  const { code } = programOf('from "./price_cache.ts"');
  const mended = code.replace(
    "./price_cache.ts",
    new URL(
      "examples/existing_code/mended_price_cache.ts",
      ROOT,
    ).href,
  ).replace("{ test: t }", "{ test: t, mustComplete: true, verbose: true }");
  assert(README.includes("there are few enough: 17 schedules."));
  using folder = new Folder({ "deno.json": DENO_JSON, "mine_test.ts": mended });
  const args = testing("mine_test.ts").filter((argument) => argument !== "--no-config");
  const { code: status, stdout, stderr } = await folder.deno(args);
  assertEquals(status, 0, stdout + stderr);
  assert(/ok, complete: 17 schedules/.test(stdout + stderr), stdout + stderr);
});
