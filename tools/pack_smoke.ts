/**
 * Packs the package for npm, installs the tarball in an empty folder and runs `pack_smoke.mjs` there.
 *
 * `deno task smoke [COMMAND…]`, where COMMAND starts a runtime: `node` when left out, `bun`, `npx --yes node@24`.
 * Needs npm. Ends with the status of the runtime.
 *
 * What the sources export is written down beforehand, with each class's members that are named by a symbol: such members
 * once vanished on their way through a compatibility layer, and only a comparison notices.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

const root = new URL("..", import.meta.url);

/** For each specifier, for each export, the well-known symbols (`asyncIterator`, `dispose`) its instances have. */
async function exported(): Promise<Record<string, Record<string, string[]>>> {
  const found: Record<string, Record<string, string[]>> = {};
  for (const [entry, path] of Object.entries(config.exports)) {
    const module: Record<string, unknown> = await import(new URL(path, root).href);
    found[config.name + entry.slice(1)] = Object.fromEntries(
      Object.entries(module).map(([name, value]) => [name, symbolMembers(value)]),
    );
  }
  return found;
}

function symbolMembers(value: unknown): string[] {
  if (typeof value !== "function" || typeof value.prototype !== "object") return [];
  const wellKnown = [
    "asyncIterator",
    "iterator",
    "dispose",
    "asyncDispose",
    "toPrimitive",
  ] as const;
  return wellKnown.filter((name) => Symbol[name] in value.prototype);
}

async function run(cwd: URL | string, command: string, ...args: string[]): Promise<void> {
  const { success, code } = await new Deno.Command(command, { args, cwd, stdin: "null" }).spawn()
    .status;
  if (!success) throw new Error(`${[command, ...args].join(" ")} ended with ${code}`);
}

/** Runs the tarball with `command`; throws if a step fails. */
export async function smoke(command: readonly [string, ...string[]]): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(
      root,
      Deno.execPath(),
      "pack",
      "--quiet",
      "--allow-dirty",
      `--output=${folder}/go.tgz`,
    );
    await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }\n');
    await Deno.writeTextFile(`${folder}/expected.json`, JSON.stringify(await exported()));
    await Deno.copyFile(new URL("tools/pack_smoke.mjs", root), `${folder}/pack_smoke.mjs`);
    await run(
      folder,
      "npm",
      "install",
      "--offline", // it depends on nothing
      "--silent",
      "--no-audit",
      "--no-fund",
      "./go.tgz",
    );
    const [name, ...args] = command;
    await run(folder, name, ...args, "pack_smoke.mjs");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const [name = "node", ...args] = Deno.args;
  try {
    await smoke([name, ...args]);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
