// Power series as streams that are computed on demand, after M. D. McIlroy, "Squinting at power series", and Go's
// test/chan/powser1.go. A series is a pair of unbuffered channels: its reader sends a request, then receives the next
// coefficient. A denominator of 0 marks the end. Every operation is a goroutine, parked for ever once nobody reads on.
import { assertEquals } from "@std/assert";
import { Channel, go, select } from "../../mod.ts";
import { conforms } from "./both_schedulers_test.ts";

/** A fraction in lowest terms, with a positive denominator; 0 for the end of a series. */
interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

const END: Fraction = { num: 0n, den: 0n };
const ZERO: Fraction = { num: 0n, den: 1n };
const ONE: Fraction = { num: 1n, den: 1n };

function fraction(num: bigint, den = 1n): Fraction {
  let [a, b] = [num < 0n ? -num : num, den < 0n ? -den : den];
  while (b !== 0n) [a, b] = [b, a % b];
  const divisor = den < 0n ? -a : a;
  return { num: num / divisor, den: den / divisor };
}

const isEnd = (a: Fraction) => a.den === 0n;
const negate = (a: Fraction) => ({ num: -a.num, den: a.den });
const inverse = (a: Fraction) => fraction(a.den, a.num);
const plus = (a: Fraction, b: Fraction) => fraction(a.num * b.den + b.num * a.den, a.den * b.den);
const times = (a: Fraction, b: Fraction) => fraction(a.num * b.num, a.den * b.den);
const show = (a: Fraction) => a.den === 1n ? `${a.num}` : `${a.num}/${a.den}`;

/** A demand channel. */
class Series {
  readonly requests = new Channel<true>();
  readonly data = new Channel<Fraction>();

  /** Asks for the next coefficient and waits for it. */
  async get(): Promise<Fraction> {
    await this.requests.send(true);
    return await this.data.receive() as Fraction;
  }

  /** Waits until the reader asks, then hands it `value`. */
  async put(value: Fraction): Promise<void> {
    await this.requests.receive();
    await this.data.send(value);
  }

  /** Puts what `source` gives, for ever. */
  async putAll(source: Series): Promise<never> {
    for (;;) {
      await this.requests.receive();
      await this.data.send(await source.get());
    }
  }
}

/** Starts `fill`, which puts the coefficients of the series that is returned. */
function series(fill: (out: Series) => Promise<void>): Series {
  const out = new Series();
  go(() => fill(out), "series");
  return out;
}

/** Gets the next coefficient of both at once, whichever is ready first. */
async function getBoth(u: Series, v: Series): Promise<[Fraction, Fraction]> {
  const result: [Fraction, Fraction] = [END, END];
  const asked = [false, false], got = [false, false];
  while (!(got[0] && got[1])) {
    const taken = await select({
      askU: asked[0] ? undefined : u.requests.sending(true),
      askV: asked[1] ? undefined : v.requests.sending(true),
      getU: asked[0] && !got[0] ? u.data.receiving() : undefined,
      getV: asked[1] && !got[1] ? v.data.receiving() : undefined,
    });
    const which = taken.key.endsWith("U") ? 0 : 1;
    if (taken.key === "getU" || taken.key === "getV") {
      result[which] = taken.value as Fraction;
      got[which] = true;
    } else {
      asked[which] = true;
    }
  }
  return result;
}

/**
 * One generation of a split. It serves one coefficient to both readers and dies. The newest generation serves the reader
 * that is ahead, always `out[0]`; the older ones hold what that one has had already, and the oldest serves `out[1]`.
 * `turn` tells a generation that it has become the oldest.
 */
async function generation(
  source: Series,
  out: [Series, Series],
  turn: Channel<true>,
): Promise<void> {
  let isOldest = false;
  const first = await select({ asked: out[0].requests.receiving(), turn: turn.receiving() });
  if (first.key === "turn") {
    isOldest = true;
    const { key } = await select([out[0].requests.receiving(), out[1].requests.receiving()]);
    if (key === 1) [out[0], out[1]] = [out[1], out[0]];
  }
  const [ahead, behind] = out;
  await source.requests.send(true);
  const release = new Channel<true>();
  go(() => generation(source, out, release), "split");
  const value = await source.data.receive() as Fraction;
  await ahead.data.send(value);
  if (!isOldest) await turn.receive();
  await behind.requests.receive();
  await behind.data.send(value);
  await release.send(true);
}

