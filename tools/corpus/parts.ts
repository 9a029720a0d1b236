/**
 * The parts of the corpus, in the order in which they are run.
 *
 * @module
 */

import { bugs } from "./bugs.ts";
import { dpor } from "./dpor.ts";
import { minimize } from "./minimize.ts";
import type { Part } from "./part.ts";
import { strategies } from "./strategies.ts";

/** All parts. */
export const PARTS: readonly Part[] = [dpor, minimize, strategies, bugs];
