/**
 * What the benches against peers are made of: workloads, and the contestants that do them.
 *
 * Each contestant is measured in a process of its own (`cell.ts`). So the loop of a workload may be written once for all:
 * it never sees the types of more than one of them.
 *
 * @module
 */

/** Run does the whole workload once and gives what was computed, for comparison with what is expected. */
export type Run = () => number | Promise<number>;

/** Workload is something to do, and who can do it. */
export interface Workload {
  /** What it is called in the table, and on the command line of the program in Go. */
  readonly name: string;
  /** What one operation is: "value", "round trip". */
  readonly of: string;
  /** How many operations a run does; times are divided by it. */
  readonly operations: number;
  /** What a run must give. */
  readonly expected: number;
  /** Whether the program in Go knows this workload. */
  readonly inGo?: boolean;
  /** "ns" for the time an operation takes, the default; "bytes" if what a run gives is itself the figure. */
  readonly unit?: "ns" | "bytes";
  /** Who can do it, ours first; each loads its package and makes its run. */
  readonly contestants: Readonly<Record<string, () => Run | Promise<Run>>>;
}

/** What ours is called: the row that all others are compared with. */
export const OURS = "interleave";

/** Settles after a promise job: a critical section with an await in it. */
export const SOON: Promise<void> = Promise.resolve();

/**
 * Loads a package of the import map of this folder. Its name is no literal, so that the type checker, which works by
 * another map, leaves it alone.
 *
 * @typeParam T The part of it that is used.
 */
export async function load<T>(name: string): Promise<T> {
  return await import(name) as T;
}
