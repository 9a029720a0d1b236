/**
 * Contexts as somebody else might write them, for the tests of the others. It has no tests of its own; see
 * both_schedulers_test.ts for why its name says so.
 *
 * @module
 */
import { CanceledError, Channel, type Context, go, type ReceiveChannel } from "../../mod.ts";

/** Passes everything on, like a struct that embeds a Context. */
export class Wrapper implements Context {
  readonly parent: Context;

  constructor(parent: Context) {
    this.parent = parent;
  }

  get deadline(): number | undefined {
    return this.parent.deadline;
  }
  get done(): ReceiveChannel<never> {
    return this.parent.done;
  }
  get err(): Error | undefined {
    return this.parent.err;
  }
  get signal(): AbortSignal {
    return this.parent.signal;
  }
  value(key: unknown): unknown {
    return this.parent.value(key);
  }
}

/** Ends in its own way, whatever its parent does. */
export class Foreign extends Wrapper {
  readonly #done = new Channel<never>();
  readonly #controller = new AbortController();
  #err: Error | undefined;

  override get done(): ReceiveChannel<never> {
    return this.#done;
  }
  override get err(): Error | undefined {
    return this.#err;
  }
  override get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cancel(): void {
    if (this.#err !== undefined) return;
    this.#err = new CanceledError();
    this.#done.close();
    this.#controller.abort(this.#err);
  }
}

/** Ends in its own way and tells of it by a method of its own. */
export class ForeignWithAfterFunc extends Foreign {
  readonly callbacks: Set<() => void> = new Set();

  afterFunc(f: () => void): () => boolean {
    this.callbacks.add(f);
    return () => this.callbacks.delete(f);
  }

  override cancel(): void {
    super.cancel();
    for (const f of this.callbacks) go(f);
    this.callbacks.clear();
  }
}
