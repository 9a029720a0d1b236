// Which cases of Go are covered: by a test that cites the id, or by a line of sync/README.md that says why there is none.
import { assertEquals } from "@std/assert";
import { IDS } from "./ids.ts";

const ids: ReadonlySet<string> = new Set(Object.values(IDS).flat());
const heads: ReadonlySet<string> = new Set([...ids].flatMap((id) => headOf(id) ?? []));
const root = new URL("../../", import.meta.url);

/** What stands before the colon: the file or the kind. */
function headOf(id: string): string | undefined {
  return /^([^\s:]+):(?=\S)/.exec(id)?.[1];
}

/** Whether `text` is meant to be an id, be it a known one or not. */
function isMeantAsId(text: string): boolean {
  return /^test\/\S+\.go\b/.test(text) || /^\S+_test\.go:\S/.test(text) ||
    heads.has(headOf(text) ?? "");
}

/**
 * The ids that a test cites. The name of a test ends with them, in parentheses and separated by commas; where names are
 * put together from a table, the table has the whole id as a text of its own.
 */
function citationsIn(source: string): string[] {
  const atTheEnd = [...source.matchAll(/\(([^()\n]+)\)["'`]/g)].flatMap(([, list]) =>
    (list as string).split(", ")
  );
  const alone = [...source.matchAll(/"([^"\n\\]+)"/g)].map(([, text]) => text as string);
  return [...new Set([...atTheEnd, ...alone])].filter(isMeantAsId);
}

/** The ids of the README's section on the cases that are not here. Each has a line of its own, with the reason. */
function excusesIn(readme: string): string[] {
  const section = readme.split(/^## /m).find((part) =>
    part.startsWith("Cases of Go that are not here")
  );
  return [...(section ?? "").matchAll(/^- `([^`\n]+)`: \S/gm)].map(([, id]) => id as string);
}

/** Every test file of the project. */
function* testFiles(folder = root): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (name.startsWith(".") || name === "node_modules") continue;
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* testFiles(url);
    else if (name.endsWith("_test.ts") && url.href !== import.meta.url) yield url;
  }
}

const cited = [...testFiles()].flatMap((file) =>
  citationsIn(Deno.readTextFileSync(file)).map((id) => ({
    id,
    file: file.href.slice(root.href.length),
  }))
);
const excused = excusesIn(Deno.readTextFileSync(new URL("sync/README.md", root)));

/** An id that is put together at run time: it cannot be checked, and counts for nothing. */
function isPutTogether(id: string): boolean {
  return id.includes("${");
}

Deno.test("every id that a test cites is in the list", () => {
  assertEquals(cited.filter(({ id }) => !ids.has(id) && !isPutTogether(id)), []);
});

Deno.test("every case that the README says is not here is in the list, and no test covers it", () => {
  const citedIds = new Set(cited.map(({ id }) => id));
  assertEquals(excused.filter((id) => !ids.has(id) || citedIds.has(id)), []);
});

Deno.test("every case of Go is covered, or has a line that says why not", () => {
  const covered = new Set([...cited.map(({ id }) => id), ...excused].filter((id) => ids.has(id)));
  const excuses = `${excused.length} of them by a line of sync/README.md`;
  console.log(`conformance: ${covered.size} of ${ids.size} ids covered, ${excuses}`);
  for (const [group, list] of Object.entries(IDS)) {
    const count = list.filter((id) => covered.has(id)).length;
    if (count < list.length) console.log(`  ${group}: ${count} of ${list.length}`);
  }
  for (const { id, file } of cited.filter(({ id }) => isPutTogether(id))) {
    console.log(`  not counted: "${id}" in ${file}; write the whole id into the table`);
  }
  assertEquals([...ids].filter((id) => !covered.has(id)), []);
});

Deno.test("the list names no case twice", () => {
  const all = Object.values(IDS).flat();
  assertEquals(all.filter((id, index) => all.indexOf(id) !== index), []);
});

// The rules themselves, with what they must find.

Deno.test("citationsIn: the ids at the end of a name and in tables, and typos too", () => {
  const quote = '"', open = "(";
  const source = `
    conforms(${quote}a text (in brackets) and ids ${open}spec:fifo, mem:mutex)${quote}, body);
    conforms(\`with a typo ${open}sync/mutex_test.go:TestMutx)\`, body);
    const table = [[${quote}internal/synctest:TestNoow${quote}], [${quote}plain text${quote}]];
    // Not the end of a name: (spec:dir) nor (cache.ts:9)
  `;
  assertEquals(citationsIn(source), [
    "spec:fifo",
    "mem:mutex",
    "sync/mutex_test.go:TestMutx",
    "internal/synctest:TestNoow",
  ]);
});

Deno.test("excusesIn: the lines of the one section, each with a reason", () => {
  const readme =
    "# A\n\n- `spec:fifo`: no\n\n## Cases of Go that are not here, and why\n\nText.\n\n" +
    "- `spec:dir`: because\n- `mem:once`:\n- `js:two words`: because of `this`\n\n## B\n\n- `mem:mutex`: no\n";
  assertEquals(excusesIn(readme), ["spec:dir", "js:two words"]);
});
