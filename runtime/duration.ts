/**
 * Checking durations.
 *
 * @module
 */

/**
 * Returns `delayMs` if it is a duration: a number of milliseconds, possibly infinite or negative ("at once").
 *
 * @throws {TypeError} If it is no number.
 * @throws {RangeError} If it is NaN.
 */
export function checkDuration(delayMs: number, action: string): number {
  if (typeof delayMs !== "number") {
    throw new TypeError(
      `Cannot ${action}: expected a number of milliseconds, got ${typeof delayMs} ${
        String(delayMs)
      }`,
    );
  }
  if (Number.isNaN(delayMs)) {
    throw new RangeError(`Cannot ${action}: expected a number of milliseconds, got NaN`);
  }
  return delayMs;
}
