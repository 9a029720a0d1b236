/**
 * What two runs of one schedule have in common: what was resumed, which questions were asked and how they were answered, and
 * how much time went by.
 *
 * @module
 */

/** Fingerprint is that of a schedule that has ended. */
export class Fingerprint {
  readonly #hash: number;
  readonly #steps: number;
  readonly #elapsedMs: number;
  readonly #answers: readonly number[];
  readonly #counts: readonly number[];

  /** `hash` is of what was resumed in which order; the lists are copied. */
  constructor(
    hash: number,
    steps: number,
    elapsedMs: number,
    answers: readonly number[],
    counts: readonly number[],
  ) {
    this.#hash = hash;
    this.#steps = steps;
    this.#elapsedMs = elapsedMs;
    this.#answers = answers.slice();
    this.#counts = counts.slice();
  }

  /** Whether they are those of one schedule. */
  equals(other: Fingerprint): boolean {
    return this.#hash === other.#hash && this.#steps === other.#steps &&
      this.#elapsedMs === other.#elapsedMs && areEqual(this.#answers, other.#answers) &&
      areEqual(this.#counts, other.#counts);
  }
}

function areEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((it, i) => it === b[i]);
}
