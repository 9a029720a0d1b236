import { assert, assertEquals } from "@std/assert";
import { Channel, select } from "../mod.ts";
import { Bounded } from "./bounded.ts";
import { Exhaustive } from "./exhaustive.ts";
import { explore } from "./explore.ts";
import {
  candidatesOf,
  crossedLocks,
  lockRounds,
  lostUpdate,
  multinomial,
  shuffle,
} from "./programs_test.ts";
import { schedulesOf } from "./schedules_test.ts";

async function chosen(): Promise<void> {
  const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
  await a.send(1);
  await b.send(1);
  await select({ a: a.receiving(), b: b.receiving() });
}

Deno.test("Bounded covers exactly the schedules within each bound, and its last bound is all of them", async () => {
  const programs = {
    lostUpdate,
    crossedLocks,
    chosen,
    locks: () => lockRounds(2, 2),
    shuffled: shuffle([3, 2, 2]),
  };
  for (const [name, body] of Object.entries(programs)) {
    const every = await schedulesOf(body, new Exhaustive());
    const bounded = new Bounded();
    const run = await schedulesOf(body, bounded);
    assert(bounded.isComplete, name);
    let from = 0;
    for (const [i, { most, of, schedules }] of bounded.covered.entries()) {
      assertEquals([most, of], [i, "preemptions"]);
      const within = every.filter((schedule) => schedule.preemptions <= most);
      const these = run.slice(from, from += schedules).map(({ answers }) => answers.join());
      assertEquals(these.toSorted(), within.map(({ answers }) => answers.join()).toSorted(), name);
    }
    assertEquals(from, run.length);
    const last = bounded.covered.at(-1);
    assertEquals(last?.schedules, every.length, name);
    assertEquals(last?.most, Math.max(...every.map(({ preemptions }) => preemptions)), name);
  }
});

Deno.test("Bounded counts the shuffles of two goroutines by their preemptions", async () => {
  // Of the C(6, 3) orders of aaa and bbb those with so many switches away from somebody who could go on.
  const bounded = new Bounded();
  await schedulesOf(shuffle([3, 3]), bounded);
  // aaabbb, bbbaaa · and a^i b^3 a^(3-i), b^i a^3 b^(3-i): 2 + 4 · two preemptions: a^i b^j a^(3-i) b^(3-j): 8 more ...
  assertEquals(bounded.covered.map(({ schedules }) => schedules), [2, 6, 14, 18, 20]);
  assertEquals(multinomial([3, 3]), 20);
});

Deno.test("Bounded ends at its highest bound without claiming to be complete", async () => {
  const bounded = new Bounded(1);
  const run = await schedulesOf(shuffle([3, 3]), bounded);
  assertEquals([run.length, bounded.isComplete], [2 + 6, false]);
  assertEquals(bounded.covered, [
    { most: 0, of: "preemptions", schedules: 2 },
    { most: 1, of: "preemptions", schedules: 6 },
  ]);
});

Deno.test("Bounded is a strategy by name, and the result says what was covered", async () => {
  const stopped = await explore(shuffle([3, 3]), { strategy: "bounded", schedules: 12 });
  assertEquals(stopped.covered, { most: 1, of: "preemptions", schedules: 6 });
  assertEquals([stopped.complete, stopped.endedBy], [false, "schedules"]);
  const whole = await explore(shuffle([3, 3]), { strategy: "bounded" });
  assertEquals([whole.complete, whole.covered, whole.schedules], [true, undefined, 60]);
});

Deno.test("Bounded notices a program that asks another question than before", () => {
  const bounded = new Bounded();
  bounded.begin();
  for (let i = 0; i < 2; i++) bounded.pick(candidatesOf(0, 1));
  bounded.end();
  bounded.begin();
  bounded.pick(candidatesOf(0, 1));
  bounded.pick(candidatesOf(0, 1));
  bounded.end();
  bounded.begin();
  let message = "";
  try {
    bounded.pick(candidatesOf(0, 1, 2));
  } catch (error) {
    message = (error as Error).message;
  }
  assert(message.includes("the program is not deterministic"), message);
});
