/**
 * What takes the place of `node:timers` under `--preload`.
 *
 * @module
 */

import "./explorer.ts";
import * as promises from "./shim_timers_promises.ts";

const {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
} = globalThis;

export {
  clearImmediate,
  clearInterval,
  clearTimeout,
  promises,
  setImmediate,
  setInterval,
  setTimeout,
};

/** The module as one object. */
export default {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
  promises: promises.default,
} as const;
