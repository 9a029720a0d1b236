/**
 * The timers of a schedule: whose they are, when they were set, and which of those that are due fires next.
 *
 * Invariants:
 * - A timer is pending (in the clock), due (it has an entry that can be resumed), behind another that is due and must fire
 *   first, or none of these.
 * - One that only wakes somebody is never due: it fires at once, since it commutes with all others.
 * - Whatever is pending or due has an owner: the goroutine that has set it.
 *
 * @module
 */

import { Timer } from "../runtime/scheduler.ts";
import type { Entry, Goroutine } from "./goroutine.ts";
import { VirtualClock } from "./virtual_clock.ts";
import { isUnreferenced } from "./virtual_timers.ts";

/** Timers that some goroutine waits for: whether they may be left is whether it may. */
const WAITED_FOR: ReadonlySet<string> = new Set(["sleep", "timer", "ticker"]);

/** ScheduleTimers holds the timers of the schedule that runs. */
export class ScheduleTimers {
  readonly clock: VirtualClock = new VirtualClock();
  readonly #due = new Map<Timer, Entry>();
  // By order: the timers behind the first that is due.
  readonly #behind = new Map<number, Timer[]>();
  readonly #owners = new Map<Timer, Goroutine>();
  /** When each was set; kept only if steps are logged. */
  readonly #setAt = new Map<Timer, number>();
  readonly #makeDue: (timer: Timer, owner: Goroutine) => Entry;

  /** `makeDue` lets a timer have a step of its own, and returns the entry for it. */
  constructor(makeDue: (timer: Timer, owner: Goroutine) => Entry) {
    this.#makeDue = makeDue;
  }

  /** A schedule begins, at time `start`. */
  begin(start: number): void {
    this.clock.reset(start);
    clear(this.#due);
    clear(this.#behind);
    clear(this.#owners);
    clear(this.#setAt);
  }

  /** `owner` sets a timer, at `moment` if steps are logged. */
  add(timer: Timer, delayMs: number, owner: Goroutine, moment: number | undefined): void {
    this.#owners.set(timer, owner);
    if (moment !== undefined) this.#setAt.set(timer, moment);
    this.clock.add(timer, delayMs);
  }

  /** Takes a timer back, and returns whether that was in time. */
  remove(timer: Timer): boolean {
    this.#owners.delete(timer);
    if (this.clock.remove(timer)) return true;
    const entry = this.#due.get(timer);
    if (entry === undefined) return this.#isTakenBack(timer);
    this.#due.delete(timer);
    this.#releaseNext(timer);
    // Whoever can run stays so, which reduction counts on: it has its step, in which nothing happens.
    entry.timer = new MissedTimer(timer);
    const setAt = this.#setAt.get(timer);
    if (setAt !== undefined) this.#setAt.set(entry.timer, setAt);
    return true;
  }

  /** Fires a timer that is due. */
  fire(timer: Timer): void {
    this.#due.delete(timer);
    this.#owners.delete(timer);
    this.#releaseNext(timer);
    timer.fire();
  }

  /** The moment at which a timer was set; 0 unless steps are logged. */
  setAt(timer: Timer): number {
    return this.#setAt.get(timer) ?? 0;
  }

  /** Whether time could go on. */
  get hasDeadline(): boolean {
    return this.clock.size > 0 && this.clock.nextDue !== Infinity;
  }

  /** Moves time to the next deadline. */
  advance(): void {
    this.clock.advance();
    this.collect();
  }

  /** Makes the timers that are due runnable. Those that only wake a goroutine fire at once: they commute. */
  collect(): void {
    const { clock } = this;
    for (let timer = clock.takeDue(); timer !== undefined; timer = clock.takeDue()) {
      if (timer.onlyWakes) {
        this.#owners.delete(timer);
        timer.fire();
      } else if (!this.#isBehindAnother(timer)) {
        this.#due.set(timer, this.#makeDue(timer, this.#owners.get(timer) as Goroutine));
      }
    }
  }

  /** The first timer of a goroutine that may wake it once time moves. */
  firstOf(goroutine: Goroutine): Timer | undefined {
    let first: Timer | undefined;
    for (const [timer, owner] of this.#owners) {
      if (owner !== goroutine || isUnreferenced(timer)) continue;
      if (first === undefined || timer.due < first.due) first = timer;
    }
    return first;
  }

  /** How many are pending that no goroutine waits for. */
  get left(): number {
    return this.clock.pending().filter(({ kind }) => !WAITED_FOR.has(kind)).length;
  }

  /** Whether a timer that must fire first is due as well; then this one comes behind it. */
  #isBehindAnother(timer: Timer): boolean {
    if (timer.inOrder === undefined) return false;
    const { inOrder } = timer;
    const isFirst = !this.#behind.has(inOrder);
    if (isFirst) this.#behind.set(inOrder, []);
    else this.#behind.get(inOrder)?.push(timer);
    return !isFirst;
  }

  /** Takes a timer back that is due behind another; returns whether it was. */
  #isTakenBack(timer: Timer): boolean {
    const behind = timer.inOrder === undefined ? undefined : this.#behind.get(timer.inOrder);
    const at = behind?.indexOf(timer) ?? -1;
    if (at >= 0) behind?.splice(at, 1);
    return at >= 0;
  }

  /** A timer has fired, or was taken back when it was due: the next of its order may. */
  #releaseNext({ inOrder }: Timer): void {
    if (inOrder === undefined) return;
    const next = this.#behind.get(inOrder)?.shift();
    if (next === undefined) this.#behind.delete(inOrder);
    else this.#due.set(next, this.#makeDue(next, this.#owners.get(next) as Goroutine));
  }
}

/** Stands in for a timer that was taken back when it was due. */
class MissedTimer extends Timer {
  readonly kind: string;
  readonly #timer: Timer;

  constructor(timer: Timer) {
    super();
    this.kind = timer.kind;
    this.#timer = timer;
  }

  fire(): void {
    this.#timer.missed();
  }
}

/** Empties a map; most are empty, and clearing one makes it anew. */
function clear(map: Map<unknown, unknown>): void {
  if (map.size > 0) map.clear();
}
