/**
 * Which steps depend on which: the happens-before relation of a schedule.
 *
 * Two steps are dependent if they are of one goroutine, or touch one resource in ways that conflict. A step comes after
 * those that called or woke what it resumes, after those that released what it took, and after every earlier step it
 * depends on.
 *
 * @module
 */

import type { Step, StepLog, Touch } from "./step_log.ts";

/** What of a step decides its dependencies. */
export interface Touching {
  readonly goroutine: number;
  readonly touches: readonly Pick<Touch, "resource" | "access">[];
  /** Whether more was touched than is listed; then it depends on everything. */
  readonly isOpen?: boolean;
}

/** Whether two steps are dependent. */
export function areDependent(a: Touching, b: Touching): boolean {
  if (a.goroutine === b.goroutine || a.isOpen || b.isOpen) return true;
  for (const { resource, access } of a.touches) {
    for (const other of b.touches) {
      if (resource === other.resource && (access.mask & other.access.bit) !== 0) return true;
    }
  }
  return false;
}

/** HappensBefore is the relation over the steps of a log, numbered from 0. */
export class HappensBefore {
  readonly #words: number;
  readonly #before: Uint32Array[] = [];
  /** The pairs that could have been the other way round: [earlier, later]. */
  readonly races: [number, number][] = [];

  /** Computes the relation; races only of steps from `from` on, which are those that are new. */
  constructor({ steps, stepOf }: StepLog, length: number, from: number) {
    this.#words = (length + 31) >> 5;
    for (let j = 0; j < length; j++) this.#add(steps, stepOf, j, j >= from);
  }

  /** Whether step `i` comes before step `j` in every equivalent schedule. */
  isBefore(i: number, j: number): boolean {
    return has(this.#before[j] as Uint32Array, i);
  }

  #add(steps: readonly Step[], stepOf: readonly number[], j: number, isNew: boolean): void {
    const before = new Uint32Array(this.#words);
    const step = steps[j] as Step;
    for (let i = 0; i < step.barrier; i++) set(before, i);
    for (const released of step.after) {
      const i = (stepOf[released] as number) - 1;
      if (i >= 0 && i !== j) this.#join(before, i);
    }
    // Backwards, so that what comes before through another step is known when its turn comes.
    for (let i = j - 1; i >= 0; i--) {
      if (has(before, i) || !areDependent(steps[i] as Step, step)) continue;
      if (isNew) this.races.push([i, j]);
      this.#join(before, i);
    }
    this.#before.push(before);
  }

  #join(target: Uint32Array, i: number): void {
    const source = this.#before[i] as Uint32Array;
    for (let word = 0; word < source.length; word++) {
      target[word] = (target[word] as number) | (source[word] as number);
    }
    set(target, i);
  }
}

function set(bits: Uint32Array, i: number): void {
  bits[i >> 5] = (bits[i >> 5] as number) | (1 << (i & 31));
}

function has(bits: Uint32Array, i: number): boolean {
  return ((bits[i >> 5] as number) & (1 << (i & 31))) !== 0;
}