/** Feeds both of `out` from `source`; they may be read at different speeds. */
function split(
  source: Series,
  out: [Series, Series] = [new Series(), new Series()],
): [Series, Series] {
  const readers: [Series, Series] = [...out];
  const turn = new Channel<true>();
  go(() => generation(source, readers, turn), "split");
  go(() => turn.send(true), "split");
  return out;
}

const repeat = (c: Fraction) =>
  series(async (out) => {
    for (;;) await out.put(c);
  });

const add = (u: Series, v: Series) =>
  series(async (out) => {
    for (;;) {
      await out.requests.receive();
      const [a, b] = await getBoth(u, v);
      if (!isEnd(a) && !isEnd(b)) {
        await out.data.send(plus(a, b));
      } else {
        await out.data.send(isEnd(a) ? b : a);
        if (isEnd(a) && isEnd(b)) return;
        await out.putAll(isEnd(a) ? v : u);
      }
    }
  });

const scale = (c: Fraction, u: Series) =>
  series(async (out) => {
    for (let isDone = false; !isDone;) {
      await out.requests.receive();
      const a = await u.get();
      isDone = isEnd(a);
      await out.data.send(isDone ? END : times(c, a));
    }
  });

const subtract = (u: Series, v: Series) => add(u, scale(negate(ONE), v));

/** x^n · u. */
const shiftBy = (n: number, u: Series) =>
  series(async (out) => {
    for (let i = 0; i < n; i++) await out.put(ZERO);
    await out.putAll(u);
  });

/** c + x · u. */
const shift = (c: Fraction, u: Series) =>
  series(async (out) => {
    await out.put(c);
    await out.putAll(u);
  });

/** c · x^n. */
const monomial = (c: Fraction, n: number) =>
  series(async (out) => {
    for (let i = 0; i < n; i++) await out.put(ZERO);
    await out.put(c);
    await out.put(END);
  });

/** (u + x·U)(v + x·V) = uv + x(uV + vU) + x²·UV. */
function multiply(u: Series, v: Series): Series {
  return series(async (out) => {
    await out.requests.receive();
    const [a, b] = await getBoth(u, v);
    if (isEnd(a) || isEnd(b)) return await out.data.send(END);
    await out.data.send(times(a, b));
    const us = split(u), vs = split(v);
    const w = add(scale(a, vs[0]), scale(b, us[0]));
    await out.requests.receive();
    await out.data.send(await w.get());
    await out.putAll(add(w, multiply(us[1], vs[1])));
  });
}

const differentiate = (u: Series) =>
  series(async (out) => {
    await out.requests.receive();
    let a = await u.get();
    for (let n = 1n; !isEnd(a); n++) {
      a = await u.get();
      if (isEnd(a)) break;
      await out.data.send(times(fraction(n), a));
      await out.requests.receive();
    }
    await out.data.send(END);
  });

const integrate = (c: Fraction, u: Series) =>
  series(async (out) => {
    await out.put(c);
    for (let n = 1n;; n++) {
      await out.requests.receive();
      const a = await u.get();
      if (isEnd(a)) return await out.data.send(END);
      await out.data.send(times(fraction(1n, n), a));
    }
  });

/** (1 + x)^c. */
const binomial = (c: Fraction) =>
  series(async (out) => {
    let term = ONE, left = c;
    for (let n = 1n; left.num !== 0n; n++) {
      await out.put(term);
      term = times(times(term, left), fraction(1n, n));
      left = plus(left, negate(ONE));
    }
    await out.put(term);
    await out.put(END);
  });

/** 1/u: its own coefficients are fed back. */
const reciprocal = (u: Series) =>
  series(async (out) => {
    const feedback: [Series, Series] = [new Series(), new Series()];
    await out.requests.receive();
    const a = inverse(await u.get());
    await out.data.send(a);
    split(multiply(scale(negate(a), u), shift(a, feedback[0])), feedback);
    await out.putAll(feedback[1]);
  });

