import { assertEquals } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { callAfter, Channel, ErrGroup, go, sleep, WaitGroup } from "../mod.ts";
import { currentFrame, inFrame } from "./async_frame.ts";

const storage = new AsyncLocalStorage<number>();

Deno.test("currentFrame is the same as long as every storage has the same value; inFrame brings it back", () => {
  const outside = currentFrame();
  assertEquals(currentFrame(), outside);
  const inside = storage.run(1, currentFrame);
  assertEquals(inside === outside, false);
  let seen: number | undefined;
  inFrame(inside, () => seen = storage.getStore());
  assertEquals([seen, storage.getStore()], [1, undefined]);
  try {
    inFrame(inside, () => {
      throw new Error("lost");
    });
  } catch {
    assertEquals(storage.getStore(), undefined);
  }
});

/** What each of `count` goroutines sees at its start and after a wait, and what it was started with. */
async function started(
  count: number,
  start: (body: () => Promise<void>) => unknown,
): Promise<[number, number | undefined, number | undefined][]> {
  const seen: [number, number | undefined, number | undefined][] = [];
  const wg = new WaitGroup();
  for (let i = 0; i < count; i++) {
    // Some in a row have the same: they start together.
    const own = Math.floor(i / 3) % 5;
    wg.add(1);
    await storage.run(own, () =>
      start(async () => {
        const first = storage.getStore();
        await sleep(0);
        seen.push([own, first, storage.getStore()]);
        wg.done();
      }));
  }
  await wg.wait();
  return seen;
}

Deno.test("a goroutine has the async context of whoever started it, however many start together", async () => {
  for (const start of [go, (body: () => Promise<void>) => new ErrGroup().go(body)]) {
    const seen = await started(2_000, start);
    assertEquals(seen.length, 2_000);
    for (const [own, first, then] of seen) assertEquals([first, then], [own, own]);
  }
});

Deno.test("what callAfter calls has the async context of whoever called callAfter", async () => {
  const called = new Channel<string>();
  for (const n of [1, 2, 3]) {
    storage.run(n, () => callAfter(1, () => called.send(`${n} ${storage.getStore()}`)));
  }
  const seen = [await called.receive(), await called.receive(), await called.receive()];
  assertEquals(seen.toSorted(), ["1 1", "2 2", "3 3"]);
});
