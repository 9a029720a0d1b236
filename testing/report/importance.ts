/**
 * Which goroutines and steps matter to a failure, for pictures that have no room for all of them.
 *
 * @module
 */

import type { ReportContext, ScheduleRecord } from "../record.ts";

/** What a goroutine or step is worth. Nothing below {@linkcode INVOLVED} is shown once there is no room for all. */
const CENTRAL = 4, CAUSE = 3, SWITCHED = 2;
/** Whoever is worth this had to do with the failure. */
export const INVOLVED = 1;

/** Importance tells what goroutines and steps are worth. */
export interface Importance {
  /** By the goroutine's number; those who are missing had nothing to do with the failure. */
  readonly goroutines: ReadonlyMap<number, number>;
  /** By the step's number. */
  readonly steps: ReadonlyMap<number, number>;
}

/** weigh judges the goroutines and steps of a record: those the failure names, those that share a resource with them. */
export function weigh(record: ScheduleRecord, context: ReportContext): Importance {
  const goroutines = new Weights();
  const steps = new Weights();
  const resources = new Set<number>();
  weighFailing(record, goroutines, steps, resources);
  weighSwitches(record, context, goroutines, steps);
  for (const event of record.events) {
    if ((goroutines.get(event.goroutine) ?? 0) >= CENTRAL && event.resource !== undefined) {
      resources.add(event.resource);
    }
  }
  for (const event of record.events) {
    const isInvolved = event.resource !== undefined && resources.has(event.resource);
    const startsCentral = event.started !== undefined &&
      (goroutines.get(event.started) ?? 0) >= CENTRAL;
    if (isInvolved) goroutines.raise(event.goroutine, INVOLVED);
    if (isInvolved || startsCentral || (goroutines.get(event.goroutine) ?? 0) >= CENTRAL) {
      steps.raise(event.step, INVOLVED);
    }
  }
  return { goroutines, steps };
}

class Weights extends Map<number, number> {
  raise(id: number, weight: number): void {
    this.set(id, Math.max(weight, this.get(id) ?? 0));
  }
}

/** Those the verdict is about, what they wait for, who holds it, and the steps in which that came about. */
function weighFailing(
  record: ScheduleRecord,
  goroutines: Weights,
  steps: Weights,
  resources: Set<number>,
): void {
  const { failure } = record;
  const isStuck = failure?.kind === "deadlock" || failure?.kind === "leak" ||
    failure?.kind === "foreign";
  if (failure?.goroutine !== undefined) goroutines.raise(failure.goroutine, CENTRAL);
  const last = record.steps.at(-1);
  if (last !== undefined) {
    steps.raise(last.step, CENTRAL);
    if (!isStuck) goroutines.raise(last.goroutine, CENTRAL);
  }
  for (const event of record.events) {
    if (event.verb === "throws") steps.raise(event.step, CENTRAL);
  }
  if (!isStuck) return;
  const held = new Set<number>();
  for (const { id, status, resource, since } of record.goroutines) {
    if (status !== "waiting" && status !== "foreign") continue;
    goroutines.raise(id, CAUSE);
    if (since !== undefined) steps.raise(since, CAUSE);
    if (resource !== undefined) held.add(resource);
  }
  for (const { id, holders } of record.resources) {
    if (!held.has(id)) continue;
    resources.add(id);
    for (const { goroutine, step } of holders) {
      goroutines.raise(goroutine, CENTRAL);
      steps.raise(step, CENTRAL);
    }
  }
}

/** Where the scheduler switched, and above all the switch that matters. */
function weighSwitches(
  record: ScheduleRecord,
  { criticalSwitch }: ReportContext,
  goroutines: Weights,
  steps: Weights,
): void {
  if (criticalSwitch !== undefined) goroutines.raise(criticalSwitch.goroutine, CENTRAL);
  for (const [index, { step, goroutine, isPreemption }] of record.steps.entries()) {
    const isCritical = step === criticalSwitch?.step;
    if (!isPreemption && !isCritical) continue;
    const weight = isCritical ? CENTRAL : SWITCHED;
    goroutines.raise(goroutine, weight);
    steps.raise(step, weight);
    const before = record.steps[index - 1];
    if (before !== undefined) steps.raise(before.step, weight);
  }
}
