// What makes a program nondeterministic is named: calls that no schedule controls, before the first difference.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { setTimeout as setRealTimeout } from "node:timers";
import { Channel, go, sleep, WaitGroup, yieldNow } from "../mod.ts";
import { explore } from "./explore.ts";
import { ScheduleError } from "./schedule_error.ts";

const FILE = new URL(import.meta.url);

async function failureOf(body: () => unknown): Promise<ScheduleError> {
  const error = await explore(body, { seed: 1 }).then(() => undefined, (error) => error);
  assert(error instanceof ScheduleError, String(error));
  return error;
}

/** Fails once, in a schedule that depends on the order, after `calls`. */
function failsOnce(calls: () => Promise<unknown>): () => Promise<void> {
  let hasFailed = false;
  return async () => {
    let first = "";
    const wg = new WaitGroup();
    for (const name of ["a", "b"]) {
      wg.go(async () => {
        await yieldNow();
        first ||= name;
      });
    }
    await wg.wait();
    await calls();
    if (first === "b" && !hasFailed) {
      hasFailed = true;
      throw new Error("only once");
    }
  };
}

Deno.test("a report of nondeterminism lists real IO, real timers and promises of the outside, with their places", async () => {
  const error = await failureOf(failsOnce(async () => {
    await Deno.stat(FILE);
    await new Promise<void>((resolve) => void setRealTimeout(resolve, 0));
  }));
  assertEquals(error.kind, "nondeterminism");
  const calls = error.trace.divergence?.uncontrolled?.map(({ call, isTracked, at }) =>
    `${call} ${isTracked} ${at?.file.split("/").at(-1)}`
  );
  assertEquals(calls, [
    `Deno.stat("${FILE}") true uncontrolled_test.ts`,
    "a real timer false uncontrolled_test.ts",
    "a promise of the outside false uncontrolled_test.ts",
  ]);
  assertStringIncludes(error.message, "not under the scheduler's control:");
  assertStringIncludes(error.message, "(a tracked external)");
});

Deno.test("a report of nondeterminism without such calls says what else it may be", async () => {
  const error = await failureOf(failsOnce(() => sleep(1)));
  assertEquals(error.kind, "nondeterminism");
  assertEquals(error.trace.divergence?.uncontrolled, []);
  assertStringIncludes(error.message, "--preload");
  assertStringIncludes(error.message, "State kept from run to run");
});

Deno.test("the loser of a Promise.race of operations is called that, and a forgotten await is not", async () => {
  const raced = await failureOf(async () => {
    const jobs = new Channel<number>(), quit = new Channel<number>();
    const wg = new WaitGroup();
    wg.go(async () => void await Promise.race([jobs.receive(), quit.receive()]), "racer");
    go(() => quit.send(1));
    await wg.wait();
  });
  assertEquals(raced.kind, "leak");
  assertStringIncludes(raced.message, "ended while its chan receive jobs");
  const text = raced.message.replaceAll(/\s+/g, " ");
  assertStringIncludes(
    text,
    "a race leaves the loser waiting, and it will take a value later: use select",
  );
  const forgotten = await failureOf(async () => {
    const jobs = new Channel<number>();
    const wg = new WaitGroup();
    wg.go(() => void jobs.send(1), "forgets");
    await wg.wait();
  });
  assertStringIncludes(forgotten.message, "missing await?");
  assert(!/race\s+leaves/.test(forgotten.message));
  assertEquals(forgotten.goroutines.flatMap(({ pending = [] }) => pending).length, 1);
  assert(Object.getOwnPropertyDescriptor(Promise, "race")?.value.toString().includes("native"));
});
