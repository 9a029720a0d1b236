/**
 * Who can run.
 *
 * Invariants:
 * - Entries stand by path of their goroutine, then in the order in which it called them.
 * - Asked for the one that has waited longest, it goes by the order in which they were added.
 *
 * Rejected: a linked list, or a queue alone. Strategies ask for the k-th entry, and the k-th must be the same whatever
 * the order in which entries became runnable.
 *
 * @module
 */

import type { Entry, Goroutine } from "./goroutine.ts";

/** Below that many entries looking at each in turn is fastest. */
const FEW = 16;

/** RunQueue holds the entries that can be resumed. Adding and taking is O(log n), but for moving what stands behind. */
export class RunQueue {
  readonly #entries: Entry[] = [];
  /** The same in the order in which they were added; kept from when somebody asks until something else is taken. */
  #arrivals: Entry[] | null = null;
  #head = 0;

  /** How many there are. */
  get size(): number {
    return this.#entries.length;
  }

  /** The `index`-th. */
  at(index: number): Entry {
    return this.#entries[index] as Entry;
  }

  /** Empties it. */
  clear(): void {
    this.#entries.length = 0;
    this.#arrivals = null;
    this.#head = 0;
  }

  /** Adds an entry. */
  add(entry: Entry): void {
    const entries = this.#entries;
    const last = entries.length - 1;
    if (last < 0 || !isBefore(entry, entries[last] as Entry)) entries.push(entry);
    else if (last < FEW) {
      let at = last;
      entries.push(entries[last] as Entry);
      for (; at > 0 && isBefore(entry, entries[at - 1] as Entry); at--) {
        entries[at] = entries[at - 1] as Entry;
      }
      entries[at] = entry;
    } else {
      entries.splice(this.#firstNot((other) => isBefore(other, entry)), 0, entry);
    }
    if (this.#arrivals !== null) this.#arrivals.push(entry);
  }

  /** Takes the `index`-th. */
  takeAt(index: number): Entry {
    this.#arrivals = null;
    this.#head = 0;
    return this.#remove(index);
  }

  #remove(index: number): Entry {
    const entries = this.#entries;
    if (index === entries.length - 1) return entries.pop() as Entry;
    const entry = entries[index] as Entry;
    if (entries.length > FEW) {
      entries.splice(index, 1);
      return entry;
    }
    // For a few that is faster, and makes no array.
    for (let i = index + 1; i < entries.length; i++) entries[i - 1] = entries[i] as Entry;
    entries.pop();
    return entry;
  }

  /** Takes `entry`. */
  take(entry: Entry): void {
    this.takeAt(this.indexOf(entry));
  }

  /** Where `entry` stands, which must be there. */
  indexOf(entry: Entry): number {
    if (this.#entries.length <= FEW) return this.#entries.indexOf(entry);
    return this.#firstNot((other) => isBefore(other, entry));
  }

  /** Where the first entry of `goroutine` that is no timer stands; -1 if there is none. */
  indexOfGoroutine(goroutine: Goroutine): number {
    const entries = this.#entries;
    if (entries.length <= FEW) {
      for (let at = 0; at < entries.length; at++) {
        const entry = entries[at] as Entry;
        if (entry.goroutine === goroutine && entry.timer === null) return at;
      }
      return -1;
    }
    let at = this.#firstNot((it) => it.goroutine !== goroutine && it.goroutine.isBefore(goroutine));
    for (; at < entries.length; at++) {
      const entry = entries[at] as Entry;
      if (entry.goroutine !== goroutine) return -1;
      if (entry.timer === null) return at;
    }
    return -1;
  }

  /** Takes the one that has waited longest. Only if there is one. */
  takeOldest(): Entry {
    this.#arrivals ??= this.#entries.toSorted((a, b) => a.runnableSince - b.runnableSince);
    const oldest = this.#arrivals[this.#head++] as Entry;
    if (this.#head > 1_000 && this.#head * 2 > this.#arrivals.length) {
      this.#arrivals = this.#arrivals.slice(this.#head);
      this.#head = 0;
    }
    this.#remove(this.indexOf(oldest));
    return oldest;
  }

  /** The first index whose entry does not pass `isEarlier`, which holds for a beginning of them. */
  #firstNot(isEarlier: (entry: Entry) => boolean): number {
    const entries = this.#entries;
    let low = 0, high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isEarlier(entries[middle] as Entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Entries stand by path of their goroutine, then in the order in which it called them. */
function isBefore(a: Entry, b: Entry): boolean {
  return a.goroutine === b.goroutine ? a.nth < b.nth : a.goroutine.isBefore(b.goroutine);
}
