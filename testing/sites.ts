/**
 * Places in the user's source, from stacks.
 *
 * @module
 */

import { fileURLToPath, pathToFileURL } from "node:url";
import { readLine, workingDirectory } from "./platform.ts";
import type { Site } from "./record.ts";

const PACKAGE = new URL("../", import.meta.url).href;
const OWN_FOLDERS = ["runtime/", "sync/", "testing/"];
const FRAME =
  /^\s*at (?:async )?(?:(.+?) \()?([a-z][a-z0-9+.-]*:.+?|\/.+?|[A-Z]:\\.+?):(\d+):(\d+)\)?$/;

/** Whether a file is part of this package, whose frames tell a user nothing. Its tests and examples are not. */
function isOwn(url: string): boolean {
  if (!url.startsWith(PACKAGE)) return false;
  const path = url.slice(PACKAGE.length);
  return OWN_FOLDERS.some((folder) => path.startsWith(folder)) &&
    !/(?:_test|_bench)\.ts$|\/conformance\/|\/testdata\//.test(path);
}

/** RawSite is a frame of a stack, before it is made readable. */
export interface RawSite {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly functionName: string;
}

/** The frames of the user's code in a stack, innermost first. */
export function parseStack(stack: string): RawSite[] {
  const sites: RawSite[] = [];
  for (const text of stack.split("\n")) {
    const match = FRAME.exec(text);
    if (match === null) continue;
    const place = match[2] as string;
    // Bun, and Node in modules of CommonJS, give paths.
    const url = /^(?:\/|[A-Z]:\\)/.test(place) ? pathToFileURL(place).href : place;
    if (isOwn(url) || /^(?:node|ext|internal|deno):/.test(url)) continue;
    sites.push({
      url,
      line: Number(match[3]),
      column: Number(match[4]),
      functionName: (match[1] ?? "").replace(/^(?:new|Object\.|Function\.) ?/, "").replace(
        / \[as .*\]$/,
        "",
      ),
    });
  }
  return sites;
}

/** Stack is where code was called from. It is parsed when first asked, which costs twenty times what capturing does. */
export class Stack {
  readonly #error: { stack?: string } = {};
  #frames: readonly RawSite[] | undefined;

  /** Captures the stack of the calling code. */
  constructor(limit = 30) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = limit;
    Error.captureStackTrace(this.#error, Stack);
    Error.stackTraceLimit = stackTraceLimit;
  }

  /** The user's frames, innermost first. */
  get frames(): readonly RawSite[] {
    this.#frames ??= parseStack(this.text);
    return this.#frames;
  }

  /** All frames as the platform writes them. */
  get text(): string {
    return this.#error.stack ?? "";
  }

  /** The innermost frame of the user's code. */
  get top(): RawSite | undefined {
    return this.frames[0];
  }
}

/** Makes a frame readable: the file relative to the working directory, the text of the line. */
export function toSite({ url, line, column, functionName }: RawSite): Site {
  const source = readLine(url, line)?.trim();
  const site = { file: toFile(url), line, column, functionName };
  return source ? { ...site, source } : site;
}

/** Like {@linkcode toSite}, with a file that a command can be given, whether or not the working directory is known. */
export function toCommandSite(site: RawSite): Site {
  if (!site.url.startsWith("file:") || workingDirectory() !== undefined) return toSite(site);
  return { ...toSite(site), file: fileURLToPath(site.url).replaceAll("\\", "/") };
}

function toFile(url: string): string {
  if (!url.startsWith("file:")) return url;
  const path = fileURLToPath(url).replaceAll("\\", "/");
  const directory = workingDirectory();
  if (directory !== undefined && path.startsWith(directory)) return path.slice(directory.length);
  return directory === undefined ? path.split("/").slice(-2).join("/") : path;
}

/** A path such as `this.#jobs.` at the beginning of a statement, or nothing there. */
const STATEMENT =
  /(?:^|[;{})]|\belse\b)\s*(?:[\p{ID_Start}$_][\p{ID_Continue}$]*(?:[?!]?\.#?[\p{ID_Continue}$]+|\[[^\]]*\])*[?!]?\.)?$/u;

/** Whether a call at this place is surely a statement of its own; undefined if the source may not be read. */
export function isStatement({ url, line, column }: RawSite): boolean | undefined {
  const text = readLine(url, line);
  if (text === undefined) return undefined;
  const isElement = /,\s*$/.test(text.replace(/\/\/.*$/, ""));
  return !isElement && STATEMENT.test(text.slice(0, column - 1));
}

/** The variable or property that a `new` at this place is assigned to, as far as the source of the line tells. */
export function assignedName({ url, line, column }: RawSite): string | undefined {
  const text = readLine(url, line)?.slice(0, column - 1);
  if (text === undefined) return undefined;
  const assigned =
    /(?:^|[\s.;,({])(#?[\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?::[^=]*)?=\s*(?:await\s+)?$/u.exec(
      text,
    ) ??
      /(?:^|[\s,{])([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*:\s*$/u.exec(text);
  return assigned?.[1]?.replace(/^#/, "");
}
