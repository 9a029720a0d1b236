// Cases of selects that no schedule takes.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { background, Channel, go, select, withCancel, yieldNow } from "../mod.ts";
import { Folder, running } from "./child_test.ts";
import { explore } from "./explore.ts";
import type { ExploreOptions } from "./options.ts";

/** Place, key and readiness of each case that no schedule has taken; places are the marks of lines of this file. */
async function untaken(body: () => unknown, options: ExploreOptions = {}): Promise<string[]> {
  const result = await explore(body, { leaks: "ignore", ...options });
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  return (result.untaken ?? []).map(({ at, key, wasReady }) =>
    `${/\/\/ (.*)$/.exec(lines[at.line - 1] ?? "")?.[1]}: ${key}${wasReady ? ", was ready" : ""}`
  );
}

const made = () => [new Channel<number>(1), new Channel<number>(1)] as const;

Deno.test("explore tells which cases of selects no schedule has taken, by place and key", async () => {
  const body = async () => {
    const [a, quit] = made();
    go(async () => {
      const { key } = await select({ a: a.receiving(), quit: quit.receiving() }); // worker
      if (key === "a") await select([a.sending(1), quit.sending(1), undefined]); // list
    });
    await a.send(1);
  };
  assertEquals(await untaken(body, { afterMain: "run" }), ["worker: quit", "list: 2"]);
});

Deno.test("explore tells of a case that was ready and never taken, as strategies may have it", async () => {
  const first = { name: "first", begin: () => true, pick: () => 0, choose: () => 0 };
  const body = async () => {
    const [a, b] = made();
    await a.send(1);
    await b.send(1);
    await select({ a: a.receiving(), b: b.receiving() }); // either
  };
  assertEquals(await untaken(body, { strategy: first, schedules: 10 }), ["either: b, was ready"]);
  assertEquals(await untaken(body), []);
});

Deno.test("explore tells of no case that a single schedule has taken, though it had to be waited for", async () => {
  const body = async () => {
    const [a, b] = made();
    go(() => a.send(1));
    go(async () => {
      for (let i = 0; i < 6; i++) await yieldNow();
      await b.send(1);
    });
    await select({ a: a.receiving(), b: b.receiving() }); // either
  };
  assertEquals(await untaken(body, { schedules: 1 }), ["either: b"]);
  assertEquals(await untaken(body), []);
});

Deno.test("a select that is called on two ways is told apart by its place and its keys", async () => {
  const body = async () => {
    const [a, b] = made();
    let isFirst = false;
    go(() => void (isFirst = true));
    await yieldNow();
    const isOneWay = isFirst;
    await (isOneWay ? a : b).send(1);
    if (isOneWay) await select({ a: a.receiving(), x: b.receiving() }); // one way
    else await select({ b: b.receiving(), y: a.receiving() }); // other way
  };
  assertEquals((await untaken(body)).sort(), ["one way: x", "other way: y"]);
});

Deno.test("a select that is given up has taken none of its cases, and a default is none", async () => {
  const body = async () => {
    const [a] = made();
    const ctx = withCancel(background());
    go(() => ctx.cancel());
    await select({ a: a.receiving() }, ctx).catch(() => {}); // given up
    await select({ a: a.receiving() }, { default: true }); // not waited for
  };
  assertEquals(await untaken(body), ["given up: a", "not waited for: a"]);
});

Deno.test("a line about an exploration that passes says which cases were not taken", async () => {
  using folder = new Folder({
    "cases.ts": `
import { Channel, select } from "PACKAGE/mod.ts";
import { explore } from "PACKAGE/testing/mod.ts";
await explore(async () => {
  const a = new Channel<number>(1), quit = new Channel<never>();
  await a.send(1);
  await select({ a: a.receiving(), quit: quit.receiving() });
}, { verbose: true });
`,
  });
  const { stderr } = await folder.deno(running("-A", "cases.ts"));
  const expected =
    'explore: ok, complete: 1 schedule; case "quit" of the select at cases.ts:7 could not be taken in any';
  assertStringIncludes(stderr, expected);
});
