/**
 * Runs `deno SUBCOMMAND ARGS…` with `@std` from JSR, or from npm on a machine that cannot reach JSR.
 *
 * - `STD=jsr` takes the genuine packages and never falls back; `STD=npm` takes the second import map; unset or empty
 *   asks whether JSR answers; anything else is an error.
 * - One line on stderr says which it took. The exit status is that of `deno SUBCOMMAND`.
 * - The lock is the one of the second map, so it is frozen there, and left alone on the genuine path.
 *
 * A second configuration file was rejected, because it would have to repeat the first; so were the `links` of
 * `deno.json`, because with them nobody would ever run the genuine path.
 *
 * @module
 */

/** Where `@std` comes from. */
export type Source = "jsr" | "npm";

/** What the environment asks for: one source, or a look at whether JSR answers. */
export type Choice = Source | "probe";

const IMPORT_MAP = "tools/offline/import_map.json";
const PROBE = ["cache", "--no-lock", "-q", "jsr:@std/assert@^1", "jsr:@std/async@^1"];
const PROBE_LIMIT_MS = 10_000;

/**
 * Reads the variable `STD`.
 *
 * @throws {RangeError} If it holds anything but "jsr", "npm" or nothing
 */
export function choiceOf(value: string | undefined): Choice {
  switch (value) {
    case undefined:
    case "":
      return "probe";
    case "jsr":
    case "npm":
      return value;
    default:
      throw new RangeError(
        `Cannot choose a source of @std: expected STD=jsr or STD=npm, got STD="${value}"`,
      );
  }
}

/** The arguments that run `deno SUBCOMMAND REST…` with `@std` from `source`. */
export function denoArguments(source: Source, [subcommand, ...rest]: readonly string[]): string[] {
  if (subcommand === undefined || subcommand.startsWith("-")) {
    throw new RangeError("Cannot run deno: expected a subcommand first, such as test or check");
  }
  const options = source === "jsr" ? ["--no-lock"] : ["--frozen", `--import-map=${IMPORT_MAP}`];
  return [subcommand, ...options, ...rest];
}

/** The line for stderr that says where `@std` comes from, and why. */
export function notice(source: Source, choice: Choice): string {
  const from = source === "jsr" ? "JSR (deno.json)" : `npm:deno-std@1.4.0 (${IMPORT_MAP})`;
  if (choice !== "probe") return `@std: from ${from}, because STD=${choice}`;
  return `@std: from ${from}${source === "npm" ? ", because JSR does not answer" : ""}`;
}

/** Says whether `@std` can be had from JSR, or from the cache. */
async function jsrAnswers(): Promise<boolean> {
  const probe = new Deno.Command(Deno.execPath(), {
    args: PROBE,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(PROBE_LIMIT_MS),
  });
  return (await probe.output()).success;
}

async function run(given: readonly string[], env: Record<string, string>): Promise<number> {
  const choice = choiceOf(Deno.env.get("STD"));
  const source = choice !== "probe" ? choice : await jsrAnswers() ? "jsr" : "npm";
  const args = denoArguments(source, given);
  console.error(notice(source, choice));
  // An interrupt from the terminal reaches the child as well: let it report and end first.
  Deno.addSignalListener("SIGINT", () => {});
  return (await new Deno.Command(Deno.execPath(), { args, env }).spawn().status).code;
}

/** Runs `deno GIVEN…` with `@std`, and ends this process as that ends. */
export async function runDeno(
  given: readonly string[],
  env: Record<string, string> = {},
): Promise<never> {
  let code = 2;
  try {
    code = await run(given, env);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(`error: ${error.message}`);
  }
  Deno.exit(code);
}

if (import.meta.main) await runDeno(Deno.args);
