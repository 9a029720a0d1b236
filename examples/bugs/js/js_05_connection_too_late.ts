/**
 * JS-05: a connection for somebody who has given up (knex/knex 1694; Vincit/tarn.js 61, PR 68).
 *
 * A pool makes a connection, and rejects if that takes too long. When the connection is ready it is counted as used and
 * handed over, also to a caller who has been rejected already: it is used by nobody, for ever.
 *
 * @module
 */

import { sleep } from "@interleave/go";
import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

const READY_MS = 10, LIMIT_MS = 10;

async function connect(): Promise<string> {
  await sleep(READY_MS);
  return "connection";
}

class Pool {
  inUse = 0;
  free = 0;

  constructor(readonly form: Form) {}

  acquire(): Promise<string> {
    return new Promise((resolve, reject) => {
      let hasTimedOut = false;
      const limit = setTimeout(() => {
        hasTimedOut = true;
        reject(new Error("timeout"));
      }, LIMIT_MS);
      connect().then((connection) => {
        if (hasTimedOut && this.form === "fixed") {
          this.free += 1;
          return;
        }
        this.inUse += 1;
        clearTimeout(limit);
        resolve(connection);
      });
    });
  }

  release(): void {
    this.inUse -= 1;
  }
}

async function program(form: Form): Promise<void> {
  const db = wrap({ query: (_connection: string) => Promise.resolve() }, { points: "before" });
  const pool = new Pool(form);
  try {
    const connection = await pool.acquire();
    await db.query(connection);
    pool.release();
  } catch {
    await sleep(1); // goes on without
  }
  if (pool.inUse !== 0) throw new Error(`${pool.inUse} connection in use, by nobody`);
}

/** The kernel. */
export const kernel: Kernel = {
  id: "JS-05",
  name: "knex 1694",
  lesson: "a result that comes after its timeout is handed to nobody",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: { kind: "race", message: "1 connection in use, by nobody" },
  // One more than counted elsewhere: the limit that is cleared when it was due has a step all the same, in which nothing
  // happens, before the answer to the query or behind it.
  orders: { buggy: [1, 3], fixed: [0, 3] },
};
