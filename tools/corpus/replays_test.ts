import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Failing, failingSchedules, replayElsewhere } from "./replays.ts";

async function take(filter: string, count: number): Promise<Failing[]> {
  const taken: Failing[] = [];
  for await (const schedule of failingSchedules(filter)) {
    taken.push(schedule);
    if (taken.length === count) break;
  }
  return taken;
}

Deno.test("failing schedules of kernels and random programs replay byte for byte in fresh processes", async () => {
  // `deno task corpus replays` takes 1,000: each is a process that loads all kernels, 0.3 s.
  const all = [...await take("K-0", 2), ...await take("JS-", 1), ...await take("program", 1)];
  assertEquals(all.length, 4);
  for (const schedule of all) assertEquals(await replayElsewhere(schedule), undefined);
  assert(
    all.some(({ token }) => token.length > 14),
    "not all of them are those without preemptions",
  );
});

Deno.test("replayElsewhere: says what is different, and what went wrong", async () => {
  const [schedule] = await take("K-02", 1) as [Failing];
  const trace = schedule.trace.replace('"step":2', '"step":3');
  assertStringIncludes(await replayElsewhere({ ...schedule, trace }) ?? "", "instead of");
  const lost = await replayElsewhere({ ...schedule, name: "K-0" });
  assertStringIncludes(lost ?? "", 'no program is called "K-0"');
  // The kernel that the token is not meant for takes it all the same, and does not come to the same.
  assert(await replayElsewhere({ ...schedule, name: "K-07" }) !== undefined);
});
