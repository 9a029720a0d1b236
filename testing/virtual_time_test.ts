import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, go, now, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { ScheduleError } from "./schedule_error.ts";
import { virtualTime } from "./virtual_time.ts";

Deno.test("virtualTime returns what the body returns, after no real time", async () => {
  assertEquals(await virtualTime(() => 7), 7);
  const started = performance.now();
  const day = await virtualTime(async () => {
    const start = now();
    await sleep(86_400_000);
    return now() - start;
  });
  assertEquals(day, 86_400_000);
  assert(performance.now() - started < 1_000);
});

Deno.test("virtualTime runs the body once, in the order of the event loop", async () => {
  let runs = 0;
  const program = async (): Promise<string[]> => {
    runs++;
    const log: string[] = [];
    const wg = new WaitGroup();
    const ch = new Channel<string>(2);
    for (const name of ["a", "b", "c"]) {
      wg.go(async () => {
        log.push(name);
        await yieldNow();
        log.push(name.toUpperCase());
        await ch.send(name);
      });
    }
    for (let i = 0; i < 3; i++) log.push(`got ${await ch.receive()}`);
    await wg.wait();
    return log;
  };
  const virtual = await virtualTime(program);
  assertEquals(runs, 1);
  assertEquals(virtual, await program());
});

Deno.test("virtualTime throws the body's own error, having run it once", async () => {
  let runs = 0;
  await assertRejects(
    () =>
      virtualTime(async () => {
        runs++;
        await sleep(1);
        throw new RangeError("mine");
      }),
    RangeError,
    "mine",
  );
  assertEquals(runs, 1);
  await assertRejects(
    () =>
      virtualTime(() =>
        void go(() => {
          throw new RangeError("a goroutine's");
        })
      ),
    RangeError,
    "a goroutine's",
  );
});

Deno.test("virtualTime reports a body that can never end, and one that leaves somebody behind", async () => {
  const error = await assertRejects(
    () => virtualTime(() => new Channel<number>().receive()),
    ScheduleError,
  );
  assertEquals([error.kind, error.name], ["deadlock", "DeadlockError"]);
  const leak = (): void => void go(() => new Channel<number>().receive(), "left");
  assertEquals((await assertRejects(() => virtualTime(leak), ScheduleError)).kind, "leak");
  await virtualTime(leak, { allowLeaks: ["left"] });
  await virtualTime(leak, { leaks: "ignore" });
});

Deno.test("virtualTime starts the clock where start says, and refuses what it does not know", async () => {
  assertEquals(await virtualTime(() => new Date().getUTCFullYear()), 2000);
  const start = Date.UTC(2030, 1, 1);
  assertEquals(await virtualTime(() => Date.now(), { start }), start);
  await assertRejects(() => virtualTime(() => {}, { starts: 1 } as never), TypeError, "starts");
  await assertRejects(() => virtualTime(7 as never), TypeError);
});
