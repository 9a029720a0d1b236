import { assert, assertEquals, assertRejects } from "@std/assert";
import { background, now, sleep, WaitGroup, withTimeout } from "@interleave/go";
import { explore } from "@interleave/go/testing";
import { runExample } from "../tools/run_example.ts";
import { Client, Service } from "./rate_limiter.ts";

Deno.test("rate limiter: the service lets a burst through, then as many as the rate gives, user by user", async () => {
  await explore(async () => {
    const service = new Service(100, 2); // one every 10 ms
    const answers = (user: string) => [1, 2, 3].map(() => service.answer(user));
    assertEquals(answers("ada"), [200, 200, 429]);
    assertEquals(answers("bob"), [200, 200, 429]);
    await sleep(10);
    assertEquals(answers("ada"), [200, 429, 429]);
    await sleep(1_000);
    assertEquals(answers("ada"), [200, 200, 429]);
  }, { name: "service", schedules: 20 });
});

Deno.test("rate limiter: a client is never refused, whoever calls when, and wastes no time", async () => {
  await explore(async () => {
    const service = new Service(100, 2);
    const client = new Client(service, "ada", 10, 2);
    const calls = new WaitGroup();
    const times: number[] = [];
    const start = now();
    for (let i = 0; i < 5; i++) {
      calls.go(async () => {
        assertEquals(await client.call(background()), 200);
        times.push(now() - start);
      });
    }
    await calls.wait();
    assertEquals(times, [0, 0, 10, 20, 30]);
  }, { name: "client", schedules: 300 });
});

Deno.test("rate limiter: a call whose turn comes after its deadline fails at once, and takes no turn", async () => {
  await explore(async () => {
    const client = new Client(new Service(100, 1), "ada", 10, 1);
    const start = now();
    assertEquals(await client.call(background()), 200);
    const ctx = withTimeout(background(), 5);
    await assertRejects(() => client.call(ctx), Error, "would exceed context deadline");
    ctx.cancel();
    assertEquals(now() - start, 0);
    assertEquals(await client.call(background()), 200);
    assertEquals(now() - start, 10);
  }, { name: "hasty", schedules: 50 });
});

Deno.test("rate limiter: the example refuses the impatient, and serves the patient", async () => {
  const [impatient, patient, hasty] = await runExample("rate_limiter.ts");
  assertEquals(impatient, "impatient: 200 200 200 429 429 429");
  const afterMs = Number(
    /^patient: 200 200 200 200 200 200 after (\d+) ms/.exec(patient ?? "")?.[1],
  );
  assert(afterMs >= 70, patient);
  assertEquals(hasty, "hasty: Cannot wait: rate: Wait(n=1) would exceed context deadline");
});
