/**
 * Which cases of which selects were ready, and which were taken: a case that no schedule takes is a case that no test
 * has seen.
 *
 * A select is known by the place it is called from. Looking at the stack is expensive, so it is done once for each
 * operation of each goroutine, as long as it has the same keys; a goroutine that gets to its n-th operation on two ways,
 * with a select of the same keys on either, has them counted as one. Once all cases of a select were taken nobody looks at
 * it any more.
 *
 * @module
 */

import type { Operation } from "../runtime/operation.ts";
import type { Goroutine } from "./goroutine.ts";
import type { Site } from "./record.ts";
import { type RawSite, Stack, toSite } from "./sites.ts";

/** More stacks than that are not looked at. */
const MOST_STACKS = 1_000;
/** How many frames are looked at for one of the user's. */
const FRAMES = 12;

/**
 * UntakenCase is a case of a select that none of the schedules of an exploration has taken.
 *
 * @example
 * ```ts
 * import { Channel, select } from "@interleave/go";
 * import { explore, type UntakenCase } from "@interleave/go/testing";
 *
 * const { untaken = [] } = await explore(async () => {
 *   const jobs = new Channel<number>(1), quit = new Channel<never>();
 *   await jobs.send(7);
 *   await select({ job: jobs.receiving(), quit: quit.receiving() });
 * });
 * const [never] = untaken as [UntakenCase];
 * if (never.key !== "quit" || never.wasReady) throw new Error("nobody closes quit");
 * ```
 */
export interface UntakenCase {
  /** Where the select is called. */
  readonly at: Site;
  /** The key of the case; with a list of cases the index, as a text. */
  readonly key: string;
  /** Whether some schedule could have taken it, and took another one that was ready as well. */
  readonly wasReady: boolean;
}

/** How far a case has come, in any schedule. */
const enum Progress {
  NeverReady,
  Ready,
  Taken,
}

/** SelectPlace is a place at which selects are called. */
export interface SelectPlace {
  readonly site: RawSite;
  readonly progress: Map<string, Progress>;
  /** How many cases were not taken. */
  left: number;
}

/** KnownSelect is what is known of an operation of a goroutine. */
export interface KnownSelect {
  readonly keys: readonly string[];
  readonly place: SelectPlace;
  /** The same operation with other keys. */
  readonly next: KnownSelect | undefined;
}

type Cases = NonNullable<Operation<unknown>["cases"]>;

/** SelectWatch counts over all schedules of an exploration. */
export class SelectWatch {
  /** By where it is. */
  readonly #places = new Map<string, SelectPlace>();
  #stacks = 0;

  /** The running goroutine does a select as its `nth` operation. Returns where, if that is still of interest. */
  called(
    { selects }: Goroutine,
    nth: number,
    { described: { cases } }: Operation<unknown>,
  ): SelectPlace | null {
    if (cases === undefined) return null;
    let known = selects.get(nth);
    while (known !== undefined && !hasKeys(cases, known.keys)) known = known.next;
    const place = known?.place ?? this.#meet(selects, nth, cases);
    if (place === null || place.left === 0) return null;
    const byKey = cases as Readonly<Record<string, Operation<unknown> | undefined>>;
    for (const [key, progress] of place.progress) {
      if (progress === Progress.NeverReady && byKey[key]?.isReady()) {
        place.progress.set(key, Progress.Ready);
      }
    }
    return place;
  }

  /** A select has taken a case, which its raw outcome tells. */
  took(place: SelectPlace, outcome: unknown): void {
    const { progress } = place;
    const key = String((outcome as { readonly key: string | number }).key);
    const before = progress.get(key);
    if (before === undefined || before === Progress.Taken) return;
    progress.set(key, Progress.Taken);
    place.left--;
  }

  /** The cases that no schedule has taken. */
  untaken(): UntakenCase[] {
    return [...this.#places.values()].flatMap(({ site, progress }) =>
      [...progress].filter(([, progress]) => progress !== Progress.Taken)
        .map(([key, progress]) => ({
          at: toSite(site),
          key,
          wasReady: progress === Progress.Ready,
        }))
    );
  }

  /** Looks where a select is called that was not met before. Null if nobody looks any more, or it is not the user's. */
  #meet(selects: Map<number, KnownSelect>, nth: number, cases: Cases): SelectPlace | null {
    if (this.#stacks >= MOST_STACKS) return null;
    this.#stacks++;
    const site = new Stack(FRAMES).top;
    if (site === undefined) return null;
    const name = `${site.url}:${site.line}:${site.column}`;
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, place = { site, progress: new Map(), left: 0 });
    const keys = Object.keys(cases);
    for (const key of keys) {
      if (place.progress.has(key)) continue;
      place.progress.set(key, Progress.NeverReady);
      place.left++;
    }
    selects.set(nth, { keys, place, next: selects.get(nth) });
    return place;
  }
}

/** Whether `cases` has exactly these keys, in this order. */
function hasKeys(cases: Cases, keys: readonly string[]): boolean {
  let count = 0;
  for (const key in cases) if (keys[count++] !== key) return false;
  return count === keys.length;
}
