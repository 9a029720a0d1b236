import { assert, assertEquals } from "@std/assert";
import { Channel, go, select } from "../mod.ts";
import { Exploration } from "./exploration.ts";
import { explorer } from "./explorer.ts";
import { Follow, type PlannedStep } from "./follow.ts";
import { resolveOptions } from "./options.ts";
import { shuffle } from "./programs_test.ts";
import { RandomWalk } from "./random.ts";

async function run(body: () => unknown, order: readonly PlannedStep[]): Promise<Follow> {
  const follow = new Follow(order);
  follow.begin();
  await new Exploration(body, resolveOptions({}), undefined).execute(follow);
  return follow;
}

Deno.test("Follow without an order never preempts, and notes every step", async () => {
  const log: number[] = [];
  const { taken } = await run(shuffle([2, 2], log), []);
  assertEquals(log, [0, 0, 1, 1]);
  assertEquals(taken.map(({ goroutine }) => goroutine).length, 5);
  assert(taken.every(({ isPreemption }) => !isPreemption));
});

Deno.test("Follow repeats any schedule from its steps, choices included", async () => {
  const log: string[] = [];
  const body = (): void => {
    log.length = 0;
    const [a, b] = [new Channel<number>(2), new Channel<number>(2)];
    for (const ch of [a, b]) {
      go(async () => {
        await ch.send(1);
        await ch.send(2);
      });
    }
    go(async () => {
      for (let i = 0; i < 4; i++) {
        log.push((await select({ a: a.receiving(), b: b.receiving() })).key);
      }
    });
  };
  const exploration = new Exploration(body, resolveOptions({ afterMain: "run" }), undefined);
  for (let schedule = 0; schedule < 50; schedule++) {
    const random = new RandomWalk(schedule);
    random.begin(schedule);
    // A random schedule, noted by asking at every step.
    const steps: PlannedStep[] = [];
    const noting = {
      name: "noting",
      seesEveryStep: true,
      begin: () => true,
      pick: (candidates: Parameters<RandomWalk["pick"]>[0]): number => {
        const picked = candidates.count === 1 ? 0 : random.pick(candidates);
        const event = candidates.event(picked), goroutine = candidates.goroutine(picked);
        steps.push({ event, goroutine, answers: [] });
        return picked;
      },
      choose: (count: number): number => {
        const answer = random.choose(count);
        (steps.at(-1)?.answers as number[]).push(answer);
        return answer;
      },
    };
    await exploration.execute(noting);
    const expected = [log.join(), explorer.answers.join(), explorer.preemptions];
    const follow = new Follow(steps);
    follow.begin();
    await exploration.execute(follow);
    assertEquals([log.join(), explorer.answers.join(), explorer.preemptions], expected);
    assertEquals(follow.taken.map(({ event }) => event), steps.map(({ event }) => event));
  }
});

Deno.test("Follow skips steps that cannot be run yet, and takes them as soon as they can", async () => {
  const order: string[] = [];
  const body = (): void => {
    order.length = 0;
    const c = new Channel<number>();
    go(async () => {
      await c.receive();
      order.push("received");
    });
    go(async () => {
      await c.send(1);
      order.push("sent");
    });
    go(() => {
      order.push("third");
    });
  };
  const { taken } = await run(body, []);
  const received = taken.find(({ goroutine, event }) =>
    goroutine === 1 && event !== taken.find((one) => one.goroutine === 1)?.event
  ) as PlannedStep;
  // First of all the receive that nobody has sent for: it comes behind the send, before everything else.
  await run(body, [received]);
  assertEquals(order.indexOf("received"), 0);
});
