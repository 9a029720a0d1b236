/**
 * The two accesses of a data race.
 *
 * @module
 */

import type { RaceAccessRecord, RaceRecord, ScheduleRecord } from "../record.ts";
import { Names } from "./names.ts";
import { Places } from "./places.ts";
import { cut, longest, pad, wrap } from "./text.ts";

/** explainRace returns, in blocks, who did what where, and what would order the two. */
export function explainRace(record: ScheduleRecord, race: RaceRecord, width: number): string[][] {
  const names = new Names(record);
  const name = names.resource(race.resource)?.name ?? "the cell";
  const accesses = [race.second, race.first];
  const columns = [
    accesses.map(({ goroutine }) => names.title(goroutine)),
    accesses.map(({ isWrite, step }) => `${isWrite ? "writes" : "reads"} at step ${step}`),
    accesses.map(({ at }) => at === undefined ? "" : new Places(record).short(at)),
    accesses.map(({ at }) => at?.source ?? ""),
  ];
  const widths = columns.map((texts) => longest(texts) + 4);
  const lines = accesses.map((_, i) =>
    cut(columns.map((texts, k) => pad(texts[i] as string, widths[k] as number)).join(""), width)
      .trimEnd()
  );
  return [lines, ...advice(name, accesses).map((text) => wrap(text, width))];
}

function advice(name: string, accesses: readonly RaceAccessRecord[]): string[] {
  const numbers = accesses.map(({ goroutine }) => goroutine).sort((a, b) => a - b);
  return [
    `Nothing orders g${numbers[0]} and g${
      numbers[1]
    } here: neither starts the other, and they meet at no lock, ` +
    `channel or WaitGroup in between. Sleeping, timers and yields order nothing.`,
    `Guard ${name} with a Mutex, or hand it over through a channel. If it is meant to be read and written ` +
    `without a lock: new Shared(value, { atomic: true }).`,
  ];
}
