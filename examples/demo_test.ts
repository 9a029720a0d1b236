import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const DEMO = new URL("./demo.ts", import.meta.url);
const ROOT = new URL("../", import.meta.url);

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

const map = new URL("./tools/offline/import_map.json", ROOT);

Deno.test("the demo finds both bugs, replays them, finds nothing in the fixed versions, and ends with 0", async () => {
  const { code, text } = await run("run", "-A", `--import-map=${map.pathname}`, DEMO.pathname);
  assertEquals(code, 0, text);
  assertEquals(text.match(/200 plain runs: all pass/g)?.length, 2);
  assertEquals(text.match(/the same schedule, event for event/g)?.length, 2);
  assertEquals(text.match(/fixed: [0-9,]+ schedules/g)?.length, 2);
  assertStringIncludes(text, "RaceError: fails in 1 of");
  assertStringIncludes(text, "LeakError: 1 goroutine outlives the test");
});

Deno.test("the lines that the demo prints replay the failures, verbatim", async () => {
  const { text } = await run("run", "-A", `--import-map=${map.pathname}`, DEMO.pathname);
  const lines = [...text.matchAll(/Again: +deno (test .*)/g)].map(([, line]) => line as string);
  assertEquals(lines.length, 2);
  for (const line of lines) {
    const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) =>
      (quoted ?? plain) as string
    );
    const at = args.indexOf("--");
    const again = await run(
      ...args.slice(0, at),
      "-A",
      "--no-check", // takes 2 s, and all types are checked anyhow
      `--import-map=${map.pathname}`,
      ...args.slice(at),
    );
    assert(again.code !== 0, again.text);
    assertStringIncludes(again.text, /--replay=(\S+)/.exec(line)?.[1] as string);
    assertStringIncludes(again.text, "0 passed | 1 failed");
  }
});
