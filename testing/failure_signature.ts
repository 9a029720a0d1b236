/**
 * Telling failures apart: shortening a schedule must not slide to another bug.
 *
 * @module
 */

import { explorer } from "./explorer.ts";
import { formatError } from "./failure.ts";
import type { Verdict } from "./verdict.ts";
import { type Entry, EntryState, type Goroutine } from "./goroutine.ts";
import type { DataRace } from "./race_check.ts";

/**
 * The signature of the schedule that has just ended with `verdict`. Two failures with one signature are the same: kind,
 * message without its numbers, and who waits for what.
 */
export function signatureOf(verdict: Verdict): string {
  if (verdict.kind === "passed") return "passed";
  if (verdict.kind === "dataRace") return signatureOfRace(verdict.race);
  if (verdict.kind === "lockOrder") {
    const edges = verdict.inversion.map(({ held, taken }) => `${held.lock} ${taken.lock}`);
    return ["lockOrder", ...edges.sort()].join("\n");
  }
  if (verdict.kind === "starvation") return `starvation\n${verdict.goroutine.path()}`;
  const message = "error" in verdict ? formatError(verdict.error).replaceAll(/[0-9]+/g, "#") : "";
  const isStuck = verdict.kind === "deadlock" || verdict.kind === "leak";
  const waiting = isStuck
    ? explorer.alive.map((goroutine) => `${goroutine.path()} ${waitsFor(goroutine)}`).sort()
    : [];
  return [verdict.kind, message, ...waiting].join("\n");
}

function signatureOfRace({ cell, first, second }: DataRace): string {
  const accesses = [first, second].map(({ goroutine, isWrite }) => `${goroutine} ${isWrite}`);
  return ["dataRace", cell, ...accesses.sort()].join("\n");
}

function waitsFor(goroutine: Goroutine): string {
  return goroutine.entries
    .filter((entry: Entry) => entry.state === EntryState.Parked)
    .map((entry) => entry.operation.kind)
    .join();
}

/** What candidate `k` is, in words that are the same in every process. */
export function describeCandidate(k: number): string {
  return explorer.candidates.goroutine(k) < 0
    ? "clock"
    : describeEntry(explorer.candidates.candidate(k));
}

/** What can be resumed, in words that are the same in every process. */
export function describeEntry(entry: Entry): string {
  const what = entry.timer !== null
    ? entry.timer.kind
    : entry.nth === 0
    ? "start"
    : entry.operation.verb;
  return `${entry.goroutine.path()} ${what}`;
}
