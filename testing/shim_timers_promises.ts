/**
 * What takes the place of `node:timers/promises` under `--preload`.
 *
 * @module
 */

import "./explorer.ts";
import { everyTick, scheduler, waitFor, waitForTurn } from "./timer_promises.ts";

export { everyTick as setInterval, scheduler, waitFor as setTimeout, waitForTurn as setImmediate };

/** The module as one object. */
export default {
  setTimeout: waitFor,
  setInterval: everyTick,
  setImmediate: waitForTurn,
  scheduler,
} as const;
