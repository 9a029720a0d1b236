import { assert, assertEquals } from "@std/assert";
import { DepthLearner } from "./depth_learner.ts";
import { RandomSource } from "./random_source.ts";
import { chiSquare, criticalValue } from "./statistics_test.ts";

/** How often each of three depths is drawn in the last of `count` schedules that take the steps `of` says. */
function draws(
  of: (depth: number, schedule: number) => readonly number[],
  count = 4_000,
): number[] {
  const learner = new DepthLearner([1, 2, 3]);
  const random = new RandomSource(1);
  const drawn = [0, 0, 0];
  for (let schedule = 0; schedule < count; schedule++) {
    random.reseed(1, schedule);
    const depth = learner.draw(random);
    if (schedule >= count / 4) drawn[depth - 1]! += 1;
    // A step is a goroutine here.
    for (const goroutine of of(depth, schedule)) learner.took(goroutine * 0x100_0000, goroutine);
    learner.end();
  }
  return drawn;
}

const ALL = 3_000;

Deno.test("DepthLearner draws depths equally often that show as much (chi-square, 99.9 %)", () => {
  const equal = [ALL / 3, ALL / 3, ALL / 3];
  for (const steps of [() => [1, 2, 3], (_: number, schedule: number) => [schedule + 1]]) {
    const drawn = draws(steps);
    assert(chiSquare(drawn, equal) < criticalValue(2), `${drawn}`);
  }
});

Deno.test("DepthLearner draws a depth that goes on showing new pairs of steps in two thirds of schedules, the others in a sixth each", () => {
  const drawn = draws((depth, schedule) => depth === 2 ? [schedule, schedule + 1] : [1, 2, 3]);
  const expected = [ALL / 6, (ALL * 2) / 3, ALL / 6];
  assert(chiSquare(drawn, expected) < criticalValue(2), `${drawn}`);
});

Deno.test("DepthLearner goes by whole schedules once pairs of steps are not new any more", () => {
  const random = new RandomSource(9);
  const shuffled = () => Array.from({ length: 30 }, () => 1 + random.below(3));
  const drawn = draws((depth) => depth === 3 ? shuffled() : [1, 2, 3]);
  const expected = [ALL / 6, ALL / 6, (ALL * 2) / 3];
  assert(chiSquare(drawn, expected) < criticalValue(2), `${drawn}`);
});

Deno.test("DepthLearner takes a goroutine that goes on for no pair", () => {
  // Ever more steps, of one goroutine: as a schedule that is new, not in pairs.
  const going = (depth: number, schedule: number) => Array(depth === 1 ? schedule + 1 : 1).fill(1);
  const some = draws(
    (depth, schedule) => depth === 2 ? [1, schedule] : going(depth, schedule),
    400,
  );
  assert((some[1] as number) > (some[0] as number), `${some}`);
});

Deno.test("DepthLearner tries each depth twice before anything else, and repeats itself", () => {
  const learners = [new DepthLearner([1, 2, 3]), new DepthLearner([1, 2, 3])];
  const drawn = learners.map((learner) =>
    Array.from({ length: 50 }, (_, schedule) => {
      const depth = learner.draw(new RandomSource(4, schedule));
      learner.took(depth * schedule, depth);
      learner.end();
      return depth;
    })
  );
  assertEquals(drawn[0]?.slice(0, 6), [1, 2, 3, 1, 2, 3]);
  assertEquals(drawn[0], drawn[1]);
});
