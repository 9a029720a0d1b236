/**
 * What the harness asks of the platform, without ever asking the user for a permission.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

interface DenoLike {
  permissions: { querySync(descriptor: object): { state: string } };
}

const deno = (globalThis as { Deno?: DenoLike }).Deno;

/** Whether a permission is granted already. On platforms without permissions everything is. */
export function isGranted(descriptor: object): boolean {
  if (deno === undefined) return true;
  try {
    return deno.permissions.querySync(descriptor).state === "granted";
  } catch {
    return false; // a permission this Deno does not know
  }
}

/** An environment variable, or undefined if it is unset, empty, or may not be read. */
export function readVariable(variable: string): string | undefined {
  if (!isGranted({ name: "env", variable })) return undefined;
  return process.env[variable] || undefined;
}

/** The arguments behind the script, or behind `--` with `deno test`. */
export function readArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** The working directory with a slash at its end, or undefined if it may not be known. */
export function workingDirectory(): string | undefined {
  if (!isGranted({ name: "read" })) return undefined;
  return `${process.cwd().replaceAll("\\", "/")}/`;
}

const sources = new Map<string, readonly string[] | undefined>();

/** Line `line` of a source file, from 1, without blanks around it; undefined if it may not be read. */
export function readLine(url: string, line: number): string | undefined {
  let lines = sources.get(url);
  if (lines === undefined && !sources.has(url)) {
    lines = readLines(url);
    sources.set(url, lines);
  }
  return lines?.[line - 1];
}

function readLines(url: string): readonly string[] | undefined {
  if (!url.startsWith("file:")) return undefined;
  const path = fileURLToPath(url);
  if (!isGranted({ name: "read", path })) return undefined;
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return undefined; // generated or removed meanwhile: the report does without
  }
}

/** What Deno's own modules use: no public interface, so it is tried out before. */
interface Core {
  /** The state of a promise as a number, and its value. */
  getPromiseDetails?(promise: object): readonly [number, unknown];
}

const core: Core = Object(Object(Object(deno)[Object(deno).internal as symbol]).core);

function hasPromiseDetails(): boolean {
  try {
    const states = [new Promise(() => {}), Promise.resolve()];
    return states.map((it) => core.getPromiseDetails?.(it)[0]).join() === "0,1";
  } catch {
    return false; // it is not what it was
  }
}

const promiseDetails = hasPromiseDetails() ? core.getPromiseDetails : undefined;

/**
 * Whether a promise has not settled. Elsewhere only its text says so: a reaction would come later, and would make a
 * rejection count as handled.
 */
export function isPending(promise: object): boolean {
  if (promiseDetails !== undefined) return promiseDetails(promise)[0] === 0;
  return /^[^{]*\{\s*<pending>/.test(inspect(promise, { depth: 0, customInspect: false }));
}

/** Writes a line to stderr. */
export function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}
