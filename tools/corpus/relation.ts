/**
 * Part "relation": the tables of accesses, tested by making them wrong.
 *
 * Each pair of bits of a table that conflicts is said to commute, one pair at a time. A reduced search that believes it
 * must then miss an outcome of that pair's witness, a small program in `relation_witnesses.ts`; an entry that nothing
 * notices is there for nothing. For an entry whose witness is missing or notices nothing any more, another one is looked
 * for among random programs, and printed.
 *
 * @module
 */

import { CANCEL_ACCESS } from "../../runtime/cancel_source.ts";
import type { Access } from "../../runtime/observer.ts";
import { ACCESS as AFTER_FUNC } from "../../sync/after_func.ts";
import { ACCESS as CALL_AFTER } from "../../sync/call_after.ts";
import { ACCESS as CHANNEL, TIMER_ACCESS } from "../../sync/channel_state.ts";
import { ACCESS as COND } from "../../sync/cond.ts";
import { ACCESS as ERR_GROUP } from "../../sync/err_group.ts";
import { ACCESS as MUTEX } from "../../sync/mutex.ts";
import { ACCESS as ONCE } from "../../sync/once.ts";
import { ACCESS as RATE_LIMITER } from "../../sync/rate_limiter.ts";
import { ACCESS as RW_MUTEX } from "../../sync/rw_mutex.ts";
import { ACCESS as SEMAPHORE } from "../../sync/semaphore.ts";
import { ACCESS as SINGLE_FLIGHT } from "../../sync/single_flight.ts";
import { ACCESS as SOMETIMES } from "../../sync/sometimes.ts";
import { ACCESS as WAIT_GROUP } from "../../sync/wait_group.ts";
import { Exhaustive } from "../../testing/exhaustive.ts";
import { RandomSource } from "../../testing/random_source.ts";
import { ACCESS as CELL } from "../../testing/shared.ts";
import type { Relation } from "../../testing/step_log.ts";
import { ACCESS as REMOTE } from "../../testing/wrap.ts";
import { randomProgram } from "./outcome_programs.ts";
import { outcomesOf, reducedSearch, smallerThan } from "./outcomes.ts";
import type { Part, PartOptions, Row } from "./part.ts";
import { WITNESSES } from "./relation_witnesses.ts";
import { goroutinesOf, toLine, type Witness } from "./witness.ts";

type Rows = Readonly<Record<string, Access>>;

/** A table of accesses. */
interface Table {
  readonly rows: Rows;
  /** Other rows that the same resource is touched by, whose entries are those of another table. */
  readonly others?: Rows;
  /** The kinds of actions that touch what it is about. */
  readonly kinds: readonly string[];
}

/** By primitive. */
export const TABLES: Readonly<Record<string, Table>> = {
  Shared: { rows: CELL, kinds: ["cells"] },
  Channel: { rows: CHANNEL, kinds: ["channels", "selects", "cells"] },
  Timer: { rows: TIMER_ACCESS, others: CHANNEL, kinds: ["timers", "context"] },
  Mutex: { rows: MUTEX, kinds: ["mutex", "cells", "selects", "context"] },
  RWMutex: { rows: RW_MUTEX, kinds: ["rwMutex", "cells", "selects", "context"] },
  WaitGroup: { rows: WAIT_GROUP, kinds: ["waitGroup", "cells", "selects", "context"] },
  Once: { rows: ONCE, kinds: ["once", "cells", "context"] },
  Cond: { rows: COND, kinds: ["cond", "mutex", "cells", "context"] },
  Semaphore: { rows: SEMAPHORE, kinds: ["semaphore", "cells", "selects", "context"] },
  SingleFlight: { rows: SINGLE_FLIGHT, kinds: ["singleFlight", "cells"] },
  ErrGroup: { rows: ERR_GROUP, kinds: ["errGroup", "cells", "context"] },
  RateLimiter: { rows: RATE_LIMITER, kinds: ["limiter", "time", "cells"] },
  Sometimes: { rows: SOMETIMES, kinds: ["limiter"] },
  Context: { rows: CANCEL_ACCESS, kinds: ["context", "channels"] },
  afterFunc: { rows: AFTER_FUNC, kinds: ["context", "cells"] },
  callAfter: { rows: CALL_AFTER, kinds: ["timers", "time"] },
  wrap: { rows: REMOTE, kinds: ["store", "cells"] },
};

/** Programs that are tried for a witness, and how many of their schedules. */
const MOST_PROGRAMS = 4_000;
const LIMITS = { classes: 400, schedules: 1_500, samples: 0 };

/** Entry is a pair of bits of a table that conflict. */
export interface Entry {
  /** The primitive, and the rows it stands for. */
  readonly name: string;
  readonly table: Table;
  readonly a: number;
  readonly b: number;
}

/** The relation of the tables, but accesses with the bits of an entry commute. */
class Flipped implements Relation {
  readonly hasCompletions = true;
  readonly #entry: Entry;
  readonly #rows: readonly Access[];

  constructor(entry: Entry) {
    this.#entry = entry;
    this.#rows = Object.values({ ...entry.table.others, ...entry.table.rows });
  }

  access(access: Access): Access {
    const { a, b } = this.#entry;
    if (!this.#rows.some((row) => isRow(access, row))) return access;
    const free = ((access.bit & a) !== 0 ? b : 0) | ((access.bit & b) !== 0 ? a : 0);
    return { ...access, mask: access.mask & ~free };
  }
}

/** Whether `access` is that row, or a copy of it. */
function isRow(access: Access, { verb, bit, mask }: Access): boolean {
  return access.verb === verb && access.bit === bit && access.mask === mask;
}

/** The relation of the tables, which remembers which accesses there were. */
class Met implements Relation {
  readonly hasCompletions = true;
  readonly #met: Access[] = [];

