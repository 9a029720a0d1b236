import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder, testing } from "./child_test.ts";
import { RejectionWatch } from "./rejections.ts";

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("RejectionWatch takes what nobody handles, in order, and only while it is on", async () => {
  const watch = new RejectionWatch();
  watch.start();
  try {
    const [a, b] = [new Error("a"), new Error("b")];
    void Promise.reject(a);
    void Promise.reject(b);
    await turn();
    assertEquals(watch.take(), [a, b]);
    assertEquals(watch.take(), []);
  } finally {
    watch.stop();
  }
  const outer = new RejectionWatch();
  outer.start();
  try {
    void Promise.reject(new Error("later"));
    await turn();
    assertEquals(watch.take(), [], "it is off");
    assertEquals(outer.take().length, 1);
  } finally {
    outer.stop();
  }
});

Deno.test("RejectionWatch leaves alone what is handled in time", async () => {
  const watch = new RejectionWatch();
  watch.start();
  try {
    const promise = Promise.reject(new Error("handled"));
    await Promise.resolve();
    await promise.catch(() => {});
    await turn();
    assertEquals(watch.take(), []);
  } finally {
    watch.stop();
  }
});

Deno.test("RejectionWatch takes anything thrown, undefined included", async () => {
  const watch = new RejectionWatch();
  watch.start();
  try {
    for (const reason of [undefined, null, 7, "text"]) {
      void Promise.reject(reason);
      await turn();
      assertEquals(watch.take(), [reason]);
    }
  } finally {
    watch.stop();
  }
});

Deno.test("explore keeps a panic in one test from its neighbours, and leaves other rejections to the runner", async () => {
  using folder = new Folder({
    "panic_test.ts": `
import { go, sleep } from "PACKAGE/mod.ts";
import { explore } from "PACKAGE/testing/mod.ts";
Deno.test("panics", () => explore(async () => {
  go(async () => { await sleep(1); throw new Error("boom"); });
  await sleep(2);
}));
Deno.test("rejects", () => explore(() => { void Promise.reject(new Error("nobody")); }));
Deno.test("neighbour", () => explore(() => {}));
Deno.test("outside", async () => {
  void Promise.reject(new Error("not in an exploration"));
  await new Promise((resolve) => setTimeout(resolve, 1));
});
`,
  });
  const { stdout } = await folder.deno(testing("panic_test.ts"));
  assertStringIncludes(stdout, "GoroutinePanic: g2 func1 panics");
  assertStringIncludes(stdout, "Error: nobody");
  assert(/neighbour \.\.\. .*ok/.test(stdout), stdout);
  assertStringIncludes(stdout, "(in promise) Error: not in an exploration");
});
