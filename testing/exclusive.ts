/**
 * One exploration at a time: they share the clock, the scheduler and the platform's globals.
 *
 * @module
 */

import { stayOutside } from "./context_pool.ts";
import { checkDrain } from "./drain.ts";
import { explorer } from "./explorer.ts";
import { rejections } from "./rejections.ts";
import { type RawSite, toSite } from "./sites.ts";

let running: { readonly site: RawSite | undefined } | null = null;
let isDrainChecked = false;

/**
 * Runs `body` as the only exploration of the isolate.
 *
 * @throws {Error} If another one runs, naming where it was started.
 */
export async function exclusively<R>(
  site: RawSite | undefined,
  body: () => Promise<R>,
): Promise<R> {
  if (explorer.isPerhapsTerminated && explorer.running === null) {
    explorer.abandon();
    rejections.stop();
    running = null;
  }
  if (running !== null) {
    const { site } = running;
    const where = site === undefined ? "" : ` (${toSite(site).file}:${site.line})`;
    throw new Error(
      `Cannot explore: explore() is already running in this isolate${where}; await it first`,
    );
  }
  stayOutside();
  const own = running = { site };
  rejections.start();
  try {
    if (!isDrainChecked) {
      await checkDrain();
      isDrainChecked = true;
    }
    explorer.forget();
    return await body();
  } finally {
    if (running === own) {
      rejections.stop();
      running = null;
    }
  }
}
