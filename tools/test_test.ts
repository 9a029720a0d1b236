import { assertEquals } from "@std/assert";
import { importsOf, resolve } from "./import_rules.ts";
import { readProjectFile } from "./project_files.ts";
import { scan } from "./scan.ts";
import { SUITES, suites } from "./suites.ts";
import { testArguments } from "./test.ts";

const exists = (path: string) => path === "sync/mutex_test.ts";
const SUITE_FILES = Object.keys(SUITES).map((name) => `tools/suites/${name}.ts`);

/** What stands behind the arguments that are always there. */
function argumentsFor(...given: string[]): string[] {
  const all = testArguments(given, exists);
  assertEquals(all.slice(0, 5), [
    "test",
    "-A",
    "--no-check",
    "--parallel",
    "--junit-path=junit.xml",
  ]);
  return all.slice(5);
}

Deno.test("testArguments: without a file all suites, before what is meant for the tests", () => {
  assertEquals(argumentsFor(), SUITE_FILES);
  assertEquals(argumentsFor("--filter", "lock", "--", "--seed=1"), [
    "--filter",
    "lock",
    ...SUITE_FILES,
    "--",
    "--seed=1",
  ]);
  assertEquals(argumentsFor("--", "sync/mutex_test.ts"), [
    ...SUITE_FILES,
    "--",
    "sync/mutex_test.ts",
  ]);
});

Deno.test("testArguments: with a file that file alone, and isolated every file that Deno finds", () => {
  assertEquals(argumentsFor("sync/mutex_test.ts"), ["sync/mutex_test.ts"]);
  assertEquals(argumentsFor("--isolated"), []);
  assertEquals(argumentsFor("--isolated", "--", "--seed=1"), ["--", "--seed=1"]);
});

Deno.test("every test file is in a suite, no suite is empty, and each has its module", () => {
  const found = suites();
  assertEquals(found.get(""), undefined, "in no suite");
  assertEquals([...found.keys()].sort(), Object.keys(SUITES).sort());
  const modules = [...Deno.readDirSync(new URL("suites/", import.meta.url))]
    .map(({ name }) => name).filter((name) => name.endsWith(".ts"));
  assertEquals(modules.sort(), Object.keys(SUITES).map((name) => `${name}.ts`).sort());
  for (const name of Object.keys(SUITES)) {
    const text = Deno.readTextFileSync(new URL(`suites/${name}.ts`, import.meta.url));
    assertEquals(text, `import { load } from "../suites.ts";\n\nawait load("${name}");\n`);
  }
});

/** Everything that `files` import, however far away; types do not count. */
function loadedBy(files: readonly string[]): Set<string> {
  const loaded = new Set<string>(files);
  for (const file of loaded) {
    for (const { specifier, typeOnly } of importsOf(scan(readProjectFile(file)))) {
      const target = resolve(file, specifier);
      if (target?.endsWith(".ts") && !typeOnly) loaded.add(target);
    }
  }
  return loaded;
}

Deno.test("beside the tests of production no explorer is loaded", () => {
  const isHarness = (file: string) => file.startsWith("testing/");
  assertEquals([...loadedBy(suites().get("production") ?? [])].filter(isHarness), []);
  assertEquals([...loadedBy(suites().get("runtime") ?? [])].some(isHarness), true);
});
