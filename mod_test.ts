// Holds the package to its architecture: imports point down, runtime/ and sync/ stay on the common platform, and the
// public surface is exactly what is listed here.
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  checkDocImports,
  checkGlobals,
  checkImports,
  checkNames,
  checkReadmes,
  CLOCK_FILES,
  findCycle,
  importsOf,
  resolve,
} from "./tools/import_rules.ts";
import { projectFiles, readProjectFile } from "./tools/project_files.ts";
import { fences, scan } from "./tools/scan.ts";
import config from "./deno.json" with { type: "json" };

// ── PUBLIC SURFACE, one entry point each. To change it on purpose, paste what the failing test prints. ──
const SURFACE: Record<keyof typeof config.exports, { values: string; types: string }> = {
  ".": {
    values: `
      CanceledError Channel ClosedError Cond ContextKey DeadlineExceededError ErrGroup
      GoroutinePanic Mutex Once RWMutex RateLimiter Semaphore SingleFlight Sometimes Subscription
      TaskPool Ticker Timer WaitGroup after afterFunc background callAfter cause channelFrom dump
      events every forEach go goexit goroutines mapEach mapStream now numGoroutine onceFunc
      onceValue select sendAll sleep tick toReadableStream toWritableStream todo trySelect
      withCancel withDeadline withSignal withTimeout withValue withoutCancel yieldNow
    `,
    types: `
      CallTimer CancelContext Cancellation ChannelFromOptions Context DeadlineOptions
      GoroutineInfo Locker MapEachOptions MapStreamOptions ReadableStreamOptions ReceiveChannel
      Receiving Reservation SelectCases SelectDefault Selected SelectedCase SendChannel SendTarget
      Sending SingleFlightResult SometimesOptions Source SubscriptionOptions TaskOptions
      TaskPoolOptions WritableStreamOptions
    `,
  },
  "./runtime": {
    values: `
      GoroutinePanic Operation Resource Timer WaitQueue Waiter current dump go goexit goroutines
      isGoexit now numGoroutine performCancellable sleep touch yieldNow
    `,
    types: `
      Access Cancellation GoroutineEnd GoroutineInfo Scheduler
    `,
  },
  "./sync": {
    values: `
      CanceledError Channel ClosedError Cond ContextKey DeadlineExceededError ErrGroup Mutex Once
      RWMutex RateLimiter Semaphore SingleFlight Sometimes Subscription TaskPool Ticker Timer
      WaitGroup after afterFunc background callAfter cause channelFrom events every forEach
      mapEach mapStream onceFunc onceValue select sendAll tick toReadableStream toWritableStream
      todo trySelect withCancel withDeadline withSignal withTimeout withValue withoutCancel
    `,
    types: `
      CallTimer CancelContext ChannelFromOptions Context DeadlineOptions Locker MapEachOptions
      MapStreamOptions ReadableStreamOptions ReceiveChannel Receiving Reservation SelectCases
      SelectDefault Selected SelectedCase SendChannel SendTarget Sending SingleFlightResult
      SometimesOptions Source SubscriptionOptions TaskOptions TaskPoolOptions
      WritableStreamOptions
    `,
  },
  "./platform": {
    values: `
      notify notifyContext trackGoroutines
    `,
    types: `
      SignalName
    `,
  },
  "./testing": {
    values: `
      History ScheduleError Shared choose eventually explore linearizable never random settled
      shared sometimes virtualTime wrap
    `,
    types: `
      Call Candidates DivergenceRecord EventRecord ExploreOptions ExploreResult Failure
      FailureKind GoroutineRecord LeakFilter LeftoverTimer LinearizableOptions LinearizableVerdict
      LockEdgeRecord Model PendingRecord Question RaceAccessRecord RaceRecord ResourceRecord
      ScheduleRecord SharedOptions Site StepRecord Strategy StrategyName UntakenCase
      VirtualTimeOptions WrapOptions
    `,
  },
  "./lint": { values: `default`, types: `` },
  "./testing/preload": { values: ``, types: `` },
  "./testing/fast-check": {
    values: `
      Schedule schedules
    `,
    types: `
      FastCheckLike ScheduleArbitrary ScheduleOptions
    `,
  },
};
// ── end of the public surface ──

const root = new URL(".", import.meta.url);

const files = projectFiles();
const modules = files.filter((file) => file.endsWith(".ts")).map((file) => {
  const tokens = scan(readProjectFile(file));
  return { file, tokens, imports: importsOf(tokens) };
});

