// Two copies of the package in one program, each in a process of its own.
import { assertEquals, assertMatch } from "@std/assert";
import { Folder, running } from "./child_test.ts";

const ROOT = new URL("../", import.meta.url);

/** A folder with a copy of the package in `copy/`, and `program` as main.ts, which gets `lib` and `other`. */
function withCopy(program: string): Folder {
  const folder = new Folder({
    "main.ts": `
      import * as lib from "PACKAGE/mod.ts";
      import { explore } from "PACKAGE/testing/mod.ts";
      import * as other from "./copy/mod.ts";
      const messageOf = (f: () => unknown) =>
        Promise.resolve().then(f).then(() => "nothing", (error) => error.message);
      ${program}
    `,
  });
  copy(ROOT, ["mod.ts", "runtime", "sync", "testing"], `${folder.path}/copy`);
  return folder;
}

function copy(from: URL, names: readonly string[], to: string): void {
  Deno.mkdirSync(to);
  for (const name of names) {
    const source = new URL(name, from);
    if (!Deno.statSync(source).isDirectory) Deno.copyFileSync(source, `${to}/${name}`);
    else {
      const folder = new URL(`${name}/`, from);
      const inside = [...Deno.readDirSync(folder)].map((entry) => entry.name);
      copy(folder, inside.filter((it) => !/_(test|bench)\.ts$/.test(it)), `${to}/${name}`);
    }
  }
}

async function outputOf(program: string): Promise<string[]> {
  using folder = withCopy(program);
  const { stdout, stderr, code } = await folder.deno(running("-A", "main.ts"));
  const lines = stderr.split("\n").filter((line) => !line.startsWith("explore: fails in all"));
  assertEquals([code, lines.join("\n")], [0, ""], stdout);
  return stdout.trimEnd().split("\n");
}

Deno.test("what another copy does inside an exploration is refused, at once and by name (js:two-runtimes)", async () => {
  const lines = await outputOf(`
    const made = new other.Channel<number>(1), mu = new other.Mutex();
    const tries = {
      make: () => new other.Channel<number>(),
      receive: () => made.receive(),
      send: () => made.trySend(1),
      close: () => made.close(),
      lock: () => mu.lock(),
      go: () => other.go(() => {}),
      sleep: () => other.sleep(1),
      callAfter: () => other.callAfter(1, () => {}),
      select: () => other.select({ made: made.receiving() }),
    };
    for (const [name, body] of Object.entries(tries)) {
      console.log(name, await messageOf(() => explore(body, { schedules: 1 })));
    }
    console.log(made.size, mu.tryLock());
  `);
  for (const line of lines.slice(0, -1)) {
    assertMatch(line, /^\w+ Cannot [\w ]+ inside explore: another copy of @interleave\/go: file:/);
    assertMatch(line, /copy\/, and this is file:.*; load one only$/);
  }
  assertEquals(lines.length, 10);
  assertEquals(lines.at(-1), "0 true", "nothing of it has happened");
});

Deno.test("two copies do not explore at the same time, one in the other or side by side", async () => {
  const lines = await outputOf(`
    const { explore: explore2 } = await import("./copy/testing/mod.ts");
    console.log(await messageOf(() => explore(() => explore2(() => {}), { schedules: 1 })));
    const first = explore(() => {}, { schedules: 1 });
    console.log(await messageOf(() => explore2(() => {})));
    console.log((await first).schedules, (await explore2(() => {})).schedules);
    console.log(await messageOf(() => explore2(() => lib.sleep(1), { schedules: 1 })));
  `);
  for (const line of lines.slice(0, 2)) {
    assertMatch(line, /^Cannot explore: explore\(\) is running already, another copy of /);
  }
  assertEquals(lines[2], "1 1");
  assertMatch(lines[3] ?? "", /^Cannot sleep inside explore: another copy/);
});

Deno.test("outside of the exploration other copies go on meanwhile", async () => {
  const lines = await outputOf(`
    const ch = new other.Channel<number>();
    const outside = (async () => {
      let sum = 0;
      for await (const n of ch) sum += n;
      return sum;
    })();
    const pump = (async () => {
      for (let n = 1; n <= 10; n++) {
        await ch.send(n);
        await other.sleep(1);
      }
      ch.close();
    })();
    const { complete } = await explore(async () => {
      const wg = new lib.WaitGroup();
      for (let i = 0; i < 3; i++) wg.go(() => lib.yieldNow());
      await wg.wait();
    }, { strategy: "exhaustive" });
    await pump;
    console.log(complete, await outside);
  `);
  assertEquals(lines, ["true 55"]);
});

Deno.test("in production copies hand values to each other, and each wakes its own; select takes its own only", async () => {
  using folder = new Folder({
    "main.ts": `
      import * as lib from "PACKAGE/mod.ts";
      import * as other from "./copy/mod.ts";
      const a = new lib.Channel<number>(), b = new other.Channel<number>();
      lib.go(async () => {
        for await (const n of b) await a.send(n * 2);
        a.close();
      });
      other.go(async () => {
        for (let n = 1; n <= 3; n++) await b.send(n);
        b.close();
      });
      const seen: number[] = [];
      for await (const n of a) seen.push(n);
      console.log(seen.join());
      try {
        await other.select({ a: a.receiving() as never });
      } catch (error) {
        console.log((error as Error).message);
      }
    `,
  });
  copy(ROOT, ["mod.ts", "runtime", "sync"], `${folder.path}/copy`);
  const { stdout, stderr } = await folder.deno(running("-A", "main.ts"));
  assertEquals([stdout, stderr], [
    '2,4,6\nCannot select: case "a" is not an operation but one of another copy of @interleave/go\n',
    "",
  ]);
});
