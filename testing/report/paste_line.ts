/**
 * The command that runs a schedule again, complete: to be pasted into sh, bash, zsh or fish.
 *
 * It uses flags and no variables, because those need no permission.
 *
 * @module
 */

import type { ReportContext } from "../record.ts";

/** Characters that no shell reads as anything else. */
const HARMLESS = /^[\w@%+:,./][\w@%+:,./-]*$/;
/** What double quotes do not keep: expansion, history, escapes. */
const NEEDS_SINGLE_QUOTES = /["$`!\\]/;
const CONTROLS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/u;

/** pasteLine returns `deno test FILE --filter NAME -- --replay=TOKEN`; without a name no `--filter`. */
export function pasteLine({ calledAt, testName, token }: ReportContext): string {
  const file = calledAt === undefined || calledAt.file === "" ? [] : [quoteFile(calledAt.file)];
  const filter = filterOf(testName ?? "");
  return ["deno test", ...file, ...filter, "--", `--replay=${quoteWord(token)}`].join(" ");
}

/** traceFlags returns the end of that command which also writes a trace: `-- --replay=TOKEN --trace=cache.html`. */
export function traceFlags({ calledAt, token }: ReportContext): string {
  const base = (calledAt?.file ?? "").split(/[/\\]/).at(-1)!
    .replace(/([._]test)?\.\w+$/, "").replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "");
  return `-- --replay=${quoteWord(token)} --trace=${base || "trace"}.html`;
}

/** quote returns `text` as one word for a shell: in double quotes, or in single quotes where those would change it. */
export function quote(text: string): string {
  return NEEDS_SINGLE_QUOTES.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`;
}

/** quoteWord returns `text` as it is where a shell leaves it alone, else quoted. */
export function quoteWord(text: string): string {
  return HARMLESS.test(text) ? text : quote(text);
}

function quoteFile(file: string): string {
  return quoteWord(longestPiece(file.startsWith("-") ? `./${file}` : file));
}

/**
 * A filter finds tests whose name contains it, so the longest piece without control characters does for a name that has
 * some. Deno takes `/…/` for a pattern; without its end it is text again.
 */
function filterOf(name: string): string[] {
  const piece = longestPiece(name);
  const text = piece.length > 1 && piece.startsWith("/") && piece.endsWith("/")
    ? piece.slice(0, -1)
    : piece;
  if (text.trim() === "") return [];
  return text.startsWith("-") ? [`--filter=${quote(text)}`] : ["--filter", quote(text)];
}

function longestPiece(text: string): string {
  return text.split(CONTROLS).reduce((most, it) => it.length > most.length ? it : most);
}
