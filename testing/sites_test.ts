import { assert, assertEquals, assertMatch } from "@std/assert";
import { assignedName, parseStack, Stack, toCommandSite, toSite } from "./sites.ts";

const here = import.meta.url;

// --- parsing ---

Deno.test("parseStack reads the frames V8 writes: functions, methods, async, anonymous", () => {
  const stack = `Error: at the top
    at load (${here}:10:5)
    at async Cache.get (${here}:20:7)
    at new Pool (${here}:30:9)
    at Object.query (${here}:40:11)
    at Pool.take [as acquire] (${here}:50:13)
    at ${here}:60:15
    at async ${here}:70:17
    at async Promise.all (index 0)
    at Array.map (<anonymous>)`;
  assertEquals(
    parseStack(stack).map(({ functionName, line, column }) => [functionName, line, column]),
    [
      ["load", 10, 5],
      ["Cache.get", 20, 7],
      ["Pool", 30, 9],
      ["query", 40, 11],
      ["Pool.take", 50, 13],
      ["", 60, 15],
      ["", 70, 17],
    ],
  );
});

Deno.test("parseStack makes addresses of the paths in frames of Bun and of modules of CommonJS", () => {
  const stack = "Error\n    at load (/home/me/a b.cjs:3:4)\n    at /home/me/main.ts:5:6";
  const [load, main] = parseStack(stack);
  assertMatch(load?.url as string, /^file:\/\/.*\/home\/me\/a%20b\.cjs$/);
  assertMatch(main?.url as string, /^file:\/\/.*\/home\/me\/main\.ts$/);
  assertEquals([load?.line, main?.line], [3, 5]);
});

Deno.test("parseStack leaves out the platform and this package, but not its tests", () => {
  const root = new URL("../", here).href;
  const stack = [
    "Error",
    `    at perform (${root}testing/explorer.ts:1:1)`,
    `    at lock (${root}sync/mutex.ts:2:1)`,
    `    at sleep (${root}runtime/sleep.ts:3:1)`,
    `    at test (${root}sync/mutex_test.ts:4:1)`,
    `    at bench (${root}testing/explorer_bench.ts:5:1)`,
    `    at run (${root}sync/conformance/sieve_test.ts:6:1)`,
    `    at demo (${root}examples/demo.ts:7:1)`,
    "    at next (ext:core/01_core.js:8:1)",
    "    at tick (node:internal/process:9:1)",
    "    at user (file:///home/user/a.ts:10:1)",
    "    at remote (https://example.com/x/mod.ts:11:1)",
    "    at plain (/home/user/b.js:12:1)",
    "    at windows (C:\\\\code\\\\c.ts:13:1)",
  ].join("\n");
  assertEquals(parseStack(stack).map(({ line }) => line), [4, 5, 6, 7, 10, 11, 12, 13]);
});

Deno.test("parseStack reads anything without throwing", () => {
  for (const text of ["", "Error", "at", "    at (", "    at x (a:b:c)", "\n\n", "    at :1:1"]) {
    assertEquals(parseStack(text), []);
  }
});

// --- capturing ---

function capture(): Stack {
  return new Stack(); // captured
}

Deno.test("Stack knows the place of its caller first, and who called that", () => {
  const stack = capture();
  assertEquals(stack.top?.url, here);
  assertEquals(stack.top?.functionName, "capture");
  assertMatch(
    toSite(stack.top as NonNullable<typeof stack.top>).source ?? "",
    /return new Stack\(\); \/\/ captured/,
  );
  assert(stack.frames.length >= 2);
});

Deno.test("Stack leaves the limit of stacks as it was, and needs not be parsed at once", () => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 3;
  try {
    const deep = (depth: number): Stack => depth === 0 ? new Stack() : deep(depth - 1);
    const stack = deep(12);
    assertEquals(Error.stackTraceLimit, 3);
    assert(stack.frames.length >= 12);
    assertEquals(new Stack(1).frames.length, 1);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});

Deno.test("toSite makes files below the working directory relative, and gives the text of the line", () => {
  const raw = { url: here, line: 1, column: 1, functionName: "" };
  const site = toSite(raw);
  assertMatch(site.file, /sites_test\.ts$/);
  assert(!site.file.startsWith("/") && !site.file.startsWith("file:"));
  assertMatch(site.source ?? "", /^import .* from "@std\/assert";$/);
  assertEquals(toCommandSite(raw), site);
  assertEquals(
    toSite({ ...raw, url: "https://example.com/a.ts" }).file,
    "https://example.com/a.ts",
  );
  assertEquals("source" in toSite({ ...raw, line: 1_000_000 }), false);
});

// --- names ---

/** What `new` at the mark ▲ is assigned to. The line is written to a file, since only files are read. */
function nameIn(line: string): string | undefined {
  const path = Deno.makeTempFileSync({ suffix: ".ts" });
  try {
    const column = line.indexOf("▲") + 1;
    assert(column > 0, line);
    Deno.writeTextFileSync(path, `// first line\n${line.replace("▲", "")}\n`);
    return assignedName({ url: new URL(`file://${path}`).href, line: 2, column, functionName: "" });
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("assignedName reads the variable, field or property that something new is assigned to", () => {
  const cases: [string, string | undefined][] = [
    ["const mu = ▲new Mutex();", "mu"],
    ["  let jobs = ▲new Channel<number>(3);", "jobs"],
    ["var $x_1 = ▲new Mutex();", "$x_1"],
    ["const mu: Mutex = ▲new Mutex();", "mu"],
    ["const größe = ▲new Mutex();", "größe"],
    ["  #mu = ▲new Mutex();", "mu"],
    ["  readonly #mu = ▲new Mutex();", "mu"],
    ["  readonly mu: Mutex = ▲new Mutex();", "mu"],
    ["    this.mu = ▲new Mutex();", "mu"],
    ["    this.#mu = ▲new Mutex();", "mu"],
    ["    cache.lock = ▲new Mutex();", "lock"],
    ["  return { mu: ▲new Mutex() };", "mu"],
    ["const a = 1, b = ▲new Mutex();", "b"],
    ["const pool = await ▲open();", "pool"],
    ["const x=▲new Mutex();", "x"],
    ["function f(mu = ▲new Mutex()) {}", "mu"],
    ["  return ▲new Mutex();", undefined],
    ["use(▲new Mutex());", undefined],
    ["const [a, b] = [▲new Mutex(), new Mutex()];", undefined],
    ["if (a === ▲b) {}", undefined],
    ["const same = a == ▲b;", undefined],
    ["const f = () => ▲new Mutex();", undefined],
    ["▲new Mutex();", undefined],
    ["const notIt = 1; ▲new Mutex();", undefined],
  ];
  for (const [line, name] of cases) assertEquals(nameIn(line), name, line);
});

Deno.test("assignedName knows nothing of lines that cannot be read", () => {
  assertEquals(
    assignedName({ url: "https://example.com/a.ts", line: 1, column: 9, functionName: "" }),
    undefined,
  );
  assertEquals(
    assignedName({ url: here, line: 1_000_000, column: 9, functionName: "" }),
    undefined,
  );
});