/** e^u for u without constant term: its own coefficients are fed back. */
function exponential(u: Series): Series {
  const feedback: [Series, Series] = [new Series(), new Series()];
  split(integrate(ONE, multiply(feedback[0], differentiate(u))), feedback);
  return feedback[1];
}

/** u(v(x)) for v without constant term. */
function substitute(u: Series, v: Series): Series {
  return series(async (out) => {
    const vs = split(v);
    await out.requests.receive();
    const a = await u.get();
    await out.data.send(a);
    if (isEnd(a)) return;
    if (isEnd(await vs[0].get())) return await out.put(END);
    await out.putAll(multiply(vs[0], substitute(u, vs[1])));
  });
}

/** u(c·x^n). */
const substituteMonomial = (u: Series, c: Fraction, n: number) =>
  series(async (out) => {
    let power = ONE;
    for (;;) {
      await out.requests.receive();
      const a = await u.get();
      if (isEnd(a)) return await out.data.send(END);
      await out.data.send(times(a, power));
      power = times(power, c);
      for (let i = 1; i < n; i++) await out.put(ZERO);
    }
  });

const ones = () => repeat(ONE);
const twos = () => repeat(fraction(2n));
const minusOne = fraction(-1n);

/** What each series must begin with. A series that ends has an "end". */
const EXPECTED: readonly [name: string, make: () => Series, coefficients: string][] = [
  ["Ones", ones, "1 1 1 1 1 1 1 1 1 1"],
  ["Twos", twos, "2 2 2 2 2 2 2 2 2 2"],
  ["Add of Ones and Twos", () => add(ones(), twos()), "3 3 3 3 3 3 3 3 3 3"],
  [
    "Add of series of different lengths",
    () => add(monomial(ONE, 1), binomial(fraction(2n))),
    "1 3 1 end",
  ],
  ["Diff of Ones", () => differentiate(ones()), "1 2 3 4 5 6 7 8 9 10"],
  ["Integ of Ones", () => integrate(ZERO, ones()), "0 1 1/2 1/3 1/4 1/5 1/6 1/7 1/8 1/9"],
  ["Cmul of Twos", () => scale(minusOne, twos()), "-2 -2 -2 -2 -2 -2 -2 -2 -2 -2"],
  ["Sub of Ones and Twos", () => subtract(ones(), twos()), "-1 -1 -1 -1 -1 -1 -1 -1 -1 -1"],
  ["Monmul of Ones", () => shiftBy(3, ones()), "0 0 0 1 1 1"],
  ["Mon", () => monomial(fraction(5n), 2), "0 0 5 end"],
  ["Binom", () => binomial(fraction(3n)), "1 3 3 1 end"],
  ["Mul of Ones and Ones", () => multiply(ones(), ones()), "1 2 3 4 5 6 7 8 9 10"],
  ["Recip of Ones", () => reciprocal(ones()), "1 -1 0 0 0 0"],
  [
    "Exp of Ones",
    () => exponential(ones()),
    "1 1 3/2 13/6 73/24 167/40 4051/720 37633/5040 43817/4480 4596553/362880 58941091/3628800 274691047/13305600 " +
    "12470162233/479001600 202976401213/6227020800 1178339174801/29059430400",
  ],
  ["Subst of Ones by x/(1-x)", () => substitute(ones(), shift(ZERO, ones())), "1 1 2 4 8 16"],
  ["MonSubst of Ones", () => substituteMonomial(ones(), minusOne, 2), "1 0 -1 0 1 0 -1 0 1 0"],
  [
    "Integ of MonSubst: the arc tangent",
    () => integrate(ZERO, substituteMonomial(ones(), minusOne, 2)),
    "0 1 0 -1/3 0 1/5 0 -1/7 0 1/9",
  ],
];

for (const [name, make, coefficients] of EXPECTED) {
  conforms(`power series: ${name} (test/chan/powser1.go)`, async (most) => {
    const expected = coefficients.split(" ").slice(0, most);
    const out = make();
    for (const coefficient of expected) {
      const value = await out.get();
      assertEquals(isEnd(value) ? "end" : show(value), coefficient);
    }
  }, { rounds: [100, 5], schedules: 5, leaves: ["series", "split"] });
}
