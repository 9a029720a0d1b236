import { assert, assertEquals } from "@std/assert";
import { explore, ScheduleError } from "@interleave/go/testing";
import type { Kernel } from "./kernel.ts";
import { KERNELS } from "./kernels.ts";
import { check, CHECKS, FIRST_TO_PASS, VERSIONS } from "./js/js_11_queue.ts";
import { problemOf } from "./verdict.ts";

const SEED = 1;
/** As many schedules of the fixed form are run; `deno task corpus bugs` runs more, from many seeds. */
const CONTROLS = 80;

function thrownBy({ buggy, options, id }: Kernel, more: object): Promise<unknown> {
  return explore(buggy, { ...options, name: id, ...more })
    .then(() => undefined, (error: unknown) => error);
}

for (const kernel of KERNELS) {
  const isFound = kernel.witness === undefined ? "is found" : "is there";
  Deno.test({
    name:
      `${kernel.id} ${kernel.name}: the bug ${isFound}, fails again, and is not in the fixed form`,
    async fn() {
      await explore(kernel.fixed, { ...kernel.options, seed: SEED, schedules: CONTROLS });
      const thrown = kernel.witness === undefined
        ? await thrownBy(kernel, { seed: SEED, schedules: 1_000 })
        : await thrownBy(kernel, { replay: kernel.witness });
      assertEquals(problemOf(kernel, thrown), undefined);
      assert(thrown instanceof ScheduleError);
      const again = await thrownBy(kernel, { replay: thrown.schedule });
      assertEquals(problemOf(kernel, again), undefined);
    },
  });
}

Deno.test("JS-11: each version of the queue passes the checks that the table says", async () => {
  for (const [name, scenarios] of Object.entries(CHECKS)) {
    for (const [i, [version, queue]] of Object.entries(VERSIONS).entries()) {
      let passes = true;
      for (const scenario of scenarios) {
        const body = () => check(queue, scenario);
        const options = { strategy: "exhaustive", mustComplete: true } as const;
        passes &&= await explore(body, options).then(() => true, () => false);
      }
      assertEquals(passes, i >= (FIRST_TO_PASS[name] as number), `${version} ${name}`);
    }
  }
});

Deno.test("a kernel's expectation is met by no other kernel", async () => {
  const ids = "K-03 K-10 K-14 K-36 JS-06 JS-08 JS-09 JS-12 JS-14".split(" ");
  const some = KERNELS.filter(({ id }) => ids.includes(id));
  for (const kernel of some) {
    const thrown = await thrownBy(kernel, { seed: SEED });
    for (const other of some) {
      const problem = problemOf(other, thrown);
      assert((problem === undefined) === (other === kernel), `${kernel.id} as ${other.id}`);
    }
  }
});

Deno.test("each kernel demands that the report names who is stuck or hangs, who panics, or whose accesses race", () => {
  for (const { id, shows, expected } of KERNELS) {
    const { kind, stuck = [], names = [], message = "" } = expected;
    if (kind === "deadlock" || kind === "leak") {
      assert(stuck.some((line) => !line.includes("?: ")), id);
      assertEquals(stuck.some((line) => line.startsWith("main: ")), kind === "deadlock", id);
    } else if (kind === "panic") assert(names.length === 1 && message.length > 0, id);
    else assert(message.length > 0, id);
    assertEquals(kind.includes("foreign"), expected.awaits !== undefined, id);
    if (shows !== "happens-before") continue;
    assert(kind === "race" && names.length > 0 && message.startsWith("data race on "), id);
  }
});

Deno.test("kernels import public specifiers only, and no other kernel", async () => {
  for (const folder of ["goker", "sctbench", "js"]) {
    for await (const { name } of Deno.readDir(new URL(folder, import.meta.url))) {
      if (!name.endsWith(".ts")) continue;
      const text = await Deno.readTextFile(new URL(`${folder}/${name}`, import.meta.url));
      for (const [, from] of text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
        const known = ["@interleave/go", "@interleave/go/testing", "../kernel.ts", "./tasks.ts"];
        assert(known.includes(from as string), `${folder}/${name}: ${from}`);
      }
    }
  }
});

Deno.test("each kernel has its line in the note of its folder", async () => {
  const folders = { K: "goker", SB: "sctbench", JS: "js" };
  for (const [prefix, folder] of Object.entries(folders)) {
    const note = await Deno.readTextFile(new URL(`${folder}/README.md`, import.meta.url));
    for (const { id, name, lesson } of KERNELS.filter((it) => it.id.startsWith(`${prefix}-`))) {
      const line = note.split("\n").find((line) => line.includes(`[${id}]`));
      assert(line?.includes(name) && line.includes(lesson), `${id} in ${folder}/README.md`);
    }
  }
});

Deno.test("the numbers of the kernels are in order, and none is missing", () => {
  const numbers = (prefix: string) => [
    ...new Set(
      KERNELS.filter(({ id }) => id.startsWith(prefix)).map(({ id }) => Number(/\d+/.exec(id))),
    ),
  ];
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  assertEquals(numbers("K-"), upTo(51));
  assertEquals(numbers("SB-"), upTo(12));
  assertEquals(numbers("JS-"), upTo(14));
});
