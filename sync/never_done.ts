/**
 * Contexts that never end.
 *
 * @module
 */

import { CANCEL_SOURCE } from "../runtime/cancel_source.ts";
import { ContextNode } from "./cancel_tree.ts";
import type { ReceiveChannel } from "./channel.ts";
import { NEVER } from "./receive_end.ts";

/** NeverDone is a context that nothing cancels, its parent included. */
export abstract class NeverDone extends ContextNode {
  #controller: AbortController | null = null;

  override get [CANCEL_SOURCE](): null {
    return null;
  }

  get deadline(): undefined {
    return undefined;
  }

  get done(): ReceiveChannel<never> {
    return NEVER;
  }

  get err(): undefined {
    return undefined;
  }

  /** Never aborted. */
  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }
}
