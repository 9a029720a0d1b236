import { assert, assertEquals } from "@std/assert";
import { explore } from "./explore.ts";
import { observe, PROGRAMS } from "./std_async_programs_test.ts";
import { virtualTime } from "./virtual_time.ts";

for (const [name, program] of Object.entries(PROGRAMS)) {
  Deno.test({
    name: `@std/async under the virtual clock observes what it does in real time: ${name}`,
    // What an aborted delay leaves behind on the real clock is @std's.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const real = await observe(program, 1);
      assertEquals(await virtualTime(() => observe(program, 1)), real);
      assertEquals(await virtualTime(() => observe(program, 60_000)), real, "minutes, not ms");
      assert(real.length > 1);
    },
  });
}

Deno.test("@std/async explored: pooledMap never runs more than its limit, whatever the order of timers", async () => {
  const { schedules } = await explore(async () => {
    const log = await observe(PROGRAMS.pooledMap as never, 1);
    if (!log.includes("at most 2")) throw new Error(log.join());
  }, { schedules: 200, strategy: "random", seed: 1 });
  assert(schedules > 1);
});
