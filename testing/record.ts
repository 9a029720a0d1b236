/**
 * The record of one schedule: what the explorer hands to reports, traces and tools. It is plain data, made by running
 * the failing schedule once more with diagnostics on.
 *
 * @module
 */

/** Site is a place in the source. */
export interface Site {
  /** The file, relative to the working directory where it is below it. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** The function it is in, or "". */
  readonly functionName: string;
  /** The text of the line without blanks around it, where the file may be read. */
  readonly source?: string;
}

/** ResourceRecord is something goroutines share. */
export interface ResourceRecord {
  /** Its index in the record. */
  readonly id: number;
  /** "Mutex", "Channel", ... */
  readonly type: string;
  /** The variable it was assigned to where that is known, else type and place: "Mutex cache.ts:9". */
  readonly name: string;
  /** Where it was made. */
  readonly createdAt?: Site;
  /** Its state at the end, in words. */
  readonly state: string;
  /** Who holds it at the end and since when, for locks. */
  readonly holders: readonly {
    readonly goroutine: number;
    readonly step: number;
    readonly at?: Site;
  }[];
}

/** What reports call a timer that is not virtual. */
export const REAL_TIMER = "a real timer";

/** How timers come to be virtual that nobody can replace later. */
export const PRELOAD = "--preload=jsr:@interleave/go/testing/preload";

/** GoroutineRecord is a goroutine as it was when the schedule ended. */
export interface GoroutineRecord {
  /** Its number, from 1 (main), in order of creation. */
  readonly id: number;
  /** The name given to it, its function's name, or "func1". */
  readonly name: string;
  /** Who started it; undefined for main. */
  readonly parent?: number;
  /** Where it was started. */
  readonly createdAt?: Site;
  /** What became of it. */
  readonly status: "ended" | "panicked" | "runnable" | "waiting" | "foreign";
  /** What it waits for in Go's words: "chan receive"; undefined unless it waits. */
  readonly waitReason?: string;
  /** The index of the resource it waits for, if it is one. */
  readonly resource?: number;
  /** What the operation says of itself, such as "50ms". */
  readonly detail?: string;
  /** The step in which it began to wait. */
  readonly since?: number;
  /** When it wakes, in virtual milliseconds since the start, if it sleeps. */
  readonly until?: number;
  /** Where it waits: innermost first. */
  readonly at: readonly Site[];
  /** Where else it waits for what is no operation, in other flows: innermost first, each. */
  readonly alsoAt?: readonly (readonly Site[])[];
  /** The last await before one that cannot be seen, as of an object with a method `then` that is no promise. */
  readonly after?: Site;
  /** Operations that were still pending when it ended, because nobody awaited them. For reports. */
  readonly pending?: readonly PendingRecord[];
  /** True if it may outlive the test (`allowLeaks`). For reports. */
  readonly mayOutlive?: boolean;
}

/** PendingRecord is an operation whose goroutine did not wait for it. */
export interface PendingRecord {
  /** Go's words: "chan send". */
  readonly waitReason: string;
  /** The index of the resource. */
  readonly resource?: number;
  /** Where it was started. */
  readonly at?: Site;
  /** True if it is known to have lost a `Promise.race`. */
  readonly lostRace?: boolean;
}

/** DivergenceRecord is the first difference between a schedule and its repetition. For reports. */
export interface DivergenceRecord {
  /** The step that differs. */
  readonly step: number;
  /** What the schedule says: "g2 chan send jobs". */
  readonly expected: { readonly text: string; readonly at?: Site };
  /** What happened instead. */
  readonly found: { readonly text: string; readonly at?: Site };
  /** Calls before that step that the scheduler does not control: "Math.random"; a tracked one is waited for. */
  readonly uncontrolled?: readonly {
    readonly call: string;
    readonly at?: Site;
    readonly isTracked: boolean;
  }[];
}

/** EventRecord is one thing that happened in a step. */
export interface EventRecord {
  /** The step, from 1. */
  readonly step: number;
  /** Virtual milliseconds since the start. */
  readonly time: number;
  /** Who did it. */
  readonly goroutine: number;
  /** What: "send", "lock", "go", "ends", "throws", "resume", ... */
  readonly verb: string;
  /** The index of the resource, if any. */
  readonly resource?: number;
  /** The goroutine that was started, for "go". */
  readonly started?: number;
  /** The value sent, received or thrown, the key of a select, the verdict of a try: short text. */
  readonly value?: string;
  /** Whether it had to wait. */
  readonly waits: boolean;
  /** Whom it let go on, in order. */
  readonly wakes: readonly number[];
  /** Where. */
  readonly at?: Site;
}

/** StepRecord is one resumption. */
export interface StepRecord {
  /** From 1. */
  readonly step: number;
  /** Virtual milliseconds since the start. */
  readonly time: number;
  /** Who was resumed. */
  readonly goroutine: number;
  /** Whether the goroutine of the step before could have gone on instead. */
  readonly isPreemption: boolean;
}

/** LeftoverTimer is a timer still set when the schedule ended. */
export interface LeftoverTimer {
  /** What kind: "sleep", "timer". */
  readonly kind: string;
  /** When it would have fired, in virtual milliseconds since the start. */
  readonly due: number;
  /** Where it was set. */
  readonly at?: Site;
}

