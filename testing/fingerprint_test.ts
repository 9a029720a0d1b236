import { assert } from "@std/assert";
import { Fingerprint } from "./fingerprint.ts";

Deno.test("Fingerprint.equals tells schedules apart by each of what it is made of, and keeps it", () => {
  const answers = [0, 1], counts = [2, 3];
  const one = new Fingerprint(7, 4, 10, answers, counts);
  assert(one.equals(new Fingerprint(7, 4, 10, [0, 1], [2, 3])));
  const others = [
    new Fingerprint(8, 4, 10, [0, 1], [2, 3]),
    new Fingerprint(7, 5, 10, [0, 1], [2, 3]),
    new Fingerprint(7, 4, 11, [0, 1], [2, 3]),
    new Fingerprint(7, 4, 10, [0, 2], [2, 3]),
    new Fingerprint(7, 4, 10, [0], [2, 3]),
    new Fingerprint(7, 4, 10, [0, 1], [2, 2]),
    new Fingerprint(7, 4, 10, [0, 1], [2, 3, 2]),
  ];
  for (const [i, other] of others.entries()) assert(!one.equals(other), `${i}`);
  // The explorer overwrites its lists.
  answers[1] = 2;
  counts.length = 0;
  assert(one.equals(new Fingerprint(7, 4, 10, [0, 1], [2, 3])));
});
