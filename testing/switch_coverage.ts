/**
 * Coverage of kinds of switch: what has not been tried comes first, and goroutines that run the same code are alike.
 *
 * A switch is of a kind: from which code, after how many operations, to which code, after how many. A hundred goroutines in
 * one loop make ten thousand schedules with one deviation, and a handful of kinds. Yu, Narayanasamy, Pereira, Pokam,
 * "Maple: A Coverage-Driven Testing Tool for Multithreaded Programs", OOPSLA 2012, covers kinds of pairs of accesses, and
 * remembers which were tested; Wolff, Shi, Duck, Mathur, Roychoudhury, "Greybox Fuzzing for Concurrency Testing", ASPLOS
 * 2024, goes on from schedules that read from somewhere new. Accesses to plain variables cannot be seen here, switches can.
 *
 * The first schedule has no deviations. Each notes, behind its last deviation, those that would be a switch of a new kind,
 * at its first occurrence; each of them is a schedule. Those from one code to another share their turns, whether they are
 * few or many: a loop of main does not keep its workers waiting. It is the one noted first, last, or any, each as likely:
 * near the beginning, many deviations deep, or anywhere. A kind that has come by itself meanwhile is left out.
 *
 * When all kinds have been tried, so is each kind behind each other. Then it ends, and has not run every schedule.
 *
 * Rejected: choosing among all kinds alike, which takes as long as there are steps in the longest goroutine; always the one
 * noted first, or one with few deviations, which does not get deep; single kinds only, which is over soon; kinds behind
 * two others, which changes nothing in a thousand schedules. README.md has the figures.
 *
 * @module
 */

import { RandomSource } from "./random_source.ts";
import { type Candidates, NotDeterministic, type Strategy } from "./strategy.ts";

/** At most so many deviations are kept that have not been tried, at each level. */
const MOST_UNTRIED = 1 << 14;

/** So many kinds are remembered at each level; with one more all are forgotten, and may come again. */
const MOST_KINDS = 1 << 16;

/** A schedule: that of its parent up to a question that is answered otherwise, and answer 0 from there on. */
interface Deviation {
  readonly parent: Deviation | null;
  readonly question: number;
  readonly answer: number;
  readonly kind: number;
}

/** The deviations of new kinds from one code to another. */
class Untried {
  readonly deviations: Deviation[] = [];
  /** How many of them have had their turn. */
  turns = 0;

  take(random: RandomSource): Deviation {
    const { length } = this.deviations;
    const at = [0, length - 1, random.below(length)][random.below(3)] as number;
    return this.deviations.splice(at, 1)[0] as Deviation;
  }
}

/** What was noted and tried: single kinds, or pairs of them. */
class Level {
  readonly #random: RandomSource;
  /** By codes: from which to which. */
  readonly #untried = new Map<number, Untried>();
  /** How many deviations are left. */
  size = 0;
  readonly #noted = new Set<number>();
  readonly #happened = new Set<number>();

  constructor(random: RandomSource) {
    this.#random = random;
  }

