/**
 * Part "bugs": kernels of real bugs. Each must be found, as the bug that it is, within 1,000 schedules by default; its
 * schedule must fail alike every time; and nothing must be found in the fixed form.
 *
 * @module
 */

import type { Kernel, Orders } from "../../examples/bugs/kernel.ts";
import { KERNELS } from "../../examples/bugs/kernels.ts";
import { check, CHECKS, FIRST_TO_PASS, VERSIONS } from "../../examples/bugs/js/js_11_queue.ts";
import { problemOf } from "../../examples/bugs/verdict.ts";
import { exclusively } from "../../testing/exclusive.ts";
import { Exhaustive } from "../../testing/exhaustive.ts";
import { Exploration } from "../../testing/exploration.ts";
import { explore } from "../../testing/explore.ts";
import { type ExploreOptions, resolveOptions } from "../../testing/options.ts";
import { Pct } from "../../testing/pct.ts";
import { RandomWalk } from "../../testing/random.ts";
import { ScheduleError } from "../../testing/schedule_error.ts";
import type { Strategy } from "../../testing/strategy.ts";
import type { Part, PartOptions, Row } from "./part.ts";

/** A bug must be found within so many schedules, from every seed; the fixed form is run as often. */
const SCHEDULES = 1_000;

/** The classes, as the corpus calls them. */
const CLASSES = {
  "always": "ALWAYS",
  "in some schedules": "SCHED",
  "with early timers": "CLOCK",
  "happens-before": "HB",
} as const satisfies Record<Kernel["shows"], string>;

/** What one seed has found. */
interface Found {
  /** What kind of failure; undefined if there was none. */
  readonly kind?: string;
  /** Schedules until then; Infinity if it was not found. */
  readonly schedules: number;
  readonly preemptions: number;
  readonly token: string;
  readonly replaysAlike: boolean;
  readonly problem?: string | undefined;
}

/** What is known about a kernel. */
interface Result {
  readonly kernel: Kernel;
  readonly found: readonly Found[];
}

/** The part. */
export const bugs: Part = {
  name: "bugs",
  description: "bugs of Go and JavaScript projects: schedules to the first failure, of 1,000",
  async *rows(options: PartOptions): AsyncGenerator<Row> {
    const started = performance.now();
    const kernels = KERNELS.filter((kernel) => titleOf(kernel).includes(options.filter));
    const results: Result[] = [];
    for (const [i, kernel] of kernels.entries()) {
      options.progress(`${i + 1} of ${kernels.length}, ${titleOf(kernel)}`);
      const problem = cannotRun(kernel);
      if (problem !== undefined) {
        results.push({ kernel, found: [] });
        yield { name: titleOf(kernel), columns: { class: CLASSES[kernel.shows] }, problem };
        continue;
      }
      const { found, row } = await examine(kernel, options.seeds);
      results.push({ kernel, found });
      yield row;
    }
    if (titleOf({ id: "JS-11", name: "table" }).includes(options.filter)) yield await queueTable();
    if (kernels.length > 1) yield* summary(results, performance.now() - started);
  },
};

function titleOf({ id, name }: Pick<Kernel, "id" | "name">): string {
  return `${id} ${name}`;
}

/** Why the kernel cannot be explored at all. */
function cannotRun({ options = {} }: Kernel): string | undefined {
  try {
    resolveOptions(options);
    return undefined;
  } catch (error) {
    return String((error as Error).message);
  }
}

