/**
 * Which promises were raced against each other: for the report of an operation that lost.
 *
 * @module
 */

/** Runs `body` and tells `onRace` of the contenders of every `Promise.race` meanwhile. */
export async function watchRaces<R>(
  onRace: (contenders: readonly unknown[]) => void,
  body: () => Promise<R>,
): Promise<R> {
  const descriptor = Object.getOwnPropertyDescriptor(Promise, "race") as PropertyDescriptor;
  const { race } = Promise;
  const target = Promise;
  Object.defineProperty(target, "race", {
    ...descriptor,
    value: function (this: unknown, contenders: Iterable<unknown>): unknown {
      const all = [...contenders];
      onRace(all);
      return Reflect.apply(race, this, [all]);
    },
  });
  try {
    return await body();
  } finally {
    Object.defineProperty(target, "race", descriptor);
  }
}
