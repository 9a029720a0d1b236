import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { setTimeout as setRealTimeout } from "node:timers";
import { Channel, go, sleep, WaitGroup } from "../mod.ts";
import { explore } from "./explore.ts";
import { explorer } from "./explorer.ts";
import { ScheduleError } from "./schedule_error.ts";
import { virtualTime } from "./virtual_time.ts";

const FILE = new URL("./externals_test.ts", import.meta.url);

async function failureOf(body: () => unknown, options = {}): Promise<ScheduleError> {
  const error = await explore(body, options).then(() => undefined, (error) => error);
  assert(error instanceof ScheduleError, String(error));
  return error;
}

/** Settles after real time, and resolves or rejects with `value`. Called as if it were the platform's. */
function slow<T>(label: string, ms: number, value: T, fails = false): Promise<T> {
  return explorer.external(label, () =>
    new Promise<T>((resolve, reject) => {
      setRealTimeout(() => fails ? reject(value) : resolve(value), ms);
    })) as Promise<T>;
}

/** The logs of `body` in `repeats` explorations of ten schedules with one seed. */
async function repeated(body: (log: string[]) => Promise<void>, repeats = 5): Promise<string[]> {
  const logs: string[] = [];
  for (let i = 0; i < repeats; i++) {
    const all: string[] = [];
    await explore(async () => {
      const log: string[] = [];
      await body(log);
      all.push(log.join());
    }, { seed: 1, schedules: 10, strategy: "random" });
    logs.push(all.join("\n"));
  }
  return [...new Set(logs)];
}

/** The different logs among those. */
async function linesOf(
  body: (log: string[]) => Promise<void>,
  repeats: number,
): Promise<string[]> {
  const all = await repeated(body, repeats);
  return [...new Set(all.flatMap((logs) => logs.split("\n")))];
}

Deno.test("a program that reads files and hashes runs the same every time", async () => {
  const logs = await repeated(async (log) => {
    const wg = new WaitGroup();
    for (const name of ["a", "b", "c"]) {
      wg.go(async () => {
        const text = await Deno.readTextFile(FILE);
        await sleep(1);
        const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
        log.push(name + digest.byteLength);
        await sleep(1);
        log.push(name + (await Deno.stat(FILE)).isFile);
      });
    }
    await wg.wait();
  });
  assertEquals(logs.length, 1);
  assert(new Set((logs[0] as string).split("\n")).size > 1, "the orders differ among schedules");
});

Deno.test("answers to calls at the same time come in the order of the calls, each in a turn of its own", async () => {
  assertEquals(
    await linesOf(async (log) => {
      await Promise.all([
        slow("first", 3, "first").then((it) => {
          log.push(it);
          queueMicrotask(() => log.push("before the second"));
        }),
        slow("second", 1, "second", true).catch((it) => log.push(it)),
        slow("third", 0, "third").then((it) => log.push(it)),
      ]);
    }, 2),
    ["first,before the second,second,third"],
  );
});

Deno.test("a call whose answer waits for that to a later call is not held up for ever", async () => {
  await virtualTime(async () => {
    let release: () => void = () => {};
    const first = explorer.external("first", () =>
      new Promise<void>((resolve) => {
        release = resolve;
      })) as Promise<void>;
    await Promise.all([first, slow("second", 0, 2).then(() => release())]);
  });
});

Deno.test("time stands still while a call is pending, and nobody else runs", async () => {
  await explore(async () => {
    const log: string[] = [];
    const start = Date.now();
    const wg = new WaitGroup();
    wg.go(async () => {
      await slow("call", 2, 0);
      log.push(`answer at ${Date.now() - start}`);
    });
    wg.go(async () => {
      await sleep(10);
      log.push(`slept until ${Date.now() - start}`);
    });
    await wg.wait();
    assertEquals(log, ["answer at 0", "slept until 10"]);
  }, { mustComplete: true, strategy: "exhaustive" });
});

Deno.test("fetch and its body methods reach a server outside, in every schedule alike", async () => {
  const server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    const wasReal = !explorer.isInside && Date.now() > Date.UTC(2020);
    return Response.json({ echo: await request.text(), wasReal });
  });
  try {
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const logs = await linesOf(async (log) => {
      await Promise.all(["x", "y"].map(async (body) => {
        const response = await fetch(url, { method: "POST", body });
        log.push(JSON.stringify(await response.json()));
      }));
    }, 3);
    assertEquals(logs, ['{"echo":"x","wasReal":true},{"echo":"y","wasReal":true}']);
  } finally {
    await server.shutdown();
  }
});

Deno.test("a call that brings no answer is reported with its name and place", async () => {
  const error = await failureOf(async () => {
    await explorer.external('fetch("http://nowhere/")', () => new Promise(() => {}));
  }, { externalTimeoutMs: 5 });
  assertEquals(error.kind, "foreign");
  assertStringIncludes(error.message, 'fetch("http://nowhere/") is pending.');
  assertStringIncludes(error.message, 'external: "ignore"');
  assertEquals(error.trace.failure?.calls, ['fetch("http://nowhere/")']);
});

Deno.test("external: ignore and graceMs let go of a call whose answer waits for virtual time", async () => {
  const body = async (): Promise<void> => {
    const answer = new Channel<string>(1);
    go(async () => {
      await sleep(1_000);
      answer.trySend("late");
    });
    let give: () => void = () => {};
    const call = explorer.external("call", () =>
      new Promise<void>((resolve) => {
        give = resolve;
      })) as Promise<void>;
    assertEquals(await answer.receive(), "late");
    give();
    await call;
  };
  const options = { schedules: 3, strategy: "random" } as const;
  await explore(body, { ...options, external: "ignore" });
  await explore(body, { ...options, external: { graceMs: 2 } });
  const error = await failureOf(body, { ...options, externalTimeoutMs: 5 });
  assertEquals(error.trace.failure?.calls, ["call"]);
});

Deno.test("an answer that comes after its schedule has ended disturbs no other", async () => {
  let settle: () => void = () => {};
  const pending = (): Promise<void> =>
    explorer.external("call", () =>
      new Promise<void>((resolve) => {
        settle = resolve;
      })) as Promise<void>;
  await failureOf(pending, { externalTimeoutMs: 5 });
  const log: string[] = [];
  await explore(async () => {
    settle();
    await sleep(1);
    log.push("passes");
  });
  assertEquals(log, ["passes"]);
});

Deno.test("the platform's functions pass through outside, with their errors", async () => {
  assert((await Deno.readTextFile(FILE)).length > 0);
  const error = await Deno.readTextFile("/nowhere/at/all").catch((error) => error);
  assertEquals(error.name, "NotFound");
  await virtualTime(async () => {
    const error = await Deno.readTextFile("/nowhere/at/all").catch((error) => error);
    assertEquals(error.name, "NotFound");
    assertEquals(await new Blob(["x"]).text(), "x");
    assertEquals(await new Response("y").text(), "y");
  });
  assertEquals([Deno.readTextFile.name, Deno.readTextFile.length], ["readTextFile", 2]);
  assertEquals([crypto.subtle.digest.name, crypto.subtle.digest.length], ["digest", 2]);
});
