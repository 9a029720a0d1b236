/**
 * The options of an exploration: in the code, as flags after `--`, as environment variables. A flag beats a variable, a
 * variable beats the code, the code beats the default.
 *
 * @module
 */

import type { GoroutineInfo } from "../runtime/goroutines.ts";
import { readArguments, readVariable } from "./platform.ts";
import type { Strategy } from "./strategy.ts";

/**
 * StrategyName is a search strategy by name.
 *
 * - "portfolio": takes turns among "deviations", "coverage" and all that draw random numbers.
 * - "random": uniform among those who can run.
 * - "urw": in proportion to the steps that they have left, so that long goroutines do not come last.
 * - "pos": random priorities, drawn anew for steps that conflict with the last one.
 * - "pct": random priorities, with no, one or two changes per schedule: the more often as many, the more that has shown
 *   of late.
 * - "preemptions": no, one or two preemptions at random points.
 * - "deviations": the schedule in which whoever ran last goes on, and if it cannot, whoever was created first; then all
 *   that differ from it in one choice, then in two, ...
 * - "coverage": a switch of each kind, and of each kind behind each other. A kind is from which code, after how many
 *   operations, to which, after how many: goroutines that were started with the same function are alike.
 * - "bounded": all schedules without preemptions, then all with at most one, ...
 * - "exhaustive": all schedules, depth first.
 * - "reduced": one of each class of schedules that differ only in the order of what commutes. Only for programs that
 *   share nothing but primitives and Shared cells.
 */
export type StrategyName =
  | "portfolio"
  | "random"
  | "urw"
  | "pos"
  | "pct"
  | "preemptions"
  | "deviations"
  | "coverage"
  | "bounded"
  | "exhaustive"
  | "reduced";

/**
 * LeakFilter says which goroutines may outlive the body: those of a name, or those that a function returns true of.
 *
 * @example
 * ```ts
 * import { Channel, go } from "@interleave/go";
 * import { explore, type LeakFilter } from "@interleave/go/testing";
 *
 * const ofPool: LeakFilter = ({ createdBy }) => createdBy?.name === "pool";
 * await explore(() => {
 *   go(function pool() {
 *     for (let i = 0; i < 3; i++) go(() => new Channel().receive());
 *   });
 * }, { allowLeaks: [ofPool] });
 * ```
 */
export type LeakFilter = string | ((goroutine: GoroutineInfo) => boolean);

/**
 * ExploreOptions say how to explore. All are optional.
 *
 * @example
 * ```ts
 * import { explore, type ExploreOptions } from "@interleave/go/testing";
 *
 * const options: ExploreOptions = { name: "adds up", schedules: 100, seed: 1 };
 * await explore(() => {}, options);
 * ```
 */
