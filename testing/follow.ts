/**
 * Running steps in a given order, as far as the program allows.
 *
 * @module
 */

import type { Candidates, Strategy } from "./strategy.ts";

/** PlannedStep is a step to be run: which event, of which goroutine, and the answers to the questions asked in it. */
export interface PlannedStep {
  readonly event: number;
  readonly goroutine: number;
  readonly answers: readonly number[];
}

/** TakenStep is a step that was run. */
export interface TakenStep extends PlannedStep {
  /** Whether the goroutine of the step before could have gone on instead. */
  readonly isPreemption: boolean;
}

const NOTHING: readonly number[] = [];

/**
 * Follow resumes at each point whoever stands first in the order among those who can run, and "who ran last" if none of
 * them is in it. It notes what it has taken, so that the order can be changed and followed again.
 */
export class Follow implements Strategy {
  readonly name = "follow";
  readonly seesEveryStep = true;
  readonly earlyTimers = 0;
  readonly #order: readonly PlannedStep[];
  #left: PlannedStep[] = [];
  #planned: readonly number[] = NOTHING;
  #asked = 0;
  /** The steps that were taken. */
  readonly taken: TakenStep[] = [];

  constructor(order: readonly PlannedStep[]) {
    this.#order = order;
  }

  begin(): boolean {
    this.#left = [...this.#order];
    this.taken.length = 0;
    return true;
  }

  pick(candidates: Candidates): number {
    const { count } = candidates;
    let picked = 0;
    let planned: PlannedStep | undefined;
    for (let at = 0; at < this.#left.length && planned === undefined; at++) {
      const step = this.#left[at] as PlannedStep;
      for (let k = 0; k < count; k++) {
        if (candidates.event(k) !== step.event) continue;
        picked = k;
        planned = step;
        this.#left.splice(at, 1);
        break;
      }
    }
    this.#asked = 0;
    this.#planned = planned?.answers ?? NOTHING;
    this.taken.push({
      event: candidates.event(picked),
      goroutine: candidates.goroutine(picked),
      answers: [],
      isPreemption: picked !== 0 && candidates.canContinue,
    });
    return picked;
  }

  choose(count: number): number {
    const planned = this.#planned[this.#asked++] ?? 0;
    const answer = planned < count ? planned : 0;
    (this.taken.at(-1)?.answers as number[] | undefined)?.push(answer);
    return answer;
  }
}
