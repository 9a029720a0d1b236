/**
 * Reduced exhaustive search: one schedule of each class of schedules that differ only in the order of what commutes.
 *
 * Optimal dynamic partial-order reduction with wakeup trees: Abdulla, Aronis, Jonsson, Sagonas, "Source Sets: A
 * Foundation for Optimal Dynamic Partial Order Reduction", JACM 64(4), 2017. What is particular here:
 *
 * - Nobody announces what it will do. A sleeper is known by what its step did when it was run from the same point, and
 *   that is what it would still do: nothing it touches has been touched since.
 * - A step touches any number of resources, and its own questions (which ready case) are all tried where it is run.
 * - Whoever is runnable stays runnable, so every race can be reversed; blocking shows only in the relation.
 * - The last step of a sequence to be run earlier than before may do something else from its first conflicting touch on:
 *   it is taken to depend on everything.
 * - Some accesses commute only unless somebody misuses what they touch, and it shows only when that is done. All accesses
 *   to it conflict from then on, and the search begins anew.
 *
 * @module
 */

import { areDependent, HappensBefore, type Touching } from "./dependency.ts";
import { type Relation, StepLog } from "./step_log.ts";
import { type Candidates, NotDeterministic, REDUNDANT, type Strategy } from "./strategy.ts";

/** What is known of an event that was run: a step by its effects. */
interface Known extends Touching {
  readonly event: number;
  readonly answers: readonly number[];
  /** Whether the effects are only a guess on the safe side, since it has not been run from here. */
  readonly isGuess?: boolean;
  /**
   * Whether it sleeps behind a tentative branch: what begins with it has been seen, but not all that it leads to was kept
   * as sequences to be run here. So only what does begin with it is covered, not what it could merely be put in front of.
   */
  readonly isDoubtful?: boolean;
}

/**
 * A node of a wakeup tree: an event to be run, and what is to be run behind it. If there is nothing, it is a leaf, and
 * everything behind it will be run but what begins with a sleeper.
 */
interface Branch {
  known: Known;
  readonly children: Branch[];
  /** What is to be run behind it if its questions are answered otherwise. */
  readonly others: { readonly answers: readonly number[]; readonly children: Branch[] }[];
  /**
   * Whether it may turn out to commute with a branch before it, which will then be asleep: because one of them was a
   * guess when it was inserted. What the other one finds must then be kept behind this one even if it is a leaf.
   */
  readonly isTentative: boolean;
}

/** A point of the schedule at which an event is chosen. */
interface Frame {
  /** Whom not to run here: what they lead to has been seen. */
  readonly sleeping: Known[];
  /** What is to be run here; the first branch is what is being run. */
  readonly branches: Branch[];
  /** The answers to the questions of the step that are given; the rest is answered 0. */
  answers: readonly number[];
  /** Beginnings of answers that are still to be tried. */
  readonly untried: number[][];
  /** Whether the branch being run still has its first answers. */
  isFirst: boolean;
  /** What is to be run behind the branch being run, with its present answers. */
  children: readonly Branch[];
  /** What the step touched, with any answers. */
  readonly touches: Known["touches"][number][];
}

/** What tests vary about the search: the number of schedules must not depend on the order. */
export interface ReducedOptions {
  /** Which touches conflict: those of the primitives' tables by default. */
  readonly relation?: Relation;
  /** Of `count` candidates that are awake, which to take first: 0 by default. */
  readonly first?: (count: number) => number;
}

/** Reduced runs one schedule per class. Sound only if all that goroutines share goes through primitives and cells. */
export class Reduced implements Strategy {
  readonly name = "reduced";
  /** Time is a barrier: what comes before and behind its moves is not exchanged. */
  readonly earlyTimers = 0;
  readonly log: StepLog;
  readonly #first: (count: number) => number;
  readonly #frames: Frame[] = [];
  #depth = 0;
  // The first step of the present schedule that is not as in the one before.
  #from = 0;
  #asked = 0;
  #isFirst = true;
  #isBlocked = false;
  #isTruncated = false;
  #redundant = 0;
  /** How many resources were known to be misused when the search began. */
  #misused = 0;

