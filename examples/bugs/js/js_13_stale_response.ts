/**
 * JS-13: an answer to an older question (fast-check, examples/005-race/autocomplete, userProfile).
 *
 * A search runs for each text typed, and whatever answer comes is shown. The answer to the first may come last.
 *
 * @module
 */

import { callAfter, type CallTimer, sleep } from "@interleave/go";
import { wrap } from "@interleave/go/testing";
import type { Form, Kernel } from "../kernel.ts";

async function program(form: Form): Promise<void> {
  const world = wrap({
    key: () => Promise.resolve(),
    search: (query: string) => Promise.resolve(`results for ${query}`),
  }, { points: "before" });
  const searches: Promise<void>[] = [];
  let last = "";
  let shown = "";

  const type = (query: string) => {
    last = query;
    searches.push(
      world.search(query).then((results) => {
        if (form === "buggy" || last === query) shown = results;
      }),
    );
  };
  type("a");
  await world.key();
  type("ab");
  await Promise.all(searches);
  if (shown !== "results for ab") throw new Error(`shown: ${shown}, expected those for ab`);
}

/** The search waits until nothing has been typed for a while. */
async function debounced(form: Form): Promise<void> {
  const world = wrap({
    search: (query: string) => Promise.resolve(`results for ${query}`),
  }, { points: "before" });
  const searches: Promise<void>[] = [];
  let timer: CallTimer | undefined;
  let last = "";
  let shown = "";

  const type = (query: string) => {
    last = query;
    if (form === "fixed" && timer?.stop()) searches.pop();
    searches.push(
      new Promise((resolve) => {
        timer = callAfter(500, async () => {
          const results = await world.search(query);
          if (form === "buggy" || last === query) shown = results;
          resolve();
        });
      }),
    );
  };
  type("a");
  await sleep(100);
  type("ab");
  await Promise.all(searches);
  if (shown !== "results for ab") throw new Error(`shown: ${shown}, expected those for ab`);
}

const STALE = { kind: "race", message: "shown: results for a, expected those for ab" };

/** Both forms. */
export const kernels: readonly Kernel[] = [{
  id: "JS-13",
  name: "fast-check autocomplete",
  lesson: "the answer that comes last is not that to the last question",
  shows: "in some schedules",
  buggy: () => program("buggy"),
  fixed: () => program("fixed"),
  expected: STALE,
  orders: { buggy: [1, 3], fixed: [0, 3] },
}, {
  id: "JS-13 debounced",
  name: "fast-check debounced-autocomplete",
  lesson: "waiting before the question does not make the answers come in order",
  shows: "with early timers",
  options: { earlyTimers: 2 },
  buggy: () => debounced("buggy"),
  fixed: () => debounced("fixed"),
  expected: STALE,
}];
