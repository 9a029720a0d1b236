/**
 * The deterministic testing harness: {@linkcode explore} runs a program in many interleavings, under a virtual clock,
 * finds races, deadlocks, leaks and forgotten awaits, and prints a picture and a line that replays what it found.
 *
 * @module
 */

export { choose, random } from "./choose.ts";
export { explore } from "./explore.ts";
export { type ExploreResult } from "./explore_result.ts";
export { type ExploreOptions, type LeakFilter, type StrategyName } from "./options.ts";
export type {
  DivergenceRecord,
  EventRecord,
  Failure,
  FailureKind,
  GoroutineRecord,
  LeftoverTimer,
  LockEdgeRecord,
  PendingRecord,
  RaceAccessRecord,
  RaceRecord,
  ResourceRecord,
  ScheduleRecord,
  Site,
  StepRecord,
} from "./record.ts";
export {
  type Call,
  History,
  linearizable,
  type LinearizableOptions,
  type LinearizableVerdict,
  type Model,
} from "./linearizable.ts";
export { eventually, never, sometimes } from "./properties.ts";
export { ScheduleError } from "./schedule_error.ts";
export { type Candidates, type Question, type Strategy } from "./strategy.ts";
export { type UntakenCase } from "./select_watch.ts";
export { settled } from "./settled.ts";
export { Shared, shared, type SharedOptions } from "./shared.ts";
export { virtualTime, type VirtualTimeOptions } from "./virtual_time.ts";
export { wrap, type WrapOptions } from "./wrap.ts";
