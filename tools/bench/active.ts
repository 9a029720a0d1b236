/**
 * Whether as many run at once as may.
 *
 * @module
 */

import { SOON } from "./workload.ts";

/** What jobs count, and how many of them ran at once. */
export class Active {
  #count = 0;
  #now = 0;
  #most = 0;

  begin(): void {
    this.#now++;
    if (this.#now > this.#most) this.#most = this.#now;
  }

  end(): void {
    this.#now--;
    this.#count++;
  }

  readonly job = async (): Promise<void> => {
    this.begin();
    await SOON;
    this.end();
  };

  /** The jobs done, if no more than `limit` ran at once: fewer do where asking takes longer than a job. */
  upTo(limit: number): number {
    return this.#most <= limit ? this.#count : -this.#most;
  }

  /** The jobs done, if `limit` of them ran at once and no more. */
  exactly(limit: number): number {
    return this.#most === limit ? this.#count : -this.#most;
  }
}
