/**
 * Who stands in line more than once.
 *
 * @module
 */

import type { Member, Waiter } from "../runtime/operation.ts";

/**
 * Whether `a` and `b` are the same waiter or cases of the same select.
 *
 * A select gives up its cases one after the other. Where one that leaves lets others in, those must not be cases of the
 * same select: they leave next, and the select is woken once only.
 */
export function isSameWaiter(a: Member, b: Waiter): boolean {
  return wholeOf(a) === wholeOf(b);
}

function wholeOf(waiter: Member): Member {
  let whole = waiter;
  while (typeof whole !== "function" && whole.partOf !== undefined) whole = whole.partOf();
  return whole;
}
