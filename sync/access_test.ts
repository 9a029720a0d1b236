// The dependency relations of the primitives: well-formed tables, in which both sides of a pair agree.
import { assert, assertEquals } from "@std/assert";
import type { Access } from "../runtime/mod.ts";
import { CANCEL_ACCESS } from "../runtime/cancel_source.ts";
import { ACCESS as AFTER_FUNC } from "./after_func.ts";
import { ACCESS as CALL_TIMER } from "./call_after.ts";
import { ACCESS as COND } from "./cond.ts";
import { ACCESS as ERR_GROUP } from "./err_group.ts";
import { ACCESS as ONCE } from "./once.ts";
import { ACCESS as RATE_LIMITER } from "./rate_limiter.ts";
import { ACCESS as RW_MUTEX } from "./rw_mutex.ts";
import { ACCESS as SEMAPHORE } from "./semaphore.ts";
import { ACCESS as SINGLE_FLIGHT } from "./single_flight.ts";
import { ACCESS as SOMETIMES } from "./sometimes.ts";

const TABLES: Record<string, Record<string, Access>> = {
  AfterFunc: AFTER_FUNC,
  CallTimer: CALL_TIMER,
  Cond: COND,
  Context: CANCEL_ACCESS,
  ErrGroup: ERR_GROUP,
  Once: ONCE,
  RateLimiter: RATE_LIMITER,
  RWMutex: RW_MUTEX,
  Semaphore: SEMAPHORE,
  SingleFlight: SINGLE_FLIGHT,
  Sometimes: SOMETIMES,
};

/** Every pair of rows on which the two sides do not agree. */
function disagreements(table: Record<string, Access>): string[] {
  const rows = Object.entries(table);
  return rows.flatMap(([a, { bit, mask }]) =>
    rows.filter(([, other]) => (mask & other.bit) !== 0 && (other.mask & bit) === 0)
      .map(([b]) => `${a} conflicts with ${b}, but not the other way round`)
  );
}

/** The pairs that commute. */
function free(table: Record<string, Access>): string[] {
  const rows = Object.entries(table);
  return rows.flatMap(([a, { mask }], i) =>
    rows.slice(i).filter(([, other]) => (mask & other.bit) === 0).map(([b]) => `${a}, ${b}`)
  );
}

for (const [name, table] of Object.entries(TABLES)) {
  Deno.test(`${name}: conflicts go both ways, and name bits of the table only`, () => {
    assertEquals(disagreements(table), []);
    const known = Object.values(table).reduce((bits, { bit }) => bits | bit, 0);
    for (const [row, { bit, mask }] of Object.entries(table)) {
      assert(bit > 0 && (bit & (bit - 1)) === 0, `${row} has one bit`);
      assertEquals(mask & ~known, 0, `${row} conflicts with what is no access`);
    }
  });
}

Deno.test("disagreements: finds a pair that conflicts one way only", () => {
  const table = { a: { verb: "a", bit: 1, mask: 2 }, b: { verb: "b", bit: 2, mask: 0 } };
  assertEquals(disagreements(table), ["a conflicts with b, but not the other way round"]);
});

Deno.test("the pairs that commute are exactly these", () => {
  assertEquals(free(RW_MUTEX), [
    "rLock, rLock",
    "rLock, rUnlock",
    "rLock, tryRLock",
    "rLock, tryRFailed",
    "lock, rUnlock",
    "lock, unlock",
    "rUnlock, rUnlock",
    "rUnlock, unlock",
    "rUnlock, tryRLock",
    "rUnlock, tryRFailed",
    "unlock, unlock",
    "tryRLock, tryRLock",
    "tryRLock, tryRFailed",
    "tryRFailed, tryRFailed",
    "tryRFailed, tryFailed",
    "tryFailed, tryFailed",
  ]);
  assertEquals(free(SEMAPHORE), [
    "acquire, release",
    "tryFailed, tryFailed",
  ]);
  // Whoever may give up touches it as one who arrives or waits as well.
  assertEquals(free(ONCE), [
    "arrive, end",
    "arrive, cancellable",
    "end, end",
    "cancellable, cancellable",
  ]);
  assertEquals(free(COND), []);
  assertEquals(free(ERR_GROUP), [
    "go, cancellable",
    "tryGo, cancellable",
    "tryFailed, tryFailed",
    "tryFailed, wait",
    "tryFailed, cancellable",
    "end, wait",
    "wait, wait",
    "wait, cancellable",
    "setLimit, cancellable",
    "cancellable, cancellable",
  ]);
  assertEquals(free(SINGLE_FLIGHT), []);
});
