/**
 * Text that is safe to print: no control characters, measured and cut by code points.
 *
 * @module
 */

// Control, format (but for the joiner inside an emoji) and surrogate characters, and the two line separators: they
// move the cursor, turn the direction of writing or break the line.
const UNSAFE = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const CODES = /\p{Cc}\[[0-9;]*m/gu;

/** plain returns `text` in one line, with everything that a terminal would not print as itself written as an escape. */
export function plain(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** withoutCodes returns `text` without the codes that colour it. */
export function withoutCodes(text: string): string {
  return text.replace(CODES, "");
}

/** clean returns a copy of `data` whose strings are {@linkcode plain}; what stands under `cause` is left as it is. */
export function clean<T>(data: T): T {
  return cleanValue(data) as T;
}

function cleanValue(value: unknown): unknown {
  if (typeof value === "string") return plain(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [key, key === "cause" ? it : cleanValue(it)]),
  );
}

/** lengthOf returns the number of code points of `text`. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** cut returns `text` if it has at most `limit` code points, else its beginning and "…". */
export function cut(text: string, limit: number): string {
  if (lengthOf(text) <= limit) return text;
  return limit <= 0 ? "" : [...text].slice(0, limit - 1).join("") + "…";
}

/** cutStart returns `text` if it has at most `limit` code points, else "…" and its end. */
export function cutStart(text: string, limit: number): string {
  if (lengthOf(text) <= limit) return text;
  return limit <= 0 ? "" : "…" + [...text].slice(lengthOf(text) - limit + 1).join("");
}

/** pad returns `text` with blanks behind it up to `width` code points. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - lengthOf(text)));
}

/** longest returns the greatest number of code points among `texts`; 0 if there are none. */
export function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, lengthOf(text)), 0);
}

/** wrap breaks `text` at blanks into lines of at most `width` code points; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const [first = "", ...words] = text.split(" ");
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lengthOf(longer) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** formatNumber writes 1234567 as "1,234,567", whatever the locale. */
export function formatNumber(value: number): string {
  const [whole = "", fraction] = String(value).split(".");
  const grouped = /^-?\d+$/.test(whole) ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** formatDuration writes milliseconds as a reader expects them: "5ms", "1500ms", "30s". */
export function formatDuration(ms: number): string {
  const rounded = Math.round(ms * 1000) / 1000;
  return rounded >= 1000 && rounded % 1000 === 0 ? `${rounded / 1000}s` : `${rounded}ms`;
}

/** plural writes a count and what is counted: "1 step", "1,902 steps". */
export function plural(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** listed writes "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