async function examine(kernel: Kernel, seeds: number): Promise<{ found: Found[]; row: Row }> {
  const found: Found[] = [];
  for (let seed = 1; seed <= seeds; seed++) found.push(await find(kernel, seed));
  const random = await firsts(kernel, seeds, (seed) => new RandomWalk(seed));
  const pct = await firsts(kernel, seeds, (seed) => new Pct(seed, 3));
  const exhaustive = await firsts(kernel, 1, () => new Exhaustive());
  const control = await runFixed(kernel);
  const orders = kernel.orders && await countOrders(kernel, kernel.orders);
  const hits = found.filter(({ schedules }) => schedules < Infinity);
  const alike = hits.filter(({ replaysAlike }) => replaysAlike).length;

  const problems = [...new Set(found.map(({ problem }) => problem))].filter((it) =>
    it !== undefined
  );
  if (kernel.witness !== undefined) {
    const problem = problemOf(kernel, await thrownBy(kernel, { replay: kernel.witness }));
    if (problem !== undefined) problems.push(`its witness: ${problem}`);
  } else if (hits.length < seeds) problems.push(`found by ${hits.length} of ${seeds} seeds`);
  if (alike < hits.length) problems.push(`${hits.length - alike} replays differ`);
  problems.push(...control.problems, ...orders?.problems ?? []);
  const row: Row = {
    name: titleOf(kernel),
    columns: {
      class: CLASSES[kernel.shows],
      kind: [...new Set(hits.map(({ kind }) => kind))].join(" | ") || "-",
      default: describe(found.map(({ schedules }) => schedules)),
      random: describe(random),
      PCT3: describe(pct),
      exhaustive: describe(exhaustive),
      preemptions: hits.length === 0 ? "-" : median(hits.map(({ preemptions }) => preemptions)),
      token: hits.length === 0 ? "-" : median(hits.map(({ token }) => token.length)),
      replays: hits.length === 0 ? "-" : `${alike}/${hits.length}`,
      control: control.text,
      orders: orders?.text ?? "",
    },
    ...(problems.length > 0 ? { problem: problems.join("; ") } : {}),
  };
  return { found, row };
}

/** Explores the buggy form by default, and replays what is found. */
async function find(kernel: Kernel, seed: number): Promise<Found> {
  const thrown = await thrownBy(kernel, { seed, schedules: SCHEDULES });
  const missed = { schedules: Infinity, preemptions: 0, token: "", replaysAlike: true };
  if (thrown === undefined) return missed;
  const problem = problemOf(kernel, thrown);
  if (!(thrown instanceof ScheduleError)) return { ...missed, problem };
  const again = await thrownBy(kernel, { replay: thrown.schedule });
  return {
    kind: thrown.kind,
    schedules: Number(/schedule ([0-9,]+) of/.exec(thrown.message)?.[1]?.replaceAll(",", "")),
    preemptions: thrown.trace.steps.filter(({ isPreemption }) => isPreemption).length,
    token: thrown.schedule,
    replaysAlike: again instanceof ScheduleError && again.kind === thrown.kind &&
      JSON.stringify(again.trace.events) === JSON.stringify(thrown.trace.events),
    problem,
  };
}

function thrownBy(kernel: Kernel, options: ExploreOptions): Promise<unknown> {
  return explore(kernel.buggy, { ...kernel.options, name: kernel.id, ...options })
    .then(() => undefined, (error: unknown) => error);
}

/** Schedules until the first failure, per seed, without reports. */
async function firsts(
  kernel: Kernel,
  seeds: number,
  strategyFor: (seed: number) => Strategy,
): Promise<number[]> {
  const counts: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    let first = Infinity;
    await enumerate(kernel, kernel.buggy, strategyFor(seed), (hasFailed, schedules) => {
      if (hasFailed) first = schedules;
      return !hasFailed && schedules < SCHEDULES;
    });
    counts.push(first);
  }
  return counts;
}

/** Runs schedules while `next` says so. */
async function enumerate(
  { id, options }: Pick<Kernel, "id" | "options">,
  body: () => unknown,
  strategy: Strategy,
  next: (hasFailed: boolean, schedules: number) => boolean,
): Promise<void> {
  const settings = resolveOptions({ ...options, name: id });
  const exploration = new Exploration(body, settings, undefined);
  await exclusively(undefined, async () => {
    for (let schedules = 0; strategy.begin(schedules);) {
      const { kind } = await exploration.attempt(strategy);
      schedules++;
      if (!next(kind !== "passed", schedules)) return;
    }
  });
}

