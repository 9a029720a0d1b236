import { smoke } from "./pack_smoke.ts";

/** Whether this machine has Node and npm; a machine with Deno alone leaves the test to CI. */
function hasNode(): boolean {
  if (Deno.build.os === "windows") return false;
  const { success } = new Deno.Command("sh", {
    args: ["-c", "command -v node && command -v npm"],
    stdout: "null",
  }).outputSync();
  return success;
}

Deno.test({
  name: "wish 38: the npm tarball runs on Node, with every symbol-named member of the sources",
  ignore: !hasNode(),
  fn: () => smoke(["node"]),
});
