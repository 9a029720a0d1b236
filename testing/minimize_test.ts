import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, Mutex, WaitGroup, yieldNow } from "../mod.ts";
import { Exhaustive } from "./exhaustive.ts";
import { Exploration } from "./exploration.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import { FailingSchedule } from "./failing_schedule.ts";
import { signatureOf } from "./failure_signature.ts";
import { minimize } from "./minimize.ts";
import { resolveOptions } from "./options.ts";
import { crossedLocks, lostSignal, lostUpdate } from "./programs_test.ts";
import { RandomWalk } from "./random.ts";
import { ScheduleError } from "./schedule_error.ts";
import { decodeToken, type Deviation } from "./schedule_token.ts";

const ample = { executions: 100_000, timeMs: 60_000 };

/** Deviations at these questions, each with answer 1 unless given. */
function at(...questions: (number | [number, number])[]): Deviation[] {
  return questions.map((question) => {
    const [at, answer] = typeof question === "number" ? [question, 1] : question;
    return { at, answer, check: "" };
  });
}

/** A program of `length` questions with `count` answers each, as its runner shows it to minimize. */
function program(length: number, count: number, fails: (answers: readonly number[]) => boolean) {
  const counts = new Array<number>(length).fill(count);
  const seen: (readonly Deviation[])[] = [];
  return {
    seen,
    execute: (deviations: readonly Deviation[]) => {
      seen.push(deviations);
      const answers = counts.map((_, i) => deviations.find(({ at }) => at === i)?.answer ?? 0);
      return Promise.resolve({ failsAlike: fails(answers), answers, counts });
    },
  };
}

Deno.test("minimize finds the single deviation that matters", async () => {
  const { execute } = program(30, 3, (answers) => answers[17] === 2);
  const found = at(0, 3, 9, [17, 2], 20, 29);
  const { deviations } = await minimize(found, execute, ample);
  assertEquals(deviations, at([17, 2]));
});

Deno.test("minimize finds that none is needed", async () => {
  const { execute } = program(30, 3, () => true);
  const { deviations, executions } = await minimize(at(1, 2, 3), execute, ample);
  assertEquals([deviations, executions], [[], 1]);
});

Deno.test("minimize takes away until nothing more can go", async () => {
  const needed = [2, 11, 12, 25];
  const { execute } = program(30, 2, (answers) => needed.every((i) => answers[i] === 1));
  const found = at(0, 1, 2, 5, 8, 11, 12, 13, 20, 25, 28);
  const { deviations } = await minimize(found, execute, ample);
  assertEquals(deviations, at(...needed));
});

Deno.test("minimize finds two elsewhere where taking away would keep three", async () => {
  const { execute } = program(12, 2, (answers) => {
    const ones = answers.flatMap((answer, i) => answer === 1 ? [i] : []);
    return ones.join() === "1,5,9" || ones.join() === "2,10";
  });
  const { deviations } = await minimize(at(1, 5, 9), execute, ample);
  assertEquals(deviations, at(2, 10));
});

Deno.test("minimize prefers smaller answers where the number of deviations is the same", async () => {
  const { execute } = program(6, 4, (answers) => (answers[3] as number) >= 1);
  const { deviations } = await minimize(at([3, 3]), execute, ample);
  assertEquals(deviations, at([3, 1]));
});

Deno.test("minimize keeps within its executions, and what it has by then fails alike", async () => {
  const fails = (answers: readonly number[]): boolean =>
    answers.filter((answer) => answer > 0).length >= 9;
  for (const executions of [1, 2, 10, 100]) {
    const { execute, seen } = program(60, 4, fails);
    const found = at(...Array.from({ length: 20 }, (_, i) => 3 * i));
    const result = await minimize(found, execute, { executions, timeMs: 60_000 });
    assert(result.executions <= executions + 1, `${result.executions} of ${executions}`);
    assertEquals(seen.length, result.executions);
    const answers = Array.from(
      { length: 60 },
      (_, i) => result.deviations.find(({ at }) => at === i)?.answer ?? 0,
    );
    assert(fails(answers));
  }
});