  constructor({ relation, first = () => 0 }: ReducedOptions = {}) {
    this.log = new StepLog(relation);
    this.#first = first;
  }

  /** Whether every class has been seen. */
  get isComplete(): boolean {
    return !this.#isFirst && this.#frames.length === 0 && !this.#isTruncated;
  }

  /** Schedules that were ended because they led nowhere new. */
  get redundant(): number {
    return this.#redundant;
  }

  begin(): boolean {
    this.#depth = this.#asked = 0;
    this.#isBlocked = false;
    if (this.#isFirst) {
      this.#isFirst = false;
      return true;
    }
    return this.#backtrack();
  }

  pick(candidates: Candidates): number {
    if (this.log.misused !== this.#misused) {
      if (this.log.misused !== this.log.misusedBefore) return REDUNDANT;
      this.#beginAnew();
    }
    const depth = this.#depth++;
    this.#asked = 0;
    if (depth === this.#frames.length && !this.#open(depth, candidates)) return REDUNDANT;
    const { event } = ((this.#frames[depth] as Frame).branches[0] as Branch).known;
    const at = indexOf(candidates, event);
    if (at < 0) {
      throw new NotDeterministic(`event ${event} cannot be run at step ${depth + 1}`);
    }
    return at;
  }

  choose(count: number): number {
    const { answers } = this.#frames[this.#depth - 1] as Frame;
    const answer = answers[this.#asked++] ?? 0;
    return answer < count ? answer : 0;
  }

  end(): void {
    if (this.log.misused !== this.#misused) {
      this.#beginAnew();
      this.#isFirst = true;
      return;
    }
    const { steps } = this.log;
    const length = Math.min(steps.length, this.#frames.length);
    if (steps.length > this.#frames.length) this.#isTruncated = true;
    for (let at = 0; at < length; at++) this.#learn(at);
    if (this.#isBlocked) {
      this.#redundant++;
      return;
    }
    const relation = new HappensBefore(this.log, length, 0);
    for (const [i, j] of relation.races) this.#reverse(relation, i, j, length);
  }

  /** Forgets what it has seen: more is known to be misused than when the search began. */
  #beginAnew(): void {
    this.#misused = this.log.misused;
    this.#frames.length = this.#from = 0;
    this.#isTruncated = false;
  }

  /** Opens a new frame; false if everybody who could run is asleep. */
  #open(depth: number, candidates: Candidates): boolean {
    const sleeping = depth === 0 ? [] : this.#sleepersBehind(depth - 1);
    const above = this.#frames[depth - 1];
    const branches = above === undefined ? [] : above.children.map(copy);
    if (branches.length === 0) {
      const event = this.#pickAwake(candidates, sleeping);
      if (event === undefined) {
        this.#isBlocked = true;
        return false;
      }
      const known = { event, goroutine: -1, touches: [], answers: [] };
      branches.push({ known, children: [], others: [], isTentative: false });
    }
    const { known: { answers }, children } = branches[0] as Branch;
    const frame = {
      sleeping,
      branches,
      answers,
      untried: [],
      isFirst: true,
      children,
      touches: [],
    };
    this.#frames.push(frame);
    return true;
  }

  /** Somebody who is not asleep; undefined if all are. */
  #pickAwake(candidates: Candidates, sleeping: readonly Known[]): number | undefined {
    const awake: number[] = [];
    for (let k = 0; k < candidates.count; k++) {
      const event = candidates.event(k);
      if (!sleeping.some((sleeper) => sleeper.event === event)) awake.push(event);
    }
    return awake.length === 0 ? undefined : awake[this.#first(awake.length)];
  }

  /** Who goes on sleeping behind the step of frame `at`, which has just been run. */
  #sleepersBehind(at: number): Known[] {
    const step = this.log.steps[at] as Touching;
    const { sleeping, branches } = this.#frames[at] as Frame;
    const left = sleeping.filter((sleeper) => !areDependent(sleeper, step));
    if (!(branches[0] as Branch).isTentative) return left;
    return left.map((sleeper) => ({ ...sleeper, isDoubtful: true }));
  }

  /** Takes note of what the step of frame `at` has done. */
  #learn(at: number): void {
    if (at < this.#from) return;
    const frame = this.#frames[at] as Frame;
    const { event, goroutine, touches, answers, counts } = this.log
      .steps[at] as StepLog["steps"][number];
    const branch = frame.branches[0] as Branch;
    branch.known = { event, goroutine, touches, answers };
    frame.touches.push(...touches);
    for (let i = frame.answers.length; i < counts.length; i++) {
      const chosen = answers.slice(0, i);
      for (let other = 0; other < (counts[i] as number); other++) {
        if (other !== answers[i]) frame.untried.push([...chosen, other]);
      }
    }
    // The first branch may come with answers, whose alternatives nobody has noted yet.
    if (frame.isFirst) this.#noteGiven(frame, answers, counts);
  }

  #noteGiven(frame: Frame, answers: readonly number[], counts: readonly number[]): void {
    for (let i = 0; i < Math.min(frame.answers.length, counts.length); i++) {
      for (let other = 0; other < (counts[i] as number); other++) {
        if (other !== answers[i]) frame.untried.push([...answers.slice(0, i), other]);
      }
    }
  }

  /** Goes to the deepest frame with something left; false if there is none. */
  #backtrack(): boolean {
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      this.#from = this.#frames.length - 1;
      const untried = frame.untried.pop();
      if (untried !== undefined) {
        frame.answers = untried;
        frame.isFirst = false;
        const { others } = frame.branches[0] as Branch;
        frame.children = others.find(({ answers }) => begins(untried, answers))?.children ?? [];
        return true;
      }
      const { known } = frame.branches.shift() as Branch;
      frame.sleeping.push({ ...known, touches: frame.touches.slice() });
      const next = frame.branches[0];
      if (next !== undefined) {
        frame.answers = next.known.answers;
        frame.isFirst = true;
        frame.children = next.children;
        frame.touches.length = 0;
        return true;
      }
      this.#frames.pop();
    }
    return false;
  }

