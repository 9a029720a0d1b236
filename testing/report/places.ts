/**
 * How places in the source are written: short in pictures and sentences, whole where they are to be clicked.
 *
 * @module
 */

import type { ScheduleRecord, Site } from "../record.ts";

/** Places writes the places of one record. */
export class Places {
  readonly #short: ReadonlyMap<string, string>;

  /** Looks through `record` for the files it names. */
  constructor(record: ScheduleRecord) {
    this.#short = shortNames(filesOf(record));
  }

  /** "cache.ts:21", with as many folders as tell it from the other files of the record. */
  short(site: Site): string {
    return `${this.#short.get(site.file) ?? site.file}:${site.line}`;
  }

  /** "src/cache.ts:21:9", which terminals and editors open. */
  full(site: Site): string {
    return `${site.file}:${site.line}:${site.column}`;
  }

  /** "cache.ts:21:9". */
  exact(site: Site): string {
    return `${this.short(site)}:${site.column}`;
  }
}

function filesOf(record: ScheduleRecord): Set<string> {
  const sites = [
    ...record.events.map(({ at }) => at),
    ...record.timers.map(({ at }) => at),
    ...record.resources.flatMap((
      { createdAt, holders },
    ) => [createdAt, ...holders.map(({ at }) => at)]),
    ...record.goroutines.flatMap(({ createdAt, at, pending = [] }) => [
      createdAt,
      ...at,
      ...pending.map((it) => it.at),
    ]),
    record.divergence?.expected.at,
    record.divergence?.found.at,
    ...record.divergence?.uncontrolled?.map(({ at }) => at) ?? [],
  ];
  return new Set(sites.flatMap((site) => site === undefined ? [] : [site.file]));
}

/** For each file the shortest end of its path, of whole segments, that no other file has. */
function shortNames(files: ReadonlySet<string>): Map<string, string> {
  const counts = new Map<string, number>();
  for (const file of files) {
    for (const end of endsOf(file)) counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  return new Map(
    [...files].map((file) => [file, endsOf(file).find((end) => counts.get(end) === 1) ?? file]),
  );
}

function endsOf(file: string): string[] {
  const segments = file.split("/");
  const ends = segments.map((_, index) => segments.slice(index).join("/")).reverse();
  return ends.filter((end) => end !== "");
}