export interface ExploreOptions {
  /** What reports call the exploration, and the `--filter` of the line that replays it: the name of the test. */
  readonly name?: string;
  /** The test context of `Deno.test`: its name is taken for `name`. */
  readonly test?: { readonly name: string };
  /** Fixes everything random. A new one each time by default. */
  readonly seed?: number;
  /** How many schedules to run at most: 10,000 by default. */
  readonly schedules?: number;
  /** How long to explore at most, in milliseconds of real time: 1,000 by default. */
  readonly maxTimeMs?: number;
  /**
   * How many times in a schedule the next deadline may come although goroutines can run, as if one of them were slow:
   * finds races between a timeout and the result. At most 35; the report says where somebody has to be slow. Not for the
   * strategy "reduced", and what is reduced goes without. 0 by default: time moves only when nobody can run, as in Go's
   * testing/synctest, and whoever sleeps can rely on others being through with what they can do before.
   */
  readonly earlyTimers?: number;
  /** Steps before a schedule is made fair; ten times as many later it is a livelock. 10,000 by default. */
  readonly maxSteps?: number;
  /**
   * Steps in a row in which nobody does anything but yield or fail a try, with no timer pending, before that is a
   * livelock: 1,000 by default. Who only polls does not hold up time: after 16 rounds it goes on.
   */
  readonly maxSpins?: number;
  /**
   * Steps in a row for which a goroutine that can run may be passed over; with one more the schedule fails. Any number by
   * default: a search lets anybody wait as long as it likes, though no event loop does. It finds those who can go on
   * without end while others, who should stop or feed them, do not have their turn. With fewer steps than the others need
   * to be through it fails for no reason.
   */
  readonly starvationBound?: number;
  /** How to search: "portfolio" by default, which takes turns. Or a strategy of your own. */
  readonly strategy?: StrategyName | Strategy;
  /**
   * What goroutines share. "plain", the default: anything, plain variables too, so every order counts. "tracked": nothing
   * but primitives, {@linkcode Shared} cells and what is handed over through them. Then one schedule of each class of those
   * that differ only in the order of what commutes is enough, and complete means that every class was run. Whether
   * it is true is checked as far as it can be seen from outside; if it is not, the exploration fails.
   */
  readonly state?: "plain" | "tracked";
  /** Whether to fail unless every schedule was run. */
  readonly mustComplete?: boolean;
  /** A token: runs that one schedule only, and fails with its report if it fails. */
  readonly replay?: string;
  /** What a replay does where its schedule does not fit: "fail" by default, or go on with other schedules' choices. */
  readonly onDivergence?: "fail" | "continue";
  /** Which goroutines may outlive the body: names, and functions that are asked about each, also by whom it was started. */
  readonly allowLeaks?: readonly LeakFilter[];
  /** "fail" by default; with "ignore" goroutines may be left waiting when the body has returned. */
  readonly leaks?: "fail" | "ignore";
  /**
   * Whether a timer that nobody waits for, such as that of `callAfter`, `withTimeout` or `setTimeout`, may still be set
   * when the body has returned. "ignore" by default, as in Go's testing/synctest: it is listed where goroutines are left,
   * and never fires. "fail" demands that it is stopped.
   */
  readonly timers?: "fail" | "ignore";
  /**
   * What happens once the body has returned. "stop", the default: time stands still, as in Go's testing/synctest.
   * "run": the other goroutines run on until nothing can move and no timer is pending.
   */
  readonly afterMain?: "stop" | "run";
  /** Real time to wait for something outside the scheduler before that is a failure: 1,000 ms by default. */
  readonly externalTimeoutMs?: number;
  /**
   * What time does while a call to the outside such as `fetch` or `Deno.readFile` is pending. "wait", the default: it
   * stands still, and nobody else runs, so that every schedule goes alike. "ignore": it goes on, as for any promise that
   * the scheduler knows nothing of. `{ graceMs }`: it stands still for so many milliseconds of real time at most; for
   * calls whose answer may itself wait for virtual time.
   */
  readonly external?: "wait" | "ignore" | { readonly graceMs: number };
  /**
   * Where schedules may differ. "operation", the default: where goroutine operations, wrapped calls and timers complete,
   * which is what an event loop can do. "await": at every reaction of a promise, which is more than it can. A failure may
   * be impossible in production then; for code that must not depend on the order of promise jobs.
   */
  readonly granularity?: "operation" | "await";
  /** The virtual time at the start, in milliseconds since the epoch: 2000-01-01T00:00:00Z by default. */
  readonly start?: number;
  /** Writes the failing schedule to this file: .html, .svg, .json, .jsonl, .mmd or .txt. */
  readonly trace?: string;
  /**
   * Whether a data race on a {@linkcode Shared} cell fails: two accesses, one of them a write, that nothing orders.
   * "fail" by default.
   */
  readonly races?: "fail" | "ignore";
  /**
   * What to do about locks that are taken in orders that do not agree, or by who has them already, though no schedule that
   * was run deadlocked: "warn" on stderr by default, unless all schedules were run, or "fail".
   */
  readonly lockOrder?: "warn" | "fail" | "ignore";
  /**
   * "determinism" runs every schedule twice, to see whether it is the same; otherwise those that fail, one of 50 that pass,
   * and of those behind the first 1,000 one of 200.
   */
  readonly check?: "determinism";
  /** Whether to print a line about an exploration that passes. */
  readonly verbose?: boolean;
}

/** The options with their defaults, all of them checked. */
export interface Settings {
  readonly name: string | undefined;
  readonly seed: number;
  readonly schedules: number;
  readonly maxTimeMs: number;
  readonly earlyTimers: number;
  readonly maxSteps: number;
  readonly maxSpins: number;
  readonly starvationBound: number;
  readonly strategy: StrategyName | Strategy;
  readonly state: "plain" | "tracked";
  readonly mustComplete: boolean;
  readonly replay: string | undefined;
  /** Whether the token came with the code, so that it must be meant for this exploration. */
  readonly isReplayOwn: boolean;
  readonly onDivergence: "fail" | "continue";
  readonly allowLeaks: readonly LeakFilter[];
  readonly leaks: "fail" | "ignore";
  readonly afterMain: "stop" | "run";
  readonly externalTimeoutMs: number;
  readonly granularity: "operation" | "await";
  /** Infinity for "wait", 0 for "ignore". */
  readonly externalGraceMs: number;
  readonly start: number | undefined;
  readonly trace: string | undefined;
  readonly races: "fail" | "ignore";
  readonly lockOrder: "warn" | "fail" | "ignore";
  readonly check: "determinism" | undefined;
  readonly timers: "fail" | "ignore";
  readonly verbose: boolean;
}

const STRATEGIES: readonly StrategyName[] = [
  "portfolio",
  "random",
  "urw",
  "pos",
  "pct",
  "preemptions",
  "deviations",
  "coverage",
  "bounded",
  "exhaustive",
  "reduced",
];

