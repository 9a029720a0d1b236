/**
 * What the platform is told of panics, for the tests. There is no test in it.
 *
 * @module
 */
import type { GoroutinePanic } from "./panic.ts";

/** Hears of panics until it is disposed of, and keeps the platform from ending the process. */
export class PanicListener implements Disposable {
  readonly panics: GoroutinePanic[] = [];
  readonly #first = Promise.withResolvers<GoroutinePanic>();

  constructor() {
    globalThis.addEventListener("error", this.#onError);
  }

  readonly #onError = (event: ErrorEvent): void => {
    event.preventDefault();
    this.panics.push(event.error);
    this.#first.resolve(event.error);
  };

  /** The first panic, as soon as there is one. */
  get first(): Promise<GoroutinePanic> {
    return this.#first.promise;
  }

  [Symbol.dispose](): void {
    globalThis.removeEventListener("error", this.#onError);
  }
}
