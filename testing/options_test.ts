import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Folder, running } from "./child_test.ts";
import { type ExploreOptions, resolveOptions } from "./options.ts";

Deno.test("resolveOptions has defaults for everything", () => {
  const { seed, ...rest } = resolveOptions({});
  assertEquals(rest, {
    name: undefined,
    schedules: 10_000,
    maxTimeMs: 1_000,
    earlyTimers: 0,
    maxSteps: 10_000,
    strategy: "portfolio",
    state: "plain",
    mustComplete: false,
    replay: undefined,
    isReplayOwn: false,
    onDivergence: "fail",
    allowLeaks: [],
    leaks: "fail",
    afterMain: "stop",
    externalTimeoutMs: 1_000,
    granularity: "operation",
    externalGraceMs: Infinity,
    start: undefined,
    trace: undefined,
    races: "fail",
    lockOrder: "warn",
    check: undefined,
    timers: "ignore",
    maxSpins: 1_000,
    starvationBound: Infinity,
    verbose: false,
  });
  assert(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
  const seeds = new Set(Array.from({ length: 20 }, () => resolveOptions({}).seed));
  assert(seeds.size > 15, "each exploration draws another seed");
});

Deno.test("resolveOptions lets one budget lift the other, unless both are given", () => {
  const budget = (options: ExploreOptions): number[] => {
    const { schedules, maxTimeMs } = resolveOptions(options);
    return [schedules, maxTimeMs];
  };
  assertEquals(budget({ schedules: 5 }), [5, Infinity]);
  assertEquals(budget({ maxTimeMs: 5 }), [Infinity, 5]);
  assertEquals(budget({ schedules: 7, maxTimeMs: 5 }), [7, 5]);
  assertEquals(budget({ mustComplete: true }), [10_000, Infinity]);
});

Deno.test("resolveOptions takes the name of a test context, and a name before that", () => {
  assertEquals(resolveOptions({ test: { name: "a" } }).name, "a");
  assertEquals(resolveOptions({ test: { name: "a" }, name: "b" }).name, "b");
});

Deno.test("resolveOptions refuses an option it does not know, and lists those it does", () => {
  for (const key of ["schedule", "Seed", "maxTime", "toString", "__proto__x"]) {
    const error = assertThrows(() => resolveOptions({ [key]: 1 } as never), TypeError);
    assertStringIncludes(
      error.message,
      `unknown option "${key}"; the options are name, test, seed,`,
    );
  }
  for (const options of [null, 7, "random"]) {
    assertThrows(() => resolveOptions(options as never), TypeError, "expected options, got");
  }
});

Deno.test("resolveOptions refuses every number that makes no sense, naming option and value", () => {
  const bad: Record<string, readonly number[]> = {
    seed: [NaN, -1, 0.5, Infinity, 2 ** 53],
    schedules: [NaN, -1, 0, 0.5, Infinity, 2 ** 53],
    maxSteps: [NaN, -1, 0, 0.5, Infinity],
    maxTimeMs: [NaN, -1, 0],
    externalTimeoutMs: [NaN, -1, 0],
    start: [NaN, Infinity, -Infinity],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const error = assertThrows(
        () => resolveOptions({ [name]: value }),
        RangeError,
      );
      assertStringIncludes(
        error.message,
        `Cannot explore: option "${name}" is ${value}, expected `,
      );
    }
    for (const value of ["1", null, true, {}, [], 1n]) {
      assertThrows(
        () => resolveOptions({ [name]: value } as never),
        TypeError,
        `option "${name}" is `,
      );
    }
  }
});

Deno.test("resolveOptions takes the numbers at the edge", () => {
  const good: [keyof ReturnType<typeof resolveOptions>, readonly number[]][] = [
    ["seed", [0, 2 ** 32, 2 ** 53 - 1]],
    ["schedules", [1, 2 ** 53 - 1]],
    ["maxSteps", [1]],
    ["maxTimeMs", [0.5, Infinity]],
    ["externalTimeoutMs", [0.5, Infinity]],
    ["start", [0, -1, 0.5]],
  ];
  for (const [name, values] of good) {
    for (const value of values) assertEquals(resolveOptions({ [name]: value })[name], value);
  }
});