  /** Makes sure that a schedule in which step `j` comes before step `i` will be run. */
  #reverse(relation: HappensBefore, i: number, j: number, length: number): void {
    const { steps } = this.log;
    const sequence: number[] = [];
    for (let k = i + 1; k < length; k++) {
      if (k !== j && !relation.isBefore(i, k)) sequence.push(k);
    }
    const known = sequence.map((k): Known => steps[k] as StepLog["steps"][number]);
    sequence.push(j);
    known.push(this.#knownBefore(i, j));
    const frame = this.#frames[i] as Frame;
    const isBefore = (a: number, b: number): boolean =>
      relation.isBefore(sequence[a] as number, sequence[b] as number);
    const remaining = sequence.map((_, index) => index);
    if (frame.sleeping.some((sleeper) => isWeakInitial(sleeper, known, remaining, isBefore))) {
      return;
    }
    insert(frame.branches, known, remaining, isBefore);
  }

  /** What is known of step `j` if it is run before step `i`: the same up to its first touch that conflicts. */
  #knownBefore(i: number, j: number): Known {
    const { event, goroutine, touches } = this.log.steps[j] as StepLog["steps"][number];
    const earlier = this.log.steps[i] as Touching;
    const at = touches.findIndex((touch) => areDependent({ goroutine, touches: [touch] }, earlier));
    const touch = touches[at];
    // Its own questions may be others than before, so they are asked anew.
    if (touch === undefined) return { event, goroutine, touches, answers: [] };
    const varying = [touch, ...earlier.touches].filter(({ resource, access }) =>
      resource === touch.resource && access.varies === true
    );
    // If it may be another access then, it may also wake somebody, and touch what that one waits for besides.
    const isOpen = at < touches.length - 1 ||
      varying.some(({ access }) => access.wakesNobody !== true);
    const first = varying.length > 0 ? { ...touch, access: ANY } : touch;
    return {
      event,
      goroutine,
      touches: [...touches.slice(0, at), first],
      answers: [],
      isOpen,
      isGuess: isOpen || varying.length > 0,
    };
  }
}

