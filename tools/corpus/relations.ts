/**
 * Other dependency relations than that of the primitives' tables, whose numbers of classes are known, too.
 *
 * @module
 */

import type { Access } from "../../runtime/observer.ts";
import { ACCESS as CELL } from "../../testing/shared.ts";
import type { Relation } from "../../testing/step_log.ts";

const READ = { verb: "read", bit: 1, mask: 2 };
const ANY = { verb: "any", bit: 2, mask: 3 };
const CELL_READS: ReadonlySet<Access> = new Set([CELL.read, CELL.failedCompare]);

/** Any two accesses of one object conflict, unless both read a cell; only being woken orders besides. */
export const OBJECTWISE: Relation = {
  access: (access) => CELL_READS.has(access) ? READ : ANY,
  hasCompletions: false,
};

/** More values than that have no bits left. */
const MOST_VALUES = 28;

/** The tables, but two writes of the same value to a cell commute: the convention of Concuerror's numbers. */
export class SameValue implements Relation {
  readonly hasCompletions = true;
  readonly #writes = new Map<unknown, Access>();
  readonly #others = new Map<Access, Access>();

  constructor() {
    for (const access of Object.values<Access>(CELL)) {
      this.#others.set(access, { ...access, mask: CELL_READS.has(access) ? ~access.bit : ~0 });
    }
  }

  access(access: Access, value: unknown): Access {
    return access === CELL.write ? this.#write(value) : this.#others.get(access) ?? access;
  }

  #write(value: unknown): Access {
    let write = this.#writes.get(value);
    if (write === undefined) {
      if (this.#writes.size === MOST_VALUES) {
        throw new RangeError(`Cannot tell more than ${MOST_VALUES} values apart`);
      }
      const bit = 4 << this.#writes.size;
      write = { verb: "set", bit, mask: ~bit };
      this.#writes.set(value, write);
    }
    return write;
  }
}
