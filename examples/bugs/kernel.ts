/**
 * What a bug kernel is: a small program after a real bug, in a buggy and a fixed form.
 *
 * @module
 */

import type { ExploreOptions } from "@interleave/go/testing";

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
  /** How to explore it, if not by default. */
  readonly options?: ExploreOptions;
  /** The program with the bug. */
  buggy(): Promise<void>;
  /** The program without it. */
  fixed(): Promise<void>;
  /** What the report must say. */
  readonly expected: {
    /** The kind of failure. */
    readonly kind: string;
    /** The goroutines that are stuck, with Go's wait reasons, for a deadlock or a leak. */
    readonly stuck?: Readonly<Record<string, string>>;
    /** A part of the message, for an assertion or a panic. */
    readonly message?: string;
  };
}
