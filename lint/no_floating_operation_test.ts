import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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

const NAMES = [
  "Channel",
  "channelFrom",
  "Cond",
  "ErrGroup",
  "Mutex",
  "Once",
  "type ReceiveChannel",
  "RWMutex",
  "select",
  "Semaphore",
  "type SendChannel",
  "SingleFlight",
  "sleep",
  "TaskPool",
  "WaitGroup",
  "yieldNow",
];
const IMPORT = `import { ${NAMES.join(", ")} } from "@interleave/go";\n`;
const MADE = `${IMPORT}
  const ch = new Channel<number>(), mu = new Mutex(), rw = new RWMutex(), sem = new Semaphore(1);
  const wg = new WaitGroup(), group = new ErrGroup(), cond = new Cond(mu), once = new Once();
  const flight = new SingleFlight(), pool = new TaskPool();
`;

Deno.test("no-floating-operation reports every verb that waits, as a statement of its own", () => {
  const calls = [
    "ch.send(1)",
    "ch.receive()",
    "ch.next()",
    "mu.lock()",
    "mu.withLock(() => 1)",
    "rw.lock()",
    "rw.rLock()",
    "rw.withRLock(f)",
    "sem.acquire(2)",
    "wg.wait()",
    "group.wait()",
    "pool.wait()",
    "cond.wait()",
    "once.do(f)",
    'flight.do("k", f)',
    "select({ a: ch.receiving() })",
    "sleep(10)",
    "yieldNow()",
    "ch?.send(1)",
    "ch!.send(1)",
  ];
  for (const call of calls) assertEquals(found(`${MADE}${call};`), [call]);
});

Deno.test("no-floating-operation reports a call wherever a statement throws its result away", () => {
  const statements: Record<string, readonly string[]> = {
    "if (true) ch.send(1);": ["ch.send(1)"],
    "for (;;) ch.send(1);": ["ch.send(1)"],
    "const f = () => { ch.send(1); };": ["ch.send(1)"],
    "ch.send(1), ch.send(2);": ["ch.send(1)", "ch.send(2)"],
    "ch.size > 0 && ch.send(1);": ["ch.send(1)"],
    "ch.size > 0 ? ch.send(1) : ch.receive();": ["ch.send(1)", "ch.receive()"],
  };
  for (const [statement, calls] of Object.entries(statements)) {
    assertEquals(found(MADE + statement), calls, statement);
  }
});

Deno.test("no-floating-operation knows what a variable, a parameter, a property is by what the file shows", () => {
  const program = `${IMPORT}
    import * as go from "@interleave/go";
    class Pool {
      #wg = new WaitGroup();
      readonly jobs: Channel<number>;
      constructor(private readonly out: SendChannel<number>, other: SendChannel<number>) {
        this.jobs = Channel.nil();
        this.out.send(1); other.send(2); this.other.send(0);
      }
      async close() { this.#wg.wait(); this.jobs.send(3); }
    }
    function work(out: SendChannel<number>, source = channelFrom([1])) {
      out.send(4); source.receive(); later.send(5); named.send(6);
    }
    const later = new go.Channel();
    let named: go.Channel<number>;
    const made = Channel.nil<number>();
    made.send(7); go.sleep(8); unknown.lock(); unknown.receive();
  `;
  assertEquals(found(program), [
    "this.out.send(1)",
    "other.send(2)",
    "this.#wg.wait()",
    "this.jobs.send(3)",
    "out.send(4)",
    "source.receive()",
    "later.send(5)",
    "named.send(6)",
    "made.send(7)",
    "go.sleep(8)",
    "unknown.lock()",
    "unknown.receive()",
  ]);
});

