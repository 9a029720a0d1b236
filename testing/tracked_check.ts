/**
 * Holding an exploration to its word that all state is tracked: each schedule is shown to {@linkcode TrackedGuard}, and
 * what it wants to see besides is run.
 *
 * @module
 */

import type { Exploration } from "./exploration.ts";
import { explorer } from "./explorer.ts";
import { FailingSchedule } from "./failing_schedule.ts";
import { signatureOf } from "./failure_signature.ts";
import { RandomSource } from "./random_source.ts";
import { type Deviation, encodeToken, toDeviations } from "./schedule_token.ts";
import type { StepLog } from "./step_log.ts";
import { hashTrace } from "./trace_hash.ts";
import { type Difference, TrackedGuard } from "./tracked_guard.ts";
import type { Verdict } from "./verdict.ts";

/** What remains to be done about a schedule; throws what is wrong. */
export type Check = () => Promise<void>;

/** TrackedCheck looks whether the schedules of an exploration share state that nobody tracks. */
export class TrackedCheck {
  readonly #exploration: Exploration;
  readonly #guard: TrackedGuard;

  constructor(exploration: Exploration) {
    this.#exploration = exploration;
    this.#guard = new TrackedGuard(new RandomSource(exploration.settings.seed, 2));
  }

  /** How many classes of schedules there were, and how many pairs of steps were exchanged. */
  get counts(): { readonly traces: number; readonly swaps: number } {
    return { traces: this.#guard.traces, swaps: this.#guard.probes };
  }

  /** Looks whether a schedule goes like all others of its class. Returns what remains to be done for that. */
  check(verdict: Verdict, strategy: string): Check | null {
    const { log } = explorer;
    // What waits for the outside, goes on fairly, is cut off, or lets a timer come early has no class.
    if (log === null || explorer.isCut || explorer.isPerhapsTerminated) return null;
    if (explorer.cameEarly > 0) return null;
    if (verdict.kind === "redundant" || verdict.kind === "foreign") return null;
    const deviations = toDeviations(explorer.answers);
    const ending = signatureOf(verdict);
    const difference = this.#guard.note(log, ending, deviations, strategy === "reduced");
    if (difference !== null) {
      return async () => {
        throw await this.#untrackedError(deviations, difference);
      };
    }
    const probe = verdict.kind === "passed" ? this.#guard.probe(log) : null;
    if (probe === null) return null;
    const original = hashTrace(log, ending);
    const { misused } = log;
    return async () => {
      probe.begin();
      const now = await this.#exploration.execute(probe);
      const probed = explorer.log as StepLog;
      // Something was misused for the first time: the two were not looked at in the same way.
      if (probed.misused !== misused) return;
      const after = hashTrace(probed, signatureOf(now));
      if (probe.agrees(original, after)) return;
      throw await this.#untrackedError(toDeviations(explorer.answers), {
        other: deviations,
        reason: probe.reason,
      });
    };
  }

  /** Makes sure that a complete reduced search has seen the classes of all schedules that were run. */
  async checkStrays(): Promise<void> {
    const { strategy } = this.#exploration.settings;
    if (strategy !== "portfolio" && strategy !== "reduced") return;
    const stray = this.#guard.stray();
    if (stray !== null) throw await this.#untrackedError(stray.other, stray);
  }

  /** The program shares what nobody tracks. */
  async #untrackedError(deviations: readonly Deviation[], { other, reason }: Difference) {
    const { identity } = this.#exploration;
    const token = encodeToken({ deviations: other, exploration: identity });
    const rest = other === deviations ? "" : `; the other schedule is ${token}`;
    return await new FailingSchedule(this.#exploration).reportAs(
      "nondeterminism",
      `goroutines share state that is not tracked: ${reason}${rest}`,
      deviations,
    );
  }
}
