/**
 * How goroutines and resources are called.
 *
 * @module
 */

import type { GoroutineRecord, ResourceRecord, ScheduleRecord } from "../record.ts";

/** What stands in for a goroutine where a timer acted. */
export const TIMERS = 0;

/** Names finds the goroutines and resources of one record and says what to call them. */
export class Names {
  readonly #goroutines: ReadonlyMap<number, GoroutineRecord>;
  readonly #resources: ReadonlyMap<number, ResourceRecord>;

  /** Indexes `record`. */
  constructor(record: ScheduleRecord) {
    this.#goroutines = new Map(record.goroutines.map((it) => [it.id, it]));
    this.#resources = new Map(record.resources.map((it) => [it.id, it]));
  }

  /** The goroutine of that number, if the record has it. */
  goroutine(id: number): GoroutineRecord | undefined {
    return this.#goroutines.get(id);
  }

  /** The resource of that index, if the record has it. */
  resource(id: number | undefined): ResourceRecord | undefined {
    return id === undefined ? undefined : this.#resources.get(id);
  }

  /** "g2 fill"; "timers" for what no goroutine did. */
  title(id: number): string {
    if (id === TIMERS) return "timers";
    const name = this.#goroutines.get(id)?.name ?? "";
    return name === "" ? `g${id}` : `g${id} ${name}`;
  }

  /** "chan send log": what it waits for, in Go's words, and of which resource; without the place of a nameless one. */
  waiting(wait: { readonly waitReason?: string; readonly resource?: number }): string {
    const resource = this.resource(wait.resource);
    return [wait.waitReason ?? "nothing known", resource?.name ?? ""].filter(Boolean).join(" ");
  }
}
