// Runs every example of the docs, as `deno test --doc` would: each once, each a test of its own, named by its place. But
// that gives each a worker of its own, 0.15 s of processor time, and half of all the time that the tests took. Here they
// are modules of one. Their types are checked by `deno task check`.
import { assertEquals, assertRejects } from "@std/assert";
import { projectFiles, readProjectFile } from "./tools/project_files.ts";
import { type Fence, fences, scan } from "./tools/scan.ts";

interface Example extends Fence {
  readonly file: string;
}

const sources = projectFiles().filter((file) => /\.(ts|md)$/.test(file));

const examples: Example[] = sources.flatMap((file) => {
  const text = readProjectFile(file);
  const found = file.endsWith(".md")
    ? fences(text)
    : scan(text).filter(({ kind }) => kind === "doc").flatMap((doc) => fences(doc.text, doc.line));
  return found.map((fence) => ({ ...fence, file }));
});

/** Runs `code` as a module whose lines have the numbers they have in the file. */
async function run({ code, line }: Example): Promise<void> {
  const source = "\n".repeat(line - 1) + code;
  const url = URL.createObjectURL(new Blob([source], { type: "application/typescript" }));
  try {
    await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

for (const example of examples) {
  Deno.test(`${example.file}:${example.line} runs as it stands`, () => run(example));
}

Deno.test("every fence that is not marked ignore is an example", () => {
  const fence = /^\s*(?:\* ?)?```(?:ts|tsx|typescript|js|jsx|javascript)\b(?!.*\bignore\b)/gm;
  const inSources = sources.map((file) => readProjectFile(file).match(fence)?.length ?? 0);
  assertEquals(examples.length, inSources.reduce((sum, count) => sum + count, 0));
});

Deno.test("an example that fails is a test that fails, with the lines of the file", async () => {
  const example = { file: "a.ts", line: 7, code: 'await 0;\nthrow new Error("on line 8");' };
  const error = await assertRejects(() => run(example), Error, "on line 8");
  assertEquals(/:(\d+):\d+$/m.exec(error.stack ?? "")?.[1], "8");
});
