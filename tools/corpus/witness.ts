/**
 * A witness, and the line of `relation_witnesses.ts` that makes it.
 *
 * @module
 */

import type { OutcomeProgram } from "./outcome_programs.ts";

/** Witness is a program in which a wrong entry is noticed, and the order in which it is searched. */
export interface Witness {
  readonly seed: number;
  readonly program: OutcomeProgram;
}

/** What a program has that differs from most: channels with buffers, a WaitGroup that counts from the start. */
type Setting = Partial<Pick<OutcomeProgram, "capacities" | "count">>;

/**
 * A witness whose goroutines are written as a string each, their actions with a semicolon between them; a goroutine that
 * does nothing is an empty string.
 */
export function witness(
  seed: number,
  goroutines: readonly string[],
  { capacities = [0, 0], count = 0 }: Setting = {},
): Witness {
  const actions = goroutines.map((text) => text === "" ? [] : text.split("; "));
  return { seed, program: { capacities, count, goroutines: actions } };
}

/** The goroutines of a witness as {@linkcode witness} takes them. */
export function goroutinesOf({ program }: Witness): string[] {
  return program.goroutines.map((actions) => actions.join("; "));
}

/** The line that makes a witness, for pasting. */
export function toLine(name: string, it: Witness): string {
  const { capacities, count } = it.program;
  const setting = [
    ...capacities.some((capacity) => capacity !== 0)
      ? [`capacities: [${capacities.join(", ")}]`]
      : [],
    ...count !== 0 ? [`count: ${count}`] : [],
  ];
  const goroutines = `[${goroutinesOf(it).map((text) => JSON.stringify(text)).join(", ")}]`;
  const rest = setting.length > 0 ? `, { ${setting.join(", ")} }` : "";
  return `${JSON.stringify(name)}: witness(${it.seed}, ${goroutines}${rest}),`;
}