/** All options, and whether each is a number. */
const OPTIONS: Readonly<Record<keyof ExploreOptions, "number" | "other">> = {
  name: "other",
  test: "other",
  seed: "number",
  schedules: "number",
  maxTimeMs: "number",
  earlyTimers: "number",
  maxSteps: "number",
  maxSpins: "number",
  starvationBound: "number",
  strategy: "other",
  state: "other",
  mustComplete: "other",
  replay: "other",
  onDivergence: "other",
  allowLeaks: "other",
  leaks: "other",
  afterMain: "other",
  externalTimeoutMs: "number",
  external: "other",
  granularity: "other",
  start: "number",
  trace: "other",
  races: "other",
  lockOrder: "other",
  check: "other",
  timers: "other",
  verbose: "other",
};

/**
 * Checks the options and fills in the rest.
 *
 * @throws {TypeError} If an option is unknown or of the wrong type, in the code, a flag or a variable.
 * @throws {RangeError} If a number is out of range.
 */
export function resolveOptions(options: ExploreOptions): Settings {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot explore: expected options, got ${String(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(OPTIONS, key)) {
      throw new TypeError(
        `Cannot explore: unknown option "${key}"; the options are ${
          Object.keys(OPTIONS).join(", ")
        }`,
      );
    }
  }
  const schedules = outside("schedules", "SCHEDULES", wholeNumber);
  const maxTimeMs = outside("max-time", "MAX_TIME", duration);
  const name = options.name ?? options.test?.name;
  if (name !== undefined && typeof name !== "string") throw wrong("name", name, "a text");
  const strategy = outside("strategy", "STRATEGY", strategyName) ??
    checkStrategy(options.strategy) ?? "portfolio";
  const state = check(options.state, "state", oneOf("plain", "tracked"), '"plain" or "tracked"') ??
    "plain";
  if (strategy === "reduced" && state === "plain") {
    throw new TypeError(
      'Cannot explore: strategy "reduced" leaves out schedules that differ only in plain variables; ' +
        'if goroutines share nothing but primitives and Shared cells, say so with state: "tracked"',
    );
  }
  const replay = outside("replay", "REPLAY", (text) => text) ?? options.replay;
  return {
    name,
    seed: outside("seed", "SEED", seedNumber) ??
      check(options.seed, "seed", isSeed, "a whole number from 0 to 2^53 - 1") ??
      Math.floor(Math.random() * 0x1_0000_0000),
    schedules: schedules ??
      check(options.schedules, "schedules", isCount, "a whole number from 1") ??
      (maxTimeMs === undefined && options.maxTimeMs === undefined ? 10_000 : Infinity),
    maxTimeMs: maxTimeMs ??
      check(options.maxTimeMs, "maxTimeMs", isDuration, "milliseconds above 0") ??
      (schedules === undefined && options.schedules === undefined && !options.mustComplete
        ? 1_000
        : Infinity),
    earlyTimers: check(options.earlyTimers, "earlyTimers", isFew, "a whole number from 0 to 35") ??
      0,
    maxSteps: check(options.maxSteps, "maxSteps", isCount, "a whole number from 1") ?? 10_000,
    maxSpins: check(options.maxSpins, "maxSpins", isCount, "a whole number from 1") ?? 1_000,
    starvationBound:
      check(options.starvationBound, "starvationBound", isCount, "a whole number from 1") ??
        Infinity,
    strategy,
    state,
    mustComplete: check(options.mustComplete, "mustComplete", isBoolean, "true or false") ?? false,
    replay: check(replay, "replay", isText, "a token"),
    isReplayOwn: replay !== undefined && replay === options.replay,
    onDivergence: check(
      options.onDivergence,
      "onDivergence",
      oneOf("fail", "continue"),
      '"fail" or "continue"',
    ) ?? "fail",
    allowLeaks:
      check(options.allowLeaks, "allowLeaks", isFilters, "a list of names and functions") ??
        [],
    leaks: check(options.leaks, "leaks", oneOf("fail", "ignore"), '"fail" or "ignore"') ?? "fail",
    afterMain: check(options.afterMain, "afterMain", oneOf("stop", "run"), '"stop" or "run"') ??
      "stop",
    externalTimeoutMs:
      check(options.externalTimeoutMs, "externalTimeoutMs", isDuration, "milliseconds above 0") ??
        1_000,
    granularity: check(
      options.granularity,
      "granularity",
      oneOf("operation", "await"),
      '"operation" or "await"',
    ) ?? "operation",
    externalGraceMs: toGraceMs(
      check(options.external, "external", isExternal, '"wait", "ignore" or { graceMs }'),
    ),
    start: check(options.start, "start", Number.isFinite, "milliseconds since the epoch"),
    trace: outside("trace", "TRACE", (text) => text) ??
      check(options.trace, "trace", isText, "a file name"),
    races: check(options.races, "races", oneOf("fail", "ignore"), '"fail" or "ignore"') ?? "fail",
    check: outside("check", "CHECK", checkName) ??
      check(options.check, "check", oneOf("determinism"), '"determinism"'),
    timers: check(options.timers, "timers", oneOf("fail", "ignore"), '"fail" or "ignore"') ??
      "ignore",
    lockOrder: check(
      options.lockOrder,
      "lockOrder",
      oneOf("warn", "fail", "ignore"),
      '"warn", "fail" or "ignore"',
    ) ?? "warn",
    verbose: readArguments().includes("--verbose") ||
      (check(options.verbose, "verbose", isBoolean, "true or false") ?? false),
  };
}