Deno.test("resolveOptions refuses what is no number of a kind: names, lists, choices", () => {
  const bad: [string, readonly unknown[], string][] = [
    ["strategy", ["fast", "", 1, null, {}, { begin() {} }], "one of portfolio, random, "],
    ["mustComplete", ["yes", 1, null], "true or false"],
    ["verbose", ["yes", 0], "true or false"],
    ["replay", ["", 5, null], "a token"],
    ["onDivergence", ["stop", true], '"fail" or "continue"'],
    ["leaks", ["allow", false], '"fail" or "ignore"'],
    ["afterMain", ["wait", null], '"stop" or "run"'],
    ["allowLeaks", ["worker", [1], {}, null], "a list of names"],
    ["trace", ["", true], "a file name"],
    ["name", [7, null, {}], "a text"],
  ];
  for (const [name, values, expected] of bad) {
    for (const value of values) {
      if (name === "name" && value === null) continue; // taken for missing, as `test?.name` would be
      const error = assertThrows(() => resolveOptions({ [name]: value } as never), TypeError);
      assertStringIncludes(error.message, `Cannot explore: option "${name}" is `);
      assertStringIncludes(error.message, expected);
    }
  }
});

Deno.test("resolveOptions takes undefined for not given", () => {
  const none = Object.fromEntries(
    ["name", "test", "seed", "schedules", "strategy", "replay", "allowLeaks", "start", "trace"].map(
      (
        name,
      ) => [name, undefined],
    ),
  );
  const { seed: _, ...settings } = resolveOptions(none as ExploreOptions);
  const { seed: __, ...defaults } = resolveOptions({});
  assertEquals(settings, defaults);
});

// --- flags and variables, each in a fresh process ---

const SCRIPT = `
import { resolveOptions } from "PACKAGE/testing/options.ts";
const code = { seed: 1, schedules: 10, maxTimeMs: 5, strategy: "random", trace: "code.txt", replay: "s1::code" };
try {
  console.log(JSON.stringify(resolveOptions(Deno.args.includes("nothing-in-code") ? {} : code), (_, value) => value === Infinity ? "Infinity" : value));
} catch (error) {
  console.log(error.name + ": " + error.message);
}
`;

type Case = readonly [args: readonly string[], env: Readonly<Record<string, string>>];

/** What resolveOptions gives, or its error, in processes of its own, two at a time. */
async function resolveAll(
  cases: readonly Case[],
  permissions: readonly string[] = ["--allow-env"],
): Promise<string[]> {
  using folder = new Folder({ "script.ts": SCRIPT });
  const results: string[] = [];
  const rest = [...cases.entries()];
  const work = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const [at, [args, env]] = next;
      const { code, stdout, stderr } = await folder.deno(
        running("--no-prompt", ...permissions, "script.ts", ...args),
        env,
      );
      assertEquals([code, stderr], [0, ""]);
      results[at] = stdout.trim();
    }
  };
  await Promise.all([work(), work()]);
  return results;
}

const SCRIPT_OF_MANY = `
import process from "node:process";
import cases from "./cases.json" with { type: "json" };
import { resolveOptions } from "PACKAGE/testing/options.ts";
console.log(JSON.stringify(cases.map(([args, env]) => {
  process.argv.splice(2, Infinity, ...args);
  Object.assign(process.env, env);
  try {
    return JSON.stringify(resolveOptions({}));
  } catch (error) {
    return error.name + ": " + error.message;
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
})));
`;

