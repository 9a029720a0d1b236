/**
 * One suite for both schedulers: what holds in production must hold in every schedule the explorer can produce, and the
 * other way round.
 *
 * It has no tests of its own. Its name ends in `_test.ts` because, as a test does, it imports `testing/`, which nothing
 * that ships from `sync/` may do.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { install } from "../../runtime/current.ts";
import { numGoroutine, yieldNow } from "../../runtime/mod.ts";
import { observe } from "../../runtime/observer.ts";
import { explore } from "../../testing/explore.ts";
import { explorer } from "../../testing/explorer.ts";
import type { ExploreOptions } from "../../testing/options.ts";
import { ScheduleError } from "../../testing/schedule_error.ts";

/** What a test does. It makes all it uses, and gets how many rounds to go. */
export type Body = (rounds: number) => void | Promise<void>;

/** What may differ between the schedulers. */
export interface ConformsOptions {
  /** How many rounds the body goes: on the event loop, and in each schedule of the explorer. */
  readonly rounds?: readonly [eventLoop: number, explorer: number];
  /** How many schedules the explorer runs. */
  readonly schedules?: number;
  /** The names of goroutines that are meant to be parked when the body returns. */
  readonly leaves?: readonly string[];
}

const SEED = 20_090_910;
const SCHEDULES = 100;
/** How often the goroutines that a body has let go are given a chance to end. */
const SETTLING_YIELDS = 10_000;

/**
 * Registers `body` as three tests: in production; in production beside an idle explorer, where each operation first
 * asks whether it belongs to an exploration; and in a number of schedules of the explorer.
 */
export function conforms(name: string, body: Body, options: ConformsOptions = {}): void {
  const { rounds: [full, small] = [1, 1], schedules = SCHEDULES, leaves = [] } = options;
  const run = async (rounds: number) => {
    const left = await goroutinesLeftBy(body, rounds);
    if (leaves.length === 0) assertEquals(left, 0, `${left} goroutines are left over`);
  };
  production(name, () => run(full));
  Deno.test(`${name} [outside an exploration]`, () => {
    explorer.install();
    return run(small);
  });
  Deno.test(`${name} [explorer]`, async (test) => {
    await exploreRandomly(() => body(small), { test, schedules, allowLeaks: leaves });
  });
}

/** Registers a test that runs as in production, where no explorer has ever been loaded. */
export function production(name: string, body: () => void | Promise<void>): void {
  Deno.test(`${name} [event loop]`, async () => {
    install(null);
    observe(null);
    try {
      await body();
    } finally {
      explorer.install();
    }
  });
}

/** What a verdict must say. */
export interface Expected {
  /** The goroutines that wait, each with Go's wait reason: "worker [chan receive]". In any order. */
  readonly waiting: readonly string[];
  /** How many schedules the explorer may need. */
  readonly schedules?: number;
  /** How many rounds the body goes, in production and in the explorer; each leaves all of `waiting`. */
  readonly rounds?: readonly [eventLoop: number, explorer: number];
}

/**
 * Registers two tests for a body that leaves goroutines behind: the explorer says "leak" and names exactly those; and
 * in production just as many are left.
 */
export function leaks(
  name: string,
  body: Body,
  { waiting, schedules, rounds: [full, small] = [1, 1] }: Expected,
): void {
  production(name, async () => {
    assertEquals(await goroutinesLeftBy(body, full), full * waiting.length);
  });
  Deno.test(`${name} [explorer]`, async () => {
    const error = await failure(() => body(small), schedules);
    assertStuck(error, "leak", Array.from({ length: small }, () => waiting).flat());
  });
}

/** Registers a test for a body that leaves all goroutines waiting, main too: the explorer names exactly those. */
export function deadlocks(name: string, body: Body, { waiting, schedules }: Expected): void {
  Deno.test(`${name} [explorer]`, async () => {
    const error = await failure(body, schedules);
    assertStuck(error, "deadlock", waiting);
    assertStringIncludes(error.message, "all goroutines are asleep - deadlock!");
  });
}

/** Asserts that `error` is of this kind, and that exactly `waiting` wait: "worker [chan receive]". In any order. */
export function assertStuck(
  error: ScheduleError,
  kind: "deadlock" | "leak",
  waiting: readonly string[],
): void {
  const actual = error.goroutines.filter(({ status }) => status === "waiting").map(
    ({ name, waitReason }) => `${name} [${waitReason}]`,
  );
  assertEquals([error.kind, actual.sort()], [kind, waiting.toSorted()], error.message);
}

/** The verdict on `body`, which must fail. */
export async function failure(body: Body, schedules = SCHEDULES): Promise<ScheduleError> {
  return await assertRejects(() => exploreRandomly(() => body(1), { schedules }), ScheduleError);
}

function exploreRandomly(body: () => void | Promise<void>, options: ExploreOptions) {
  // A test of production that never ended has not put it back.
  explorer.install();
  return explore(body, { seed: SEED, strategy: "random", ...options });
}

/** How many goroutines are left once `body` has returned and nobody can move any more. */
async function goroutinesLeftBy(body: Body, rounds: number): Promise<number> {
  const before = numGoroutine();
  await body(rounds);
  for (let i = 0; i < SETTLING_YIELDS && numGoroutine() > before; i++) await yieldNow();
  return numGoroutine() - before;
}
