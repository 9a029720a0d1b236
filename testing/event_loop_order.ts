/**
 * The order of the platform's event loop: first come, first served.
 *
 * @module
 */

import { explorer } from "./explorer.ts";
import type { Strategy } from "./strategy.ts";

/** EventLoopOrder resumes whoever has been ready for longest, in one schedule. */
export class EventLoopOrder implements Strategy {
  readonly name = "event loop";
  readonly earlyTimers = 0;

  begin(schedule: number): boolean {
    return schedule === 0;
  }

  pick(): number {
    return explorer.candidates.oldest;
  }

  choose(): number {
    return 0;
  }
}
