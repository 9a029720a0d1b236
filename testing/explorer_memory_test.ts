import { assert, assertEquals } from "@std/assert";
import { Folder, running } from "./child_test.ts";

/** Runs many schedules and prints by how many bytes the heap has grown in the second half. */
const SCRIPT = `
import { Channel, go, Mutex, sleep, WaitGroup } from "PACKAGE/mod.ts";
import { Exploration } from "PACKAGE/testing/exploration.ts";
import { resolveOptions } from "PACKAGE/testing/options.ts";
import { RandomWalk } from "PACKAGE/testing/random.ts";

const outside = new Mutex();

const programs = {
  async passing() {
    const mu = new Mutex();
    const wg = new WaitGroup();
    for (let i = 0; i < 3; i++) {
      wg.go(async () => {
        await mu.lock();
        mu.unlock();
        await outside.lock();
        outside.unlock();
      });
    }
    await wg.wait();
  },
  async deadlocking() {
    const never = new Channel();
    go(() => never.receive());
    go(() => sleep(Infinity));
    go(async () => {
      await outside.lock();
      await outside.lock();
    });
    await never.receive();
  },
};

const [name, count] = Deno.args;
const exploration = new Exploration(programs[name], resolveOptions({}), undefined);
const random = new RandomWalk(1);
const expected = name === "passing" ? "passed" : "deadlock";
const run = async (count) => {
  for (let schedule = 0; schedule < count; schedule++) {
    random.begin(schedule);
    const { kind } = await exploration.execute(random);
    if (kind !== expected) throw new Error(kind);
  }
  gc();
  return Deno.memoryUsage().heapUsed;
};
const before = await run(Number(count) / 10);
console.log(await run(Number(count)) - before);
`;

for (const [name, count] of [["passing", 20_000], ["deadlocking", 12_000]] as const) {
  Deno.test(`Explorer leaves no memory behind after ${count.toLocaleString("en")} ${name} schedules`, async () => {
    using folder = new Folder({ "script.ts": SCRIPT });
    const { code, stdout, stderr } = await folder.deno(
      running("-A", "--v8-flags=--expose-gc", "script.ts", name, `${count}`),
    );
    assertEquals(code, 0, stderr);
    // A hundred bytes per schedule would be 1.9 MB of the first; V8's own code and feedback grow by up to 1 MB. A million
    // schedules are run by `deno task soak --million`.
    const grownMb = Number(stdout) / 2 ** 20;
    assert(grownMb < 1.6, `${grownMb.toFixed(1)} MB more`);
  });
}
