// Runs `.ci/run` with a stand-in for npx, since what it has to get right is the counting.
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

interface Case {
  /** What `deno task test` leaves in junit.xml; nothing when undefined. */
  readonly junit?: string;
  readonly test: number;
  readonly check: number;
}

const junit = (tests: number, failures: number, errors: number, skipped = 0, text = "") =>
  `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="${tests}" failures="${failures}" errors="${errors}" time="1.234">
    <testsuite name="./a_test.ts" tests="${tests}" disabled="0" errors="${errors}" failures="${failures}">
        <testcase name="a" classname="./a_test.ts" time="0.001" line="3" col="6">${text}
${"            <skipped/>\n".repeat(skipped)}        </testcase>
    </testsuite>
</testsuites>
`;

async function ci({ junit, test, check }: Case) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/.ci`);
    await Deno.mkdir(`${folder}/bin`);
    await Deno.copyFile(new URL("../.ci/run", import.meta.url), `${folder}/.ci/run`);
    await Deno.writeTextFile(
      `${folder}/junit.xml`,
      `<testsuites tests="99" failures="0" errors="0">\n`,
    );
    if (junit !== undefined) await Deno.writeTextFile(`${folder}/written.xml`, junit);
    await Deno.writeTextFile(
      `${folder}/bin/npx`,
      `#!/bin/sh\necho "$@"\nif [ "$4" = check ]; then exit ${check}; fi\n` +
        `if [ -f written.xml ]; then cp written.xml junit.xml; fi\nexit ${test}\n`,
      { mode: 0o755 },
    );
    const { code, stdout } = await new Deno.Command("bash", {
      args: [`${folder}/.ci/run`],
      cwd: folder,
      env: { PATH: `${folder}/bin:${Deno.env.get("PATH")}` },
      stdin: "null",
      stderr: "null",
    }).output();
    return { code, lines: new TextDecoder().decode(stdout).trimEnd().split("\n") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const cases: Record<string, { given: Case; last: string; code: number }> = {
  "all well": {
    given: { junit: junit(12, 0, 0), test: 0, check: 0 },
    last: "12 passed, 0 failed",
    code: 0,
  },
  "ignored tests did not pass": {
    given: { junit: junit(12, 0, 0, 2), test: 0, check: 0 },
    last: "10 passed, 0 failed",
    code: 0,
  },
  "failures and cancelled tests": {
    given: { junit: junit(12, 2, 1, 1), test: 1, check: 0 },
    last: "8 passed, 3 failed",
    code: 1,
  },
  "the check fails, the tests pass": {
    given: { junit: junit(12, 0, 0), test: 0, check: 1 },
    last: "12 passed, 1 failed",
    code: 1,
  },
  "both fail": {
    given: { junit: junit(12, 1, 0), test: 1, check: 1 },
    last: "11 passed, 2 failed",
    code: 1,
  },
  "a module throws while it loads: the file counts nothing bad": {
    given: { junit: junit(12, 0, 0), test: 1, check: 0 },
    last: "12 passed, 1 failed",
    code: 1,
  },
  "a type error: no file, and one of an earlier run does not count": {
    given: { test: 1, check: 0 },
    last: "0 passed, 1 failed",
    code: 1,
  },
  "no test at all": {
    given: { junit: junit(0, 0, 0), test: 0, check: 0 },
    last: "0 passed, 1 failed",
    code: 1,
  },
  "a failure whose text looks like a total": {
    given: {
      junit: junit(3, 1, 0, 0, "\n&lt;testsuites tests=&quot;9&quot;&gt; 9 passed, 0 failed"),
      test: 1,
      check: 0,
    },
    last: "2 passed, 1 failed",
    code: 1,
  },
};

for (const [name, { given, last, code }] of Object.entries(cases)) {
  Deno.test({
    name: `.ci/run: ${name}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const result = await ci(given);
      assertEquals([result.lines.at(-1), result.code], [last, code]);
    },
  });
}

Deno.test({
  name: ".ci/run: runs test, then check, with the Deno that is named",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { lines } = await ci({ junit: junit(1, 0, 0), test: 0, check: 0 });
    assertEquals(lines, [
      "--yes deno@2.9.6 task test",
      "--yes deno@2.9.6 task check",
      "1 passed, 0 failed",
    ]);
  },
});

Deno.test({
  name: ".ci/run: says at the end what failed, shortened, and nothing of what passed",
  ignore: Deno.build.os === "windows",
  async fn() {
    const long = Array.from({ length: 50 }, (_, i) => `    at line ${i}`).join("\n");
    const text =
      `\n            <failure message="Uncaught Error: a &lt; b">Error: a &lt; b &amp;amp; &apos;c&apos;\n${long}</failure>`;
    const given = junit(1, 0, 0).replace("</testsuites>", "") +
      junit(2, 1, 0, 0, text).replace(`name="a"`, `name="a &quot;b&quot;"`);
    const { lines } = await ci({ junit: given, test: 1, check: 1 });
    assertEquals(lines.slice(2, 5), [
      `failed: a "b"`,
      "  Error: a < b &amp; 'c'",
      "      at line 0",
    ]);
    assertEquals(lines.slice(32), [
      "      at line 28",
      "failed: deno task check",
      "1 passed, 2 failed",
    ]);
  },
});

Deno.test(".ci/run: is executable, and names no file of a machine", async () => {
  const path = fileURLToPath(new URL("../.ci/run", import.meta.url));
  const source = await Deno.readTextFile(path);
  assertEquals(source.match(/\s\/(?!dev\/null)\w+\/.*/g), null);
  const { mode } = await Deno.stat(path);
  if (mode !== null && Deno.build.os !== "windows") assertEquals(mode & 0o111, 0o111);
});

Deno.test("CI names one version of Deno, everywhere the same", async () => {
  const named: string[] = [];
  for (const path of [".ci/run", ".github/workflows/ci.yml", ".github/workflows/release.yml"]) {
    const source = await Deno.readTextFile(new URL(`../${path}`, import.meta.url));
    named.push(
      ...[...source.matchAll(/(?:npx --yes deno@|DENO_VERSION: )(\S+)/g)].map((it) => it[1]!),
    );
  }
  assertEquals(named, ["2.9.6", "2.9.6", "2.9.6"]);
});
