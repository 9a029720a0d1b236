// Operations that nobody awaits: pointed out with their lines, in reports and where everything passes.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Channel, go, Mutex, WaitGroup, yieldNow } from "../mod.ts";
import { Folder, running } from "./child_test.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";
import { ScheduleError } from "./schedule_error.ts";
import { isStatement } from "./sites.ts";

function lineOf(mark: string): number {
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  return lines.findIndex((line) => line.endsWith(`; // ${mark}`)) + 1;
}

async function failing(body: () => unknown, options: ExploreOptions = {}): Promise<ScheduleError> {
  const error = await explore(body, { seed: 1, ...options }).then(() => {}, (error) => error);
  assert(error instanceof ScheduleError, String(error));
  return error;
}

Deno.test("the report of a race points at a lock that nobody awaits", async () => {
  const error = await failing(async () => {
    const mu = new Mutex();
    let n = 0;
    const wg = new WaitGroup();
    for (let i = 0; i < 2; i++) {
      wg.go(async () => {
        mu.lock(); // forgotten lock
        const seen = n;
        await yieldNow();
        n = seen + 1;
        mu.unlock();
      });
    }
    await wg.wait();
    if (n !== 2) throw new Error(`lost update: ${n}`);
  });
  const [floating, ...others] = error.trace.floating ?? [];
  assertEquals([floating?.waitReason, floating?.at.line, others.length], [
    "sync.Mutex.Lock",
    lineOf("forgotten lock"),
    0,
  ]);
  assertStringIncludes(
    error.message,
    `g${floating?.goroutine} does not await its sync.Mutex.Lock mu (floating_test.ts:${
      lineOf("forgotten lock")
    }): missing await?`,
  );
});

Deno.test("the report of a deadlock points at a second send while the first is awaited by nobody", async () => {
  const error = await failing(async () => {
    const ch = new Channel<number>();
    go(async () => {
      ch.send(1); // first of two
      await ch.send(2);
    });
    await ch.receive();
    await ch.receive();
    await ch.receive();
  });
  assertEquals(error.kind, "deadlock");
  assertEquals(error.trace.floating?.map(({ at }) => at.line), [lineOf("first of two")]);
});

Deno.test("what a goroutine has left pending is said once", async () => {
  const error = await failing(() => {
    const ch = new Channel<number>();
    go(() => void ch.send(1));
  });
  assertEquals(error.message.match(/missing await\?/g)?.length, 2, "in the verdict, and why");
  assert(!error.message.includes("does not await"));
});

Deno.test("nothing is said of operations that somebody awaits, or is about to", async () => {
  for (const granularity of ["operation", "await"] as const) {
    const error = await failing(async () => {
      const ch = new Channel<number>(8), mu = new Mutex();
      const pending = ch.send(1);
      await Promise.all([ch.send(2), ch.receive()]);
      await pending;
      void ch.send(3);
      ch.send(4).catch(() => {});
      await Promise.race([ch.send(5), ch.receive()]);
      await mu.withLock(async () => await ch.send(6));
      const send = (): Promise<void> => ch.send(7);
      await send();
      ch.close();
      for await (const _ of ch);
      const about = ch.receive();
      go(() => {
        throw new Error("before it is awaited");
      });
      await yieldNow();
      await about;
    }, { granularity });
    assertEquals([error.kind, error.trace.floating], ["panic", undefined]);
  }
});

const PROGRAM = `import { Channel, go, WaitGroup } from "PACKAGE/mod.ts";
import { explore } from "PACKAGE/testing/mod.ts";
const body = async () => {
  const ch = new Channel<number>(4);
  const wg = new WaitGroup();
  wg.go(async () => {
    ch.send(1);
    void ch.send(2);
    await ch.send(3);
  });
  wg.go(async () => {
    await Promise.all([ch.receive(), ch.receive()]);
    await ch.receive();
  });
  await wg.wait();
};
for (let i = 0; i < 2; i++) await explore(body, { name: "sends" });
`;

Deno.test("where everything passes, statements that nobody awaits are named on stderr, once", async () => {
  using folder = new Folder({ "main.ts": PROGRAM });
  const allowed = await folder.deno(running("-A", "main.ts"));
  assertEquals(
    [allowed.code, allowed.stderr],
    [0, 'explore "sends": g2 does not await its chan send ch (main.ts:7): missing await?\n'],
  );
  const without = await folder.deno(running("main.ts"));
  assertEquals([without.code, without.stderr], [0, ""], "who may not read cannot know of void");
});

Deno.test("isStatement tells by the source of the line", () => {
  using folder = new Folder({});
  const lines: readonly (readonly [string, boolean | undefined])[] = [
    ["  @send(1);", true],
    ["ch.@send(1);", true],
    ["  this.#jobs.@send(1);", true],
    ["  this.all[i].jobs!.@send(1);", true],
    ["  ch?.@send(1);", true],
    ["  if (isOpen) ch.@send(1);", true],
    ["  for (;;) { ch.@send(1); }", true],
    ["  wg.go(() => { ch.@send(1); });", true],
    ["  a(); ch.@send(1);", true],
    ["  else ch.@send(1);", true],
    ["  void ch.@send(1);", false],
    ["  return ch.@send(1);", false],
    ["  const p = ch.@send(1);", false],
    ["  p = ch.@send(1);", false],
    ["  await ch.@send(1);", false],
    ["  wg.go(() => ch.@send(1));", false],
    ["  await Promise.all([ch.@send(1), ch.receive()]);", false],
    ["    ch.@send(1), // the first", false],
    ["    .@send(1);", false],
  ];
  folder.write("lines.ts", lines.map(([line]) => line.replace("@", "")).join("\n"));
  const url = new URL(`file://${folder.path}/lines.ts`).href;
  for (const [i, [line, expected]] of lines.entries()) {
    const site = { url, line: i + 1, column: line.indexOf("@") + 1, functionName: "" };
    assertEquals(isStatement(site), expected, line);
  }
  assertEquals(isStatement({ url, line: 99, column: 1, functionName: "" }), undefined);
});
