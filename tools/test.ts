/**
 * `deno task test [--isolated] [ARGUMENT…]`: runs the files that are given, or else all tests in suites (`suites.ts`).
 *
 * With `--isolated` all tests run, each file by itself. Types are left to `deno task check`, which looks at every file and
 * every example: here that would take as long as a quarter of the tests.
 *
 * @module
 */
import { SUITES } from "./suites.ts";
import { runDeno } from "./with_std.ts";

const ISOLATED = "--isolated";

/** The arguments of `deno` for those that are given; `exists` tells what is a file or folder. */
export function testArguments(
  given: readonly string[],
  exists: (path: string) => boolean,
): string[] {
  const end = given.includes("--") ? given.indexOf("--") : given.length;
  const [own, others] = [given.slice(0, end), given.slice(end)];
  const isAll = !own.some((argument) => argument === ISOLATED || exists(argument));
  return [
    "test",
    "-A",
    "--no-check",
    "--parallel",
    "--junit-path=junit.xml",
    ...own.filter((argument) => argument !== ISOLATED),
    ...isAll ? Object.keys(SUITES).map((name) => `tools/suites/${name}.ts`) : [],
    ...others,
  ];
}

function exists(path: string): boolean {
  if (path.startsWith("-")) return false;
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  // Tests wait for processes and for real time, too: one worker more than there are processors.
  const jobs = Deno.env.get("DENO_JOBS") ?? `${navigator.hardwareConcurrency + 1}`;
  await runDeno(testArguments(Deno.args, exists), { DENO_JOBS: jobs });
}