async function runFixed(kernel: Kernel): Promise<{ text: string; problems: string[] }> {
  try {
    const { schedules, complete } = await explore(kernel.fixed, {
      ...kernel.options,
      name: kernel.id,
      seed: 1,
      schedules: SCHEDULES,
    });
    return { text: complete ? `complete: ${schedules}` : `${schedules}`, problems: [] };
  } catch (error) {
    const [line] = String((error as Error).message).split("\n", 1);
    return { text: "fails", problems: [`the fixed form fails: ${line}`] };
  }
}

/** Counts failing schedules and all. */
async function countOrders(
  kernel: Kernel,
  expected: { readonly buggy: Orders; readonly fixed: Orders },
): Promise<{ text: string; problems: string[] }> {
  const count = async (body: () => unknown) => {
    let failing = 0, all = 0;
    await enumerate(kernel, body, new Exhaustive(), (hasFailed, schedules) => {
      if (hasFailed) failing++;
      all = schedules;
      return true;
    });
    return `${failing}/${all}`;
  };
  const text = `${await count(kernel.buggy)}, ${await count(kernel.fixed)}`;
  const wanted = `${expected.buggy.join("/")}, ${expected.fixed.join("/")}`;
  return { text, problems: text === wanted ? [] : [`orders: expected ${wanted}`] };
}

/** All versions of the queue against all checks. */
async function queueTable(): Promise<Row> {
  const started = performance.now();
  const wrong: string[] = [];
  let cells = 0;
  for (const [name, scenarios] of Object.entries(CHECKS)) {
    for (const [i, [version, queue]] of Object.entries(VERSIONS).entries()) {
      cells++;
      let fails = false;
      for (const scenario of scenarios) {
        const body = () => check(queue, scenario);
        await enumerate({ id: version }, body, new Exhaustive(), (hasFailed) => {
          fails ||= hasFailed;
          return !hasFailed;
        });
      }
      if (fails !== i < (FIRST_TO_PASS[name] as number)) wrong.push(`${version} ${name}`);
    }
  }
  return {
    name: "JS-11 table",
    columns: {
      class: "SCHED",
      kind: `${cells - wrong.length}/${cells} cells`,
      control: `${((performance.now() - started) / 1_000).toFixed(1)} s`,
    },
    ...(wrong.length > 0 ? { problem: `not as in the table: ${wrong.join(", ")}` } : {}),
  };
}

/** A row per class, and one for all. */
function* summary(results: readonly Result[], ms: number): Generator<Row> {
  for (const [shows, name] of Object.entries(CLASSES)) {
    const own = results.filter(({ kernel }) => kernel.shows === shows);
    if (own.length > 0) yield summaryRow(name, own);
  }
  const row = summaryRow("all", results);
  yield { ...row, columns: { ...row.columns, control: `${(ms / 1_000).toFixed(0)} s` } };
}

function summaryRow(name: string, results: readonly Result[]): Row {
  const counts = results.map(({ found }) => found.map(({ schedules }) => schedules));
  const found = counts.filter((own) => own.length > 0 && own.every((count) => count < Infinity));
  return {
    name: `= ${name}`,
    columns: {
      kind: `${found.length}/${results.length} found`,
      default: describe(counts.map((own) => median(own))),
    },
  };
}

/** The median, and how many there are if not all. */
function describe(counts: readonly number[]): string {
  const hits = counts.filter((count) => count < Infinity);
  if (hits.length === 0) return "-";
  const share = hits.length < counts.length ? ` (${hits.length}/${counts.length})` : "";
  return `${median(counts) < Infinity ? median(counts) : `>${SCHEDULES}`}${share}`;
}

/** The lower median. */
function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Infinity;
}
