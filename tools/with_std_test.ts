import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import offline from "./offline/import_map.json" with { type: "json" };
import { choiceOf, denoArguments, notice } from "./with_std.ts";

Deno.test("choiceOf: jsr and npm are taken as they are; unset and empty ask JSR", () => {
  assertEquals([undefined, "", "jsr", "npm"].map(choiceOf), ["probe", "probe", "jsr", "npm"]);
});

Deno.test("choiceOf: anything else is an error that names the variable and both values", () => {
  for (const value of ["JSR", "jsr ", "1", "true", "genuine"]) {
    assertThrows(
      () => choiceOf(value),
      RangeError,
      `expected STD=jsr or STD=npm, got STD="${value}"`,
    );
  }
});

Deno.test("denoArguments: options go after the subcommand, arguments keep their order", () => {
  const given = ["test", "-A", "a_test.ts", "--filter", "b c", "--", "--replay=s1:4"];
  const rest = given.slice(1);
  assertEquals(denoArguments("jsr", given), ["test", "--no-lock", ...rest]);
  assertEquals(denoArguments("npm", given), [
    "test",
    "--frozen",
    "--import-map=tools/offline/import_map.json",
    ...rest,
  ]);
});

Deno.test("denoArguments: the genuine path never gets the second import map", () => {
  assertEquals(denoArguments("jsr", ["check"]), ["check", "--no-lock"]);
});

Deno.test("denoArguments: a missing subcommand is an error", () => {
  assertThrows(() => denoArguments("npm", []), RangeError, "expected a subcommand first");
  assertThrows(
    () => denoArguments("npm", ["-A", "test"]),
    RangeError,
    "expected a subcommand first",
  );
});

Deno.test("notice: says which source, and why when it is not the obvious one", () => {
  const offline = "npm:deno-std@1.4.0 (tools/offline/import_map.json)";
  assertEquals(notice("jsr", "probe"), "@std: from JSR (deno.json)");
  assertEquals(notice("jsr", "jsr"), "@std: from JSR (deno.json), because STD=jsr");
  assertEquals(notice("npm", "npm"), `@std: from ${offline}, because STD=npm`);
  assertEquals(notice("npm", "probe"), `@std: from ${offline}, because JSR does not answer`);
});

Deno.test("the two maps know the same names, and only @std resolves otherwise", () => {
  const isStd = ([name]: [string, string]) => name.startsWith("@std/");
  const [ours, theirs] = [config.imports, offline.imports].map((it) => Object.entries(it));
  assertEquals(theirs!.filter((it) => !isStd(it)), ours!.filter((it) => !isStd(it)));
  for (const [name, target] of ours!.filter(isStd)) {
    assertEquals(target.startsWith(`jsr:${name}@`), true, `${name} is ${target}`);
    assertEquals(
      name in offline.imports,
      true,
      `${name} is missing in tools/offline/import_map.json`,
    );
  }
});

/** Runs the launcher in the root folder. `JSR_URL` is a closed port, so JSR never answers, whatever the network. */
async function launch(std: string, code: string, ...args: string[]) {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/with_std.ts", "eval", code, ...args],
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { STD: std, JSR_URL: "http://127.0.0.1:9/", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array<ArrayBuffer>) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

const program = `
  import { assertEquals } from "@std/assert";
  assertEquals(1, 1);
  console.log(Deno.args.join(" "));
  Deno.exit(7);
`;

Deno.test("with_std: a bad value of STD ends it before anything runs", async () => {
  assertEquals(await launch("maybe", program), {
    code: 2,
    stdout: "",
    stderr: 'error: Cannot choose a source of @std: expected STD=jsr or STD=npm, got STD="maybe"\n',
  });
});

Deno.test("with_std: STD=jsr does not fall back when JSR does not answer", async () => {
  const { code, stdout, stderr } = await launch("jsr", program);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "@std: from JSR (deno.json), because STD=jsr\n");
});

Deno.test("with_std: STD=npm takes the second map; arguments and exit status pass through", async () => {
  const { code, stdout, stderr } = await launch("npm", program, "FILE", "--", "--replay=s1:4");
  assertEquals([code, stdout], [7, "FILE -- --replay=s1:4\n"]);
  assertStringIncludes(stderr, "because STD=npm\n");
});

Deno.test("with_std: with STD unset it falls back to the second map and says so", async () => {
  const { code, stderr } = await launch("", program);
  assertEquals(code, 7);
  assertStringIncludes(stderr, "because JSR does not answer\n");
});