Deno.test("minimize ends at once when its time is over", async () => {
  const { execute } = program(60, 4, (answers) => answers[59] === 3);
  const found = at(1, 2, [59, 3]);
  const { deviations, executions } = await minimize(found, execute, { executions: 1e9, timeMs: 0 });
  assert(executions <= 2, `${executions}`);
  assert(deviations.some(({ at, answer }) => at === 59 && answer === 3));
});

Deno.test("minimize returns what was found if nothing shorter fails alike", async () => {
  const found = at(0, [1, 2], 2);
  const { execute } = program(3, 3, (answers) => answers.join() === "1,2,1");
  assertEquals((await minimize(found, execute, ample)).deviations, found);
});

// --- on programs, against the optimum that complete search knows ---

/** The fewest deviations with which `body` fails, by signature. */
async function optima(body: () => unknown): Promise<Map<string, number>> {
  const best = new Map<string, number>();
  const exploration = new Exploration(body, resolveOptions({}), undefined);
  const exhaustive = new Exhaustive();
  while (exhaustive.begin()) {
    const signature = signatureOf(await exploration.execute(exhaustive));
    const deviations = explorer.answers.filter((answer) => answer !== 0).length;
    best.set(signature, Math.min(best.get(signature) ?? Infinity, deviations));
  }
  best.delete("passed");
  return best;
}

/** Two bugs at once: crossed locks, and an update that is lost. */
async function twoBugs(): Promise<void> {
  const [a, b] = [new Mutex(), new Mutex()];
  const wg = new WaitGroup();
  let count = 0;
  const worker = (first: Mutex, second: Mutex) => async (): Promise<void> => {
    const before = count;
    await first.lock();
    await second.lock();
    count = before + 1;
    second.unlock();
    first.unlock();
  };
  wg.go(worker(a, b));
  wg.go(worker(b, a));
  await wg.wait();
  if (count !== 2) throw new Error("lost");
}

/** A value is seen by both readers before it is taken back: two switches are needed. */
async function twoSwitches(): Promise<void> {
  const wg = new WaitGroup();
  let [stage, seen] = [0, 0];
  wg.go(async () => {
    stage = 1;
    await yieldNow();
    stage = 2;
    await yieldNow();
    stage = 3;
  });
  wg.go(async () => {
    if (stage === 1) seen = 1;
    await yieldNow();
    await yieldNow();
    if (stage === 2 && seen === 1) throw new Error("seen twice");
  });
  await wg.wait();
}

async function closedTooEarly(): Promise<void> {
  const ch = new Channel<number>(1);
  const wg = new WaitGroup();
  wg.go(async () => {
    await yieldNow();
    await ch.send(1);
  });
  wg.go(async () => {
    await yieldNow();
    ch.close();
  });
  await wg.wait();
}

const programs = { lostUpdate, crossedLocks, lostSignal, twoBugs, twoSwitches, closedTooEarly };

for (const [name, body] of Object.entries(programs)) {
  Deno.test(`explore shortens a failing schedule to the optimum, and to no other bug: ${name}`, async () => {
    const best = await optima(body);
    assert(best.size > 0);
    let checked = 0;
    for (let seed = 0; seed < 8; seed++) {
      const exploration = new Exploration(body, resolveOptions({}), undefined);
      const random = new RandomWalk(seed);
      const failing = new FailingSchedule(exploration);
      let signature = "passed";
      for (let i = 0; signature === "passed"; i++) {
        random.begin(i);
        const verdict = await exploration.execute(random);
        signature = signatureOf(verdict);
        if (signature !== "passed") failing.found(verdict, "random");
      }
      if (best.get(signature) === 0) continue; // fails without any preemption: found first by whoever looks
      // As explore does it, but for its limit of real time, which a busy machine reaches early.
      await failing.shorten({ executions: 200, timeMs: Infinity });
      const error = await failing.report();
      const { deviations } = decodeToken(error.schedule);
      checked++;
      assertEquals(deviations.length, best.get(signature), `seed ${seed}: ${error.schedule}`);
      // The schedule of the token fails as the one that was found did.
      const again = await assertRejects(
        () => explore(body, { replay: error.schedule }),
        ScheduleError,
      );
      assertEquals([again.kind, again.schedule], [error.kind, error.schedule]);
      assertEquals(signature.startsWith(error.kind), true, `${signature} became ${error.kind}`);
    }
    assert(checked > 0);
  });
}
