/**
 * One exploration at a time: they share the clock, the scheduler and the platform's globals.
 *
 * @module
 */

import { type Copy, registry } from "../runtime/copies.ts";
import { copy } from "../runtime/current.ts";
import { stayOutside } from "./context_pool.ts";
import { prepareDrain } from "./drain.ts";
import { explorer } from "./explorer.ts";
import { noteOutsideWork } from "./outside_work.ts";
import { rejections } from "./rejections.ts";
import { type RawSite, toSite } from "./sites.ts";

let running: { readonly site: RawSite | undefined } | null = null;
let isDrainReady = false;

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
  takeTurn();
  stayOutside();
  const own = running = { site };
  try {
    if (!isDrainReady) {
      await prepareDrain();
      isDrainReady = true;
    }
    noteOutsideWork();
    rejections.start();
    explorer.forget();
    return await body();
  } finally {
    if (running === own) {
      rejections.stop();
      running = null;
      endTurn();
    }
  }
}

/** Among the copies of this package: while this one explores, the others must do nothing inside. */
function takeTurn(): void {
  const { exploring } = registry;
  if (exploring !== null && exploring !== copy) {
    throw new Error(`Cannot explore: explore() is running already, ${another(exploring)}`);
  }
  registry.exploring = copy;
  for (const other of othersOf(copy)) {
    other.guard((action) => {
      if (explorer.isInside) throw new Error(`Cannot ${action} inside explore: ${another(other)}`);
    });
  }
}

function endTurn(): void {
  registry.exploring = null;
  for (const other of othersOf(copy)) other.guard(null);
}

function othersOf(copy: Copy): readonly Copy[] {
  return registry.copies.filter((other) => other !== copy);
}

/** What to say of another copy. */
function another({ url }: Copy): string {
  return `another copy of @interleave/go: ${url}, and this is ${copy.url}; load one only`;
}