/** The imports of all code fences in `prose`, with the lines of the file. */
function docImports(prose: string, firstLine = 1) {
  return fences(prose, firstLine).flatMap(({ code, line }) =>
    importsOf(scan(code)).map((it) => ({ ...it, line: line + it.line - 1 }))
  );
}

Deno.test("imports point down: architecture's table holds for every module", () => {
  assertEquals(modules.flatMap(({ file, imports }) => checkImports(file, imports)), []);
});

Deno.test("doc examples import only what a reader can import", () => {
  const inCode = modules.filter(({ file }) => !file.endsWith("_test.ts")).flatMap((
    { file, tokens },
  ) =>
    tokens.filter(({ kind }) => kind === "doc").flatMap(({ text, line }) =>
      checkDocImports(file, docImports(text, line))
    )
  );
  const inProse = files.filter((file) => file.endsWith(".md")).flatMap((file) =>
    checkDocImports(file, docImports(readProjectFile(file)))
  );
  assertEquals([...inCode, ...inProse], []);
});

Deno.test("no cycles: no module imports itself, however far around", () => {
  const graph = new Map(modules.map(({ file, imports }) => [
    file,
    imports.filter((it) => !it.typeOnly).flatMap((it) => resolve(file, it.specifier) ?? []),
  ]));
  assertEquals(findCycle(graph), undefined);
});

Deno.test("runtime and sync ask the scheduler, and run on every platform", () => {
  assertEquals(modules.flatMap(({ file, tokens }) => checkGlobals(file, tokens)), []);
  assertEquals(CLOCK_FILES.filter((file) => !files.includes(file)), [], "exempt, but gone");
});

Deno.test("every file is named after its concept, every folder says what it is for", () => {
  assertEquals([...checkNames(files), ...checkReadmes(files)], []);
});

for (const [entry, path] of Object.entries(config.exports)) {
  Deno.test(`public surface of ${config.name}${entry.slice(1)} is exactly as listed`, async () => {
    const { values = "", types = "" } = SURFACE[entry as keyof typeof SURFACE] ?? {};
    const actual = await surfaceOf(path);
    const listed = { values: names(values), types: names(types) };
    assertEquals(actual, listed, `paste into mod_test.ts:\n${pasteable(entry, actual)}`);
    assertEquals(Object.keys(await import(new URL(path, root).href)).sort(), actual.values);
  });
}

interface Surface {
  values: string[];
  types: string[];
}

/** The names an entry point exports; a name that is both a value and a type counts as a value. */
async function surfaceOf(path: string): Promise<Surface> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", path],
    cwd: fileURLToPath(root),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  type Docs = {
    nodes: Record<string, { symbols: { name: string; declarations: { kind: string }[] }[] }>;
  };
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as Docs;
  const symbols = Object.values(nodes).flatMap((it) => it.symbols);
  const isType = ({ declarations }: typeof symbols[number]) =>
    declarations.every(({ kind }) => kind === "interface" || kind === "typeAlias");
  return {
    values: symbols.filter((it) => !isType(it)).map((it) => it.name).sort(),
    types: symbols.filter(isType).map((it) => it.name).sort(),
  };
}

function names(list: string): string[] {
  return list.split(/\s+/).filter((name) => name !== "").sort();
}

/** An entry of `SURFACE` with lines of at most 100 columns. */
function pasteable(entry: string, { values, types }: Surface): string {
  const list = (all: string[]) => {
    const lines = [""];
    for (const name of all) {
      if (`      ${lines.at(-1)} ${name}`.length > 98) lines.push("");
      lines[lines.length - 1] = `${lines.at(-1)} ${name}`.trim();
    }
    return lines.map((line) => `\n      ${line}`).join("");
  };
  return `  "${entry}": {\n    values: \`${list(values)}\n    \`,\n    types: \`${
    list(types)
  }\n    \`,\n  },`;
}

// The rules themselves, with inputs they must refuse.

const imports = (source: string) => importsOf(scan(source)).map((it) => it.specifier);

Deno.test("importsOf: finds every form of import and re-export", () => {
  assertEquals(
    imports(`
      import a from "./a.ts";
      import b, { c as d, type E } from './b.ts';
      import * as f from "./f.ts";
      import "./g.ts";
      import type { H } from "./h.ts";
      import i from "./i.json" with { type: "json" };
      export { j } from "./j.ts";
      export type { K } from "./k.ts";
      export * from "./l.ts";
      export * as m from "./m.ts";
      const n = await import("./n.ts");
      type O = typeof import("./o.ts");
      import {
        // a comment
        p, /* another "from" */
      } from "./p.ts";
    `),
    [..."abfghijklmnop"].map((it) => it === "i" ? "./i.json" : `./${it}.ts`),
  );
});

