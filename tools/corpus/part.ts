/**
 * What a part of the corpus is: a module beside this one, listed in `parts.ts`.
 *
 * @module
 */

/** How to run a part. */
export interface PartOptions {
  /** Also what takes minutes. */
  readonly all: boolean;
  /** Only rows whose name contains this; everything if it is empty. */
  readonly filter: string;
  /** How many seeds to take where the result depends on it. */
  readonly seeds: number;
  /** Says what is being done, on stderr. */
  progress(text: string): void;
}

/** A line of the result. */
export interface Row {
  readonly name: string;
  /** What the table shows, by column. */
  readonly columns: Readonly<Record<string, string | number>>;
  /** What is wrong; undefined if all is as expected. */
  readonly problem?: string;
}

/** Part is a collection of programs, and what must come out of them. */
export interface Part {
  readonly name: string;
  readonly description: string;
  /** Runs the programs, one after another. */
  rows(options: PartOptions): AsyncIterable<Row>;
}
