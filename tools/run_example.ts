/**
 * Runs an example as a reader would, in a process of its own. For the tests of the examples.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

const examples = new URL("../examples/", import.meta.url);

/** What `deno run -A examples/FILE` prints, line by line. Throws unless it ends with status 0 and nothing on stderr. */
export async function runExample(file: string, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-lock", new URL(file, examples).href, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals({ code, stderr: decoder.decode(stderr) }, { code: 0, stderr: "" });
  return decoder.decode(stdout).trimEnd().split("\n");
}