  happens(kind: number): void {
    remember(this.#happened, kind);
  }

  isKnown(kind: number): boolean {
    return this.#noted.has(kind);
  }

  note(codes: number, deviation: Deviation): void {
    remember(this.#noted, deviation.kind);
    let untried = this.#untried.get(codes);
    if (untried === undefined) this.#untried.set(codes, untried = new Untried());
    const { deviations } = untried;
    if (this.size < MOST_UNTRIED) this.size++;
    else if (deviations.length === 0) return;
    else deviations.splice(this.#random.below(deviations.length), 1);
    deviations.push(deviation);
  }

  /** A deviation of a kind that has not happened yet; undefined if there is none. */
  next(): Deviation | undefined {
    for (;;) {
      const untried = this.#fewestTurns();
      if (untried === undefined) return undefined;
      this.size--;
      const deviation = untried.take(this.#random);
      if (this.#happened.has(deviation.kind)) continue;
      untried.turns++;
      return deviation;
    }
  }

  #fewestTurns(): Untried | undefined {
    let fewest: Untried | undefined;
    for (const untried of this.#untried.values()) {
      if (untried.deviations.length === 0) continue;
      if (fewest === undefined || untried.turns < fewest.turns) fewest = untried;
    }
    return fewest;
  }
}

/** SwitchCoverage tries one switch of each kind, then one of each kind behind each other. */
export class SwitchCoverage implements Strategy {
  readonly name = "coverage";
  /** Who ran last is known only to whoever sees every step. */
  readonly seesEveryStep = true;
  /** Single kinds, and pairs of a kind and the one before. */
  readonly #levels: readonly [Level, Level];
  #isFirst = true;

  // --- the present schedule ---
  #deviation: Deviation | null = null;
  /** The deviations that are left, the last first. */
  readonly #path: Deviation[] = [];
  #asked = 0;
  /** The code of who ran last, where it stood, and how many choices it has made since. */
  #code = 0;
  #place = 0;
  #choices = 0;
  /** The last kind that has happened. */
  #before = 0;

  constructor(seed: number) {
    const random = new RandomSource(seed);
    this.#levels = [new Level(random), new Level(random)];
  }

  /** Whether there are kinds, as far as it knows, that were not tried at all. */
  get hasNewKinds(): boolean {
    return this.#isFirst || this.#levels[0].size > 0;
  }

  begin(): boolean {
    this.#asked =
      this.#code =
      this.#place =
      this.#choices =
      this.#before =
        0;
    this.#path.length = 0;
    if (this.#isFirst) {
      this.#isFirst = false;
      return true;
    }
    const [kinds, pairs] = this.#levels;
    const next = kinds.next() ?? pairs.next();
    if (next === undefined) return false;
    this.#deviation = next;
    for (let at: Deviation | null = next; at !== null; at = at.parent) this.#path.push(at);
    return true;
  }

  pick(candidates: Candidates): number {
    const { count } = candidates;
    const answer = count === 1 ? 0 : this.#choose(candidates);
    this.#code = 1 + candidates.code(answer);
    this.#place = placeOf(candidates, answer);
    this.#choices = 0;
    return answer;
  }

  choose(count: number): number {
    const place = mixed(this.#place, ++this.#choices);
    const codes = mixed(this.#code, -1);
    const answer = this.#answer(count, (k) => mixed(place, -1 - k), () => codes);
    this.#happens(mixed(place, -1 - answer));
    return answer;
  }

  end(): void {
    if (this.#path.length > 0) {
      throw new NotDeterministic("there were more answers before than now");
    }
  }

  #choose(candidates: Candidates): number {
    const kindOf = (k: number) => mixed(this.#place, placeOf(candidates, k));
    const codesOf = (k: number) => mixed(this.#code, 1 + candidates.code(k));
    const answer = this.#answer(candidates.count, kindOf, codesOf);
    if (answer > 0 || !candidates.canContinue) this.#happens(kindOf(answer));
    return answer;
  }

  #happens(kind: number): void {
    const [kinds, pairs] = this.#levels;
    kinds.happens(kind);
    pairs.happens(mixed(this.#before, kind));
    this.#before = kind;
  }

  #answer(count: number, kindOf: (k: number) => number, codesOf: (k: number) => number): number {
    const question = this.#asked++;
    const next = this.#path.at(-1);
    if (next === undefined) {
      let known = -1;
      for (let k = 1; k < count; k++) {
        const kind = kindOf(k);
        // A crowd waits at one place.
        if (kind !== known && !this.#note(question, k, kind, codesOf)) known = kind;
      }
      return 0;
    }
    if (next.question !== question) return 0;
    const { answer } = next;
    if (answer >= count) {
      throw new NotDeterministic(`question ${question} had more than ${count} answers before`);
    }
    this.#path.pop();
    return answer;
  }

  /** Notes an answer if its kind is new, by itself or behind the one before; returns whether it is. */
  #note(
    question: number,
    answer: number,
    kind: number,
    codesOf: (k: number) => number,
  ): boolean {
    const parent = this.#deviation;
    const [kinds, pairs] = this.#levels;
    if (!kinds.isKnown(kind)) {
      kinds.note(codesOf(answer), { parent, question, answer, kind });
      return true;
    }
    const pair = mixed(this.#before, kind);
    if (pairs.isKnown(pair)) return false;
    pairs.note(codesOf(answer), { parent, question, answer, kind: pair });
    return true;
  }
}

function remember(kinds: Set<number>, kind: number): void {
  if (kinds.size === MOST_KINDS) kinds.clear();
  kinds.add(kind);
}

function placeOf(candidates: Candidates, k: number): number {
  return mixed(1 + candidates.code(k), candidates.operations(k));
}

/** One number for two, of 30 bits; MurmurHash3's finish. What has the same by chance is taken for one kind. */
function mixed(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ b;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 2;
}
