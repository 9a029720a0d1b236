/**
 * The class that a schedule belongs to, and what came of it, as hashes: two schedules that differ only in the order of
 * what commutes have the same trace, and must then have the same result.
 *
 * @module
 */

import { HappensBefore } from "./dependency.ts";
import type { StepLog } from "./step_log.ts";

/** TraceHash is what is kept of a schedule. */
export interface TraceHash {
  /** Its class: which steps there were, and which of them came before which. */
  readonly trace: string;
  /** What they touched, which choices they had, and how the schedule ended. */
  readonly result: string;
}

/** A sum of hashes, whose order does not matter, as two times 32 bits. */
class Bag {
  #high = 0;
  #low = 0;

  add(high: number, low: number): void {
    this.#high = (this.#high + mix(high, 0x9e37_79b9)) | 0;
    this.#low = (this.#low + mix(low, 0x85eb_ca6b)) | 0;
  }

  get high(): number {
    return this.#high;
  }
  get low(): number {
    return this.#low;
  }

  toString(): string {
    return `${this.#high >>> 0}.${this.#low >>> 0}`;
  }
}

/**
 * The hashes of the schedule in `log` that ended as `ending` says. `relation` is the one of its steps, if somebody has
 * computed it already.
 */
export function hashTrace(
  log: StepLog,
  ending: string,
  relation: HappensBefore = new HappensBefore(log, log.steps.length, log.steps.length),
): TraceHash {
  const { steps } = log;
  const high: number[] = [], low: number[] = [];
  const trace = new Bag(), result = new Bag();
  for (const [j, { event, answers, counts, touches }] of steps.entries()) {
    const before = new Bag();
    for (let i = 0; i < j; i++) {
      if (relation.isBefore(i, j)) before.add(high[i] as number, low[i] as number);
    }
    const who = mix(Math.floor(event / 0x100_0000), event % 0x100_0000);
    const chosen = answers.reduce(mix, answers.length);
    high.push(mix(mix(who, chosen), before.high));
    low.push(mix(mix(chosen, who), before.low));
    trace.add(high[j] as number, low[j] as number);
    const did = counts.reduce(mix, who);
    result.add(mix(did, low[j] as number), mix(high[j] as number, did));
    // In any order: what a step cancels depends on who derived first, and that commutes.
    for (const { resource, access, isWaking } of touches) {
      if (!isWaking) result.add(mix(did, resource), mix(resource, hashText(access.verb)));
    }
  }
  return { trace: String(trace), result: `${result} ${ending}` };
}

function hashText(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

/** The finaliser of MurmurHash3 over both. */
function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ Math.imul(b + 0x7f4a_7c15, 0xcc9e_2d51), 0x1b87_3593);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
