import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

async function soak(...args: readonly string[]): Promise<{ code: number; out: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-check", "tools/soak.ts", ...args],
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("soak runs as many random programs as it is told to, and finds nothing in them", async () => {
  const { code, out } = await soak("--programs=3", "--seed=1");
  assertEquals(code, 0, out);
  assertMatch(out, /^soak: first seed 1\n/);
  assertStringIncludes(out, "soak: nothing found");
});

Deno.test("soak refuses numbers that are none", async () => {
  const { code, out } = await soak("--seed=x");
  assertEquals(code, 1);
  assertStringIncludes(out, '--seed is "x", expected a number');
});