/** What resolveOptions gives, or its error, case by case in one process: starting one takes ten times as long as that. */
async function resolveInTurn(cases: readonly Case[]): Promise<string[]> {
  using folder = new Folder({
    "script.ts": SCRIPT_OF_MANY,
    "cases.json": JSON.stringify(cases),
  });
  const { code, stdout, stderr } = await folder.deno(running("--allow-env", "script.ts"));
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

Deno.test("resolveOptions: a flag beats a variable, a variable beats the code, the code beats the default", async () => {
  const variables = {
    INTERLEAVE_SEED: "2",
    INTERLEAVE_SCHEDULES: "20",
    INTERLEAVE_MAX_TIME: "7s",
    INTERLEAVE_STRATEGY: "pct",
    INTERLEAVE_TRACE: "variable.txt",
    INTERLEAVE_REPLAY: "s1::variable",
  };
  const flags = [
    "--seed=3",
    "--schedules=30",
    "--max-time=1.5m",
    "--strategy=exhaustive",
    "--trace=flag.txt",
    "--replay=s1::flag",
    "--unknown=1",
  ];
  const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, ""]));
  const results = await resolveAll([
    [[], {}],
    [[], variables],
    [flags, variables],
    [[], empty],
    [flags.map((flag) => flag.replace(/=.*/, "=")), variables],
    [["--seed=8", "--seed=9"], {}],
    [["--verbose"], {}],
    [["nothing-in-code", "--schedules=1_000"], {}],
    [["nothing-in-code"], { INTERLEAVE_MAX_TIME: "250" }],
  ]);
  const parsed = results.map((text) => JSON.parse(text));
  const pick = (
    { seed, schedules, maxTimeMs, strategy, trace, replay, isReplayOwn }: Record<string, unknown>,
  ) => [seed, schedules, maxTimeMs, strategy, trace, replay, isReplayOwn];
  const code = [1, 10, 5, "random", "code.txt", "s1::code", true];
  const variable = [2, 20, 7_000, "pct", "variable.txt", "s1::variable", false];
  assertEquals(pick(parsed[0]), code);
  assertEquals(pick(parsed[1]), variable);
  assertEquals(pick(parsed[2]), [3, 30, 90_000, "exhaustive", "flag.txt", "s1::flag", false]);
  assertEquals(pick(parsed[3]), code, "empty is unset");
  assertEquals(pick(parsed[4]), variable, "an empty flag is unset");
  assertEquals(parsed[5].seed, 9, "the last flag counts");
  assertEquals([parsed[0].verbose, parsed[6].verbose], [false, true]);
  assertEquals([parsed[7].schedules, parsed[7].maxTimeMs], [1_000, "Infinity"]);
  assertEquals([parsed[8].schedules, parsed[8].maxTimeMs], ["Infinity", 250]);
});

Deno.test("resolveOptions names the source of a value it cannot read", async () => {
  const bad: [flag: string, variable: string, values: readonly string[], expected: string][] = [
    ["--seed", "INTERLEAVE_SEED", ["x", "-1", "0.5", "1e99"], "a whole number from 0"],
    ["--schedules", "INTERLEAVE_SCHEDULES", ["10k", "0", "-5", "1.5"], "a whole number from 1"],
    ["--max-time", "INTERLEAVE_MAX_TIME", ["soon", "0", "-1s", "5d"], "a duration such as"],
    ["--strategy", "INTERLEAVE_STRATEGY", ["fast", "Random"], "one of portfolio, random"],
  ];
  const cases = bad.flatMap(([flag, variable, values]) =>
    values.map((value, i) =>
      i % 2 === 0 ? [[`${flag}=${value}`], {}] as const : [[], { [variable]: value }] as const
    )
  );
  const results = await resolveInTurn(cases);
  const expected = bad.flatMap(([flag, variable, values, expected]) =>
    values.map((value, i) =>
      `TypeError: ${i % 2 === 0 ? flag : variable} is ${
        JSON.stringify(value)
      }, expected ${expected}`
    )
  );
  results.forEach((result, i) => assertStringIncludes(result, expected[i] as string));
});

Deno.test("resolveOptions reads flags without permission, and variables only if it has it", async () => {
  const variables = {
    INTERLEAVE_SEED: "2",
    INTERLEAVE_SCHEDULES: "20",
    INTERLEAVE_REPLAY: "s1::x",
  };
  const [none, one] = await Promise.all([
    resolveAll([[["--strategy=pct"], variables]], []),
    resolveAll([[[], variables]], ["--allow-env=INTERLEAVE_SEED"]),
  ]);
  const { seed, schedules, strategy, replay } = JSON.parse(none[0] as string);
  assertEquals([seed, schedules, strategy, replay], [1, 10, "pct", "s1::code"]);
  const settings = JSON.parse(one[0] as string);
  assertEquals([settings.seed, settings.schedules], [2, 10]);
});
