/**
 * Part "relation": the tables of accesses, tested by making them wrong.
 *
 * Each pair of bits of a table that conflicts is said to commute, one pair at a time. A reduced search that believes it
 * must then lose an outcome of some random program, or the entry is there for nothing: conservative, on purpose or not.
 *
 * @module
 */

import type { Access } from "../../runtime/observer.ts";
import { ACCESS as CHANNEL } from "../../sync/channel_state.ts";
import { ACCESS as COND } from "../../sync/cond.ts";
import { ACCESS as MUTEX } from "../../sync/mutex.ts";
import { ACCESS as ONCE } from "../../sync/once.ts";
import { ACCESS as RW_MUTEX } from "../../sync/rw_mutex.ts";
import { ACCESS as SEMAPHORE } from "../../sync/semaphore.ts";
import { ACCESS as SINGLE_FLIGHT } from "../../sync/single_flight.ts";
import { ACCESS as WAIT_GROUP } from "../../sync/wait_group.ts";
import { RandomSource } from "../../testing/random_source.ts";
import { ACCESS as CELL } from "../../testing/shared.ts";
import type { Relation } from "../../testing/step_log.ts";
import { randomProgram } from "./outcome_programs.ts";
import { compare } from "./outcomes.ts";
import type { Part, PartOptions, Row } from "./part.ts";

type Table = Readonly<Record<string, Access>>;

/** The tables, and the kinds of actions that touch what they are about. */
const TABLES: Readonly<Record<string, readonly [Table, readonly string[]]>> = {
  Shared: [CELL, ["cells"]],
  Channel: [CHANNEL, ["channels", "selects", "cells"]],
  Mutex: [MUTEX, ["mutex", "cells", "selects", "context"]],
  RWMutex: [RW_MUTEX, ["rwMutex", "cells", "selects", "context"]],
  WaitGroup: [WAIT_GROUP, ["waitGroup", "cells", "selects", "context"]],
  Once: [ONCE, ["once", "cells"]],
  Cond: [COND, ["cond", "mutex", "cells"]],
  Semaphore: [SEMAPHORE, ["semaphore", "cells", "selects", "context"]],
  SingleFlight: [SINGLE_FLIGHT, ["singleFlight", "cells"]],
};

/** Programs tried for each entry. */
const MOST_PROGRAMS = 600;
const LIMITS = { classes: 400, schedules: 1_500, samples: 150 };

/** The relation of the tables, but accesses with the bits `a` and `b` of `table` commute. */
class Flipped implements Relation {
  readonly hasCompletions = true;
  readonly #changed = new Map<Access, Access>();

  constructor(table: Table, a: number, b: number) {
    for (const access of Object.values(table)) {
      const free = ((access.bit & a) !== 0 ? b : 0) | ((access.bit & b) !== 0 ? a : 0);
      this.#changed.set(access, { ...access, mask: access.mask & ~free });
    }
  }

  access(access: Access): Access {
    return this.#changed.get(access) ?? access;
  }
}

/** The pairs of bits that conflict, each with the rows it stands for. */
function entriesOf(table: Table): { a: number; b: number; name: string }[] {
  const rows = Object.entries(table);
  const bits = [...new Set(rows.map(([, { bit }]) => bit))];
  const named = (bit: number) => rows.filter((row) => row[1].bit === bit).map(([name]) => name);
  return bits.flatMap((a, i) =>
    bits.slice(i).filter((b) => rows.some(([, { bit, mask }]) => bit === a && (mask & b) !== 0))
      .map((b) => ({ a, b, name: `${named(a).join("/")} - ${named(b).join("/")}` }))
  );
}

/** After how many programs it is noticed that an entry is wrong; undefined if it is not. */
async function noticed(
  table: Table,
  kinds: readonly string[],
  a: number,
  b: number,
): Promise<number | undefined> {
  for (let seed = 1; seed <= MOST_PROGRAMS; seed++) {
    const program = randomProgram(new RandomSource(seed, 7), kinds);
    const { missing } = await compare(program, seed, LIMITS, new Flipped(table, a, b));
    if (missing.length > 0) return seed;
  }
  return undefined;
}

/** The part. */
export const relation: Part = {
  name: "relation",
  description: "entries of the tables of accesses, and after how many programs each is missed",
  async *rows({ filter, all, progress }: PartOptions): AsyncGenerator<Row> {
    // Minutes of random programs.
    if (!all && filter === "") return;
    for (const [primitive, [table, kinds]] of Object.entries(TABLES)) {
      for (const { a, b, name } of entriesOf(table)) {
        const title = `${primitive} ${name}`;
        if (!title.includes(filter)) continue;
        progress(title);
        const programs = await noticed(table, kinds, a, b);
        yield { name: title, columns: { noticed: programs ?? "not noticed: conservative" } };
      }
    }
  },
};
