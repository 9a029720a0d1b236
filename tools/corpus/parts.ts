/**
 * The parts of the corpus, in the order in which they are run.
 *
 * @module
 */

import { bugs } from "./bugs.ts";
import { dpor } from "./dpor.ts";
import { minimize } from "./minimize.ts";
import { outcomes } from "./outcomes.ts";
import type { Part } from "./part.ts";
import { relation } from "./relation.ts";
import { replays } from "./replays.ts";
import { strategies } from "./strategies.ts";
import { tracked } from "./tracked.ts";

/** All parts. */
// deno-fmt-ignore: one a line, so that parts can be added side by side.
export const PARTS: readonly Part[] = [
  dpor,
  outcomes,
  relation,
  replays,
  tracked,
  minimize,
  strategies,
  bugs,
];
