/**
 * The harness's random numbers: everything random in an exploration comes from one seed.
 *
 * @module
 */

/** There are no larger counts. */
const LARGEST = 0x1_0000_0000;

/** The largest multiple of `count` up to 2^32: 32 bits below it are spread evenly over the remainders. */
function limitOf(count: number): number {
  return LARGEST - (LARGEST % count);
}

/** By count, because a remainder of numbers that large is dear. */
const FEW = 64;
const LIMITS = Array.from({ length: FEW }, (_, count) => limitOf(count));

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
    const b = this.#b, c = this.#c, counter = this.#counter;
    const sum = (this.#a + b + counter) | 0;
    this.#counter = (counter + 1) | 0;
    this.#a = b ^ (b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number from 0 to `count` - 1, each equally likely. */
  below(count: number): number {
    // Rejection keeps it exactly uniform; "random" walks that are not are a known pitfall.
    const limit = count < FEW ? LIMITS[count] as number : limitOf(count);
    for (;;) {
      const bits = this.next();
      if (bits >= limit) continue;
      // As whole numbers, if they are: the remainder of two numbers is a loop in the processor.
      return count < LARGEST ? ((bits >>> 0) % (count >>> 0)) >>> 0 : bits;
    }
  }

  /** A number from 0 up to but not including 1. */
  fraction(): number {
    return this.next() / 0x1_0000_0000;
  }
}
