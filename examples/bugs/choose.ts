/**
 * A choice that is not about who goes on, made from what there is.
 *
 * @module
 */

import { Channel, trySelect } from "@interleave/go";

/** Chooses a number below `count`; an exploration tries them all, since all cases are ready. */
export function choose(count: number): number {
  const ready = new Channel<never>();
  ready.close();
  return trySelect(Array.from({ length: count }, () => ready.receiving()))?.key ?? 0;
}