Deno.test("no-floating-operation leaves alone what is awaited, kept, returned, voided, handed on", () => {
  assertEquals(
    found(`${MADE}
      await ch.send(1);
      void ch.send(2);
      const pending = ch.send(3);
      await pending;
      let later;
      later = ch.send(4);
      await Promise.all([ch.send(5), ch.receive()]);
      const f = () => ch.send(6);
      function g() { return mu.lock(); }
      wg.go(() => ch.send(7));
      ch.send(8).catch(report);
      for await (const _ of ch) break;
      ch.trySend(9);
      mu.unlock();
      ch.close();
      ch.sending(10);
    `),
    [],
  );
});

Deno.test("no-floating-operation leaves alone what is somebody else's", () => {
  const others = `
    function handle(ws: WebSocket, door: Door, { ch, mu }) {
      ws.send("x"); door.lock(); ch.send(1);
      const socket = new WebSocket("ws://localhost"), ch2: Door = open();
      socket.send("y"); ch2.lock();
      response.send("z"); process.send(1); other.wait(); other.do(f); iterator.next();
      for (const mu of doors) mu.open();
    }
    class Door { lock() {} }
    new Door().acquire;
  `;
  assertEquals(found(MADE + others), []);
  assertEquals(found("mu.lock(); ch.receive(); rw.withRLock(f); pool.acquire(); sleep(1);"), []);
  for (const from of ["./mine.ts", "npm:sleep", "jsr:@other/go"]) {
    const program = `import { Mutex, sleep } from "${from}"; sleep(1); new Mutex().lock();`;
    assertEquals(found(program), [], from);
  }
  for (
    const from of [
      "jsr:@interleave/go@^1",
      "npm:@interleave/go",
      "@interleave/go/sync",
      "jsr:@interleave/go@1.2.3/testing",
    ]
  ) {
    assertEquals(found(`import { select as one } from "${from}"; one({});`), ["one({})"], from);
  }
});

Deno.test("no-floating-operation reports a test that does not await explore", () => {
  const program = `import { explore, virtualTime } from "@interleave/go/testing";
    Deno.test("a", () => { explore(body); });
    Deno.test("b", () => explore(body));
    Deno.test("c", async () => { await explore(body); virtualTime(body); });`;
  assertEquals(found(program), ["explore(body)", "virtualTime(body)"]);
});

Deno.test("no-floating-operation puts await in front where await may stand", () => {
  const mended: Record<string, string> = {
    "ch.send(1);": "await ch.send(1);",
    "ch?.send(1);": "await ch?.send(1);",
    "ch.send(1), ch.send(2);": "await ch.send(1), await ch.send(2);",
    "ch.size > 0 && ch.send(1);": "ch.size > 0 && await ch.send(1);",
    "async () => { ch.send(1); mu.lock(); }": "async () => { await ch.send(1); await mu.lock(); }",
    "function f() { ch.send(1); }": "function f() { ch.send(1); }",
    "class A { static { mu.lock(); } b = () => { mu.lock(); } }":
      "class A { static { mu.lock(); } b = () => { mu.lock(); } }",
  };
  for (const [program, result] of Object.entries(mended)) {
    assertEquals(fixed(MADE + program), MADE + result);
    assert(found(MADE + program).length > 0, program);
  }
});

Deno.test("deno lint --fix with the plugin in deno.json mends a file, and then finds nothing", async () => {
  using folder = new Folder({
    "deno.json": '{ "lint": { "plugins": ["PACKAGE/lint/no_floating_operation.ts"] } }',
    "main.ts":
      'import { Channel } from "@interleave/go";\nexport async function main(ch: Channel<number>) {\n  ch.send(1);\n}\n',
  });
  const { code, stderr } = await folder.deno(["lint", "--rules-exclude=require-await", "main.ts"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "interleave/no-floating-operation");
  assertStringIncludes(stderr, "ch.send() waits: nobody awaits it");
  await folder.deno(["lint", "--fix", "--rules-exclude=require-await", "main.ts"]);
  assertStringIncludes(folder.read("main.ts"), "  await ch.send(1);");
  assertEquals((await folder.deno(["lint", "main.ts"])).code, 0);
});
