/**
 * How much memory is in use. A heap that nobody has collected says little, so it is collected first, or there is no figure.
 *
 * @module
 */

const { gc } = globalThis as { gc?: () => void };

/** Whether this process can collect garbage when asked: `--v8-flags=--expose-gc`. */
export const hasCollector: boolean = gc !== undefined;

/**
 * Collects garbage, in turns of its own since what was reached through a WeakRef stays until the present one is over, and
 * returns the bytes of the heap that are still in use.
 *
 * @throws {Error} If this process cannot collect garbage when asked.
 */
export async function heapUsed(): Promise<number> {
  if (gc === undefined) throw new Error("Cannot measure: run with --v8-flags=--expose-gc");
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return Deno.memoryUsage().heapUsed;
}