/** Any access: it is not known which it will be. */
const ANY = { verb: "", bit: ~0, mask: ~0 };

type Order = (a: number, b: number) => boolean;

/**
 * Inserts a sequence into a wakeup tree, unless it is covered: walks along branches that may come first in an equivalent
 * sequence, and appends what is left.
 */
function insert(
  branches: Branch[],
  known: readonly Known[],
  remaining: number[],
  isBefore: Order,
): void {
  let level = branches;
  let left = remaining;
  let isBehindTentative = false;
  for (;;) {
    const branch = level.find((branch) => isWeakInitial(branch.known, known, left, isBefore));
    if (branch === undefined) break;
    const at = left.findIndex((k) => (known[k] as Known).event === branch.known.event);
    let { children } = branch;
    if (at >= 0) {
      const { answers } = known[left[at] as number] as Known;
      if (!begins(branch.known.answers, answers)) children = childrenWith(branch, answers);
      left = left.filter((_, index) => index !== at);
    }
    // Whoever is asleep in front of a branch is asleep behind it, too.
    isBehindTentative ||= branch.isTentative;
    if (children.length === 0 && !isBehindTentative) return;
    level = children;
  }
  for (const k of left) {
    const event = known[k] as Known;
    const isTentative = isBehindTentative || event.isGuess === true ||
      level.some(({ known }) => known.isGuess);
    isBehindTentative = isTentative;
    const branch: Branch = { known: event, children: [], others: [], isTentative };
    level.push(branch);
    level = branch.children;
  }
}

/** Whether `candidate` may be the first event of a sequence equivalent to what remains, or be put in front of it. */
function isWeakInitial(
  candidate: Known,
  known: readonly Known[],
  remaining: readonly number[],
  isBefore: Order,
): boolean {
  for (let at = 0; at < remaining.length; at++) {
    const k = remaining[at] as number;
    if ((known[k] as Known).event === candidate.event) {
      for (let earlier = 0; earlier < at; earlier++) {
        if (isBefore(remaining[earlier] as number, k)) return false;
      }
      return true;
    }
  }
  return !candidate.isDoubtful &&
    remaining.every((k) => !areDependent(candidate, known[k] as Known));
}

/** Whether a branch with `given` answers is first run with `answers`: what is not given is answered 0. */
function begins(given: readonly number[], answers: readonly number[]): boolean {
  for (let i = 0; i < answers.length; i++) if ((given[i] ?? 0) !== answers[i]) return false;
  return true;
}

/** What is to be run behind `branch` if it is run with `answers`, which are not its first. */
function childrenWith({ others }: Branch, answers: readonly number[]): Branch[] {
  const known = others.find((other) => begins(other.answers, answers));
  if (known !== undefined) return known.children;
  const children: Branch[] = [];
  others.push({ answers, children });
  return children;
}

function copy({ known, children, others, isTentative }: Branch): Branch {
  return {
    known,
    children: children.map(copy),
    others: others.map(({ answers, children }) => ({ answers, children: children.map(copy) })),
    isTentative,
  };
}

function indexOf(candidates: Candidates, event: number): number {
  for (let k = 0; k < candidates.count; k++) if (candidates.event(k) === event) return k;
  return -1;
}