  access(access: Access): Access {
    if (!this.#met.includes(access)) this.#met.push(access);
    return access;
  }

  /** Whether both sides of an entry were met. */
  has({ a, b, table: { rows, others } }: Entry): boolean {
    const all = Object.values({ ...others, ...rows });
    const met = this.#met.filter((access) => all.some((row) => isRow(access, row)));
    return met.some(({ bit }) => bit === a) && met.some(({ bit }) => bit === b);
  }
}

/** All entries of all tables. */
export function relationEntries(): Entry[] {
  return Object.entries(TABLES).flatMap(([primitive, table]) => {
    const rows = Object.entries(table.rows);
    const all = Object.entries({ ...table.others, ...table.rows });
    const own = [...new Set(rows.map(([, { bit }]) => bit))].filter((bit) => bit !== 0);
    const bits = [...new Set([...own, ...all.map(([, { bit }]) => bit)])];
    const named = (bit: number) =>
      all.filter((row) => row[1].bit === bit).map(([name]) => name).join("/");
    return own.flatMap((a, i) =>
      bits.slice(i)
        .filter((b) => all.some(([, { bit, mask }]) => bit === a && (mask & b) !== 0))
        .map((b) => ({ name: `${primitive} ${named(a)} - ${named(b)}`, table, a, b }))
    );
  });
}

/**
 * Which of some entries a program notices to be wrong: it has outcomes that a search does not see which says that the
 * entry commutes, or which cannot even go on. With the tables as they are it sees all of them.
 */
export async function noticedBy(
  { program, seed }: Witness,
  entries: readonly Entry[],
): Promise<Entry[]> {
  const met = new Met();
  const right = await outcomesOf(program, reducedSearch(seed, met), LIMITS.classes, true);
  const possible = entries.filter((entry) => met.has(entry));
  if (!right.isComplete || possible.length === 0) return [];
  const all = await outcomesOf(program, new Exhaustive(), LIMITS.schedules, true);
  if (!all.isComplete || !all.outcomes.isSubsetOf(right.outcomes)) return [];
  const noticed: Entry[] = [];
  for (const entry of possible) {
    const search = reducedSearch(seed, new Flipped(entry));
    const wrong = await outcomesOf(program, search, LIMITS.classes, true).catch(() => undefined);
    const isMissed = wrong === undefined || !all.outcomes.isSubsetOf(wrong.outcomes);
    if (isMissed && wrong?.isComplete !== false) noticed.push(entry);
  }
  return noticed;
}

/** Makes a witness as small as it goes. */
async function shrinkWitness(entry: Entry, witness: Witness): Promise<Witness> {
  for (const program of smallerThan(witness.program)) {
    const smaller = { ...witness, program };
    if ((await noticedBy(smaller, [entry])).length > 0) return await shrinkWitness(entry, smaller);
  }
  return witness;
}

/** Looks for a witness of each entry among random programs. */
async function* findWitnesses(
  wanted: readonly Entry[],
  progress: (text: string) => void,
): AsyncGenerator<[Entry, Witness]> {
  const open = new Set(wanted);
  for (const table of new Set(wanted.map(({ table }) => table))) {
    // Its own kind three times, so that most programs have to do with it.
    const kinds = [...Array(2).fill(table.kinds[0]), ...table.kinds];
    const entries = wanted.filter((entry) => entry.table === table);
    for (let seed = 1; seed <= MOST_PROGRAMS; seed++) {
      const left = entries.filter((entry) => open.has(entry));
      if (left.length === 0) break;
      progress(`${left[0]?.name} and ${left.length - 1} others, program ${seed}`);
      const program = randomProgram(new RandomSource(seed, 7), kinds);
      for (const entry of await noticedBy({ program, seed }, left)) {
        open.delete(entry);
        yield [entry, await shrinkWitness(entry, { seed, program })];
      }
    }
  }
}

/** The part. */
export const relation: Part = {
  name: "relation",
  description: "each entry of the tables of accesses, made wrong: whether its witness notices",
  async *rows({ filter, progress }: PartOptions): AsyncGenerator<Row> {
    const entries = relationEntries().filter(({ name }) => name.includes(filter));
    const unnoticed: Entry[] = [];
    for (const entry of entries) {
      progress(entry.name);
      const witness = WITNESSES[entry.name];
      if (witness !== undefined && (await noticedBy(witness, [entry])).length > 0) {
        const columns = { "noticed by": goroutinesOf(witness).join(" | ") };
        yield { name: entry.name, columns };
      } else unnoticed.push(entry);
    }
    const left = new Set(unnoticed);
    for await (const [entry, witness] of findWitnesses(unnoticed, progress)) {
      left.delete(entry);
      const problem = `add the witness ${toLine(entry.name, witness)}`;
      yield { name: entry.name, columns: {}, problem };
    }
    for (const { name } of left) {
      yield { name, columns: {}, problem: "nothing notices: leave it out of the table" };
    }
    if (filter !== "") return;
    const caught = entries.length - unnoticed.length;
    const name = `${caught} of ${entries.length} wrong entries are noticed`;
    yield { name, columns: {}, ...unnoticed.length > 0 ? { problem: "not all" } : {} };
  },
};
