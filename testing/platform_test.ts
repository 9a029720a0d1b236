import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Folder, running, testing } from "./child_test.ts";
import { isGranted, readLine, workingDirectory } from "./platform.ts";

const FILE = `
import { Channel } from "PACKAGE/mod.ts";
import { explore } from "PACKAGE/testing/mod.ts";

Deno.test("fails", async () => {
  await explore(async () => {
    const never = new Channel<number>();
    await never.receive();
  }, { trace: "never.html" });
});

Deno.test("passes", async () => {
  await explore(() => {});
});
`;

const variables = {
  INTERLEAVE_SEED: "no number",
  INTERLEAVE_SCHEDULES: "no number",
  INTERLEAVE_STRATEGY: "no strategy",
  INTERLEAVE_REPLAY: "no token",
  GITHUB_ACTIONS: "true",
  COLUMNS: "40",
};

/** What was asked of the permissions of a process, a line each. */
function audited(folder: Folder): string[] {
  try {
    return folder.read("audit.jsonl").split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("explore asks for no permission and reads nothing without: a passing and a failing exploration", async () => {
  using folder = new Folder({
    "never_test.ts": FILE,
    "control.ts": `try { Deno.env.get("INTERLEAVE_SEED"); } catch { console.log("denied"); }`,
  });
  const env = { ...variables, DENO_AUDIT_PERMISSIONS: `${folder.path}/audit.jsonl` };
  const test = testing("--no-prompt", "never_test.ts").filter((argument) => argument !== "-A");
  const { code, stdout, stderr } = await folder.deno(test, env);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "1 passed | 1 failed");
  assertStringIncludes(stdout, "DeadlockError: all goroutines are asleep - deadlock!");
  assertStringIncludes(stdout, "did not write never.html: needs --allow-write");
  assert(!/NotCapable|Requires|prompt/.test(stdout + stderr), stdout);
  assert(!stdout.includes("::error"), "no variable was believed");
  assertEquals(audited(folder), []);

  // The same log does tell of a program that asks.
  assertEquals((await folder.deno(running("--no-prompt", "control.ts"), env)).stdout, "denied\n");
  assertEquals(audited(folder).length, 1);
});

Deno.test("explore prompts for nothing where a prompt would be possible", async () => {
  using folder = new Folder({ "never_test.ts": FILE });
  const env = { ...variables, DENO_AUDIT_PERMISSIONS: `${folder.path}/audit.jsonl` };
  const test = testing("never_test.ts").filter((argument) => argument !== "-A");
  const { stdout } = await folder.deno(test, env);
  assertStringIncludes(stdout, "1 passed | 1 failed");
  assertEquals(audited(folder), [], "whoever asks for nothing is prompted for nothing");
});

Deno.test("explore shows source lines only of files that may be read", async () => {
  using folder = new Folder({ "never_test.ts": FILE });
  const args = testing("--no-prompt", "never_test.ts").filter((argument) => argument !== "-A");
  const [without, allowed] = await Promise.all([
    folder.deno(args),
    folder.deno(args.toSpliced(-1, 0, "--allow-read")),
  ]);
  const source = /never_test\.ts:\d+ +await never\.receive\(\)/;
  assert(!source.test(without.stdout), without.stdout);
  assertMatch(allowed.stdout, source);
  assertStringIncludes(allowed.stdout, "waits for chan receive never");
});

Deno.test("isGranted knows no permission that Deno does not know", () => {
  assertEquals(isGranted({ name: "no such permission" }), false);
  assertEquals(isGranted({ name: "read" }), true);
});

Deno.test("readLine gives a line of a source file, and nothing for what is none", () => {
  assertStringIncludes(readLine(import.meta.url, 1) ?? "", "@std/assert");
  for (const url of ["https://example.com/a.ts", "data:text/plain,a", `${import.meta.url}.gone`]) {
    assertEquals(readLine(url, 1), undefined);
  }
  assertEquals(readLine(import.meta.url, 1_000_000), undefined);
});

Deno.test("workingDirectory ends in a slash", () => {
  assertMatch(workingDirectory() ?? "", /[^/]\/$/);
});
