/**
 * Events by step.
 *
 * @module
 */

import type { EventRecord } from "../record.ts";

/** eventsByStep groups events by their step, in order. */
export function eventsByStep(events: readonly EventRecord[]): Map<number, EventRecord[]> {
  const groups = new Map<number, EventRecord[]>();
  for (const event of events) {
    const group = groups.get(event.step);
    if (group === undefined) groups.set(event.step, [event]);
    else group.push(event);
  }
  return groups;
}
