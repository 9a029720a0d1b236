import { assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../testing/child_test.ts";
import plugin from "./no_floating_operation.ts";

/** What the plugin says about `source`: the text it points at. */
function found(source: string): string[] {
  return Deno.lint.runPlugin(plugin, "main.ts", source)
    .map(({ range: [start, end] }) => source.slice(start, end));
}

/** `source` with its fixes made. */
function fixed(source: string): string {
  const fixes = Deno.lint.runPlugin(plugin, "main.ts", source).flatMap(({ fix }) => fix ?? []);
  return fixes.toReversed().reduce(
    (text, { range: [start, end], text: inserted }) =>
      text.slice(0, start) + (inserted ?? "") + text.slice(end),
    source,
  );
}

const IMPORT =
  'import { Channel, Cond, ErrGroup, Mutex, Once, select, SingleFlight, sleep, WaitGroup, yieldNow } from "@interleave/go";\n';

Deno.test("no-floating-operation reports every verb that waits, as a statement of its own", () => {
  const calls = [
    "ch.send(1)",
    "ch.receive()",
    "this.#jobs.send(1)",
    "mu.lock()",
    "mu.withLock(() => 1)",
    "rw.rLock()",
    "rw.withRLock(f)",
    "pool.acquire(2)",
    "select({ a: ch.receiving() })",
    "sleep(10)",
    "yieldNow()",
  ];
  for (const call of calls) assertEquals(found(`${IMPORT}${call};`), [call]);
});

Deno.test("no-floating-operation takes common names only for what this package's classes have made", () => {
  const program = `${IMPORT}
    const wg = new WaitGroup(), group = new ErrGroup(), cond = new Cond(mu), once = new Once();
    const flight = new SingleFlight(), ch = new Channel<number>();
    class Pool {
      #wg = new WaitGroup();
      async close() { this.#wg.wait(); }
    }
    async function main() {
      wg.wait(); group.wait(); cond.wait(); once.do(f); flight.do("k", f); ch.next();
      other.wait(); other.do(f); iterator.next();
    }`;
  assertEquals(found(program), [
    "this.#wg.wait()",
    "wg.wait()",
    "group.wait()",
    "cond.wait()",
    "once.do(f)",
    'flight.do("k", f)',
    "ch.next()",
  ]);
});

Deno.test("no-floating-operation leaves alone what is awaited, kept, returned, voided, or not ours", () => {
  assertEquals(
    found(`${IMPORT}
      await ch.send(1);
      void ch.send(2);
      const pending = ch.send(3);
      await Promise.all([ch.send(4), ch.receive()]);
      const f = () => ch.send(5);
      function g() { return mu.lock(); }
      ch.trySend(6);
      mu.unlock();
      ch.close();
      ch.send(7).catch(report);
    `),
    [],
  );
  for (const from of ["./mine.ts", "npm:sleep", "jsr:@other/go"]) {
    assertEquals(found(`import { select, sleep } from "${from}"; sleep(1); select();`), [], from);
  }
  for (const from of ["jsr:@interleave/go@^1", "npm:@interleave/go", "@interleave/go/sync"]) {
    assertEquals(found(`import { select as one } from "${from}"; one({});`), ["one({})"], from);
  }
});

Deno.test("no-floating-operation puts await in front where await may stand", () => {
  assertEquals(fixed("ch.send(1);"), "await ch.send(1);");
  assertEquals(
    fixed("async () => { ch.send(1); mu.lock(); }"),
    "async () => { await ch.send(1); await mu.lock(); }",
  );
  const sync = "function f() { ch.send(1); } class A { static { mu.lock(); } }";
  assertEquals(fixed(sync), sync);
  assertEquals(found(sync).length, 2);
});

Deno.test("deno lint --fix with the plugin in deno.json mends a file, and then finds nothing", async () => {
  using folder = new Folder({
    "deno.json": '{ "lint": { "plugins": ["PACKAGE/lint/no_floating_operation.ts"] } }',
    "main.ts":
      "export async function main(ch: { send(n: number): Promise<void> }) {\n  ch.send(1);\n}\n",
  });
  const { code, stderr } = await folder.deno(["lint", "--rules-exclude=require-await", "main.ts"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "interleave/no-floating-operation");
  assertStringIncludes(stderr, "ch.send() waits: nobody awaits it");
  await folder.deno(["lint", "--fix", "--rules-exclude=require-await", "main.ts"]);
  assertStringIncludes(folder.read("main.ts"), "  await ch.send(1);");
  assertEquals((await folder.deno(["lint", "main.ts"])).code, 0);
});