Deno.test("importsOf: is not fooled by comments, strings, templates, regular expressions and methods", () => {
  assertEquals(
    imports(`
      // import "./a.ts";
      /* import "./b.ts"; */
      /** import "./c.ts"; */
      const d = 'import "./d.ts"';
      const e = \`import "./e.ts"; \${f(\`\${{ g: '}' }.g} import "./g.ts"\`)} import "./h.ts"\`;
      const i = /import "[/"]\\/j.ts"/.test(d) || 1 / 2 / 3;
      k.import("./k.ts");
      export const from = "./l.ts";
      export { d };
      export class M { }
      export function n(from = "./n.ts") {}
      import.meta.url;
    `),
    [],
  );
});

Deno.test("importsOf: gives lines, and tells types and stars apart", () => {
  assertEquals(importsOf(scan(`\nimport type { A } from "a";\n/* 3\n4 */ export * from "b";`)), [
    { specifier: "a", line: 2, typeOnly: true, star: false },
    { specifier: "b", line: 4, typeOnly: false, star: true },
  ]);
  assertEquals(importsOf(scan(`export type * from "a"; import { type B } from "b";`)), [
    { specifier: "a", line: 1, typeOnly: true, star: true },
    { specifier: "b", line: 1, typeOnly: false, star: false },
  ]);
});

Deno.test("checkImports: every arrow that the table lacks is a violation", () => {
  const refused: [file: string, specifier: string][] = [
    ["runtime/go.ts", "../sync/channel.ts"],
    ["runtime/go.ts", "../testing/explore.ts"],
    ["runtime/go.ts", "../mod.ts"],
    ["runtime/go.ts", "node:process"],
    ["runtime/go.ts", "npm:fast-check@4"],
    ["runtime/go.ts", "@interleave/go"],
    ["sync/mutex.ts", "../testing/explore.ts"],
    ["sync/mutex.ts", "@std/async"],
    ["testing/explore.ts", "../sync/mutex.ts"],
    ["testing/explore.ts", "fast-check"],
    ["testing/explore.ts", "./fast_check.ts"],
    ["testing/report/lanes.ts", "../../sync/mutex.ts"],
    ["testing/fast_check.ts", "../sync/mutex.ts"],
    ["testing/fast_check.ts", "@std/assert"],
    ["mod.ts", "./testing/mod.ts"],
    ["mod.ts", "./platform/mod.ts"],
    ["mod.ts", "node:process"],
    ["sync/mutex.ts", "../platform/signals.ts"],
    ["platform/signals.ts", "../testing/explore.ts"],
    ["platform/signals.ts", "node:fs"],
    ["examples/demo.ts", "../mod.ts"],
    ["examples/demo.ts", "@interleave/go/runtime/scheduler.ts"],
    ["examples/demo.ts", "npm:p-queue"],
    ["elsewhere/a.ts", "./b.ts"],
    ["stray.ts", "./mod.ts"],
  ];
  for (const [file, specifier] of refused) {
    const found = checkImports(file, importsOf(scan(`import "${specifier}";`)));
    assertEquals(found.length, 1, `${file} may import ${specifier}`);
  }
});

Deno.test("checkImports: every arrow of the table is allowed", () => {
  const allowed: [file: string, specifier: string][] = [
    ["runtime/go.ts", "./current.ts"],
    ["sync/mutex.ts", "../runtime/operation.ts"],
    ["sync/mutex.ts", "./errors.ts"],
    ["platform/signals.ts", "node:process"],
    ["platform/signals.ts", "../sync/subscription.ts"],
    ["testing/explore.ts", "../runtime/current.ts"],
    ["testing/explore.ts", "node:async_hooks"],
    ["testing/report/lanes.ts", "../trace.ts"],
    ["testing/fast_check.ts", "fast-check"],
    ["testing/fast_check.ts", "./explore.ts"],
    ["mod.ts", "./sync/mod.ts"],
    ["examples/demo.ts", "@interleave/go/testing"],
    ["examples/demo.ts", "@interleave/go/platform"],
    ["examples/demo.ts", "@std/async/delay"],
    ["examples/demo.ts", "./cache.ts"],
    ["runtime/go_test.ts", "../testing/explore.ts"],
    ["sync/mutex_bench.ts", "npm:async-mutex"],
    ["tools/bench.ts", "../sync/mutex.ts"],
  ];
  for (const [file, specifier] of allowed) {
    assertEquals(checkImports(file, importsOf(scan(`import "${specifier}";`))), []);
  }
});