/** FailureKind says what went wrong. */
export type FailureKind =
  | "race"
  | "lockOrder"
  | "panic"
  | "deadlock"
  | "leak"
  | "foreign"
  | "livelock"
  | "starvation"
  | "nondeterminism"
  | "replay"
  | "sometimes"
  | "limit";

/** Failure is a verdict on one schedule. */
export interface Failure {
  /** What kind of failure it is. */
  readonly kind: FailureKind;
  /** One line: "all goroutines are asleep - deadlock!". */
  readonly message: string;
  /** What the user's code threw, if that is what failed. */
  readonly cause?: unknown;
  /** The goroutine it concerns most, if any. */
  readonly goroutine?: number;
  /** Calls to the outside that brought no answer, if that is what failed: `fetch("http://…")`. */
  readonly calls?: readonly string[];
}

/** ScheduleRecord is the record of one schedule. */
export interface ScheduleRecord {
  /** What failed, if anything did. */
  readonly failure?: Failure;
  /** The goroutines, in order of creation; main is the first. */
  readonly goroutines: readonly GoroutineRecord[];
  /** What they shared. */
  readonly resources: readonly ResourceRecord[];
  /** Who was resumed, step by step. */
  readonly steps: readonly StepRecord[];
  /** What happened, in order. */
  readonly events: readonly EventRecord[];
  /** The timers that were still set at the end. */
  readonly timers: readonly LeftoverTimer[];
  /** The step after which main had returned, if it did. */
  readonly mainEndedAt?: number;
  /** The ring of locks, if they are taken in orders that do not agree; one of them if a lock is taken again. */
  readonly locks?: readonly LockEdgeRecord[];
  /** Calls that the scheduler does not control. */
  readonly uncontrolled?: readonly {
    readonly step: number;
    readonly call: string;
    readonly at?: Site;
    readonly isTracked: boolean;
  }[];
  /** Operations that nobody awaits, as far as can be seen: whose, in Go's words, on which resource, where. For reports. */
  readonly floating?: readonly {
    readonly goroutine: number;
    readonly waitReason: string;
    readonly resource?: number;
    readonly at: Site;
  }[];
  /** The data race, if that is the failure. */
  readonly race?: RaceRecord;
  /** Where it went another way than before, for the kinds "nondeterminism" and "replay". */
  readonly divergence?: DivergenceRecord;
}

/** FloatingRecord is an operation that nobody awaits. */
export type FloatingRecord = NonNullable<ScheduleRecord["floating"]>[number];

/** LockEdgeRecord is one goroutine of a ring of locks: it asks for a lock while it holds another. For reports. */
export interface LockEdgeRecord {
  /** Who. */
  readonly goroutine: number;
  /** The index of the lock it holds, and where it was locked. */
  readonly held: number;
  /** Where the first lock was taken. */
  readonly heldAt?: Site;
  /** The index of the lock it asks for, and where. */
  readonly taken: number;
  /** Where the second lock was asked for. */
  readonly takenAt?: Site;
}

/** RaceAccessRecord is one of the two accesses of a data race. For reports. */
export interface RaceAccessRecord {
  /** Who. */
  readonly goroutine: number;
  /** In which step. */
  readonly step: number;
  /** What: "get", "set", "update", "compareAndSet". */
  readonly verb: string;
  /** Whether it writes. */
  readonly isWrite: boolean;
  /** Where. */
  readonly at?: Site;
}

/** RaceRecord is a data race: two accesses to a cell that nothing orders. For reports. */
export interface RaceRecord {
  /** The index of the cell. */
  readonly resource: number;
  /** The one that came first in this schedule. */
  readonly first: RaceAccessRecord;
  /** The other one. */
  readonly second: RaceAccessRecord;
}

/** ReportContext is what a report says beyond the schedule itself. */
export interface ReportContext {
  /** The token that replays the schedule. */
  readonly token: string;
  /** The seed of the exploration. */
  readonly seed: number;
  /** The number of the failing schedule, from 1. */
  readonly schedule: number;
  /** How many schedules had been run when this was reported, and how many of them failed the same way. */
  readonly schedulesRun: number;
  readonly schedulesFailed: number;
  /** The budget. */
  readonly scheduleLimit: number;
  /** Steps of all schedules together, and real time. */
  readonly totalSteps: number;
  readonly elapsedMs: number;
  /** How long the schedule was when found. */
  readonly shrunkFrom?: { readonly steps: number; readonly preemptions: number };
  /** "passes if GOROUTINE goes on at STEP". */
  readonly criticalSwitch?: { readonly step: number; readonly goroutine: number };
  /** The steps at which whoever could run must be slow, because a deadline comes first. */
  readonly slowSteps?: readonly number[];
  /** Where explore was called. */
  readonly calledAt?: Site;
  /** The name of the test, for `--filter`. */
  readonly testName?: string;
  /** The strategy that found it. */
  readonly strategy: string;
  /** Goroutines that took part in operations on a resource in schedules that passed: resource name to text. */
  readonly passedHints?: readonly string[];
  /** True when this is the report of a replay. */
  readonly isReplay: boolean;
  /** What a reader must know first, in one line. */
  readonly caveat?: string;
  /** How long a foreign await was waited for in real time. For reports. */
  readonly externalTimeoutMs?: number;
}