/** A setting from outside the code: a flag, else a variable. Empty means unset. */
function outside<T>(
  flag: string,
  variable: string,
  parse: (text: string, source: string) => T,
): T | undefined {
  const prefix = `--${flag}=`;
  const argument = readArguments().findLast((argument) => argument.startsWith(prefix));
  if (argument !== undefined && argument.length > prefix.length) {
    return parse(argument.slice(prefix.length), `--${flag}`);
  }
  const name = `INTERLEAVE_${variable}`;
  const value = readVariable(name);
  return value === undefined ? undefined : parse(value, name);
}

function wholeNumber(text: string, source: string): number {
  const number = Number(text.replaceAll(/[_,]/g, ""));
  if (!isCount(number)) {
    throw new TypeError(`${source} is ${JSON.stringify(text)}, expected a whole number from 1`);
  }
  return number;
}

function seedNumber(text: string, source: string): number {
  const number = Number(text);
  if (text.trim() === "" || !isSeed(number)) {
    throw new TypeError(`${source} is ${JSON.stringify(text)}, expected a whole number from 0`);
  }
  return number;
}

function duration(text: string, source: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?$/.exec(text);
  const factor = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match?.[2] ?? "ms"] as number;
  const milliseconds = Number(match?.[1]) * factor;
  if (!isDuration(milliseconds)) {
    throw new TypeError(
      `${source} is ${JSON.stringify(text)}, expected a duration such as 500ms, 30s or 5m`,
    );
  }
  return milliseconds;
}

function checkName(text: string, source: string): "determinism" {
  if (text === "determinism") return text;
  throw new TypeError(`${source} is ${JSON.stringify(text)}, expected determinism`);
}

function strategyName(text: string, source: string): StrategyName {
  if (!isStrategyName(text)) {
    throw new TypeError(
      `${source} is ${JSON.stringify(text)}, expected one of ${STRATEGIES.join(", ")}`,
    );
  }
  return text;
}

function checkStrategy(value: unknown): StrategyName | Strategy | undefined {
  if (value === undefined || isStrategyName(value)) return value;
  const { begin, pick, choose } = Object(value) as Partial<Strategy>;
  if (typeof begin === "function" && typeof pick === "function" && typeof choose === "function") {
    return value as Strategy;
  }
  throw wrong(
    "strategy",
    value,
    `one of ${STRATEGIES.join(", ")}, or an object with begin, pick and choose`,
  );
}

function check<T>(
  value: T | undefined,
  name: keyof ExploreOptions,
  isValid: (value: unknown) => boolean,
  expected: string,
): T | undefined {
  if (value === undefined || isValid(value)) return value;
  throw wrong(name, value, expected);
}

function toGraceMs(external: ExploreOptions["external"] = "wait"): number {
  if (external === "wait") return Infinity;
  return external === "ignore" ? 0 : external.graceMs;
}

function wrong(name: keyof ExploreOptions, value: unknown, expected: string): Error {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  const message = `Cannot explore: option "${name}" is ${text}, expected ${expected}`;
  const isOutOfRange = typeof value === "number" && OPTIONS[name] === "number";
  return isOutOfRange ? new RangeError(message) : new TypeError(message);
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && value as number >= 1;
const isFew = (value: unknown): boolean =>
  Number.isSafeInteger(value) && value as number >= 0 && value as number <= 35;
const isSeed = (value: unknown): boolean => Number.isSafeInteger(value) && value as number >= 0;
const isDuration = (value: unknown): boolean => typeof value === "number" && value > 0;
const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isExternal = (value: unknown): boolean =>
  value === "wait" || value === "ignore" ||
  isDuration((value as { graceMs?: unknown } | null)?.graceMs);
const isFilters = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => ["string", "function"].includes(typeof item));
const oneOf = (...values: string[]) => (value: unknown): boolean =>
  values.includes(value as string);
const isStrategyName = (value: unknown): value is StrategyName =>
  STRATEGIES.includes(value as StrategyName);
