/**
 * Which goroutines run the same code.
 *
 * Functions that are made in a loop, or anew in each schedule, are different objects of one text. So it is the text that
 * is compared, once per goroutine and schedule, and only if a strategy asks.
 *
 * @module
 */

import type { Goroutine } from "./goroutine.ts";

/** CodeTable numbers the functions that goroutines are started with, in the order in which they are asked for. */
export class CodeTable {
  readonly #numbers = new Map<string, number>();

  /**
   * A small number, the same for all that were started with functions of one text, and under names that differ in numbers
   * at most: "worker 1" and "worker 2" do the same, "reader" and "writer" hardly.
   */
  of(goroutine: Goroutine): number {
    const { body, name = body.name } = goroutine;
    if (goroutine.numberedBody === body) return goroutine.codeNumber;
    const role = name.replaceAll(/[0-9]+/g, "0");
    const text = `${role} ${Function.prototype.toString.call(body)}`;
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    goroutine.numberedBody = body;
    return goroutine.codeNumber = number;
  }

  /** Forgets all: a new exploration begins. */
  forget(): void {
    this.#numbers.clear();
  }
}
