/**
 * The harness's random numbers: everything random in an exploration comes from one seed.
 *
 * @module
 */

/** The largest multiple of `count` up to 2^32: 32 bits below it are spread evenly over the remainders. */
function limitOf(count: number): number {
  return 0x1_0000_0000 - (0x1_0000_0000 % count);
}

/** By count, because a remainder of numbers that large is dear. */
const LIMITS = Array.from({ length: 64 }, (_, count) => limitOf(count));

/** RandomSource is a seeded generator: sfc32 (Doty-Humphrey, PractRand), 128 bits of state. */
export class RandomSource {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** Makes a generator that gives the same numbers for the same `seed` and `stream`. */
  constructor(seed: number, stream = 0) {
    this.reseed(seed, stream);
  }

  /** Starts anew with `seed`; different streams of one seed are independent. */
  reseed(seed: number, stream = 0): void {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 0x1_0000_0000) | 0;
    this.#c = stream | 0;
    this.#counter = 1;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** The next 32 random bits, as a number from 0 to 2^32 - 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** A number from 0 to `count` - 1, each equally likely. */
  below(count: number): number {
    // Rejection keeps it exactly uniform; "random" walks that are not are a known pitfall.
    const limit = LIMITS[count] ?? limitOf(count);
    for (;;) {
      const bits = this.next();
      if (bits < limit) return bits % count;
    }
  }

  /** A number from 0 up to but not including 1. */
  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }
}
