/**
 * Fresh processes for the tests of this folder: files in a folder of their own, outside of every configuration.
 *
 * @module
 */
import { dirname } from "node:path";

const PACKAGE = new URL("../", import.meta.url).href;

/** What a child process left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Folder holds the files of a child process; it is gone once it is disposed of. */
export class Folder implements Disposable {
  readonly path: string;

  /** Writes `files`; `PACKAGE/` in them stands for this package. */
  constructor(files: Readonly<Record<string, string>>) {
    // A real path, so that the child's working directory is the beginning of its module's places.
    this.path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "explore" }));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.path}/${name}`, text.replaceAll('"PACKAGE/', `"${PACKAGE}`));
  }

  read(name: string): string {
    return Deno.readTextFileSync(`${this.path}/${name}`);
  }

  /** Runs `deno` with these arguments, in this folder. Nothing of the harness is set in its environment but `env`. */
  async deno(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    return await this.#run(Deno.execPath(), args, env);
  }

  /**
   * Runs a line as a shell would that finds `deno`. It finds one that checks no types: checking the whole library for
   * each line took most of the time of these tests. (On Windows it finds the genuine one.)
   */
  async shell(line: string): Promise<Outcome> {
    if (Deno.build.os === "windows") return await this.#run("cmd", ["/d", "/s", "/c", line], {});
    using bin = new Folder({
      deno:
        `#!/bin/sh\nsubcommand=$1\nshift\nexec "${Deno.execPath()}" "$subcommand" --no-check "$@"\n`,
    });
    Deno.chmodSync(`${bin.path}/deno`, 0o755);
    return await this.#run("sh", ["-c", line], { PATH: `${bin.path}:${Deno.env.get("PATH")}` });
  }

  async #run(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Outcome> {
    const inherited = Object.fromEntries(
      Object.entries(Deno.env.toObject()).filter(([name]) =>
        !/^(?:INTERLEAVE_|GITHUB_|FORCE_COLOR|COLUMNS)/.test(name)
      ),
    );
    const separator = Deno.build.os === "windows" ? ";" : ":";
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd: this.path,
      clearEnv: true,
      env: {
        ...inherited,
        PATH: `${dirname(Deno.execPath())}${separator}${inherited["PATH"] ?? ""}`,
        NO_COLOR: "1",
        DENO_NO_UPDATE_CHECK: "1",
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Arguments of `deno test` for a file of a folder. Fresh processes need not check types again. */
export function testing(...args: readonly string[]): string[] {
  return ["test", "--no-config", "--no-lock", "--no-check", "-A", ...args];
}

/** Arguments of `deno run` for a file of a folder. */
export function running(...args: readonly string[]): string[] {
  return ["run", "--no-config", "--no-lock", "--no-check", ...args];
}
