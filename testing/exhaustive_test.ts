import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, go, select, sleep } from "../mod.ts";
import { Exhaustive } from "./exhaustive.ts";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import { resolveOptions } from "./options.ts";
import {
  candidatesOf,
  crossedLocks,
  lockRounds,
  lostUpdate,
  multinomial,
  shuffle,
} from "./programs_test.ts";
import { RandomWalk } from "./random.ts";
import { schedulesOf } from "./schedules_test.ts";

/** The answers of every schedule that Exhaustive runs, in order. */
async function all(body: () => unknown): Promise<string[]> {
  const exhaustive = new Exhaustive();
  const schedules = await schedulesOf(body, exhaustive);
  assert(exhaustive.isComplete);
  return schedules.map(({ answers }) => answers.join());
}

async function twoSelects(): Promise<void> {
  const [a, b] = [new Channel<number>(2), new Channel<number>(2)];
  a.trySend(1);
  b.trySend(2);
  for (let i = 0; i < 2; i++) await select({ a: a.receiving(), b: b.receiving() });
}

async function sleepers(): Promise<void> {
  for (let i = 0; i < 3; i++) go(() => sleep(1));
  await sleep(1);
  await sleep(1);
}

Deno.test("Exhaustive visits each schedule exactly once, and random ones find no other", async () => {
  const programs = { lostUpdate, crossedLocks, twoSelects, sleepers, shuffled: shuffle([2, 2, 1]) };
  for (const [name, body] of Object.entries(programs)) {
    const answers = await all(body);
    const seen = new Set(answers);
    assertEquals(seen.size, answers.length, `${name}: none twice`);
    const exploration = new Exploration(body, resolveOptions({}), undefined);
    const random = new RandomWalk(1);
    for (let i = 0; i < 2_000; i++) {
      random.begin(i);
      await exploration.execute(random);
      assert(seen.has(explorer.answers.join()), `${name}: ${explorer.answers} is missing`);
    }
  }
});

Deno.test("Exhaustive counts shuffles: the multinomial coefficients", async () => {
  for (const lengths of [[1], [1, 1], [3, 2], [2, 2, 2], [1, 2, 3], [1, 1, 1, 1, 1]]) {
    assertEquals((await all(shuffle(lengths))).length, multinomial(lengths), `${lengths}`);
  }
});

Deno.test("Exhaustive runs each choice of a select", async () => {
  // 2 choices, then one case is left.
  assertEquals(await all(twoSelects), ["0", "1"]);
});

Deno.test("Exhaustive goes depth first: 0 everywhere first, and the last question changes first", async () => {
  const answers = await all(shuffle([1, 1, 1]));
  assertEquals(answers, ["0,0", "0,1", "1,0", "1,1", "2,0", "2,1"]);
});

Deno.test("Exhaustive estimates within a factor of four, half way through small programs", async () => {
  for (
    const [name, body] of Object.entries({
      locks: () => lockRounds(3, 1),
      shuffled: shuffle([3, 3, 2]),
    })
  ) {
    const { length } = await all(body);
    const half = await explore(body, { strategy: "exhaustive", schedules: Math.floor(length / 2) });
    const { estimate } = half;
    assert(
      estimate !== undefined && estimate > length / 4 && estimate < 4 * length,
      `${name}: ${estimate} for ${length}`,
    );
    assert(!half.complete && half.endedBy === "schedules");
    const whole = await explore(body, { strategy: "exhaustive" });
    assertEquals([whole.schedules, whole.complete, whole.estimate], [length, true, undefined]);
  }
});

Deno.test("Exhaustive never estimates fewer than it has run", async () => {
  const exploration = new Exploration(shuffle([3, 3]), resolveOptions({}), undefined);
  const exhaustive = new Exhaustive();
  let done = 0;
  while (exhaustive.begin()) {
    await exploration.execute(exhaustive);
    done++;
    if (!exhaustive.isComplete) assert(exhaustive.estimate() > done);
  }
  assertEquals(done, 20);
});

Deno.test("Exhaustive completes with exactly as many schedules as the budget allows, and not with one less", async () => {
  const body = shuffle([2, 2]);
  const enough = await explore(body, { strategy: "exhaustive", schedules: 7 });
  assertEquals([enough.schedules, enough.complete], [6, true]);
  const short = await explore(body, { strategy: "exhaustive", schedules: 5 });
  assertEquals([short.schedules, short.complete], [5, false]);
  const error = await assertRejects(
    () => explore(body, { strategy: "exhaustive", schedules: 5, mustComplete: true }),
  );
  assertEquals((error as Error).name, "LimitError");
});

Deno.test("Exhaustive notices a program that asks another question than before", () => {
  const exhaustive = new Exhaustive();
  exhaustive.begin();
  for (let i = 0; i < 2; i++) exhaustive.pick(candidatesOf(0, 1));
  exhaustive.end();
  exhaustive.begin();
  assertEquals(exhaustive.pick(candidatesOf(0, 1)), 0);
  let message = "";
  try {
    exhaustive.pick(candidatesOf(0, 1, 2));
  } catch (error) {
    message = (error as Error).message;
  }
  assert(message.includes("the program is not deterministic"), message);
});

Deno.test("explore reports a program that asks something else than before, with the first step that differs, and goes on after that", async () => {
  for (const strategy of ["exhaustive", "bounded"] as const) {
    let schedule = 0;
    const error = await explore(() => {
      const goroutines = schedule++ % 2 === 0 ? 2 : 3;
      for (let i = 0; i < goroutines; i++) go(() => {}); // one more, or not
    }, { strategy, seed: 1 }).then(() => undefined, (error) => error);
    assertEquals([error?.name, error?.kind], ["NondeterminismError", "nondeterminism"], strategy);
    const { expected, found } = error.trace.divergence;
    assert(/exhaustive_test\.ts$/.test(expected.at?.file ?? found.at?.file), strategy);
  }
  assertEquals((await explore(shuffle([1, 1]), { strategy: "exhaustive" })).schedules, 2);
});
