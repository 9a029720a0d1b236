import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { Channel } from "../sync/channel.ts";
import { go, numGoroutine } from "./go.ts";
import { PanicListener } from "./panic_listener_test.ts";
import { yieldNow } from "./sleep.ts";

const MOD = JSON.stringify(import.meta.resolve("../mod.ts"));

/** Runs a program in a process of its own. */
async function run(code: string) {
  const { code: status, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", `import * as $ from ${MOD}; ${code}`],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { status, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

async function yields(count = 10): Promise<void> {
  for (let i = 0; i < count; i++) await yieldNow();
}

Deno.test("go returns before any of the body has run", async () => {
  const ran: string[] = [];
  assertEquals(go(() => ran.push("body")), undefined);
  assertEquals(ran, []);
  await yieldNow();
  assertEquals(ran, ["body"]);
});

Deno.test("go evaluates what is outside the body in the caller, at once (spec:go-args)", async () => {
  const log: string[] = [];
  let id = 0;
  const next = () => {
    log.push("evaluated");
    return ++id;
  };
  const mine = next();
  go(() => log.push(`ran ${mine}`));
  id = 100;
  log.push("spawned");
  await yieldNow();
  assertEquals(log, ["evaluated", "spawned", "ran 1"]);
});

Deno.test("go drops what the body returns, and the goroutine ends with it (spec:go-return)", async () => {
  const before = numGoroutine();
  const release = new Channel<void>();
  const bodies = [
    () => 42,
    () => null,
    () => Promise.resolve(42),
    () => ({ then: (resolve: () => void) => resolve() }),
    Object.assign(() => Object.assign(() => {}, { then: (resolve: () => void) => resolve() })),
    async () => await release.receive(),
  ];
  for (const body of bodies) go(body);
  assertEquals(numGoroutine(), before + bodies.length);
  await yields();
  assertEquals(numGoroutine(), before + 1, "the last one waits");
  release.close();
  await yields();
  assertEquals(numGoroutine(), before);
});

Deno.test("Goroutines start in the order in which they were spawned, by whomever", async () => {
  const started: string[] = [];
  for (let i = 0; i < 100; i++) {
    go(() => {
      started.push(`${i}`);
      go(() => started.push(`child of ${i}`));
    });
  }
  await yields(3);
  const numbers = Array.from({ length: 100 }, (_, i) => i);
  assertEquals(started, [...numbers.map(String), ...numbers.map((i) => `child of ${i}`)]);
});

Deno.test("A goroutine that is spawned after another was woken starts after it resumes", async () => {
  const first = new Channel<number>(), second = new Channel<number>();
  const log: string[] = [];
  go(async () => log.push(`woken ${await first.receive()}`));
  go(async () => log.push(`woken ${await second.receive()}`));
  await yieldNow();
  go(() => log.push("spawned 1"));
  first.trySend(1);
  go(() => log.push("spawned 2"));
  go(() => log.push("spawned 3"));
  second.trySend(2);
  go(() => log.push("spawned 4"));
  await yields();
  assertEquals(log, ["spawned 1", "woken 1", "spawned 2", "spawned 3", "woken 2", "spawned 4"]);
});

Deno.test("numGoroutine counts those that were spawned and have not ended, and main (runtime/proc_test.go:TestNumGoroutine)", async () => {
  const { status, stdout } = await run(`
    console.log($.numGoroutine());
    const done = new $.Channel();
    for (let i = 0; i < 3; i++) $.go(() => done.receive());
    console.log($.numGoroutine());
    await $.yieldNow();
    console.log($.numGoroutine());
    done.close();
    await $.yieldNow(); await $.yieldNow(); await $.yieldNow();
    console.log($.numGoroutine());
  `);
  assertEquals([status, stdout], [0, "1\n4\n4\n1\n"]);
});

Deno.test("go of what is no function fails in the caller (runtime/crash_test.go:TestGoNil)", () => {
  const before = numGoroutine();
  for (const body of [undefined, null, 0, "f", {}, Promise.resolve()]) {
    assertThrows(
      () => go(body as unknown as () => void),
      TypeError,
      `Cannot start a goroutine: go of nil func value (got ${String(body)})`,
    );
  }
  assertEquals(numGoroutine(), before);
});

Deno.test("A throw in a goroutine fails the process and names the goroutine (js:unhandled-rejection)", async () => {
  const programs: [string, string][] = [
    [`async function worker() { await $.yieldNow(); throw new Error("disk full"); }`, "worker"],
    [`function plain() { throw new Error("disk full"); }`, "plain"],
    [`() => Promise.reject(new Error("disk full")), "given"`, "given"],
  ];
  for (const [body, name] of programs) {
    const { status, stdout, stderr } = await run(
      `$.go(${body}); await $.sleep(60_000); console.log("went on");`,
    );
    assertEquals([status, stdout], [1, ""]);
    assertStringIncludes(stderr, `GoroutinePanic: goroutine ${name}: disk full`);
    assertMatch(stderr, /Caused by:? Error: disk full/);
  }
});

Deno.test(
  "A throw whose message cannot be read fails the process like any other (runtime/crash_test.go:TestPanicLoop)",
  { timeout: 60_000 },
  async () => {
    const { status } = await run(`
    class Unreadable extends Error { get message() { throw new Error("from the getter"); } }
    $.go(() => { throw new Unreadable(); }, "worker");
    await $.sleep(60_000);
  `);
    assertEquals(status, 1);
  },
);

Deno.test("A body whose result has a hostile then is a panic of that goroutine, and the others start", async () => {
  using listener = new PanicListener();
  const before = numGoroutine();
  let others = 0;
  go(() => others++);
  go(() => ({
    get then() {
      throw new Error("hostile getter");
    },
  }));
  go(() => ({
    then() {
      throw new Error("hostile then");
    },
  }));
  go(() =>
    Object.assign(Promise.resolve(), {
      then() {
        throw new Error("hostile promise");
      },
    })
  );
  go(() => others++);
  await yields();
  assertEquals([others, numGoroutine()], [2, before]);
  const panics = listener.panics.map(({ message }) => message);
  assertEquals(panics.length, 3);
  for (const [i, what] of ["getter", "promise", "then"].entries()) {
    assert(panics.toSorted()[i]?.includes(`hostile ${what}`), panics.join());
  }
});