Deno.test("checkImports: says the file, the line, what it imports and what it may", () => {
  assertEquals(
    checkImports("mod.ts", importsOf(scan(`\nexport { explore } from "./testing/mod.ts";`))),
    [
      'mod.ts:2 imports "./testing/mod.ts", but mod.ts may import runtime/ and sync/ only',
    ],
  );
  assertEquals(checkImports("sync/a_test.ts", importsOf(scan(`export * from "./b.ts";`))), [
    'sync/a_test.ts:1 says export * from "./b.ts": list the names',
  ]);
});

Deno.test("checkDocImports: fences in doc comments and READMEs obey, those marked ignore are left out", () => {
  const doc = [
    "/**",
    " * ```ts",
    ' * import { go } from "@interleave/go";',
    ' * import { now } from "./sleep.ts";',
    " * ```",
    " * ```ts ignore",
    ' * import Queue from "p-queue";',
    " * ```",
    " */",
  ].join("\n");
  assertEquals(checkDocImports("runtime/go.ts", docImports(doc, 10)), [
    'runtime/go.ts:13 imports "./sleep.ts", but a doc example may import public specifiers, @std/*, fast-check and examples/ only',
  ]);
  assertEquals(checkDocImports("README.md", docImports('```ts\nimport "npm:x";\n```\n')).length, 1);
  assertEquals(checkDocImports("README.md", docImports('```sh\nimport "npm:x";\n```\n')), []);
});

Deno.test("checkGlobals: clocks, chance and the platform are reported, in runtime and sync alone", () => {
  const uses = (file: string, code: string) => checkGlobals(file, scan(code)).length;
  for (
    const code of [
      "Date.now()",
      "new Date()",
      "performance.now()",
      "setTimeout(f, 1)",
      "globalThis.setTimeout(f, 1)",
      "const { setImmediate } = globalThis;",
      "Math.random()",
      "AbortSignal.timeout(1)",
      "Deno.env",
      "process.nextTick(f)",
    ]
  ) {
    assertEquals(uses("sync/mutex.ts", code), 1, code);
    assertEquals(uses("sync/mutex_test.ts", code), 0, code);
    assertEquals(uses("testing/explore.ts", code), 0, code);
    assertEquals(uses("runtime/event_loop.ts", code), /Deno|process/.test(code) ? 1 : 0, code);
  }
  for (
    const code of [
      "// Date.now()",
      '"Deno.env"',
      "Math.max(1)",
      "state.performance",
      "AbortSignal.any([])",
    ]
  ) {
    assertEquals(uses("sync/mutex.ts", code), 0, code);
  }
});

Deno.test("checkNames and checkReadmes: dumping grounds and folders without a note are reported", () => {
  const bad = ["sync/utils.ts", "types.ts", "runtime/helpers_test.ts", "testing/util.ts"];
  assertEquals(
    checkNames([...bad, "testing/shared.ts", "runtime/scheduler.ts"]).length,
    bad.length,
  );
  assertEquals(checkReadmes(["README.md", "mod.ts", "sync/mutex.ts", "docs/a.md"]), [
    "sync/ has no README.md",
  ]);
});

Deno.test("findCycle: finds a cycle at the end of a path, and none in a diamond", () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));
  assertEquals(findCycle(graph({ a: ["b"], b: ["c"], c: ["d"], d: ["b"] })), ["b", "c", "d"]);
  assertEquals(findCycle(graph({ a: ["a"] })), ["a"]);
  assertEquals(findCycle(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })), undefined);
});

Deno.test("resolve: a path is relative to the importing file, anything else is no file", () => {
  assertEquals(resolve("testing/report/a.ts", "../../runtime/b.ts"), "runtime/b.ts");
  assertEquals(resolve("mod.ts", "./sync/mod.ts"), "sync/mod.ts");
  assertEquals(["node:path", "@std/assert", "fast-check"].map((it) => resolve("mod.ts", it)), [
    undefined,
    undefined,
    undefined,
  ]);
});
