/**
 * What a bug kernel is: a small program after a real bug, in a buggy and a fixed form.
 *
 * Code between two awaits is atomic in JavaScript. The originals are Go programs, which can be preempted anywhere: so a
 * `yieldNow()` stands after each operation that does not wait, such as `unlock`, `close`, `done` and `go`, and between the
 * read and the write of a variable. Other awaits are points of their own.
 *
 * @module
 */

import type { ExploreOptions } from "@interleave/go/testing";

/** Which of the two: the program with the bug, or the one without. */
export type Form = "buggy" | "fixed";

/** Kernel is a real bug, made small. */
export interface Kernel {
  /** The entry in the corpus: "K-14". */
  readonly id: string;
  /** Where it happened: "etcd#6857". */
  readonly name: string;
  /** What the bug class is, in one line. */
  readonly lesson: string;
  /** Whether every schedule shows it, some do, some do if time may pass early, or only a happens-before check can. */
  readonly shows: "always" | "in some schedules" | "with early timers" | "happens-before";
  /**
   * The token of a schedule that fails, if searches like ours are known to need more than 1,000 schedules: no failure then
   * if it is missed.
   */
  readonly witness?: string;
  /** How to explore it, if not by default. */
  readonly options?: ExploreOptions;
  /** The program with the bug. */
  buggy(): Promise<void>;
  /** The program without it. */
  fixed(): Promise<void>;
  /** What the report must say. */
  readonly expected: {
    /** The kind of failure; " | " stands between several that are possible. */
    readonly kind: string;
    /**
     * Who is stuck, and waits for what, in the report's words: "ask: chan send status". One line for each, and a "?" after
     * the name of who may be stuck or not; " | " stands between waits that are possible. Nobody else is stuck.
     */
    readonly stuck?: readonly string[];
    /**
     * Who hangs in plain promises, in which function, and at which await: "main: task: await mu.lock()". Where several
     * functions are named, an outer one comes first. Nobody else hangs.
     */
    readonly awaits?: string;
    /** Who panics, or whose accesses race: the first line of the report names them. */
    readonly names?: readonly string[];
    /** A part of the message; " | " as above. */
    readonly message?: string;
  };
  /** Failing schedules and all, buggy and fixed, where they have been counted by other means. */
  readonly orders?: { readonly buggy: Orders; readonly fixed: Orders };
}

/** How many schedules fail, of how many. */
export type Orders = readonly [failing: number, all: number];
