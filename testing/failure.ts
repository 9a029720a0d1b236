/**
 * What went wrong, in words: what a verdict means for the user.
 *
 * @module
 */

import { formatValue } from "./format_value.ts";
import { type Goroutine, idOf, nameOf } from "./goroutine.ts";
import { isRecursive } from "./lock_order.ts";
import type { Failure } from "./record.ts";
import { formatDuration, plural } from "./report/text.ts";
import type { Verdict } from "./verdict.ts";

/** What a verdict means for the user. */
export function toFailure(verdict: Verdict): Failure | undefined {
  switch (verdict.kind) {
    case "passed":
    case "redundant":
      return undefined;
    case "race":
      return {
        kind: "race",
        message: formatError(verdict.error),
        cause: verdict.error,
        goroutine: 1,
      };
    case "nondeterminism": {
      const reason = verdict.reason === undefined ? "" : `: ${verdict.reason}`;
      return {
        kind: "nondeterminism",
        message: `the same schedule ran differently the second time${reason}`,
      };
    }
    case "timers": {
      const { count } = verdict;
      const message = `${plural(count, "timer")} outlive${count === 1 ? "s" : ""} the test`;
      return { kind: "leak", message };
    }
    case "lockOrder":
      return {
        kind: "lockOrder",
        message: `POTENTIAL DEADLOCK: ${
          isRecursive(verdict.inversion) ? "Recursive" : "Inconsistent"
        } locking`,
      };
    case "dataRace":
      return { kind: "race", message: "data race on a Shared cell" };
    case "panic":
    case "fatal": {
      const failure = {
        kind: "panic",
        message: formatError(verdict.error),
        cause: verdict.error,
      } as const;
      return verdict.goroutine === null
        ? failure
        : { ...failure, goroutine: idOf(verdict.goroutine) };
    }
    case "deadlock":
      return { kind: "deadlock", message: "all goroutines are asleep - deadlock!" };
    case "leak": {
      const { length } = verdict.goroutines;
      const message = `${length} goroutine${length === 1 ? " outlives" : "s outlive"} the test`;
      return { kind: "leak", message, goroutine: idOf(verdict.goroutines[0] as Goroutine) };
    }
    case "unawaited": {
      const { goroutine, operation } = verdict;
      const id = idOf(goroutine);
      const message = `g${id} ${
        nameOf(goroutine)
      } ended while its ${operation.kind} was pending: missing await?`;
      return { kind: "leak", message, goroutine: id };
    }
    case "stateLeak": {
      const { resource, before, after } = verdict;
      const message =
        `state leaked from one schedule into the next: a ${resource.type} made outside was ${before} and is ${after}`;
      return { kind: "leak", message };
    }
    case "foreign": {
      const { goroutine } = verdict;
      const message = `g${idOf(goroutine)} ${
        nameOf(goroutine)
      } waits for something outside the scheduler`;
      const failure = { kind: "foreign", message, goroutine: idOf(goroutine) } as const;
      return verdict.calls === undefined ? failure : { ...failure, calls: verdict.calls };
    }
    case "livelock":
      return { kind: "livelock", message: describeLivelock(verdict) };
    case "starvation": {
      const { goroutine, steps } = verdict;
      const id = idOf(goroutine);
      const message = `g${id} ${nameOf(goroutine)} could run and was passed over for ${
        plural(steps, "step")
      }`;
      return { kind: "starvation", message, goroutine: id };
    }
  }
}

/** What was thrown, as one text: name and message. */
export function formatError(error: unknown): string {
  try {
    if (error instanceof Error) {
      return error.message ? `${error.name}: ${error.message}` : error.name;
    }
    return formatValue(error);
  } catch {
    return "(an error whose message cannot be read)";
  }
}

function describeLivelock(
  { steps, timeMs, isSpinning }: Extract<Verdict, { kind: "livelock" }>,
): string {
  const time = formatDuration(timeMs);
  return isSpinning
    ? `${plural(steps, "step")} at ${time} without progress`
    : `no end after ${plural(steps, "step")}, at ${time}`;
}
