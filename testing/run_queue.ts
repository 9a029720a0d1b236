/**
 * Who can run.
 *
 * Invariants:
 * - Entries stand by path of their goroutine, then in the order in which it called them.
 * - Asked for the one that has waited longest, it goes by the order in which they became ready.
 *
 * Rejected: a linked list, or a queue alone. Strategies ask for the k-th entry, and the k-th must be the same whatever
 * the order in which entries became runnable.
 *
 * @module
 */

import { type Entry, EntryState, type Goroutine } from "./goroutine.ts";

/** Below that many entries looking at each in turn is fastest. */
const FEW = 16;

/** RunQueue holds the entries that can be resumed. Adding and taking is O(log n), but for moving what stands behind; O(1) at both ends. */
export class RunQueue {
  readonly #entries: Entry[] = [];
  /** Where they begin: whoever is first of many leaves a gap, so that first come, first served costs O(1). */
  #start = 0;
  /** The same in the order in which they became ready, with some that were taken since; kept from when somebody asks. */
  #arrivals: Entry[] | null = null;
  /** What each was ready as when it came: an entry may be there again, further behind. */
  #tickets: number[] = [];
  #head = 0;

  /** How many there are. */
  get size(): number {
    return this.#entries.length - this.#start;
  }

  /** The `index`-th. */
  at(index: number): Entry {
    return this.#entries[this.#start + index] as Entry;
  }

  /** Empties it. */
  clear(): void {
    if (this.#entries.length > 0) this.#entries.length = 0;
    this.#start = 0;
    this.#arrivals = null;
    this.#head = 0;
  }

  /** Adds an entry. */
  add(entry: Entry): void {
    const entries = this.#entries;
    const last = entries.length - 1;
    if (last < this.#start || !isBefore(entry, entries[last] as Entry)) entries.push(entry);
    else this.#insert(entry);
    if (this.#arrivals !== null) this.#arrive(entry);
  }

  /** Takes the `index`-th. */
  takeAt(index: number): Entry {
    const entries = this.#entries;
    const at = this.#start + index;
    if (at === entries.length - 1) return entries.pop() as Entry;
    const entry = entries[at] as Entry;
    this.#remove(at);
    return entry;
  }

  // What is rare, or a loop, is apart: the compiler puts what is short where it is called.

  /** Adds an entry that is not the last. */
  #insert(entry: Entry): void {
    const entries = this.#entries;
    const start = this.#start;
    const last = entries.length - 1;
    if (last - start >= FEW) {
      entries.splice(this.#firstNot((other) => isBefore(other, entry)), 0, entry);
      return;
    }
    let at = last;
    entries.push(entries[last] as Entry);
    for (; at > start && isBefore(entry, entries[at - 1] as Entry); at--) {
      entries[at] = entries[at - 1] as Entry;
    }
    entries[at] = entry;
  }

  /** Removes what stands at a place in the array that is not its last. */
  #remove(at: number): void {
    const entries = this.#entries;
    if (entries.length - this.#start <= FEW) {
      // That is faster, and makes no array.
      for (let i = at + 1; i < entries.length; i++) entries[i - 1] = entries[i] as Entry;
      entries.pop();
    } else if (at > this.#start) {
      entries.splice(at, 1);
    } else if (++this.#start * 2 > entries.length) {
      entries.splice(0, this.#start);
      this.#start = 0;
    }
  }

  #arrive(entry: Entry): void {
    this.#arrivals?.push(entry);
    this.#tickets.push(entry.readyAs);
  }

  /** Takes `entry`. */
  take(entry: Entry): void {
    this.takeAt(this.indexOf(entry));
  }

  /** Where `entry` stands, which must be there. */
  indexOf(entry: Entry): number {
    if (this.size <= FEW) return this.#entries.indexOf(entry, this.#start) - this.#start;
    return this.#firstNot((other) => isBefore(other, entry)) - this.#start;
  }

  /** Where the first entry of `goroutine` that is no timer stands; -1 if there is none. */
  indexOfGoroutine(goroutine: Goroutine): number {
    const entries = this.#entries;
    const start = this.#start;
    if (entries.length - start > FEW) return this.#indexAmongMany(goroutine);
    for (let at = start; at < entries.length; at++) {
      const entry = entries[at] as Entry;
      if (entry.goroutine === goroutine && entry.timer === null) return at - start;
    }
    return -1;
  }

  #indexAmongMany(goroutine: Goroutine): number {
    const entries = this.#entries;
    let at = this.#firstNot((it) => it.goroutine !== goroutine && it.goroutine.isBefore(goroutine));
    for (; at < entries.length; at++) {
      const entry = entries[at] as Entry;
      if (entry.goroutine !== goroutine) return -1;
      if (entry.timer === null) return at - this.#start;
    }
    return -1;
  }

  /** The one that has waited longest. Only if there is one. O(1), but for the first time in a schedule. */
  oldest(): Entry {
    if (this.#arrivals === null) {
      this.#arrivals = this.#entries.slice(this.#start).sort((a, b) => a.readyAs - b.readyAs);
      this.#tickets = this.#arrivals.map(({ readyAs }) => readyAs);
      this.#head = 0;
    }
    const arrivals = this.#arrivals, tickets = this.#tickets;
    while (!isThere(arrivals[this.#head] as Entry, tickets[this.#head] as number)) this.#head++;
    const oldest = arrivals[this.#head] as Entry;
    if (this.#head > 1_000 && this.#head * 2 > arrivals.length) {
      this.#arrivals = arrivals.slice(this.#head);
      this.#tickets = tickets.slice(this.#head);
      this.#head = 0;
    }
    return oldest;
  }

  /** Where in the array the first entry stands that does not pass `isEarlier`, which holds for a beginning of them. */
  #firstNot(isEarlier: (entry: Entry) => boolean): number {
    const entries = this.#entries;
    let low = this.#start, high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isEarlier(entries[middle] as Entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isThere({ state, readyAs }: Entry, ticket: number): boolean {
  return state === EntryState.Runnable && readyAs === ticket;
}

/** Entries stand by path of their goroutine, then in the order in which it called them. */
function isBefore(a: Entry, b: Entry): boolean {
  return a.goroutine === b.goroutine ? a.nth < b.nth : a.goroutine.isBefore(b.goroutine);
}
