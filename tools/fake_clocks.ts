/**
 * The table of the README that compares fake clocks: runs `fake_clocks.mjs` on Node and on Deno, in an empty folder with
 * `@sinonjs/fake-timers` from npm, and the same program under `virtualTime`. `deno run -A tools/fake_clocks.ts`
 *
 * @module
 */
import { virtualTime } from "../testing/mod.ts";

const FAKE_TIMERS = "15.5.0";

interface Row {
  readonly clock: string;
  readonly drivenBy: string;
  readonly logged: string;
}

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command} ended with ${code}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

async function others(): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile(new URL("fake_clocks.mjs", import.meta.url), `${folder}/fake_clocks.mjs`);
    await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }\n');
    await run(folder, "npm", "install", "--silent", `@sinonjs/fake-timers@${FAKE_TIMERS}`);
    return [
      ...JSON.parse(await run(folder, "node", "fake_clocks.mjs")),
      ...JSON.parse(
        await run(
          folder,
          Deno.execPath(),
          "run",
          "-A",
          "--no-lock",
          "--node-modules-dir=manual",
          "fake_clocks.mjs",
        ),
      ),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ours(): Promise<Row> {
  const log = await virtualTime(async () => {
    const log: string[] = [];
    const start = Date.now();
    for (const name of ["a", "b", "c"]) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      log.push(`${name}@${Date.now() - start}`);
    }
    return log;
  });
  const signal = await virtualTime(async () => {
    const signal = AbortSignal.timeout(60_000);
    await new Promise((resolve) => setTimeout(resolve, 60_001));
    return signal.aborted ? "virtual" : "real";
  });
  const logged = `${log.join(" ")}, AbortSignal.timeout ${signal}`;
  return { clock: `virtualTime, Deno ${Deno.version.deno}`, drivenBy: "no call", logged };
}

for (const { clock, drivenBy, logged } of [...await others(), await ours()]) {
  console.log(`${clock.padEnd(44)}${drivenBy.padEnd(24)}${logged}`);
}
