import { assertEquals, assertRejects } from "@std/assert";
import { Channel, go, select } from "../mod.ts";
import { explore } from "./explore.ts";
import { multinomial, shuffle } from "./programs_test.ts";
import type { Candidates, Question, Strategy } from "./strategy.ts";

/** A strategy that answers with what it is given, and 0 where nothing is left. */
class Scripted implements Strategy {
  readonly name = "scripted";
  readonly asked: string[] = [];
  readonly ends: number[] = [];
  readonly #answers: number[];
  constructor(...answers: number[]) {
    this.#answers = answers;
  }
  begin(schedule: number): boolean {
    this.asked.push(`begin ${schedule}`);
    return schedule < 1;
  }
  pick(candidates: Candidates): number {
    const { count, canContinue } = candidates;
    const who = Array.from({ length: count }, (_, k) => candidates.goroutine(k));
    this.asked.push(`pick ${who.join(" ")}${canContinue ? " may go on" : ""}`);
    return this.#answers.shift() ?? 0;
  }
  choose(count: number, question: Question): number {
    this.asked.push(`${question} ${count}`);
    return this.#answers.shift() ?? 0;
  }
  end(steps: number): void {
    this.ends.push(steps);
  }
}

async function twoReady(): Promise<void> {
  const [a, b] = [new Channel<number>(1), new Channel<number>(1)];
  await a.send(1);
  await b.send(1);
  await select({ a: a.receiving(), b: b.receiving() });
}

Deno.test("Strategy is asked who goes on, and only where there are two", async () => {
  const strategy = new Scripted(1, 0);
  const log: number[] = [];
  const { schedules, steps, endedBy, complete } = await explore(shuffle([2, 1], log), { strategy });
  // Main has ended when the first question comes; 1 is main's second child, whose step is its only one.
  assertEquals(strategy.asked, ["begin 0", "pick 1 2", "begin 1"]);
  assertEquals(log, [1, 0, 0]);
  assertEquals({ schedules, steps, endedBy, complete }, {
    schedules: 1,
    steps: 4,
    endedBy: "strategy",
    complete: false,
  });
  assertEquals(strategy.ends, [4]);
});

Deno.test("Strategy is offered the goroutine that ran last first, then the others by path", async () => {
  const strategy = new Scripted(2, 1);
  const log: number[] = [];
  await explore(shuffle([2, 2, 2], log), { strategy });
  assertEquals(strategy.asked.slice(1, -1), [
    "pick 1 2 3",
    "pick 3 1 2 may go on",
    "pick 1 2 3 may go on",
    "pick 2 3",
    "pick 2 3 may go on",
  ]);
  assertEquals(log, [2, 0, 0, 1, 1, 2]);
});

Deno.test("Strategy is asked which ready case a select takes, and nothing if only one is ready", async () => {
  const strategy = new Scripted(1);
  await explore(twoReady, { strategy });
  assertEquals(strategy.asked, ["begin 0", "select 2", "begin 1"]);
});

Deno.test("Strategy of one's own is complete exactly if it says so", async () => {
  const base = { name: "one", pick: () => 0, choose: () => 0 };
  const once = (schedule: number): boolean => schedule < 1;
  const said = await explore(shuffle([1, 1]), {
    strategy: { ...base, begin: once, isComplete: true },
  });
  assertEquals([said.complete, said.endedBy], [true, "complete"]);
  const unsaid = await explore(shuffle([1, 1]), { strategy: { ...base, begin: once } });
  assertEquals([unsaid.complete, unsaid.endedBy], [false, "strategy"]);
});

Deno.test("Strategy's wrong answers are errors that name it, and the next exploration runs clean", async () => {
  for (const answer of [2, -1, 0.5, NaN, Infinity, "0", undefined, null]) {
    const wrong = answer as number;
    const name = "wrong";
    await assertRejects(
      () =>
        explore(shuffle([1, 1]), {
          strategy: { name, begin: () => true, pick: () => wrong, choose: () => 0 },
        }),
      RangeError,
      `Cannot take answer ${answer} of 2: strategy "wrong" is wrong`,
    );
    await assertRejects(
      () =>
        explore(twoReady, {
          strategy: { name, begin: () => true, pick: () => 0, choose: () => wrong },
        }),
      RangeError,
      `Cannot take answer ${answer} of 2: strategy "wrong" is wrong`,
    );
    assertEquals(
      (await explore(shuffle([2, 1]), { strategy: "exhaustive" })).schedules,
      multinomial([2, 1]),
    );
  }
});

Deno.test("Strategy's wrong answer cannot be caught by the program", async () => {
  const strategy = { name: "wrong", begin: () => true, pick: () => 0, choose: () => 9 };
  let goesOn = false;
  await assertRejects(
    () =>
      explore(async () => {
        try {
          await twoReady();
          goesOn = true;
        } catch {
          goesOn = true;
        }
      }, { strategy }),
    RangeError,
    "Cannot take answer 9 of 2",
  );
  assertEquals(goesOn, false);
});

Deno.test("Strategy that throws fails the exploration with what it threw, wherever it does", async () => {
  const fine: Strategy = { name: "fine", begin: () => true, pick: () => 0, choose: () => 0 };
  const fail = (): never => {
    throw new Error("no idea");
  };
  for (const method of ["begin", "pick", "choose", "end"] as const) {
    const strategy = { ...fine, [method]: fail };
    const body = method === "choose" ? twoReady : shuffle([1, 1]);
    await assertRejects(() => explore(body, { strategy }), Error, "no idea");
    assertEquals((await explore(shuffle([1, 1]), { strategy: "exhaustive" })).schedules, 2);
  }
});

Deno.test("Strategy may be an object with methods of its class", async () => {
  class Last {
    readonly name = "last";
    count = 0;
    begin(): boolean {
      return this.count++ < 3;
    }
    pick(candidates: Candidates): number {
      return candidates.count - 1;
    }
    choose(count: number): number {
      return count - 1;
    }
  }
  const log: number[] = [];
  const { schedules } = await explore(shuffle([2, 2], log), { strategy: new Last() });
  assertEquals(schedules, 3);
  assertEquals(log, [1, 0, 1, 0]);
});

Deno.test("Strategy sees goroutines as the same numbers in every schedule", async () => {
  const seen = new Set<string>();
  let schedule = 0;
  const strategy: Strategy = {
    name: "look",
    begin: (number) => (schedule = number) < 20,
    pick: (candidates) => {
      for (let k = 0; k < candidates.count; k++) seen.add(`${candidates.goroutine(k)}`);
      return schedule % candidates.count;
    },
    choose: () => 0,
  };
  await explore(() => {
    for (let i = 0; i < 3; i++) go(() => go(() => {}));
  }, { strategy });
  assertEquals(seen.size, 6);
});
