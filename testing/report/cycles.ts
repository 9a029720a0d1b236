/**
 * Repetition in a schedule.
 *
 * @module
 */

import { eventsByStep } from "./by_step.ts";
import type { ScheduleRecord } from "../record.ts";

/** The longest cycle that is looked for, in steps. */
const LONGEST_CYCLE = 64;
/** A block of steps is folded once it comes this often in a row. */
const LEAST_COUNT = 3;
/** The longest block that is folded in the middle of a schedule. */
const LONGEST_BLOCK = 12;

/** Cycle is a block of steps and how often it comes in a row. */
export interface Cycle {
  /** The index of its first step. */
  readonly start: number;
  /** Its length in steps. */
  readonly period: number;
  /** How often it comes. */
  readonly count: number;
}

/** signaturesOf returns, for each step, a text that is the same exactly for steps that did the same. */
export function signaturesOf(record: ScheduleRecord): string[] {
  const events = eventsByStep(record.events);
  return record.steps.map(({ step, goroutine, isPreemption }) =>
    JSON.stringify([
      goroutine,
      isPreemption,
      (events.get(step) ?? []).map((it) => [
        it.goroutine,
        it.verb,
        it.resource,
        it.started,
        it.value,
        it.waits,
        it.wakes,
        it.at?.file,
        it.at?.line,
      ]),
    ])
  );
}

/** finalCycle returns the shortest cycle in which a schedule ends, at least two rounds of it; undefined if there is none. */
export function finalCycle(signatures: readonly string[]): Cycle | undefined {
  const { length } = signatures;
  for (let period = 1; period <= Math.min(LONGEST_CYCLE, length / 2); period++) {
    let start = length - period;
    while (start > 0 && signatures[start - 1] === signatures[start - 1 + period]) start--;
    const count = Math.floor((length - start) / period);
    if (count >= 2) return { start, period, count };
  }
  return undefined;
}

/** Folded is a step that is shown, by index, or a block of them that comes again a number of times. */
export type Folded =
  | { readonly index: number }
  | { readonly again: number; readonly period: number };

/** fold returns the steps in order, each block that comes three times or more once and then its count. */
export function fold(signatures: readonly string[]): Folded[] {
  const folded: Folded[] = [];
  for (let index = 0; index < signatures.length;) {
    const { period, count } = bestBlock(signatures, index);
    for (let step = 0; step < period; step++) folded.push({ index: index + step });
    if (count > 1) folded.push({ again: count - 1, period });
    index += period * count;
  }
  return folded;
}

/** The block at `start` that saves most steps; a single step if none comes often enough. */
function bestBlock(signatures: readonly string[], start: number): Cycle {
  let best: Cycle = { start, period: 1, count: 1 };
  for (let period = 1; period <= LONGEST_BLOCK; period++) {
    let end = start + period;
    while (end < signatures.length && signatures[end] === signatures[end - period]) end++;
    const count = Math.floor((end - start) / period);
    const saves = (count - 1) * period;
    if (count >= LEAST_COUNT && saves > (best.count - 1) * best.period) {
      best = { start, period, count };
    }
  }
  return best;
}
