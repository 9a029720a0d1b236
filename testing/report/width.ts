/**
 * How wide a report may be.
 *
 * @module
 */

import { readVariable } from "../platform.ts";

/** The width where nobody tells: under `deno test`, in a pipe, on CI. */
const DEFAULT_WIDTH = 100;
/** Below this no lane fits beside step and time. */
const LEAST_WIDTH = 40;

interface Platform {
  readonly Deno?: { consoleSize(): { readonly columns: number } };
  readonly process?: { readonly stderr?: { readonly columns?: number } };
}

/**
 * layoutWidth returns the columns a report may take: COLUMNS if it may be read, what the terminal says, else 100. At
 * least 40. Needs no permission.
 */
export function layoutWidth(): number {
  const variable = Number(readVariable("COLUMNS"));
  const columns = Number.isInteger(variable) && variable > 0 ? variable : terminalColumns();
  return Math.max(LEAST_WIDTH, columns ?? DEFAULT_WIDTH);
}

function terminalColumns(): number | undefined {
  const { Deno, process } = globalThis as Platform;
  const columns = Deno === undefined ? process?.stderr?.columns : denoColumns(Deno);
  return columns !== undefined && columns > 0 ? columns : undefined;
}

/** Under `deno test`, and wherever no stream is a terminal, consoleSize throws: then there is no width to know. */
function denoColumns(deno: NonNullable<Platform["Deno"]>): number | undefined {
  try {
    return deno.consoleSize().columns;
  } catch {
    return undefined;
  }
}
