/**
 * Colour, for marks only: the text reads the same without it.
 *
 * @module
 */

import { readVariable } from "../platform.ts";

/** Style is what a piece of text is: a mark of some meaning, or a file name. */
export type Style = "switch" | "wait" | "throw" | "place";

/** Piece is a part of a line; its text holds no codes. */
export interface Piece {
  /** The text, without codes. */
  readonly text: string;
  /** What it is, if it is coloured. */
  readonly style?: Style;
}

const CODES: Readonly<Record<Style, readonly [number[], number[]]>> = {
  switch: [[33], [39]],
  wait: [[31], [39]],
  throw: [[1, 31], [39, 22]],
  place: [[2], [22]],
};

/** paint joins the pieces of a line, without blanks at its end, coloured if `color`. */
export function paint(pieces: readonly Piece[], color: boolean): string {
  const shown = pieces.filter(({ text }) => text !== "");
  while (shown.length > 0) {
    const last = shown.pop()!;
    const text = last.text.trimEnd();
    if (text !== "") {
      shown.push({ ...last, text });
      break;
    }
  }
  return shown.map(({ text, style }) => {
    if (!color || style === undefined) return text;
    const [on, off] = CODES[style];
    return `${code(on)}${text}${code(off)}`;
  }).join("");
}

function code(numbers: readonly number[]): string {
  return `\u001b[${numbers.join(";")}m`;
}

interface Platform {
  readonly Deno?: { readonly noColor: boolean };
  readonly process?: { readonly stderr?: { readonly isTTY?: boolean } };
}

/**
 * wantsColor tells whether reports should be coloured: on Deno unless `Deno.noColor`, elsewhere if stderr is a terminal
 * or FORCE_COLOR is set, and never with NO_COLOR. Needs no permission.
 */
export function wantsColor(): boolean {
  const { Deno, process } = globalThis as Platform;
  if (Deno !== undefined) return !Deno.noColor;
  if (readVariable("NO_COLOR") !== undefined) return false;
  const force = readVariable("FORCE_COLOR");
  return force === undefined ? process?.stderr?.isTTY === true : force !== "0";
}
