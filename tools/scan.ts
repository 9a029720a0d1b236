/**
 * Splits TypeScript into the few kinds of token that the import rules look at.
 *
 * Not a parser: it knows where comments, strings, templates and regular expressions begin and end, so that a word found
 * outside them is code. A slash after a value is a division and otherwise starts a regular expression; the one case it
 * gets wrong, a regular expression right after `)` or `}`, does not occur in formatted code of this package.
 *
 * @module
 */

/** A word (names, keywords, numbers), the value of a string, a punctuation mark, or a doc comment. */
export interface Token {
  readonly kind: "word" | "string" | "mark" | "doc";
  readonly text: string;
  readonly line: number;
}

/** A piece of example code in prose, with the line of the file it starts at. */
export interface Fence {
  readonly code: string;
  readonly line: number;
}

const PIECE =
  /(?<space>\s+|\/\/.*|\/\*[^*][^]*?\*\/|\/\*\*\/)|(?<doc>\/\*\*[^]*?\*\/)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<word>[\w$#\u0080-\uffff]+)|(?<mark>[^])/y;
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y;
const TEMPLATE = /(?:\\[^]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const BEFORE_REGEXP = /^(return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)$/;

/** The tokens of `source`, without white space, comments other than doc comments, templates and regular expressions. */
export function scan(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each template we are inside of, the number of braces open in its current `${}`. */
  const braces: number[] = [];
  let at = 0;
  let line = 1;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match === null) return null;
    at += match[0].length;
    return match;
  };
  const template = (): void => {
    if (take(TEMPLATE)?.[0].endsWith("${")) braces.push(0);
  };

  while (at < source.length) {
    const from = at;
    const { doc, string, word, mark } = take(PIECE)!.groups!;
    if (doc !== undefined) tokens.push({ kind: "doc", text: doc, line });
    if (string !== undefined) tokens.push({ kind: "string", text: string.slice(1, -1), line });
    if (word !== undefined) tokens.push({ kind: "word", text: word, line });
    if (mark === "`") {
      template();
    } else if (mark === "/" && startsRegExp(tokens.findLast((it) => it.kind !== "doc"))) {
      at = from;
      if (take(REGEXP) === null) at = from + 1;
    } else if (mark === "}" && braces.at(-1) === 0) {
      braces.pop();
      template();
    } else if (mark !== undefined) {
      if (braces.length > 0) braces[braces.length - 1]! += mark === "{" ? 1 : mark === "}" ? -1 : 0;
      tokens.push({ kind: "mark", text: mark, line });
    }
    line += source.slice(from, at).split("\n").length - 1;
  }
  return tokens;
}

function startsRegExp(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === "mark") return ![")", "]", "}"].includes(previous.text);
  return previous.kind === "word" && BEFORE_REGEXP.test(previous.text);
}

/** The TypeScript fences of Markdown or of a doc comment, but for those marked `ignore`, which nobody runs either. */
export function fences(prose: string, firstLine = 1): Fence[] {
  const found: Fence[] = [];
  let open: { marks: string; runs: boolean; code: string[]; line: number } | undefined;
  for (const [index, raw] of prose.split("\n").entries()) {
    const written = raw.replace(/^\s*\* ?/, "");
    const text = written.trim();
    const marks = /^(`{3,})(\w*)(.*)$/.exec(text);
    if (open === undefined && marks !== null) {
      const runs = /^(ts|typescript|js|javascript)$/.test(marks[2]!) &&
        !/\bignore\b/.test(marks[3]!);
      open = { marks: marks[1]!, runs, code: [], line: firstLine + index + 1 };
    } else if (open !== undefined && text === open.marks) {
      if (open.runs) found.push({ code: open.code.join("\n"), line: open.line });
      open = undefined;
    } else {
      open?.code.push(written);
    }
  }
  return found;
}
