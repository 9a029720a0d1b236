/**
 * Data races on Shared cells.
 *
 * Two accesses of different goroutines to one cell, one of them a write, are a race if nothing orders them. What orders
 * is synchronisation alone: the order of each goroutine's own code, the start of a goroutine, whoever takes what was
 * released (a lock, a value, a permit) or is woken. That two steps touch the same thing, so that their order matters to
 * the result, orders nothing; nor do sleeping, timers and yields.
 *
 * A release ends a moment of its goroutine: what the goroutine does behind it, in the same step even, is not published by
 * it. So a race is found in most schedules of a program that has one, whether or not it did harm in this one.
 *
 * Clocks are vectors with a component for each goroutine; a cell keeps the last write, and one read of each goroutine
 * since. Follows Flanagan, Freund, "FastTrack: Efficient and Precise Dynamic Race Detection", PLDI 2009.
 *
 * @module
 */

import { writesPlainly } from "./shared.ts";
import type { Step, StepLog } from "./step_log.ts";

/** One of the two accesses of a race. */
export interface RaceAccess {
  /** The step, from 1. */
  readonly step: number;
  /** Which access to a cell it is within its step, from 0. */
  readonly nth: number;
  /** The index of the goroutine. */
  readonly goroutine: number;
  readonly isWrite: boolean;
}

/** DataRace is a pair of accesses that nothing orders. */
export interface DataRace {
  /** The number of the cell in the log. */
  readonly cell: number;
  /** The one that came first in this schedule. */
  readonly first: RaceAccess;
  readonly second: RaceAccess;
}

/** By goroutine: up to which of its moments everything has happened. */
type Clock = number[];

/** An access, and when its goroutine did it by its own count. */
interface Stamped extends RaceAccess {
  readonly at: number;
}

interface Cell {
  write: Stamped | null;
  readonly reads: Map<number, Stamped>;
}

/** Returns the race that a schedule completes first, or null if it has none. */
export function findRace(log: StepLog): DataRace | null {
  return new RaceCheck(log).run();
}

class RaceCheck {
  readonly #log: StepLog;
  readonly #clocks: Clock[] = [];
  /** The moments that somebody comes after; the others publish nothing. */
  readonly #awaited = new Set<number>();
  readonly #published: Clock[] = [];
  readonly #cells = new Map<number, Cell>();
  #moment = 0;
  #clock: Clock = [];

  constructor(log: StepLog) {
    this.#log = log;
  }

  run(): DataRace | null {
    const { steps } = this.#log;
    for (const { after, joins } of steps) {
      for (const released of after) this.#awaited.add(released);
      for (const { released } of joins) this.#awaited.add(released);
    }
    for (const [i, step] of steps.entries()) {
      const race = this.#step(step, steps[i + 1]?.moment ?? this.#log.moment + 1);
      if (race !== null) return race;
    }
    return null;
  }

  /** Goes through the touches, joins and releases of a step in their order. */
  #step(step: Step, end: number): DataRace | null {
    this.#begin(step);
    let joined = 0, nth = 0;
    for (const [i, touch] of step.touches.entries()) {
      for (; (step.joins[joined]?.touches ?? Infinity) <= i; joined++) this.#join(step, joined);
      this.#release(step, touch.moment);
      const isWrite = writesPlainly(touch.access);
      if (isWrite === undefined) continue;
      const { goroutine } = step;
      const at = this.#clock[goroutine] ?? 0;
      const access = { step: touch.step, nth: nth++, goroutine, isWrite, at };
      const first = this.#access(touch.resource, access);
      if (first !== null) return { cell: touch.resource, first, second: access };
    }
    for (; joined < step.joins.length; joined++) this.#join(step, joined);
    this.#release(step, end);
    return null;
  }

  #begin({ goroutine, after, moment, isTimer }: Step): void {
    this.#moment = moment;
    // What a timer does comes after it was set, and not after what its goroutine has done since.
    this.#clock = isTimer ? [] : this.#clocks[goroutine] ??= [];
    if (!isTimer) this.#clock[goroutine] ??= 1;
    for (const released of after) this.#acquire(released);
  }

  #join(step: Step, index: number): void {
    const { moment, released } = step.joins[index] as Step["joins"][number];
    this.#release(step, moment);
    this.#acquire(released);
  }

  #acquire(released: number): void {
    for (const [goroutine, at] of (this.#published[released] ?? []).entries()) {
      if (at > (this.#clock[goroutine] ?? 0)) this.#clock[goroutine] = at;
    }
  }

  /** Ends the moments before `until`. */
  #release({ goroutine, isTimer }: Step, until: number): void {
    for (; this.#moment < until; this.#moment++) {
      if (!this.#awaited.has(this.#moment)) continue;
      this.#published[this.#moment] = this.#clock.slice();
      if (!isTimer) this.#clock[goroutine] = (this.#clock[goroutine] as number) + 1;
    }
  }

  /** Notes an access; returns an earlier one that it races with. */
  #access(id: number, access: Stamped): RaceAccess | null {
    let cell = this.#cells.get(id);
    if (cell === undefined) this.#cells.set(id, cell = { write: null, reads: new Map() });
    if (cell.write !== null && this.#isUnordered(cell.write)) return cell.write;
    if (!access.isWrite) {
      cell.reads.set(access.goroutine, access);
      return null;
    }
    for (const read of cell.reads.values()) if (this.#isUnordered(read)) return read;
    cell.reads.clear();
    cell.write = access;
    return null;
  }

  #isUnordered({ goroutine, at }: Stamped): boolean {
    return at > (this.#clock[goroutine] ?? 0);
  }
}
